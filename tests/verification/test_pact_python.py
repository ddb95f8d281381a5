"""Contracts that pact-python's consumer side wrote, replayed by us: green on a provider that keeps them, else red."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from contractkit.document import load_contract
from contractkit.model import Contract
from contractkit.results import InteractionResult, Outcome
from contractkit.verification.http_transport import HttpTransport
from contractkit.verification.preparation import State
from contractkit.verification.states import StateHandler
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

pytestmark = pytest.mark.slow


def order(**changes: object) -> bytes:
    return json.dumps({"id": 12, "total": 3.5, "lines": [{"sku": "CUP-1", "quantity": 9}], **changes}).encode()


@pytest.fixture
def provider() -> Iterator[Callable[[bytes], str]]:
    """Give a function that serves orders with a body, and its URL."""
    servers = []

    def serve(body: bytes) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_order = self.path == "/orders/12?expand=lines"
                self.send_response(200 if is_order else 404)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(params=["V3", "V4"])
def contract(request: pytest.FixtureRequest, tmp_path: Path) -> Contract:
    """Give the contract that a consumer's test with pact-python left behind."""
    from pact import Pact, match

    pact = Pact("web-shop", "orders").with_specification(request.param)
    expected = {
        "id": match.int(7),
        "total": match.decimal(12.5),
        "lines": match.each_like({"sku": "TEA-1", "quantity": 2}, min=1),
    }
    (
        pact.upon_receiving("a request for an order")
        .given("order exists", {"id": 7})
        .with_request("GET", "/orders/12")
        .with_query_parameter("expand", "lines")
        .with_header("Accept", "application/json")
        .will_respond_with(200)
        .with_header("Content-Type", "application/json")
        .with_body(expected)
    )
    with pact.serve() as server:
        httpx.get(f"{server.url}/orders/12?expand=lines", headers={"accept": "application/json"}).raise_for_status()
    pact.write_file(tmp_path)
    file = tmp_path / "web-shop-orders.json"
    return load_contract(file.read_bytes(), origin=str(file))


class AnyState:
    """Takes every state as prepared."""

    names = ()

    def find(self, state: State) -> StateHandler:
        return StateHandler(name=state.name, function=lambda **_: None)


def replayed(contract: Contract, url: str) -> InteractionResult:
    selected = SelectedContract(contract=contract, interactions=contract.interactions)
    [result] = verify_contracts([selected], HttpTransport(url), VerificationOptions(states=AnyState()))
    return result.results[0]


def test_a_provider_that_keeps_it_is_green(contract: Contract, provider: Callable[[bytes], str]) -> None:
    assert replayed(contract, provider(order())).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"total": "3.5"}, "response.body.total"),
        ({"id": 1.5}, "response.body.id"),
        ({"lines": [{"sku": "CUP-1", "quantity": "9"}]}, "response.body.lines[0].quantity"),
        ({"lines": []}, "response.body.lines"),
    ],
)
def test_a_provider_that_breaks_it_is_red(
    contract: Contract, provider: Callable[[bytes], str], changes: dict[str, object], place: str
) -> None:
    result = replayed(contract, provider(order(**changes)))
    assert (result.outcome, [str(each.location) for each in result.mismatches]) == (Outcome.FAILED, [place])
