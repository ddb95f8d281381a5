"""A consumer's project for pytest to run in: settings, a definition, and tests that each test writes."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

for _name in (
    "httpx",
    "contractkit.installation",
    "contractkit.sources.yaml12",
    "contractkit.transports.in_process",
    "contractkit.transports.server",
    "pytest_contractkit.finishing",
    "pytest_contractkit.header",
    "pytest_contractkit.inferring",
    "pytest_contractkit.proving",
    "pytest_contractkit.recorder",
):
    importlib.import_module(_name)  # here, since pytester forgets what its runs import

DEFINITION = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
servers: [{url: https://orders.example.test/v1}]
paths:
  /orders:
    post:
      operationId: createOrder
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/NewOrder'}}}
      responses:
        '201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      responses:
        '200': {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        '404': {description: none}
components:
  schemas:
    NewOrder:
      type: object
      required: [sku]
      properties: {sku: {type: string}, password: {type: string}}
    Order:
      type: object
      required: [id, total, coupon]
      properties:
        id: {type: integer}
        total: {type: number}
        coupon: {type: [string, 'null']}
        note: {type: string}
"""

SETTINGS = """\
[tool.contractkit]
consumer = "web-shop"

[tool.contractkit.providers.orders]
definition = "orders.yaml"
base_url = "https://orders.example.test/v1"
"""

_PLAIN = (
    "-p",
    "no:cacheprovider",
    "-p",
    "no:schemathesis",
    "-p",
    "no:hypothesispytest",
    "-o",
    "asyncio_default_fixture_loop_scope=function",
)


class Project:
    """A directory with a consumer's tests, and pytest to run them."""

    file = "web-shop-orders.json"

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path = pytester.path
        self.write("pyproject.toml", SETTINGS)
        self.write("orders.yaml", DEFINITION)

    def write(self, name: str, text: str) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def tests(self, text: str, name: str = "test_shop.py") -> None:
        self.write(name, f"import httpx\n\n{text}")

    @staticmethod
    def getting(name: str, number: int, more: str = "pass") -> str:
        """Give a test that gets one order, then does something more."""
        url = f"contract_stub('orders').url + '/orders/{number}'"
        return f"def {name}(contract_stub):\n    assert httpx.get({url}).status_code == 200\n    {more}\n\n"

    def run(self, *arguments: str) -> pytest.RunResult:
        return self.pytester.runpytest_inprocess(*_PLAIN, *arguments)

    def run_apart(self, *arguments: str) -> pytest.RunResult:
        """Run in a process of its own, where no thread of another test may have run the consumer's code."""
        return self.pytester.runpytest_subprocess(*_PLAIN, *arguments)

    @property
    def contract_bytes(self) -> bytes:
        return (self.path / "contracts" / self.file).read_bytes()

    @property
    def contract(self) -> Any:
        return json.loads(self.contract_bytes)

    @property
    def descriptions(self) -> list[str]:
        return [each["description"] for each in self.contract["interactions"]]

    @property
    def files(self) -> list[str]:
        folder = Path(self.path / "contracts")
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("CONTRACTKIT_NEEDS", "off")  # tests/inference is about them
    return Project(pytester)


@pytest.fixture
def without_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs not find out what tests need: for what has nothing to do with it, since it runs each test again."""
    monkeypatch.setenv("CONTRACTKIT_NEEDS", "off")
