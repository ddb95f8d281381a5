"""What a stub needs beside three peers: start, requests per second at one and sixteen connections, processor, memory.

Run `PEERS=FOLDER python benchmarks/stub_requests.py [DOCUMENT…]`; it needs `wrk` (https://github.com/wg/wrk), and
`stub_peers` says where Prism, Specmatic and WireMock come from and how documents are named. Each side is asked for one
path over and over, which a stub may remember, and for ever new ones, which it cannot. Sides take turns; figures are
medians over ROUNDS rounds (3) of SECONDS seconds (2), after a round that warms up. This project's stub starts with an
empty cache. The processor is what the process and its children used for a request at sixteen connections: where
other programs run beside, ratios of it are worth more than those of requests per second. Memory is what they hold in
the end.
"""

import contextlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from stub_peers import HEADERS, Document, PeerError, Served, asked_documents, installed, plain_file, serving

ROUNDS: Final = int(os.environ.get("ROUNDS", "3"))
SECONDS: Final = int(os.environ.get("SECONDS", "2"))
KINDS: Final = ("one path", "new paths")
CONNECTIONS: Final = (1, 16)
BARS: Final = {"petstore": 3.0, "GitHub, current": 20.0}
"""How many times Prism's requests per second at sixteen connections, at least, for each kind."""

COLUMNS: Final = ("start", *(f"{kind}, {count}" for kind in KINDS for count in CONNECTIONS), "processor", "memory")


def script(document: Document, kind: str) -> str:
    """Give what wrk runs for each request."""
    lines = [f'wrk.headers["{name}"] = "{value}"' for name, value in HEADERS.items()]
    before, _, after = document.path.partition("{}")
    number = "7" if kind == "one path" else '" .. number .. "'
    lines.append(f"local number = {int.from_bytes(os.urandom(3)) * 1000}")  # no run sees the paths of another one
    request = f'wrk.format("GET", "{before}{number}{after}")'
    lines.append(f"request = function() number = number + 1 return {request} end")
    return "\n".join(lines)


def rate(served: Served, text: str, connections: int) -> tuple[float, float]:
    """Give the requests per second of one run, and the microseconds of processor for each.

    Raises:
        PeerError: An answer was no success, or there was none.
    """
    before = served.processor_time()
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(text)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}", "--timeout", "10", "-s", file.name, served.url]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+) requests in .*Requests/sec:\s+([\d.]+)", said, re.DOTALL)
    if found is None or int(found[1]) == 0:
        raise PeerError(f"no answer within {SECONDS} s at {connections} connections")
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    if refused is not None:
        raise PeerError(f"{refused[1]} answers at {connections} connections were no success")
    return float(found[2]), 1e6 * (served.processor_time() - before) / int(found[1])


class Measured:
    """What was found out about one side."""

    def __init__(self, name: str, served: Served) -> None:
        self.name = name
        self.served = served
        self.rates: dict[tuple[str, int], list[tuple[float, float]]] = {}
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

    def rate(self, kind: str, connections: int) -> float:
        """Give the median rate; 0 where there is none."""
        return statistics.median(each for each, _ in self.rates.get((kind, connections), [(0.0, 0.0)]))

    def processor(self, kind: str) -> float:
        """Give the median of the microseconds of processor for a request at sixteen connections."""
        return statistics.median(each for _, each in self.rates.get((kind, 16), [(0.0, 0.0)]))

    def cells(self) -> list[str]:
        """Give its row of the table."""
        rates = [f"{self.rate(kind, count):.0f}/s" for kind in KINDS for count in CONNECTIONS]
        processor = f"{self.processor('new paths'):.0f} us"
        return [f"{self.served.first_answer:.2f} s", *rates, processor, f"{self.served.memory():.0f} MiB"]


def measure(document: Document, file: Path) -> None:
    """Print what each side needs for one document."""
    print(f"\n{document.name}: {ROUNDS} rounds of {SECONDS} s, load {os.getloadavg()[0]:.1f}")
    with contextlib.ExitStack() as stack:
        sides = []
        cache = {"XDG_CACHE_HOME": stack.enter_context(tempfile.TemporaryDirectory())}
        for side, program in installed().items():
            try:
                served = stack.enter_context(serving(side, program, file, document, cache))
                sides.append(Measured(side.name, served))
            except PeerError as error:
                print(f"  {side.name} is left out: {error}")
        for kind in KINDS:
            for connections in CONNECTIONS:
                for number in range(ROUNDS + 1):
                    for each in sides:
                        each.run(document, kind, connections, is_kept=number > 0)
        tabulate(sides)
        judge(document, {each.name: each for each in sides})


def tabulate(sides: Sequence[Measured]) -> None:
    """Print the table, and how many times faster this project's stub is."""
    print("  " + " | ".join([f"{'':<12}", *(f"{each:>13}" for each in COLUMNS)]))
    for each in sides:
        print("  " + " | ".join([f"{each.name:<12}", *(f"{cell:>13}" for cell in each.cells())]))
        if each.failure:
            print(f"  {each.name} {each.failure}")
    ours = next((each for each in sides if each.name == "contractkit"), None)
    for each in sides if ours is not None else ():
        if each is not ours and ours is not None and not each.failure:
            print("  " + " | ".join([f"{'x ' + each.name:<12}", *(f"{cell:>13}" for cell in ratios(ours, each))]))


def ratios(ours: Measured, theirs: Measured) -> list[str]:
    """Give by how much this project's stub needs less, or answers more, in the order of the columns."""
    rates = [(ours.rate(kind, count), theirs.rate(kind, count)) for kind in KINDS for count in CONNECTIONS]
    found = [
        (theirs.served.first_answer, ours.served.first_answer),
        *rates,
        (theirs.processor("new paths"), ours.processor("new paths")),
        (theirs.served.memory(), ours.served.memory()),
    ]
    return [f"{more / less:.1f} x" if less else "" for more, less in found]


def judge(document: Document, sides: dict[str, Measured]) -> None:
    """Print whether the bars hold for a document that has some, beside Prism."""
    bar, ours, theirs = BARS.get(document.name), sides.get("contractkit"), sides.get("Prism")
    if bar is None or ours is None or theirs is None or theirs.failure:
        return
    for kind in KINDS:
        ratio = ours.rate(kind, 16) / theirs.rate(kind, 16)
        used = theirs.processor(kind) / ours.processor(kind)
        verdict = "met" if ratio >= bar else "NOT MET"
        print(f"  bar: {bar:.0f} x Prism, {kind}, 16 connections: {ratio:.1f} x ({used:.1f} x by processor), {verdict}")
    own, other = ours.served.memory(), theirs.served.memory()
    word = "met" if own < other else "NOT MET"
    print(f"  bar: less memory than Prism: {own:.0f} MiB beside {other:.0f} MiB, {word}")


def main() -> None:
    """Measure each document."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed")
    with tempfile.TemporaryDirectory() as folder:
        for document in asked_documents():
            with plain_file(document, Path(folder)) as file:
                if file is not None:
                    measure(document, file)


if __name__ == "__main__":
    main()
