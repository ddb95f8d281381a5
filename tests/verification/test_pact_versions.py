"""Contracts of every Pact version, written by pact-python, judged alike by us and by its verifier."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from contractkit.document import load_contract
from contractkit.results import Outcome
from contractkit.verification.http_transport import HttpTransport
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

pytestmark = pytest.mark.slow
VERSIONS = ["V1", "V1.1", "V2", "V3", "V4"]


@pytest.fixture
def provider() -> Iterator[Callable[[dict[str, object]], str]]:
    """Give a function that serves a body, and its URL."""
    servers = []

    def serve(body: dict[str, object]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                data = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def record(version: str, folder: Path) -> Path:
    """Give the file that a consumer's test leaves behind; matchers where the version has them."""
    from pact import Pact, match

    has_matchers = version not in ("V1", "V1.1")
    body = {"id": match.int(7), "total": match.decimal(12.5)} if has_matchers else {"id": 7, "total": 12.5}
    pact = Pact("web-shop", "orders").with_specification(version)
    asked = pact.upon_receiving("a request for an order").with_request("GET", "/orders/7")
    asked.with_query_parameter("expand", "lines").will_respond_with(200).with_body(body, "application/json")
    with pact.serve() as server:
        httpx.get(f"{server.url}/orders/7?expand=lines").raise_for_status()
    pact.write_file(folder)
    return folder / "web-shop-orders.json"


def by_us(file: Path, url: str) -> bool:
    contract = load_contract(file.read_bytes(), origin=str(file))
    selected = SelectedContract(contract=contract, interactions=contract.interactions)
    [result] = verify_contracts([selected], HttpTransport(url), VerificationOptions())
    return result.outcome is Outcome.PASSED


def by_pact(file: Path, url: str) -> bool:
    from pact import Verifier

    try:
        Verifier("orders", host="127.0.0.1").add_transport(url=url).add_source(file.parent).verify()
    except RuntimeError:
        return False
    return True


@pytest.mark.parametrize("version", VERSIONS)
def test_both_say_the_same_of_a_provider_that_keeps_it_and_of_one_that_does_not(
    version: str, provider: Callable[[dict[str, object]], str], tmp_path: Path
) -> None:
    file = record(version, tmp_path)
    exact, typed = {"id": 7, "total": 12.5}, {"id": 12, "total": 3.5}
    for body in (exact, typed, {"id": 7}, {"id": "7", "total": 12.5}, {"id": 7, "total": 12.5, "more": 1}):
        url = provider(body)
        assert (version, body, by_us(file, url)) == (version, body, by_pact(file, url))
    assert by_us(file, provider(exact))
    assert by_us(file, provider(typed)) is (version not in ("V1", "V1.1"))
