"""Verification of 1,000 interactions: beside the same client without matching, and beside pact-python's verifier.

Every side talks to the same instant provider in a process of its own. Run: python benchmarks/verification.py
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from contractkit.document import dump_contract
from contractkit.model import (
    Contract,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedRules,
    Rule,
    parse_location,
)
from contractkit.results import Outcome
from contractkit.verification.http_transport import HttpTransport
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

LINES = [{"sku": f"TEA-{number:03}", "quantity": number, "price": 6.25, "gift": False} for number in range(16)]
BODY = {"id": 7, "status": "placed", "customer": "ada@example.com", "total": 12.5, "currency": "EUR", "lines": LINES}
ANSWER = {**BODY, "id": 12, "status": "shipped", "total": 99.5, "lines": [{**line, "price": 7.5} for line in LINES]}
RULES = ("response.body",)  # as recording writes it
CONCURRENCY = 16
LEAST_TIMES_PEER = 5
MOST_TIMES_PLAIN = 2


class InstantProvider(asyncio.Protocol):
    """Answers every request at once with a body of other values than the example's, as long as the connection lasts."""

    answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer as many requests as the data ends; none of them has a body."""
        self._transport.write(self.answer * data.count(b"\r\n\r\n"))


def serve(listener: socket.socket) -> None:
    """Serve on a listening socket until the process is ended."""
    body = json.dumps(ANSWER).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    InstantProvider.answer = head.encode() + body

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(InstantProvider, sock=listener)
        await server.serve_forever()

    asyncio.run(run())


@contextlib.contextmanager
def provider() -> Iterator[str]:
    """Run the instant provider in a process of its own and give its URL."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        process = multiprocessing.get_context("fork").Process(target=serve, args=(listener,), daemon=True)
        process.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            process.terminate()
            process.join()


def make_contract(count: int) -> Contract:
    """Give a contract of that many reads, each expecting a body of about 1 kB under three rules."""
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
                response=HttpResponse(status=200, headers={"content-type": ("application/json",)}, body=JsonBody(BODY)),
            ),
            rules=rules,
        )
        for number in range(count)
    )
    return Contract(consumer="web-shop", provider="orders", interactions=interactions)


def contractkit_verifies(contract: Contract, url: str) -> None:
    """Verify with contractkit; every interaction must pass."""
    selected = SelectedContract(contract=contract, interactions=contract.interactions)
    transport = HttpTransport(url, connections=CONCURRENCY)
    [result] = verify_contracts([selected], transport, VerificationOptions(concurrency=CONCURRENCY))
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


def rate_of(run: Callable[[Contract, str], None], contract: Contract, url: str) -> float:
    """Give the number of interactions per second of one run."""
    started = time.perf_counter()
    run(contract, url)
    return len(contract.interactions) / (time.perf_counter() - started)


def main() -> int:
    """Run all sides in turn, round by round, and print the medians of rates and ratios; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interactions", type=int, default=1000)
    parser.add_argument("--peer-interactions", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    os.environ["PACT_DO_NOT_TRACK"] = "true"  # a benchmark has no call to make outside
    whole, small = make_contract(options.interactions), make_contract(options.peer_interactions)
    sides = ((contractkit_verifies, whole), (plain_client_sends, whole), (pact_python_verifies, small))
    with provider() as url:
        rounds = [[rate_of(run, contract, url) for run, contract in sides] for _ in range(options.rounds + 1)][1:]
    ours, plain, peer = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    slower = statistics.median(rates[1] / rates[0] for rates in rounds)
    faster = statistics.median(rates[0] / rates[2] for rates in rounds)
    print(f"body                            {len(json.dumps(BODY))} bytes, {len(RULES)} rule")
    print(f"contractkit                     {ours:8.0f} interactions per second ({options.interactions})")
    print(f"the same client, no matching    {plain:8.0f} requests per second")
    print(f"pact-python's verifier          {peer:8.0f} interactions per second ({options.peer_interactions})")
    print(f"contractkit takes {slower:.1f} x the plain client's time (bar {MOST_TIMES_PLAIN})")
    print(f"contractkit verifies {faster:.1f} x as fast as pact-python (bar {LEAST_TIMES_PEER})")
    return 0 if faster >= LEAST_TIMES_PEER else 1


if __name__ == "__main__":
    sys.exit(main())
