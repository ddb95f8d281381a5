"""Pact's own command lines as programs: the wheel from PyPI, and the two that npm ships, started against a broker."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue

import httpx
import pytest

_SILENT = {"PACT_DO_NOT_TRACK": "true", "DO_NOT_TRACK": "1", "SCARF_ANALYTICS": "false", "NO_COLOR": "1"}
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.+]+")
_BORDER = re.compile(r"[┌╞├└].*|[-|]{9,}")


def environment(**more: str) -> dict[str, str]:
    """Give the variables of a program that reports to nobody and asks no proxy."""
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    return {**kept, **_SILENT, **more}


@dataclass(frozen=True, kw_only=True)
class PactCommand:
    """One of Pact's command lines for a broker."""

    program: Sequence[str]

    def start(self, url: str, *arguments: str) -> subprocess.Popen[str]:
        """Start it with its output in one pipe."""
        return subprocess.Popen(
            [*self.program, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(PACT_BROKER_BASE_URL=url),
        )

    def run(self, url: str, line: str) -> tuple[int, str]:
        """Give the exit code of a command, its arguments parted by blanks, and what it wrote."""
        process = self.start(url, *line.split())
        written, _ = process.communicate()
        return process.returncode, plain(written, url)


def plain(written: str, url: str) -> str:
    """Give what was written without colours, borders and blank lines, with words for addresses and identities."""
    text = _TIME.sub("TIME", _UUID.sub("UUID", _COLOURS.sub("", written).replace(url, "BROKER")))
    lines = [line.strip() for line in text.splitlines() if line.strip() and not _BORDER.fullmatch(line.strip())]
    return "\n".join(_row(line) for line in lines)


def _row(line: str) -> str:
    if not re.match(r"│.*│$", line) and not re.search(r"\S *\| ", line):
        return line
    return " | ".join(cell.strip() for cell in re.split("[│┆|]", line.strip("│")))


def from_pypi() -> PactCommand:
    """Give the command line of the wheel `pact-python-cli`."""
    program = Path(sys.executable).with_name("pact")
    if not program.exists():
        pytest.skip("pact-python-cli is not installed")
    return PactCommand(program=(str(program), "broker"))


def npm_install(folder: Path, *packages: str) -> Path:
    """Give the folder of the modules of some packages, installed without their scripts; skipped without npm."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    (folder / "package.json").write_text('{"private": true}')
    quiet = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    asked = ["npm", "install", *quiet, *packages]
    ended = subprocess.run(
        asked, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, **_SILENT}
    )
    if ended.returncode:
        pytest.skip(f"npm does not give {' '.join(packages)}: {ended.stderr.strip()[-200:]}")
    return folder / "node_modules"


@dataclass(frozen=True)
class Forwarder:
    """A stop on the way to a broker: where it listens, and each request as it passes, `GET /matrix?…`."""

    url: str
    passed: "SimpleQueue[str]"

    def wait_for(self, start: str) -> str:
        """Give the next request that starts so."""
        while not (request := self.passed.get()).startswith(start):
            pass
        return request


@contextmanager
def forwarding(to: str, prefix: str = "") -> Iterator[Forwarder]:
    """Listen before a broker, pass on what is below a path as a proxy does, and tell what passes."""
    passed: SimpleQueue[str] = SimpleQueue()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            below = self.path.removeprefix(prefix)
            said = {"X-Forwarded-Prefix": prefix} if prefix else {}
            reply = httpx.request(self.command, f"{to}{below}", headers={**headers, **said}, content=body)
            passed.put(f"{self.command} {self.path}")
            self.send_response(reply.status_code)
            self.send_header("Content-Type", reply.headers.get("content-type", ""))
            self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content)

        def log_message(self, *arguments: object) -> None:
            pass

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.handle_any)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield Forwarder(f"http://127.0.0.1:{server.server_port}", passed)
        server.shutdown()
        thread.join()
