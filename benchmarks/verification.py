"""Verification, beside the same client without matching and beside pact-python's verifier, case by case.

Small bodies, large ones, a provider that takes 20 ms, a state before each interaction, ten times as many, and an
application in process. Every side talks to the same provider in a process of its own. Times are of the wall, and of
this process alone where they are called processor time. Run: python benchmarks/verification.py [CASE ...]
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contractkit import provider_state
from contractkit.document import dump_contract
from contractkit.model import (
    Contract,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedRules,
    ProviderState,
    Rule,
    parse_location,
)
from contractkit.results import Outcome
from contractkit.verification.asgi_transport import AsgiTransport
from contractkit.verification.http_transport import HttpTransport
from contractkit.verification.states import Isolation, StateHandler, StateHandlers
from contractkit.verification.transport import AnyTransport
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

LINES = [{"sku": f"TEA-{number:03}", "quantity": number, "price": 6.25, "gift": False} for number in range(16)]
BODY = {"id": 7, "status": "placed", "customer": "ada@example.com", "total": 12.5, "currency": "EUR", "lines": LINES}
ANSWER = {**BODY, "id": 12, "status": "shipped", "total": 99.5, "lines": [{**line, "price": 7.5} for line in LINES]}
RULES = ("response.body",)  # as recording writes it
CONCURRENCY = VerificationOptions().concurrency
MOST_TIMES_PLAIN = 2
MOST_MEMORY = 150  # MB, of a process that verifies 1,000 interactions
LEAST_LINEAR = 0.8  # of the rate at 1,000, at 10,000
LARGE_LINES = 44  # times the lines of a small body: about 50 kB


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is verified, and what it must reach: so many times the peer's rate, and of the plain client's time.

    `seconds` is what the provider takes for each answer, `lines` by how much its body is larger than the small one.
    """

    count: int = 1000
    lines: int = 1
    seconds: float = 0.0
    has_state: bool = False
    is_in_process: bool = False
    peer_count: int = 0
    least_times_peer: float = 0.0
    most_times_plain: float | None = MOST_TIMES_PLAIN


CASES = {
    "small": Case(peer_count=1000, least_times_peer=20),
    "large": Case(count=100, lines=LARGE_LINES, peer_count=100, least_times_peer=5, most_times_plain=None),
    "slow": Case(seconds=0.02, peer_count=200, least_times_peer=30),
    "states": Case(has_state=True, most_times_plain=None),
    "many": Case(count=10_000),
    "in-process": Case(is_in_process=True),
}


class InstantProvider(asyncio.Protocol):
    """Answers every request at once with a body of other values than the example's, as long as the connection lasts."""

    answer = b""
    seconds = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer as many requests as the data ends; none of them has a body."""
        answers = self.answer * data.count(b"\r\n\r\n")
        if self.seconds:
            asyncio.get_running_loop().call_later(self.seconds, self._transport.write, answers)
        else:
            self._transport.write(answers)


def large(body: dict[str, Any], lines: int) -> dict[str, Any]:
    """Give a body with so many times its lines."""
    return {**body, "lines": body["lines"] * lines}


def serve(listener: socket.socket, case: Case) -> None:
    """Serve on a listening socket until the process is ended."""
    body = json.dumps(large(ANSWER, case.lines)).encode()
    InstantProvider.seconds = case.seconds
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    InstantProvider.answer = head.encode() + body

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(InstantProvider, sock=listener)
        await server.serve_forever()

    asyncio.run(run())


@contextlib.contextmanager
def provider(case: Case = Case()) -> Iterator[str]:
    """Run the instant provider in a process of its own and give its URL."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        process = multiprocessing.get_context("fork").Process(target=serve, args=(listener, case), daemon=True)
        process.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            process.terminate()
            process.join()


def make_contract(count: int, *, lines: int = 1, has_state: bool = False) -> Contract:
    """Give a contract of that many reads, each expecting a body of about 1 kB times `lines` under one rule."""
    states = (ProviderState(name="an order"),) if has_state else ()
    rules = tuple(LocatedRules(location=parse_location(place), rules=(Rule("type"),)) for place in RULES)
    interactions = tuple(
        Interaction(
            key=f"{number:016x}",
            description=f"order {number:05}",
            exchange=HttpCall(
                request=HttpRequest(
                    method="GET",
                    path=f"/orders/{number}",
                    query={"expand": ("lines",)},
                    headers={"accept": ("application/json",)},
                ),
                response=HttpResponse(
                    status=200, headers={"content-type": ("application/json",)}, body=JsonBody(large(BODY, lines))
                ),
            ),
            rules=rules,
            states=states,
        )
        for number in range(count)
    )
    return Contract(consumer="web-shop", provider="orders", interactions=interactions)


@provider_state("an order", isolation="interaction")
def an_order() -> Iterator[None]:
    """Prepare nothing, and take it back."""
    yield


STATES = StateHandlers([StateHandler(name="an order", function=an_order, isolation=Isolation.INTERACTION)])


def contractkit_verifies(contract: Contract, url: str) -> None:
    """Verify with contractkit; every interaction must pass."""
    _verify(contract, HttpTransport(url, connections=CONCURRENCY))


def contractkit_verifies_in_process(contract: Contract, _url: str) -> None:
    """Verify an application in this process that answers at once."""
    body = json.dumps(ANSWER).encode()

    async def application(scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = [(b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    _verify(contract, AsgiTransport(application, name="benchmark:application"))


def _verify(contract: Contract, transport: AnyTransport) -> None:
    selected = SelectedContract(contract=contract, interactions=contract.interactions)
    [result] = verify_contracts([selected], transport, VerificationOptions(states=STATES, concurrency=CONCURRENCY))
    assert result.outcome is Outcome.PASSED
    assert len(result.results) == len(contract.interactions)


def plain_client_sends(contract: Contract, url: str) -> None:
    """Send the same requests with the same client and read the answers, comparing nothing."""
    import aiohttp

    async def run() -> None:
        connector = aiohttp.TCPConnector(limit=CONCURRENCY)
        async with aiohttp.ClientSession(connector=connector, skip_auto_headers=["User-Agent"]) as session:
            waiting = iter(contract.interactions)

            async def work() -> None:
                for each in waiting:
                    call = each.exchange
                    assert isinstance(call, HttpCall)
                    headers = {"accept": "application/json"}
                    async with session.get(f"{url}{call.request.path}?expand=lines", headers=headers) as answer:
                        await answer.read()

            await asyncio.gather(*(work() for _ in range(CONCURRENCY)))

    asyncio.run(run())


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Let nothing through to standard output and error: the peer's native code writes there, past Python's streams."""
    kept = os.dup(1), os.dup(2)
    with Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        for number, copy in enumerate(kept, start=1):
            os.dup2(copy, number)
            os.close(copy)


def pact_python_verifies(contract: Contract, url: str) -> None:
    """Verify with the verifier of pact-python; it raises where an interaction fails."""
    from pact import Verifier

    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "web-shop-orders.json"
        file.write_bytes(dump_contract(contract))
        with silenced():
            Verifier("orders", host="127.0.0.1").add_transport(url=url).add_source(file).verify()


@dataclass(frozen=True, slots=True)
class Took:
    """What one run took: interactions per second of the wall, and this process's processor time in seconds."""

    rate: float
    processor: float


def took(run: Callable[[Contract, str], None], contract: Contract, url: str) -> Took:
    """Measure one run."""
    started, spent = time.perf_counter(), time.process_time()
    run(contract, url)
    rate = len(contract.interactions) / (time.perf_counter() - started)
    return Took(rate, time.process_time() - spent)


def measure(name: str, case: Case, rounds: int) -> bool:
    """Run the sides of a case in turn, round by round, print medians, and say whether the bars are kept."""
    whole = make_contract(case.count, lines=case.lines, has_state=case.has_state)
    ours_run = contractkit_verifies_in_process if case.is_in_process else contractkit_verifies
    with provider(case) as url:
        ours_run(make_contract(100, lines=case.lines), url)
        pairs = [(took(ours_run, whole, url), took(plain_client_sends, whole, url)) for _ in range(rounds)]
        peer_contract = make_contract(case.peer_count, lines=case.lines)
        peer = took(pact_python_verifies, peer_contract, url).rate if case.peer_count else 0.0
    ours = statistics.median(each.rate for each, _ in pairs)
    slower = statistics.median(plain.rate / each.rate for each, plain in pairs)
    processor = statistics.median(each.processor / plain.processor for each, plain in pairs)
    bar = f" (bar {case.most_times_plain})" if case.most_times_plain else ""
    print(
        f"{name:11} {case.count:6} interactions  {ours:7.0f}/s   {slower:4.1f} x the plain client's time{bar}, "
        f"{processor:.1f} x its processor time"
    )
    if case.peer_count:
        faster = f"{ours / peer:.0f} x as fast (bar {case.least_times_peer:g})"
        print(f"{'':11} {case.peer_count:6} by pact-python {peer:7.0f}/s   {faster}")
    too_slow = case.most_times_plain is not None and slower > case.most_times_plain
    return not too_slow and (not case.peer_count or ours / peer >= case.least_times_peer)


def measure_growth() -> bool:
    """Compare the processor time per interaction of 1,000 and of 10,000, and print the memory that 1,000 take."""
    with provider() as url:
        contractkit_verifies(make_contract(100), url)
        spent = {count: took(contractkit_verifies, make_contract(count), url).processor for count in (1000, 10_000)}
        memory = _memory_of(url)
    linear = 10 * spent[1000] / spent[10_000]
    print(f"growth      10,000 at {linear:.2f} of the rate of 1,000, by processor time (bar {LEAST_LINEAR})")
    print(f"memory      {memory} MB at 1,000 interactions (bar {MOST_MEMORY})")
    return linear >= LEAST_LINEAR and memory <= MOST_MEMORY


def _memory_of(url: str) -> int:
    """Give the most memory, in MB, of a fresh process that verifies 1,000 interactions.

    As Linux tells it: what `getrusage` tells is that of whoever started the process, where that took more.
    """
    source = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import verification as v;"
        f"v.contractkit_verifies(v.make_contract(1000), {url!r});"
        "print(int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) // 1024)"
    )
    return int(subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True).stdout)


def main() -> int:
    """Measure the cases that are named, all of them by default; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[*CASES, "growth", []], help="those to measure; all by default")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    os.environ["PACT_DO_NOT_TRACK"] = "true"  # a benchmark has no call to make outside
    wanted = options.cases or [*CASES, "growth"]
    kept = [measure(name, CASES[name], options.rounds) for name in wanted if name in CASES]
    if "growth" in wanted:
        kept.append(measure_growth())
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
