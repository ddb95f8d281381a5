"""What it takes to say who breaks: `impact` and `changes` on two definitions of a real API, `usage` asked of a broker.

`python benchmarks/impact.py BEFORE AFTER` takes a definition in two versions, by default those of GitHub in
`CONTRACTKIT_TEST_DATA`, seeds contracts of many consumers with the former, and runs the command line on them: each in a
process of its own, first with no cache of definitions, then with the one that the first run left. Other tools that
compare definitions run beside `changes` where they are installed: oasdiff, openapi-diff and optic. With `--broker` the
contracts are published to a broker on SQLite, which is asked who uses a field.
"""

import argparse
import base64
import gzip
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from broker_questions import ask
from broker_scale import broker, served
from impact_contracts import served_answers, write_contracts

from contractkit.sources import load_definition

DATA = Path(os.environ.get("CONTRACTKIT_TEST_DATA", Path(__file__).parents[2] / "shared")).resolve()
PAIR = DATA / "definitions/real/versions/openapi/github-api-2021-09-to-2022-07"

DIFFERS: Mapping[str, tuple[str, ...]] = {
    "oasdiff": ("oasdiff", "changelog", "{old}", "{new}"),
    "openapi-diff": ("openapi-diff", "{old}", "{new}"),
    "optic": ("optic", "diff", "{old}", "{new}", "--check"),
}
"""Other tools by the name of their program, with how they are asked for every change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a process took: seconds by the clock and of processor time, bytes of memory at most, and its exit code."""

    wall: float
    processor: float
    memory: int
    code: int

    def __str__(self) -> str:
        return f"{self.wall:8.1f} s{self.processor:8.1f} s CPU{self.memory / 1e6:8.0f} MB   exit {self.code}"


def main() -> None:
    """Print a line for each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", nargs="?", type=Path, default=PAIR / "before.json.gz",
                        help="the definition that consumers rely on: JSON or YAML, gzipped or not")  # fmt: skip
    parser.add_argument("after", nargs="?", type=Path, default=PAIR / "after.json.gz",
                        help="the definition that it becomes")  # fmt: skip
    parser.add_argument("--contracts", type=int, default=1_000)
    parser.add_argument("--interactions", type=int, default=20, help="in each contract")
    parser.add_argument("--broker", action="store_true", help="publish the contracts, and ask who uses a field")
    given = parser.parse_args()
    missing = [each for each in (given.before, given.after) if not each.is_file()]
    if missing:
        sys.exit(f"There is no definition at {missing[0]}: name two, or set CONTRACTKIT_TEST_DATA")
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "contracts"
        directory.mkdir()
        served = served_answers(load_definition(given.before).openapi)
        size = write_contracts(directory, served, contracts=given.contracts, interactions=given.interactions)
        print(f"{given.contracts:,} contracts of {given.interactions} interactions, {size / 1e6:.0f} MB")
        measure_commands(given.before, given.after, directory, Path(folder))
        if given.broker:
            measure_usage(directory, Path(folder))


def measure_commands(before: Path, after: Path, directory: Path, folder: Path) -> None:
    """Run the command line and what else compares definitions."""
    pair = (str(before), str(after))
    program = (sys.executable, "-m", "contractkit")
    for words in (("impact", *pair, "--contracts", str(directory), "--provider", "api"), ("changes", *pair)):
        cache = folder / words[0]
        for state in ("cold", "cached"):
            print(f"{words[0] + ', ' + state:20}{spent((*program, *words), cache)}", flush=True)
    plain = {"old": unzipped(before, folder / "old.json"), "new": unzipped(after, folder / "new.json")}
    for name, differ in DIFFERS.items():
        if shutil.which(name) is not None:
            print(f"{name:20}{spent(tuple(word.format(**plain) for word in differ), folder)}", flush=True)


def unzipped(definition: Path, copy: Path) -> Path:
    """Give a definition as a file that is not gzipped."""
    if definition.suffix != ".gz":
        return definition
    copy.write_bytes(gzip.decompress(definition.read_bytes()))
    return copy


def spent(command: tuple[str, ...], cache: Path) -> Spent:
    """Run a program to its end, with a cache of its own, and give what it took.

    Its modules are compiled once, as those that pip installs are, whatever is said of that here.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**environment, "XDG_CACHE_HOME": str(cache)},
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Spent(
        wall=time.perf_counter() - started,
        processor=used.ru_utime + used.ru_stime,
        memory=used.ru_maxrss * 1024,
        code=process.returncode,
    )


def measure_usage(directory: Path, folder: Path) -> None:
    """Publish contracts, and ask who uses fields of operations."""
    files = sorted(directory.glob("*.json"))
    with (
        served(*broker(f"sqlite:///{folder / 'broker.db'}")) as (address, _),
        closing(HTTPConnection(address.removeprefix("http://"), timeout=600)) as client,
    ):
        for file in files:
            ask(client, publication(file.read_bytes()))
        taken = [ask(client, ("GET", path, None))[0] * 1_000 for path in questions(files)]
    print(f"usage of a field over HTTP: median {statistics.median(taken):.1f} ms, at most {max(taken):.1f} ms")


def publication(data: bytes) -> tuple[str, str, bytes]:
    """Give the request that publishes a contract."""
    consumer = json.loads(data)["consumer"]["name"]
    entry = {"consumerName": consumer, "providerName": "api", "content": base64.b64encode(data).decode()}
    body = {"pacticipantName": consumer, "pacticipantVersionNumber": "1", "branch": "main", "contracts": [entry]}
    return "POST", "/contracts/publish", json.dumps(body).encode()


def questions(files: list[Path]) -> Iterator[str]:
    """Give a question about a field that each of some consumers was proved to need."""
    for file in random.Random(1).sample(files[::2], min(50, len(files) // 2)):
        for interaction in json.loads(file.read_bytes())["interactions"][:4]:
            known = interaction["comments"]["contractkit"]
            for need in known["evidence"][0]["needs"].get("needed", [])[:1]:
                asked = {"provider": "api", "operation": known["operation"], "location": need["location"]}
                yield f"/usage?{urlencode(asked)}"


if __name__ == "__main__":
    main()
