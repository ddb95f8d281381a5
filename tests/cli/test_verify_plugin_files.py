"""`contractkit verify` of what Pact's protobuf plugin wrote, from a file and through a broker."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from contractkit.document import dump_contract, load_contract
from contractkit.model import Contract, HalfClosed, Interaction, JsonBody, Received, RpcCall, Sent, Status
from tests.document.plugin_files import compiled, decoded, dumped, encoded, md5, plugin_call, plugin_file, rule

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def descriptors(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return compiled(tmp_path_factory.mktemp("proto"))


@pytest.fixture
def stock(descriptors: bytes) -> Iterator[str]:
    """A real server of the proto, with three of whatever is asked for but Z-9."""

    def item(data: bytes) -> bytes:
        sku = decoded(descriptors, "stock.v1.GetRequest", data)["sku"]
        return encoded(descriptors, "stock.v1.Item", {"sku": sku, "count": 3, "tags": ["new"]})

    def get(data: bytes, context: grpc.ServicerContext) -> bytes:
        if b"Z-9" in data:
            context.abort(grpc.StatusCode.NOT_FOUND, "no item Z-9")
        return item(data)

    def watch(data: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        yield from (item(data), item(data))

    methods = {
        "Get": grpc.unary_unary_rpc_method_handler(get),
        "Watch": grpc.unary_stream_rpc_method_handler(watch),
    }
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("stock.v1.Stock", methods),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


def contract(descriptors: bytes, tree: Any, *, sku: str = "A-1", **more: Any) -> bytes:
    sent = encoded(descriptors, "stock.v1.GetRequest", {"sku": sku})
    expected = None if tree is None else encoded(descriptors, "stock.v1.Item", tree)
    return dumped(plugin_file(descriptors, plugin_call(md5(descriptors), sent, expected, **more)))


def stream() -> Interaction:
    item = Received(message=JsonBody({"count": 3}, "application/protobuf;message=.stock.v1.Item"))
    asked = Sent(message=JsonBody({"sku": "A-1"}, "application/protobuf;message=.stock.v1.GetRequest"))
    call = RpcCall(procedure="stock.v1.Stock/Watch", events=(asked, HalfClosed(), item, item, Status(code="OK")))
    return Interaction(key="w", description="two items", exchange=call)


@pytest.mark.parametrize(
    ("tree", "more"),
    [
        ({"sku": "A-1", "count": 40}, {"response": {"matchingRules": {"body": {"$.count": rule("integer")}}}}),
        (None, {"sku": "Z-9", "response": {"metadata": {"grpc-status": "5", "grpc-message": "no item Z-9"}}}),
    ],
    ids=["a message", "an error"],
)
def test_a_provider_that_keeps_it_passes(
    contractkit: Run, stock: str, descriptors: bytes, tmp_path: Path, tree: Any, more: Any
) -> None:
    (tmp_path / "a.json").write_bytes(contract(descriptors, tree, **more))
    ended = contractkit("verify", "stock", "--grpc", stock, "--contracts", str(tmp_path / "a.json"))
    assert (ended.code, ended.out) == (
        0,
        "stock does what web-shop expects: 1 interaction passed.\n\n  web-shop   1 passed\n",
    )


def test_a_provider_that_breaks_it_fails_with_the_place(
    contractkit: Run, stock: str, descriptors: bytes, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_bytes(contract(descriptors, {"sku": "A-1", "count": 40}))
    ended = contractkit("verify", "stock", "--grpc", stock, "--contracts", str(tmp_path / "a.json"))
    assert (ended.code, ended.out) == (
        1,
        "1 interaction with stock: 1 failed.\n\n"
        "  web-shop   1 failed\n\n"
        "web-shop cannot use the response of stock to stock.v1.Stock/Get.\n\n"
        "  interaction   an item\n"
        "  at            events[2].message.count (the message received)\n"
        "  expected      exactly 40\n"
        "  received      3\n\n"
        f"Run this interaction alone: contractkit verify stock --grpc {stock} --contracts {tmp_path / 'a.json'} "
        '--interaction "an item"\n',
    )


def test_a_verification_of_calls_and_streams_counts_as_whole(
    contractkit: Run, broker: str, stock: str, descriptors: bytes
) -> None:
    written = load_contract(contract(descriptors, {"sku": "A-1", "count": 3}), origin="a.json")
    both = Contract(
        consumer="web-shop",
        provider="stock",
        interactions=(*written.interactions, stream()),
        plugins=written.plugins,
    )
    with httpx.Client(base_url=broker) as http:
        http.put("/pacts/provider/stock/consumer/web-shop/version/4.1.0", content=dump_contract(both))
        asked = ("verify", "stock", "--grpc", stock, "--broker", broker, "--provider-version", "1.0", "--publish")
        ended = contractkit(*asked, "--selector", '{"latest": true}')
        page = http.get("/pacts/provider/stock/consumer/web-shop/version/4.1.0").json()["_links"]["pb:pact-version"]
        (result,) = http.get(f"{page['href']}/verification-results").json()["_embedded"]["verificationResults"]
    assert (ended.code, ended.out) == (
        0,
        "stock does what web-shop expects: 2 interactions passed.\n\n  web-shop   2 passed\n",
    )
    assert (result["success"], len(result["testResults"]), result.get("contractkit:leftOut")) == (True, 2, None)
