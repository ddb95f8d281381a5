"""What the manual shows of matchers, and of coming from pact-python, runs as it stands there."""

import importlib
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from contractkit import matchers
from contractkit.cli.main import run

pytest_plugins = ["pytester"]

for _name in ("contractkit.sources.yaml12", "contractkit.transports.server", "pytest_contractkit.recorder"):
    importlib.import_module(_name)  # here, since pytester forgets what its runs import

MANUAL = Path(__file__).parent.parent.parent / "docs"
PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d49484452")
DEFINITION = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders:
    get:
      operationId: listOrders
      parameters:
        - {name: status, in: query, schema: {type: string}}
        - {name: X-Tenant, in: header, schema: {type: string}}
      responses:
        '200':
          description: them
          headers: {ETag: {schema: {type: string}}}
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Order'}}}}
    post:
      operationId: createOrder
      requestBody: {content: {application/json: {schema: {type: object, properties: {sku: {type: string}}}}}}
      responses:
        '201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      responses:
        '200': {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
  /orders/{id}/picture:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getPicture
      responses: {'200': {description: it, content: {image/png: {schema: {type: string, format: binary}}}}}
components:
  schemas:
    Order:
      type: object
      required: [id, total]
      properties:
        id: {type: integer}
        total: {type: number}
        status: {type: string, enum: [placed, shipped, lost]}
        lines: {type: array, items: {type: object, properties: {sku: {type: string}, quantity: {type: integer}}}}
"""
SETTINGS = """\
[tool.contractkit]
consumer = "web-shop"

[tool.contractkit.providers.orders]
definition = "orders.yaml"
"""
CLIENT = """\
import httpx

class OrdersClient:
    def __init__(self, url):
        self.url = url

    def lines(self, number):
        return [line["sku"] for line in httpx.get(f"{self.url}/orders/{number}").json()["lines"]]

    def place(self, sku):
        drawn = {"Idempotency-Key": "650e8400-e29b-41d4-a716-446655440000"}
        httpx.post(f"{self.url}/orders", json={"sku": sku}, headers=drawn).raise_for_status()
"""


def blocks(page: str, after: str | None = None) -> list[str]:
    """Give the Python blocks of a page; with a word, those that the last line before them starts with."""
    text = (MANUAL / page).read_text()
    found = re.findall(r"([^\n]*)\n\n```python\n(.*?)```", text, re.DOTALL)
    return [code for line, code in found if after is None or line.startswith(after)]


def run_tests(pytester: pytest.Pytester, code: str, count: int) -> Path:
    pytester.makefile(".toml", pyproject=SETTINGS)
    pytester.makefile(".yaml", orders=DEFINITION)
    pytester.makepyfile(test_manual_page=code)
    plain = (
        "-p",
        "no:cacheprovider",
        "-p",
        "no:schemathesis",
        "--contract-needs=off",
        "-o",
        "asyncio_default_fixture_loop_scope=function",
    )
    pytester.runpytest_inprocess(*plain).assert_outcomes(passed=count)
    return pytester.path / "contracts" / "web-shop-orders.json"


class Orders(BaseHTTPRequestHandler):
    """The provider: it keeps every contract of the manual."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path.endswith("/picture"):
            self._answer(200, PICTURE, "image/png")
        elif address.path == "/orders":
            self._answer(200, [{"id": 3, "total": 7.25}] if "status" in parse_qs(address.query) else [])
        else:
            self._answer(200, {"id": int(address.path.rpartition("/")[2]), "total": 12.5})

    def do_POST(self) -> None:
        if self.path == "/orders":
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(201 if sent == {"sku": "CUP-1", "quantity": 2} else 400, {"id": 9, "total": 1.5})
        else:
            self._answer(200, {})  # a state

    def _answer(self, status: int, body: object, media_type: str = "application/json") -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in (("Content-Type", media_type), ("ETag", "v2"), ("Content-Length", str(len(data)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def provider() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Orders)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def run_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run what a user of pact-python has, one block after the other, each with a pact of its own; give the file."""
    from pact import Pact, match

    monkeypatch.chdir(folder)
    (folder / "pacts").mkdir()
    for code in blocks("migrating-from-pact-python.md", "Before")[:-1]:
        pact = Pact("web-shop", "orders").with_specification("V4")
        names: dict[str, Any] = {"httpx": httpx, "match": match, "pact": pact}
        exec(code, names)
        names["pact"].write_file("pacts")
    return folder / "pacts" / "web-shop-orders.json"


def said(file: Path) -> list[Any]:
    """Give of each interaction what is asked and answered, states included, whatever it is called."""
    found = []
    for each in json.loads(file.read_text())["interactions"]:
        request, response = each["request"], each["response"]
        asked = [request["method"], request["path"], request.get("query"), request.get("body", {}).get("content")]
        states = [[state["name"], state.get("params", {})] for state in each.get("providerStates", [])]
        found.append([*asked, states, response["status"], response["body"]["content"]])
    return sorted(found, key=json.dumps)


def test_every_matcher_is_in_the_manual() -> None:
    page = (MANUAL / "matchers.md").read_text()
    assert [name for name in matchers.__all__ if f"`{name}" not in page and f"{name}(" not in page] == []


def test_what_the_page_of_matchers_shows_runs(pytester: pytest.Pytester) -> None:
    code = "\n".join(blocks("matchers.md"))
    assert run_tests(pytester, f"{CLIENT}\n{code}", 3).exists()


def test_every_call_of_the_builder_is_in_the_table() -> None:
    from pact import Verifier
    from pact.interaction import HttpInteraction

    page = (MANUAL / "migrating-from-pact-python.md").read_text()
    several = {"with_headers", "set_header", "set_headers", "with_query_parameters", "set_metadata"}
    other = {"add_external_reference"}
    calls = {name for name in dir(HttpInteraction) if not name.startswith("_")} - several - other
    assert sorted(name for name in calls if f".{name}" not in page) == []
    used = {"add_transport", "add_source", "broker_source", "state_handler", "filter", "set_publish_options", "verify"}
    assert sorted(used - set(dir(Verifier))) == []
    assert sorted(name for name in used if f".{name}(" not in page) == []


@pytest.mark.slow
def test_tests_moved_from_pact_python_leave_the_same_contract_for_both_verifiers(
    pytester: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    before = run_before(tmp_path, monkeypatch)
    monkeypatch.chdir(pytester.path)
    codes = blocks("migrating-from-pact-python.md", "After:")
    after = run_tests(pytester, "\n".join(codes), 6)
    assert said(after) == said(before)
    (tmp_path / "provider_states.py").write_text(blocks("migrating-from-pact-python.md", "After, the states")[0])
    for file in (before, after):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "pacts" / file.name).write_bytes(file.read_bytes())
        exec(blocks("migrating-from-pact-python.md", "Before")[-1], {"PROVIDER": provider, "prepare": lambda **_: None})
        options = ["--url", provider, "--contracts", "pacts", "--states", "provider_states.py"]
        assert run(["verify", "orders", *options]) == 0
