"""Unary calls per second of the gRPC stub, beside a bare grpc.aio server that sends one prepared answer.

Servers run in processes of their own and are asked by the same client of asyncio in this one: a hundred different
requests again and again, or another one each time; one call at a time and several at once; answers of an ordinary
size, then small and large ones. The bare server's answer is as long as the stub's. Servers take turns in short
rounds; the median of the ratios of each round is reported, and beside it the processor time that the server's process
spent on a call in the quieter rounds, which other load on the machine changes less. The bar: within 1.5 times the bare
server's time per call. Linux only, as other systems do not tell the processor time of another process so finely.

    python benchmarks/grpc_stub.py --calls 400 --rounds 15
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
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
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
REPEATED = 100
BASELINE = "bare grpc.aio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server's address and process."""

    target: str
    process: int

    def cpu(self) -> float:
        """Give the seconds of processor time that its process has spent."""
        return time.clock_gettime(~self.process << 3 | 2)  # what Linux's clock_getcpuclockid(3) makes of a process


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a call took on average, in seconds: as the client saw it, and of the server's processor time."""

    seconds: float
    cpu: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=400, help="calls of a round")
    options.add_argument("--rounds", type=int, default=15)
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
        BASELINE: ("-c", BARE, str(size)),
        "contractkit stub": ("-c", STUB, "stub", str(file)),
        "recording session": ("-c", RECORDING, str(file)),
    }
    for at_once, different in ((1, REPEATED), (16, REPEATED), (1, None), (16, None)):
        with ExitStack() as stack:
            servers = {name: stack.enter_context(serving(*started)) for name, started in candidates.items()}
            report(asyncio.run(measured(servers, path, calls, rounds, at_once, different)), at_once, different)


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


def report(spent: dict[str, list[Spent]], at_once: int, different: int | None) -> None:
    asked = "always different requests" if different is None else f"{different} different requests"
    print(f"\nunary calls, {asked}, {at_once} at once")
    for name, rounds in spent.items():
        pairs = list(zip(rounds, spent[BASELINE], strict=True))
        wall = statistics.median(one.seconds / bare.seconds for one, bare in pairs)
        per_second = 1 / statistics.median(one.seconds for one in rounds)
        cpu, bare_cpu = quiet(rounds), quiet(spent[BASELINE])
        print(f"  {name:20} {per_second:8,.0f} calls/s   x {wall:.2f} per call   ", end="")
        print(f"{cpu * 1e6:6.0f} us of the server's processor   x {cpu / bare_cpu:.2f}", flush=True)


def quiet(rounds: list[Spent]) -> float:
    """Give the processor time of a call in the quieter rounds: who else runs empties the caches."""
    return statistics.quantiles([one.cpu for one in rounds], n=4)[0]


@contextmanager
def serving(*arguments: str) -> Iterator[Server]:
    with subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield Server(target=process.stdout.readline().strip().rpartition(": ")[2], process=process.pid)
        finally:
            process.kill()


async def measured(
    servers: dict[str, Server], path: str, calls: int, rounds: int, at_once: int, different: int | None
) -> dict[str, list[Spent]]:
    """Give what each server spent per call in each round."""
    spent: dict[str, list[Spent]] = {name: [] for name in servers}
    async with AsyncExitStack() as stack:
        asked: dict[str, Any] = {}
        for name, server in servers.items():
            channel = await stack.enter_async_context(grpc.aio.insecure_channel(server.target))
            asked[name] = channel.unary_unary(path)
            await ask(asked[name], range(1, 301), at_once, different)  # warm
        for number in range(rounds):
            numbers = range(1000 + number * calls, 1000 + (number + 1) * calls)
            for name in random.sample(list(servers), len(servers)):
                start, cpu = time.perf_counter(), servers[name].cpu()
                await ask(asked[name], numbers, at_once, different)
                seconds, cpu = time.perf_counter() - start, servers[name].cpu() - cpu
                spent[name].append(Spent(seconds=seconds / calls, cpu=cpu / calls))
    return spent


async def ask(call: Any, numbers: Iterable[int], at_once: int, different: int | None) -> None:
    left = iter(numbers)

    async def one_by_one() -> None:
        for number in left:
            await call(b"\x08" + varint(number % different if different else number))

    await asyncio.gather(*(one_by_one() for _ in range(at_once)))


def varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    return bytes([*encoded, number])


if __name__ == "__main__":
    main()
