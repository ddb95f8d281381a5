"""Requests per second of a stub of the petstore, each checked, at one and at sixteen connections, beside Prism.

Run `python benchmarks/stub_requests.py`; it needs `wrk` (https://github.com/wg/wrk), and measures Prism where that is
installed. Each side is asked for one path over and over, which a stub may remember, and for ever new ones, which it
cannot. Sides take turns; figures are medians over rounds.
"""

import contextlib
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROUNDS = int(os.environ.get("ROUNDS", "3"))
SECONDS = 2
PATIENCE = 30  # seconds until a server takes connections
DATA = Path(os.environ.get("CONTRACTKIT_TEST_DATA", Path(__file__).parents[2] / "shared"))
PETSTORE = DATA / "definitions/real/openapi/prism-petstore.yaml"
SCRIPTS = {
    "one path": 'request = function() return wrk.format("GET", "/pets/7") end',
    "ever new paths": """
        local number = 0
        request = function() number = number + 1 return wrk.format("GET", "/pets/" .. number) end
    """,
}
HEADERS = """
    wrk.headers["accept"] = "application/json"
    wrk.headers["api_key"] = "any"
    wrk.headers["authorization"] = "Bearer any"
"""


def command_of(side: str, port: int) -> list[str]:
    """Give the command that serves the petstore."""
    if side == "prism":
        return ["prism", "mock", "-p", str(port), "-v", "silent", str(PETSTORE)]
    return [sys.executable, "-m", "contractkit", "stub", str(PETSTORE), "--port", str(port)]


@contextlib.contextmanager
def serving(side: str) -> Iterator[str]:
    """Run one side in a process of its own, its log thrown away, and give its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen(command_of(side, port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        begun = time.perf_counter()
        while not takes_connections(port):
            if process.poll() is not None or time.perf_counter() - begun > PATIENCE:
                sys.exit(f"{side} does not serve {PETSTORE.name}")
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def takes_connections(port: int) -> bool:
    """Say whether something listens on a local port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def rate(url: str, script: str, connections: int) -> float:
    """Give the requests per second of one run; every answer must be a success."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(HEADERS + script)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}", "-s", file.name, url]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said:
        sys.exit(f"{url} refused requests:\n{said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found is not None
    return float(found[1])


def main() -> None:
    """Print the median rate of each side, kind of request and number of connections."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed")
    if not PETSTORE.exists():
        sys.exit(f"There is no document at {PETSTORE}: set CONTRACTKIT_TEST_DATA to the folder that holds it")
    sides = ["contractkit", *(["prism"] if shutil.which("prism") else [])]
    with contextlib.ExitStack() as stack:
        urls = {side: stack.enter_context(serving(side)) for side in sides}
        for name, script in SCRIPTS.items():
            for connections in (1, 16):
                rounds = [[rate(urls[side], script, connections) for side in sides] for _ in range(ROUNDS)]
                for side, rates in zip(sides, zip(*rounds, strict=True), strict=True):
                    print(
                        f"{name:<15} {connections:3} connections  {side:<12} {statistics.median(rates):8.0f} per second"
                    )


if __name__ == "__main__":
    main()
