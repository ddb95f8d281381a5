"""Generated code and contracts of remote procedures, servers of every temper, and one way to verify them."""

import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import grpc
import pytest
from grpc_tools import protoc

from contractkit.exact_json import Json
from contractkit.model import (
    Contract,
    DerivedState,
    Event,
    HalfClosed,
    Interaction,
    JsonBody,
    LocatedRules,
    ProviderState,
    Received,
    RpcCall,
    Rule,
    Sent,
    Status,
    WireForm,
    parse_location,
)
from contractkit.results import InteractionResult
from contractkit.verification.grpc_endpoints import AddressEndpoint
from contractkit.verification.grpc_in_process import ServerEndpoint
from contractkit.verification.grpc_transport import Endpoint, GrpcTransport
from contractkit.verification.states import Handler, handlers_of
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

SHOP = """
syntax = "proto3";
package shop.v1;
message ItemRequest { int64 id = 1; }
message Part { string sku = 1; int32 quantity = 2; }
message Item { int64 id = 1; optional string colour = 2; repeated Part parts = 3; }
service Items {
  rpc GetItem(ItemRequest) returns (Item);
  rpc WatchItem(ItemRequest) returns (stream Item);
  rpc AskItems(stream ItemRequest) returns (stream Item);
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """Generated code of one .proto file, with its descriptor set."""

    pb2: Any
    grpc: Any
    descriptors: bytes


def generate(file: Path, into: Path) -> Generated:
    descriptors = into / f"{file.stem}.bin"
    options = ["", f"-I{file.parent}", f"--python_out={into}", f"--grpc_python_out={into}"]
    assert protoc.main([*options, "--include_imports", f"--descriptor_set_out={descriptors}", file.name]) == 0
    pb2 = imported(into / f"{file.stem}_pb2.py")
    return Generated(pb2=pb2, grpc=imported(into / f"{file.stem}_pb2_grpc.py"), descriptors=descriptors.read_bytes())


def imported(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module  # where the other generated module looks for it
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def route_guide(test_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Generated:
    folder = test_data("definitions/real/proto/grpc-route-guide/examples/route_guide/routeguide")
    return generate(folder / "route_guide.proto", tmp_path_factory.mktemp("route_guide"))


@pytest.fixture(scope="session")
def helloworld(test_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Generated:
    folder = test_data("definitions/real/proto/grpc-helloworld/examples/helloworld/helloworld")
    return generate(folder / "helloworld.proto", tmp_path_factory.mktemp("helloworld"))


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "contract_shop.proto").write_text(SHOP)
    return generate(folder / "contract_shop.proto", folder)


def sent(tree: Json) -> Sent:
    return Sent(message=JsonBody(tree, "application/protobuf"))


def received(tree: Json) -> Received:
    return Received(message=JsonBody(tree, "application/protobuf"))


def unary(request: Json, answer: Json) -> tuple[Event, ...]:
    return (sent(request), HalfClosed(), received(answer), Status(code="OK"))


@pytest.fixture(scope="session")
def events() -> SimpleNamespace:
    return SimpleNamespace(sent=sent, received=received, unary=unary)


@pytest.fixture(scope="session")
def call() -> Callable[..., Interaction]:
    """Give an interaction of a procedure; it holds the descriptors of `by`, unless that is None."""

    def build(
        procedure: str,
        events: Sequence[Event],
        *,
        by: Generated | None,
        metadata: Mapping[str, Json] | None = None,
        initial_metadata: Mapping[str, Json] | None = None,
        rules: Mapping[str, str] | None = None,
        given: Mapping[str, Mapping[str, Json]] | None = None,
        derived: Mapping[str, Json] | None = None,
        description: str = "a call",
    ) -> Interaction:
        return Interaction(
            key=f"{procedure} {description}",
            description=description,
            exchange=RpcCall(
                procedure=procedure,
                events=tuple(events),
                metadata=metadata or {},
                initial_metadata=initial_metadata or {},
            ),
            operation=procedure,
            states=tuple(ProviderState(name=name, params=params) for name, params in (given or {}).items()),
            derived_state=None
            if derived is None
            else DerivedState(operation=procedure, status=_code(events), values=derived),
            rules=tuple(
                LocatedRules(location=parse_location(place), rules=(Rule(name),))
                for place, name in (rules or {}).items()
            ),
            wire=None if by is None else WireForm(descriptors=by.descriptors, request=b""),
        )

    return build


def _code(events: Sequence[Event]) -> str:
    return next(event.code for event in events if isinstance(event, Status))


@pytest.fixture(scope="session")
def verify() -> Callable[..., tuple[InteractionResult, ...]]:
    def run(
        endpoint: Endpoint | Callable[[Any], None],
        *interactions: Interaction,
        handlers: Sequence[Handler] = (),
        timeout: float = 10.0,
        **options: Any,
    ) -> tuple[InteractionResult, ...]:
        if not isinstance(endpoint, AddressEndpoint | ServerEndpoint):
            endpoint = ServerEndpoint(endpoint, name="shop:server")
        contract = Contract(consumer="web-shop", provider="shop", interactions=interactions)
        module = SimpleNamespace(**{f"function_{number}": each for number, each in enumerate(handlers)})
        transport = GrpcTransport(endpoint, timeout=timeout)
        [result] = verify_contracts(
            [SelectedContract(contract=contract, interactions=interactions)],
            transport,
            VerificationOptions(states=handlers_of(cast(ModuleType, module)), **options),
        )
        return result.results

    return run


@pytest.fixture(scope="session")
def answering() -> Callable[..., Callable[[Any], None]]:
    """Give a function that adds procedures to a server, each answered by `behaviour(requests, context)` in bytes."""

    def make(**behaviours: Callable[..., Any]) -> Callable[[Any], None]:
        class Handler(grpc.GenericRpcHandler):
            def service(self, details: Any) -> Any:
                found = behaviours.get(details.method.rpartition("/")[2])
                return found and grpc.stream_stream_rpc_method_handler(found)

        return lambda server: server.add_generic_rpc_handlers((Handler(),))

    return make


@pytest.fixture
def serve() -> Iterator[Callable[..., int]]:
    """Start synchronous servers on free ports and give the ports."""
    servers: list[Any] = []

    def start(add: Callable[[Any], None], credentials: Any = None) -> int:
        server = grpc.server(ThreadPoolExecutor(4))
        add(server)
        place = "localhost:0"
        port = server.add_secure_port(place, credentials) if credentials else server.add_insecure_port(place)
        server.start()
        servers.append(server)
        return port

    yield start
    for server in servers:
        server.stop(None).wait()
