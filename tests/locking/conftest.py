"""A consumer's project whose definitions are elsewhere: on a server, in git, with a broker."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from contractkit_broker.server import running_broker

from contractkit.broker_client import BrokerClient, open_broker, read_address

ORDERS = """\
openapi: 3.1.0
info: {title: Orders, version: '1'}
paths:
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        '200':
          description: it
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
components:
  schemas:
    Order:
      type: object
      required: [id, total]
      properties: {id: {type: integer}, total: {type: number}, note: {type: string}}
"""

PROTO = """\
syntax = "proto3";
package stock.v1;
message Item { string sku = 1; }
service Stock { rpc GetItem(Item) returns (Item); }
"""


class Site:
    """A server that gives what lies in `pages`, and counts how often each page was asked for."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: dict[str, str] = {}
        self.asked: list[str] = []


@contextmanager
def serving() -> Iterator[Site]:
    """Serve pages for as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            text = found.pages.get(self.path)
            self.send_response(200 if text is not None else 404)
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Site(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Give what makes the project: the locations of its providers' definitions by name, and lines of settings."""
    root = tmp_path / "shop"
    root.mkdir()
    monkeypatch.chdir(root)

    def make(*settings: str, **definitions: str) -> Path:
        tables = [f'[tool.contractkit.providers.{name}]\ndefinition = "{place}"' for name, place in definitions.items()]
        (root / "pyproject.toml").write_text(
            "\n".join(['[tool.contractkit]\nconsumer = "web-shop"', *settings, *tables])
        )
        return root

    return make


@pytest.fixture
def git() -> Callable[..., None]:
    def run(folder: Path, *arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)

    return run


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[BrokerClient]:
    with running_broker(tmp_path / "broker.sqlite") as url, open_broker(read_address(url)) as client:
        yield client
