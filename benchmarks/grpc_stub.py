"""Unary calls per second of the gRPC stub, beside a bare grpc.aio server that sends one prepared answer.

Servers run in processes of their own and are asked by the same client of asyncio in this one: a hundred different
requests again and again, or another one each time; one call at a time and several at once; answers of an ordinary
size, then small and large ones. The bare server's answer is as long as the stub's. Rounds are
shuffled; the median of the ratios of each round is reported. The bar: within 1.5 times the bare server's time per call.

    python benchmarks/grpc_stub.py --calls 2000 --rounds 5
    python benchmarks/grpc_stub.py --message ordinary
"""

import argparse
import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc.aio

from contractkit.sources import read_definition

PROTO = """\
syntax = "proto3";
package stock.v1;
import "google/protobuf/timestamp.proto";
service Stock {
  rpc GetItem(GetRequest) returns (Item);
  rpc GetOrder(GetRequest) returns (Order);
  rpc GetReport(GetRequest) returns (Report);
}
message GetRequest { int64 id = 1; string note = 2; }
message Report { Order first = 1; Order second = 2; Order third = 3; Order fourth = 4; }
message Order {
  int64 id = 1; string number = 2; Status status = 3; Customer customer = 4; repeated Line lines = 5;
  google.protobuf.Timestamp created_at = 6; double total = 7; string currency = 8; bool paid = 9;
  repeated string tags = 10;
}
enum Status { STATUS_UNSPECIFIED = 0; PLACED = 1; SHIPPED = 2; }
message Customer { int64 id = 1; string name = 2; string email = 3; string phone = 4; Address address = 5; }
message Address { string street = 1; string city = 2; string postal_code = 3; string country = 4; }
message Line { string sku = 1; string title = 2; int32 quantity = 3; double price = 4; }
message Item { int64 id = 1; string name = 2; Size size = 3; repeated string labels = 4; }
message Size { double width = 1; double height = 2; }
"""

BARE = """
import asyncio, sys
import grpc
import grpc.aio

ANSWER = bytes(int(sys.argv[1]))

class Bare(grpc.GenericRpcHandler):
    def service(self, details):
        return HANDLER

async def answer(request, context):
    return ANSWER

HANDLER = grpc.unary_unary_rpc_method_handler(answer)

async def serve():
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((Bare(),))
    print("bare: 127.0.0.1:%d" % server.add_insecure_port("127.0.0.1:0"), flush=True)
    await server.start()
    await server.wait_for_termination()

asyncio.run(serve())
"""

STUB = "from contractkit.cli.main import main; main()"

RECORDING = """
import sys, time
from pathlib import Path
from contractkit.recording import StubSession, TestOrigin, stubbed_provider

origin = TestOrigin(node_id="t", file="t.py", source="t.py", line=1, thread=0)
provider = stubbed_provider("stock", sys.argv[1], root=Path.cwd())
session = StubSession(provider, consumer="shop", origin=origin)
print("recording: " + session.target, flush=True)
time.sleep(3600)
"""


MESSAGES = {"ordinary": "GetOrder", "small": "GetItem", "large": "GetReport"}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--message", choices=MESSAGES, action="append", help="how large answers are")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "stock.proto"
        file.write_text(PROTO)
        for message in given.message or MESSAGES:
            compare(file, message, given.calls, given.rounds)


def compare(file: Path, message: str, calls: int, rounds: int) -> None:
    path = f"/stock.v1.Stock/{MESSAGES[message]}"
    values, size = answer_to(path)
    print(f"\n{message} answers: {values} values in {size} bytes")
    candidates = {
        "bare grpc.aio": ("-c", BARE, str(size)),
        "contractkit stub": ("-c", STUB, "stub", str(file)),
        "recording session": ("-c", RECORDING, str(file)),
    }
    for at_once, different in ((1, 100), (16, 100), (1, calls), (16, calls)):
        times: dict[str, list[float]] = {name: [] for name in candidates}
        for _ in range(rounds):
            for name in random.sample(list(candidates), len(candidates)):
                with serving(*candidates[name]) as target:
                    times[name].append(asyncio.run(measured(target, path, calls, at_once, different)))
        report(times, at_once, different)


def answer_to(path: str) -> tuple[int, int]:
    """Give the number of scalars and of bytes of the stub's answer."""
    definition = read_definition(PROTO.encode(), source="stock.proto").protobuf
    procedure = definition.find(path)
    assert procedure is not None
    answer = definition.answer(procedure, seed="", request={"id": 7, "note": ""})
    return scalars_in(answer.tree), len(answer.encoded)


def scalars_in(tree: Any) -> int:
    if isinstance(tree, dict):
        return sum(map(scalars_in, tree.values()))
    return sum(map(scalars_in, tree)) if isinstance(tree, list) else 1


def report(times: dict[str, list[float]], at_once: int, different: int) -> None:
    bare = times["bare grpc.aio"]
    print(f"\nunary calls, {different} different requests, {at_once} at once")
    for name, seconds in times.items():
        ratio = statistics.median(one / other for one, other in zip(seconds, bare, strict=True))
        print(f"  {name:20} {1 / statistics.median(seconds):8,.0f} calls/s   x {ratio:.2f} per call")


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip().rpartition(": ")[2]
        finally:
            process.kill()


async def measured(target: str, path: str, calls: int, at_once: int, different: int) -> float:
    """Give the seconds per call."""
    async with grpc.aio.insecure_channel(target) as channel:
        call: Any = channel.unary_unary(path)
        numbers = iter(range(1, calls + 1))

        async def ask() -> None:
            for number in numbers:
                await call(b"\x08" + varint(number % different))

        for number in range(1, 101):  # warm
            await call(b"\x08" + varint(number % different))
        start = time.perf_counter()
        await asyncio.gather(*(ask() for _ in range(at_once)))
        return (time.perf_counter() - start) / calls


def varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    return bytes([*encoded, number])


if __name__ == "__main__":
    main()
