"""What it costs a test to note which of the consumer's code runs, to take the digest of it, and to watch what is read.

A small client of five modules, each with forty functions, asks a transport in process once per test and looks at two of
twenty fields. Rounds of all ways take turns; figures are processor time per test, ratios of one round, medians of all.

    python benchmarks/noting.py --tests 200 --rounds 7
"""

import argparse
import importlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
from pytest_contractkit.executed import Executed, note

from contractkit.recording.reads_clients import watch_reads

MODULES, FUNCTIONS = 5, 40
BODY = {f"field{number}": number for number in range(20)}


def main() -> None:
    """Print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=int, default=200, help="tests in a round")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each way")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ways = ways_of(written_client(Path(folder)))
        cold = milliseconds(ways["noted, with the digest"], 1)
        rounds = [{name: milliseconds(way, given.tests) for name, way in ways.items()} for _ in range(given.rounds)]
    print(f"first digest, sources read: {cold:.1f} ms")
    print(f"{'per test':28}{'ms':>8}{'plain x':>10}")
    for name in ways:
        took = statistics.median(each[name] for each in rounds)
        ratio = statistics.median(each[name] / each["plain"] for each in rounds)
        print(f"{name:28}{took:8.3f}{ratio:10.2f}")


def ways_of(client: Any) -> Mapping[str, Callable[[], object]]:
    """Give the ways to run one test."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=BODY))
    opened = httpx.Client(transport=transport, base_url="http://orders.test")

    def test() -> None:
        assert client.total(opened) == BODY["field3"]

    def noted() -> Executed:
        executed = Executed()
        with note(executed):
            test()
        return executed

    def watched() -> None:
        with watch_reads():
            test()

    return {
        "plain": test,
        "noted": noted,
        "noted, with the digest": lambda: noted().digest(),
        "reading watched": watched,
    }


def written_client(folder: Path) -> Any:
    """Write the client's modules, each of which calls the next, and give the first."""
    for number in range(MODULES):
        following = f"import client{number + 1}\n" if number + 1 < MODULES else ""
        idle = "\n".join(f"def unused{each}(value):\n    return value + {each}\n" for each in range(FUNCTIONS))
        call = (
            f"return client{number + 1}.total(opened)"
            if following
            else 'order = opened.get("/orders/7").json()\n    assert order["field2"] == 2\n    return order["field3"]'
        )
        (folder / f"client{number}.py").write_text(
            f"{following}LIMIT = {number}\n\n{idle}\ndef total(opened):\n    {call}\n"
        )
    sys.path.insert(0, str(folder))
    return importlib.import_module("client0")


def milliseconds(way: Callable[[], object], count: int) -> float:
    """Give the processor time of one call in milliseconds."""
    began = time.process_time()
    for _ in range(count):
        way()
    return (time.process_time() - began) / count * 1000


if __name__ == "__main__":
    main()
