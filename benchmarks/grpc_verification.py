"""Verification of 1,000 unary calls over gRPC: beside the same calls made by a bare grpc.aio client.

Both sides talk to the same server in a process of its own, one call after another, as calls without declared isolation
are replayed. Run: python benchmarks/grpc_verification.py
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
    ServiceDescriptorProto,
)

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import Side
from contractkit.exact_json import Json
from contractkit.model import (
    Contract,
    HalfClosed,
    Interaction,
    JsonBody,
    LocatedRules,
    Received,
    RpcCall,
    Rule,
    Sent,
    Status,
    WireForm,
    parse_location,
)
from contractkit.results import Outcome
from contractkit.verification.grpc_endpoints import AddressEndpoint
from contractkit.verification.grpc_transport import GrpcTransport
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

PROCEDURE = "orders.v1.Orders/GetOrder"
LINES: list[Json] = [{"sku": f"TEA-{number:03}", "quantity": number, "price": 6.25} for number in range(16)]
ORDER: dict[str, Json] = {"id": 7, "status": "placed", "customer": "ada@example.com", "total": 12.5}
ANSWER: dict[str, Json] = {**ORDER, "id": 12, "status": "shipped", "total": 99.5}
RULES = (LocatedRules(location=parse_location("events[2].message"), rules=(Rule("type"),)),)  # as recording writes it
MOST_TIMES_PLAIN = 2


def message(name: str, **fields: int | str) -> DescriptorProto:
    """Give a message type: a field per name, of a scalar type's number, or repeated of the named message type."""
    described = DescriptorProto(name=name)
    for number, (field, kind) in enumerate(fields.items(), start=1):
        label = FieldDescriptorProto.LABEL_REPEATED if isinstance(kind, str) else FieldDescriptorProto.LABEL_OPTIONAL
        typed: dict[str, Any] = {"type_name": kind, "type": 11} if isinstance(kind, str) else {"type": kind}
        described.field.add(name=field, number=number, label=label, **typed)
    return described


def descriptors() -> bytes:
    """Give the descriptor set of the orders."""
    double, int64, text = 1, 3, 9
    file = FileDescriptorProto(
        name="orders.proto",
        package="orders.v1",
        syntax="proto3",
        message_type=[
            message("Asked", id=int64),
            message("Line", sku=text, quantity=int64, price=double),
            message("Order", id=int64, status=text, customer=text, total=double, lines=".orders.v1.Line"),
        ],
        service=[
            ServiceDescriptorProto(
                name="Orders",
                method=[MethodDescriptorProto(name="GetOrder", input_type="Asked", output_type="Order")],
            )
        ],
    )
    return FileDescriptorSet(file=[file]).SerializeToString()


def encoded(tree: Json, side: Side) -> bytes:
    """Give the bytes of a message."""
    definition = ProtoDefinition(descriptors(), source="orders.proto")
    return definition.encode(definition.procedure(PROCEDURE), side, tree)


class Orders(grpc.GenericRpcHandler):
    """Answers every call at once with an order of other values than the example's."""

    def __init__(self, lines: int) -> None:
        self._answer = encoded({**ANSWER, "lines": LINES[:lines]}, Side.RESPONSE)

    def service(self, details: Any) -> Any:
        """Give the one behaviour there is."""
        return grpc.unary_unary_rpc_method_handler(self._get)

    async def _get(self, request: bytes, context: Any) -> bytes:
        return self._answer


def serve(ports: Any, lines: int) -> None:
    """Serve on a free port, having told it, until the process is ended."""

    async def run() -> None:
        server = grpc.aio.server()
        server.add_generic_rpc_handlers((Orders(lines),))
        ports.put(server.add_insecure_port("127.0.0.1:0"))
        await server.start()
        await server.wait_for_termination()

    asyncio.run(run())


@contextlib.contextmanager
def provider(lines: int) -> Iterator[str]:
    """Run the server in a process of its own and give its address."""
    context = multiprocessing.get_context("spawn")
    ports = context.Queue()
    process = context.Process(target=serve, args=(ports, lines), daemon=True)
    process.start()
    try:
        yield f"127.0.0.1:{ports.get(timeout=30)}"
    finally:
        process.terminate()
        process.join()


def make_contract(count: int, lines: int) -> Contract:
    """Give a contract of that many unary calls, each expecting an order of that many lines under one rule."""
    wire = WireForm(descriptors=descriptors(), request=b"")
    interactions = tuple(
        Interaction(
            key=f"{number:016x}",
            description=f"order {number:05}",
            exchange=RpcCall(
                procedure=PROCEDURE,
                events=(
                    Sent(message=JsonBody({"id": number}, "application/protobuf;message=.orders.v1.Asked")),
                    HalfClosed(),
                    Received(
                        message=JsonBody(
                            {**ORDER, "lines": LINES[:lines]}, "application/protobuf;message=.orders.v1.Order"
                        )
                    ),
                    Status(code="OK"),
                ),
            ),
            rules=RULES,
            wire=wire,
        )
        for number in range(count)
    )
    return Contract(consumer="web-shop", provider="orders", interactions=interactions)


def contractkit_verifies(contract: Contract, address: str) -> None:
    """Verify with contractkit; every interaction must pass."""
    selected = SelectedContract(contract=contract, interactions=contract.interactions)
    [result] = verify_contracts([selected], GrpcTransport(AddressEndpoint(address)), VerificationOptions())
    assert result.outcome is Outcome.PASSED
    assert len(result.results) == len(contract.interactions)


def bare_client_calls(contract: Contract, address: str) -> None:
    """Make the same calls with a bare client, with the bytes at hand, comparing nothing."""
    request = encoded({"id": 7}, Side.REQUEST)

    async def run() -> None:
        async with grpc.aio.insecure_channel(address) as channel:
            method: Any = channel.unary_unary(f"/{PROCEDURE}")
            for _ in contract.interactions:
                await method(request, timeout=10)

    asyncio.run(run())


def rate_of(run: Callable[[Contract, str], None], contract: Contract, address: str) -> float:
    """Give the number of calls per second of one run."""
    started = time.perf_counter()
    run(contract, address)
    return len(contract.interactions) / (time.perf_counter() - started)


def main() -> int:
    """Measure small, ordinary and large messages; 1 where the bar is missed for any of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interactions", type=int, default=1000)
    parser.add_argument("--lines", type=int, nargs="+", default=[2, 7, 16], help="lines of orders: three values each")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    missed = [
        lines for lines in options.lines if measured(options.interactions, lines, options.rounds) > MOST_TIMES_PLAIN
    ]
    return 1 if missed else 0


def measured(interactions: int, lines: int, count: int) -> float:
    """Run both sides in turn, round by round; print the medians of rates and of the ratio, and give the ratio."""
    contract = make_contract(interactions, lines)
    sides = (contractkit_verifies, bare_client_calls)
    with provider(lines) as address:
        rounds = [[rate_of(run, contract, address) for run in sides] for _ in range(count + 1)][1:]
    ours, plain = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    slower = statistics.median(rates[1] / rates[0] for rates in rounds)
    print(f"message                  {4 + 3 * lines} values, 1 rule")
    print(f"contractkit              {ours:8.0f} interactions per second ({interactions})")
    print(f"a bare grpc.aio client   {plain:8.0f} calls per second")
    print(f"contractkit takes {slower:.2f} x the bare client's time (bar {MOST_TIMES_PLAIN})")
    return slower


if __name__ == "__main__":
    sys.exit(main())
