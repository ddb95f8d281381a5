"""Matchers from a test to a verdict: recorded by pytest, judged alike by our verifier and by pact-python's."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from contractkit.document import load_contract
from contractkit.results import Outcome
from contractkit.verification.http_transport import HttpTransport
from contractkit.verification.preparation import State
from contractkit.verification.states import StateHandler
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

pact = pytest.importorskip("pact")
pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

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
          headers: {ETag: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
components:
  schemas:
    Order:
      type: object
      required: [id, total, status, lines, prices]
      properties:
        id: {type: integer}
        total: {type: number}
        status: {type: string}
        placed: {type: string, format: date}
        lines: {type: array, items: {type: object, required: [sku], properties: {sku: {type: string}}}}
        tags: {type: array, items: {type: string}}
        prices: {type: object, additionalProperties: {type: number}}
        note: {type: string}
"""

CONSUMER = """\
from pact import match
from contractkit.matchers import (
    array_containing, date, decimal, each_like, each_value, from_provider_state, integer, one_of, regex, status
)

def test_an_order(contract_stub):
    orders = contract_stub("orders")
    orders.given("order exists", id=7)
    orders.on("getOrder").expects(path={"id": from_provider_state("${id}", 7)}).reply(
        status([200]),
        {
            "id": integer(7),
            "total": decimal(12.5),
            "status": one_of("placed", "shipped"),
            "placed": date("2024-07-20"),
            "lines": each_like({"sku": regex("[A-Z]+-[0-9]+", "CUP-1")}, min=2),
            "tags": array_containing("new"),
            "prices": each_value({"EUR": decimal(2.5)}),
            "note": match.includes("gift"),
        },
        {"ETag": regex("[a-z0-9]+", "v1")},
    )
    assert len(httpx.get(orders.url + "/orders/7").json()["lines"]) == 2
"""

ANSWER = {
    "id": 42,
    "total": 3.5,
    "status": "shipped",
    "placed": "2026-01-31",
    "lines": [{"sku": "TEA-7"}, {"sku": "TEA-8"}, {"sku": "TEA-9"}],
    "tags": ["old", "new"],
    "prices": {"USD": 1.5, "GBP": 1.25},
    "note": "a gift for Ann",
}


@pytest.fixture
def contract(project: Any) -> Any:
    project.write("orders.yaml", DEFINITION)
    project.tests(CONSUMER)
    project.run().assert_outcomes(passed=1)
    return project.path / "contracts" / project.file


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[str, list[str]]]]:
    """Give a function that serves an answer: its URL, and the paths that are asked for."""
    servers = []

    def start(etag: str = "abc", **changes: object) -> tuple[str, list[str]]:
        asked: list[str] = []
        body = json.dumps({**ANSWER, **changes}).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(200)
                for name, value in (("Content-Type", "application/json"), ("ETag", etag)):
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}", asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class OrderStates:
    """Prepares every state, and says which order there is."""

    names = ()

    def find(self, state: State) -> StateHandler:
        return StateHandler(name=state.name, function=lambda **_: {"id": 42})


def our_verdict(path: Any, url: str) -> tuple[Outcome, list[str]]:
    loaded = load_contract(path.read_bytes(), origin="web-shop-orders.json")
    selected = SelectedContract(contract=loaded, interactions=loaded.interactions)
    [found] = verify_contracts([selected], HttpTransport(url), VerificationOptions(states=OrderStates()))
    (result,) = found.results
    return result.outcome, [str(each.location) for each in result.mismatches]


def their_verdict(path: Any, url: str) -> bool:
    verifier = pact.Verifier("orders", host="127.0.0.1").add_transport(url=url)
    verifier.state_handler(lambda state, parameters=None, **_: None)
    try:
        verifier.add_source(path.parent).verify()
    except RuntimeError:
        return False
    return True


def test_a_provider_that_keeps_every_matcher_is_green_for_both(contract: Any, serve: Callable[..., Any]) -> None:
    url, asked = serve()
    assert our_verdict(contract, url) == (Outcome.PASSED, [])
    assert their_verdict(contract, url)
    assert asked == ["/orders/42", "/orders/7"]  # the state's value is sent where its handler gives one


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"id": 1.5}, "response.body.id"),
        ({"total": 3}, "response.body.total"),
        ({"status": "lost"}, "response.body.status"),
        ({"placed": "31.01.2026"}, "response.body.placed"),
        ({"lines": [{"sku": "TEA-7"}]}, "response.body.lines"),
        ({"lines": [{"sku": "TEA-7"}, {"sku": "tea"}]}, "response.body.lines[1].sku"),
        ({"tags": ["old"]}, "response.body.tags"),
        ({"prices": {"USD": 1.5, "GBP": "1"}}, "response.body.prices.GBP"),
        ({"note": "none"}, "response.body.note"),
        ({"etag": "NO"}, "response.headers.etag"),
    ],
)
def test_a_provider_that_breaks_one_is_red_for_both(
    contract: Any, serve: Callable[..., Any], changes: dict[str, Any], place: str
) -> None:
    url, _ = serve(**changes)
    assert our_verdict(contract, url) == (Outcome.FAILED, [place])
    assert not their_verdict(contract, url)


def test_two_runs_give_the_same_bytes(project: Any, contract: Any) -> None:
    first = contract.read_bytes()
    project.run().assert_outcomes(passed=1)
    assert contract.read_bytes() == first
