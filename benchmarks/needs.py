"""Needs: how many runs inference takes for 2, 5, 10 and 20 read fields, and what a suite costs cold and cached.

Run `python benchmarks/needs.py [--tests 200] [--sleep 0.01] [--steps 0]`: each test sleeps so many seconds, and has the
client call a function so many times. Suites run in processes of their own, one after another; those with needs off and
known take turns. The first run whose needs are known notes what runs; those after it have no need to (Python 3.11).
Processor time is that of the process with its children; the bars are read fields + 3 runs for dropping, three times the
read fields + 8 for all kinds, and 1.1 times the plain suite for one whose needs are known.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

FIELDS = 20

CLIENT = """\
import httpx

def read(http, names):
    body = http.get("/things/1").json()
    return [body[name] + 1 for name in names]

def compute(steps):
    for number in range(steps):
        step(number)

def step(number):
    return number + 1
"""

PLAIN = """\
import time
import client
import httpx
import pytest
import respx

@pytest.fixture
def http():
    with respx.mock(base_url="http://things.test") as router:
        router.get(path__regex="/things/.*").respond(json={{f"f{{n}}": n for n in range({fields})}})
        with httpx.Client(base_url="http://things.test", verify=False) as http:
            yield http
"""

STUBBED = """\
import pathlib
import time
import client
import httpx
import pytest

@pytest.fixture
def http(contract_stub):
    transport = contract_stub("things").transport()
    with httpx.Client(base_url="http://things.test", transport=transport) as http:
        yield http
"""

TEST = """
def test_{number}(http):
    {noted}time.sleep({sleep})
    client.compute({steps})
    assert client.read(http, {names}) is not None
"""

SETTINGS = """\
[tool.contractkit]
consumer = "reader"

[tool.contractkit.providers.things]
definition = "things.yaml"
"""


class Took(NamedTuple):
    """Seconds on the wall, and of processors."""

    wall: float
    processor: float


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=int, default=200)
    parser.add_argument("--sleep", type=float, default=0.01)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--mode", choices=("auto", "full"), default="auto")
    chosen = parser.parse_args()
    runs_by_fields()
    suites(chosen.tests, chosen.sleep, chosen.steps, chosen.mode)


def runs_by_fields() -> None:
    """Print how many re-runs one test of so many read fields takes, all other fields of the answer unread."""
    print("read fields   dropping   bar      all kinds   bar      seconds (dropping, all)")
    for fields in (2, 5, 10, 20):
        counts, seconds = [], []
        for mode in ("auto", "full"):
            with project(STUBBED, tests=1, sleep=0, read=fields, is_noted=True) as folder:
                seconds.append(run(folder, f"--contract-needs={mode}").wall)
                counts.append((folder / "runs.txt").read_text().count("\n") - 1)
        row = f"{fields:11} {counts[0]:10} {fields + 3:5} {counts[1]:14} {3 * fields + 8:5}"
        print(f"{row}      {seconds[0]:.2f}, {seconds[1]:.2f}")


def suites(tests: int, sleep: float, steps: int, mode: str) -> None:
    """Print what a suite costs whose answers have 20 fields, of which its tests read two."""
    print(f"\n{tests} tests of {sleep * 1000:g} ms and {steps} steps, {FIELDS} fields in each answer, {mode}")
    shape: dict[str, Any] = {"tests": tests, "sleep": sleep, "steps": steps, "read": 2}
    with project(PLAIN.format(fields=FIELDS), **shape) as folder:
        plain = min(run(folder, "-p", "no:contractkit") for _ in range(2))
    with project(STUBBED, **shape) as folder, project(STUBBED, **shape) as other:
        cold = run(folder, f"--contract-needs={mode}", "--contract-needs-seconds=3600")
        noted = run(folder, f"--contract-needs={mode}")
        turns = [(run(other, "--contract-needs=off"), run(folder, f"--contract-needs={mode}")) for _ in range(3)]
    off, cached = (min(took) for took in zip(*turns, strict=True))
    rows = {"respx, no plugin": plain, "stub, needs off": off, "cold": cold, "cached, noted": noted, "cached": cached}
    for name, took in rows.items():
        print(f"{name:18} {took.wall:8.2f} s  {took.processor:8.2f} s of processor  {took.wall / off.wall:6.2f} x off")
    ratio = statistics.median(known.processor / plainly.processor for plainly, known in turns)
    print(f"cached, by processor time, median of {len(turns)} turns {ratio:20.2f} x off")


@contextmanager
def project(
    head: str, *, tests: int, sleep: float, read: int, steps: int = 0, is_noted: bool = False
) -> Iterator[Path]:
    """Give a folder with a consumer; each of its tests reads so many fields of an answer."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "client.py").write_text(CLIENT)
        (folder / "pyproject.toml").write_text(SETTINGS)
        (folder / "conftest.py").write_text("")
        (folder / "things.yaml").write_text(definition())
        names = [f"f{number}" for number in range(read)]
        noted = 'pathlib.Path("runs.txt").open("a").write("run\\n"); ' if is_noted else ""
        values = {"noted": noted, "sleep": sleep, "steps": steps, "names": names}
        each = (TEST.format(number=number, **values) for number in range(tests))
        (folder / "test_reader.py").write_text(head + "".join(each))
        yield folder


def definition() -> str:
    """Give a document whose answers have 20 fields that are integers."""
    properties = "".join(f"                  f{number}: {{type: integer}}\n" for number in range(FIELDS))
    required = ", ".join(f"f{number}" for number in range(FIELDS))
    return f"""\
openapi: 3.1.0
info: {{title: Things, version: 1.0.0}}
paths:
  /things/{{id}}:
    get:
      operationId: getThing
      parameters: [{{name: id, in: path, required: true, schema: {{type: integer}}}}]
      responses:
        '200':
          description: it
          content:
            application/json:
              schema:
                type: object
                required: [{required}]
                properties:
{properties}"""


def run(folder: Path, *options: str) -> Took:
    """Run a suite in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *options]
    environment = {**os.environ, "PYTEST_ADDOPTS": "-p no:schemathesis -p no:asyncio", "PYTHONPATH": str(folder)}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return Took(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


if __name__ == "__main__":
    main()
