"""Unary calls per second of the gRPC stub, beside a bare grpc.aio server that sends one prepared answer.

Servers run in processes of their own and are asked by the same client of asyncio in this one: a hundred different
requests again and again, or another one each time; one call at a time and several at once. Rounds are shuffled; the
median of the ratios of each round is reported. The bar: within 1.5 times the bare server's time per call.

    python benchmarks/grpc_stub.py --calls 2000 --rounds 5
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

import grpc.aio

PROTO = """\
syntax = "proto3";
package stock.v1;
service Stock { rpc GetItem(GetItemRequest) returns (Item); }
message GetItemRequest { int64 id = 1; string note = 2; }
message Item { int64 id = 1; string name = 2; Size size = 3; repeated string labels = 4; }
message Size { double width = 1; double height = 2; }
"""

BARE = """
import asyncio, sys
import grpc
import grpc.aio

ANSWER = bytes.fromhex("0807120b456d626572206365646172")

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


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "stock.proto"
        file.write_text(PROTO)
        candidates = {
            "bare grpc.aio": ("-c", BARE),
            "contractkit stub": ("-c", STUB, "stub", str(file)),
            "recording session": ("-c", RECORDING, str(file)),
        }
        for at_once, different in ((1, 100), (16, 100), (1, given.calls), (16, given.calls)):
            times = {name: [] for name in candidates}
            for _ in range(given.rounds):
                for name in random.sample(list(candidates), len(candidates)):
                    with serving(*candidates[name]) as target:
                        times[name].append(asyncio.run(measured(target, given.calls, at_once, different)))
            report(times, at_once, different)


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


async def measured(target: str, calls: int, at_once: int, different: int) -> float:
    """Give the seconds per call."""
    async with grpc.aio.insecure_channel(target) as channel:
        call = channel.unary_unary("/stock.v1.Stock/GetItem")
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
