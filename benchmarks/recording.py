"""What one recorded HTTP interaction adds to a test, beside respx, pytest-httpserver and pact-python.

Each candidate's tests run in a pytest of their own, which itself says when the first tenth had run, when the last test
began, and how long the end of the session took (where contracts are written): so what it takes to start, and to stop a
server (half a second at random for pytest-httpserver), is in no figure. The same of empty tests is taken off. Rounds
are shuffled and short, since machines change their speed; ratios are of one round, and their median is reported. What
tests need is not found out meanwhile: no peer does, and it takes runs of its own, which `needs.py` measures.

    python benchmarks/recording.py --tests 500 --rounds 7
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DEFINITION = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      responses:
        '200':
          description: it
          content:
            application/json:
              schema:
                type: object
                required: [id, total]
                properties: {id: {type: integer}, total: {type: number}, note: {type: string}}
"""

SETTINGS = """\
[tool.contractkit]
consumer = "shop"
[tool.contractkit.providers.orders]
definition = "orders.yaml"
"""

CLOCK = """\
import json, time, pytest
TIMES = {}

def pytest_collection_modifyitems(items):
    TIMES.update(first=items[len(items) // 10].nodeid, last=items[-1].nodeid, tests=len(items))

def pytest_runtest_logstart(nodeid):
    if nodeid in (TIMES["first"], TIMES["last"]):
        TIMES[nodeid] = time.perf_counter()

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session):
    started = time.perf_counter()
    result = yield
    between = (TIMES[TIMES["last"]] - TIMES[TIMES["first"]]) / (TIMES["tests"] - TIMES["tests"] // 10 - 1)
    at_the_end = (time.perf_counter() - started) / TIMES["tests"]
    (session.config.rootpath / "seconds.json").write_text(json.dumps(between + at_the_end))
    return result
"""

HEAD = """\
import ssl, httpx, pytest
CONTEXT = ssl.create_default_context()
"""

CANDIDATES = {
    "empty test": "def test_{n}():\n    pass\n",
    "contractkit in process": """
def test_{n}(contract_stub):
    with httpx.Client(transport=contract_stub("orders").transport(), base_url="http://orders") as client:
        assert client.get("/orders/{n}").json()["id"] == {n}
""",
    "contractkit by socket": """
def test_{n}(contract_stub):
    with httpx.Client(base_url=contract_stub("orders").url, verify=CONTEXT) as client:
        assert client.get("/orders/{n}").json()["id"] == {n}
""",
    "respx": """
def test_{n}(respx_mock):
    respx_mock.get("http://orders.test/orders/{n}").respond(json={{"id": {n}, "total": 1.5}})
    with httpx.Client(base_url="http://orders.test", verify=CONTEXT) as client:
        assert client.get("/orders/{n}").json()["id"] == {n}
""",
    "pytest-httpserver": """
def test_{n}(httpserver):
    httpserver.expect_request("/orders/{n}").respond_with_json({{"id": {n}, "total": 1.5}})
    with httpx.Client(base_url=httpserver.url_for(""), verify=CONTEXT) as client:
        assert client.get("/orders/{n}").json()["id"] == {n}
""",
    "pact-python, no file": """
from pact import Pact
def test_{n}():
    pact = Pact("shop", "orders").with_specification("V4")
    pact.upon_receiving("order {n}").with_request("GET", "/orders/{n}").will_respond_with(200).with_body(
        {{"id": {n}, "total": 1.5}})
    with pact.serve() as server, httpx.Client(base_url=str(server.url), verify=CONTEXT) as client:
        assert client.get("/orders/{n}").json()["id"] == {n}
""",
    "pact-python": """
from pact import Pact
def test_{n}():
    pact = Pact("shop", "orders").with_specification("V4")
    pact.upon_receiving("order {n}").with_request("GET", "/orders/{n}").will_respond_with(200).with_body(
        {{"id": {n}, "total": 1.5}})
    with pact.serve() as server, httpx.Client(base_url=str(server.url), verify=CONTEXT) as client:
        assert client.get("/orders/{n}").json()["id"] == {n}
    pact.write_file("pacts")
""",
}

BARS = (
    ("contractkit in process", "respx", 2.0),
    ("contractkit by socket", "pytest-httpserver", 1.0),
    ("contractkit by socket", "pact-python, no file", 1.0),
)


UNUSED_BAR = 1.05

_PLUGINS = {"respx": "respx", "pytest-httpserver": "pytest_httpserver"}


def main() -> int:
    """Measure, print a line for each candidate and for each bar, and give 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=int, default=500, help="tests of each run")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    added = measured(given.tests, given.rounds)
    for name, values in added.items():
        print(f"{name:24} {statistics.median(values):7.3f} ms per test ({min(values):.3f}-{max(values):.3f})")
    return max(*judged(added), unused(given.tests, given.rounds))


def measured(tests: int, rounds: int) -> dict[str, list[float]]:
    """Give, for each candidate, the milliseconds it adds per test, one figure per round."""
    added: dict[str, list[float]] = {name: [] for name in CANDIDATES if name != "empty test"}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            names = random.sample(list(CANDIDATES), len(CANDIDATES))
            costs = {name: cost(Path(folder), name, tests) for name in names}
            for name, values in added.items():
                values.append((costs[name] - costs["empty test"]) * 1000)
    return added


def judged(added: dict[str, list[float]]) -> list[int]:
    """Print each bar with the ratio reached, paired by round; give 1 for each that was missed."""
    missed = []
    for ours, peer, bar in BARS:
        ratio = statistics.median(mine / theirs for mine, theirs in zip(added[ours], added[peer], strict=True))
        print(f"{ours} / {peer}: {ratio:.2f} (at most {bar})")
        missed.append(int(ratio > bar))
    return missed


def unused(tests: int, rounds: int) -> int:
    """Print what the plugin costs a run of empty tests that does not use it; give 1 where that is above the bar."""
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            without = seconds(Path(folder), "empty test", tests)
            ratios.append(seconds(Path(folder), "empty test", tests, is_installed=True) / without)
    ratio = statistics.median(ratios)
    print(f"plugin installed but unused: {ratio:.3f} of an empty run (at most {UNUSED_BAR})")
    return int(ratio > UNUSED_BAR)


def cost(folder: Path, name: str, tests: int) -> float:
    """Give the seconds that a test of a candidate takes, start and stop of the run left out."""
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        (Path(fresh) / "conftest.py").write_text(CLOCK)
        run(Path(fresh), name, tests)
        return float((Path(fresh) / "seconds.json").read_text())


def seconds(folder: Path, name: str, tests: int, *, is_installed: bool = False) -> float:
    """Give the wall time of a whole pytest with that many tests of a candidate, in a fresh directory."""
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        started = time.perf_counter()
        run(Path(fresh), name, tests, is_installed=is_installed)
        return time.perf_counter() - started


def run(place: Path, name: str, tests: int, *, is_installed: bool = False) -> None:
    """Run a pytest with that many tests of a candidate."""
    (place / "pyproject.toml").write_text(SETTINGS)
    (place / "orders.yaml").write_text(DEFINITION)
    (place / "test_it.py").write_text(HEAD + "".join(CANDIDATES[name].format(n=n) for n in range(tests)))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugins(name, is_installed), str(place)]
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # what else is installed costs each candidate alike: nothing
    quiet = {**os.environ, **alone, "PACT_DO_NOT_TRACK": "true"}  # a benchmark has no call to make outside
    subprocess.run(command, cwd=place, check=True, env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def plugins(name: str, is_installed: bool) -> list[str]:
    """Give the options that load the plugin a candidate needs, and ours where it is wanted unused."""
    if name.startswith("contractkit") or is_installed:
        return ["-p", "contractkit", "--contract-needs=off"]
    return ["-p", _PLUGINS[name]] if name in _PLUGINS else []


if __name__ == "__main__":
    sys.exit(main())
