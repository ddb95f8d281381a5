"""Requests per second of a stub, each checked, at one and at sixteen connections, and its memory, beside three peers.

Run `python benchmarks/stub_requests.py`; it needs `wrk` (https://github.com/wg/wrk), and `stub_peers` says where Prism,
Specmatic and WireMock come from. Each side is asked for one path over and over, which a stub may remember, and for ever
new ones, which it cannot. Sides take turns; figures are medians over rounds, after a run that warms up. Memory is what
the process and its children hold in the end.
"""

import contextlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from stub_peers import DOCUMENTS, HEADERS, Document, PeerError, Served, installed, plain_file, serving

ROUNDS = int(os.environ.get("ROUNDS", "3"))
SECONDS = int(os.environ.get("SECONDS", "2"))
KINDS = ("one path", "ever new paths")
CONNECTIONS = (1, 16)
BARS = {"petstore": 3.0, "GitHub, current": 20.0}
"""How many times Prism's requests per second at sixteen connections, at least, for each kind."""


def script(document: Document, kind: str) -> str:
    """Give what wrk runs for each request."""
    lines = [f'wrk.headers["{name}"] = "{value}"' for name, value in HEADERS.items()]
    before, _, after = document.path.partition("{}")
    number = "7" if kind == "one path" else '" .. number .. "'
    lines.append("local number = 0")
    request = f'wrk.format("GET", "{before}{number}{after}")'
    lines.append(f"request = function() number = number + 1 return {request} end")
    return "\n".join(lines)


def rate(served: Served, text: str, connections: int) -> float:
    """Give the requests per second of one run.

    Raises:
        PeerError: An answer was no success, or there was none.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(text)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}", "--timeout", "10", "-s", file.name, served.url]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None or float(found[1]) == 0:
        raise PeerError(f"no answer within {SECONDS} s at {connections} connections")
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    if refused is not None:
        raise PeerError(f"{refused[1]} answers at {connections} connections were no success")
    return float(found[1])


class Measured:
    """What was found out about one side."""

    def __init__(self, name: str, served: Served) -> None:
        self.name = name
        self.served = served
        self.rates: dict[tuple[str, int], list[float]] = {}
        self.failure = ""

    def run(self, document: Document, kind: str, connections: int, *, is_kept: bool) -> None:
        """Run once; a side that fails is not asked again."""
        if self.failure:
            return
        try:
            found = rate(self.served, script(document, kind), connections)
        except PeerError as error:
            self.failure = f"{kind}: {error}"
        else:
            if is_kept:
                self.rates.setdefault((kind, connections), []).append(found)

    def median(self, kind: str, connections: int) -> float:
        """Give the median rate; 0 where there is none."""
        return statistics.median(self.rates.get((kind, connections), [0.0]))


def measure(document: Document, file: Path) -> None:
    """Print the rates and the memory of each side for one document."""
    print(f"{document.name}, requests per second, {ROUNDS} rounds of {SECONDS} s")
    with contextlib.ExitStack() as stack:
        sides = []
        for side, program in installed().items():
            try:
                served = stack.enter_context(serving(side, program, file, document))
                sides.append(Measured(side.name, served))
            except PeerError as error:
                print(f"  {side.name:<12} {error}")
        for kind in KINDS:
            for connections in CONNECTIONS:
                for number in range(ROUNDS + 1):
                    for each in sides:
                        each.run(document, kind, connections, is_kept=number > 0)
        for each in sides:
            figures = "  ".join(
                f"{kind}, {connections:2}: {each.median(kind, connections):7.0f}"
                for kind in KINDS
                for connections in CONNECTIONS
            )
            print(f"  {each.name:<12} {figures}  memory: {each.served.memory():5.0f} MiB  {each.failure}".rstrip())
        judge(document, {each.name: each for each in sides})


def judge(document: Document, sides: dict[str, Measured]) -> None:
    """Print whether the bars hold for a document that has some, beside Prism."""
    bar, ours, theirs = BARS.get(document.name), sides.get("contractkit"), sides.get("Prism")
    if bar is None or ours is None or theirs is None or theirs.failure:
        return
    for kind in KINDS:
        ratio = ours.median(kind, 16) / theirs.median(kind, 16)
        print(
            f"  bar: {bar:.0f} x Prism, {kind}, 16 connections: {ratio:.1f} x, {'met' if ratio >= bar else 'NOT MET'}"
        )
    own, other = ours.served.memory(), theirs.served.memory()
    word = "met" if own < other else "NOT MET"
    print(f"  bar: less memory than Prism: {own:.0f} MiB beside {other:.0f} MiB, {word}")


def main() -> None:
    """Measure each document."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed")
    with tempfile.TemporaryDirectory() as folder:
        for document in DOCUMENTS:
            with plain_file(document, Path(folder)) as file:
                if file is not None:
                    measure(document, file)


if __name__ == "__main__":
    main()
