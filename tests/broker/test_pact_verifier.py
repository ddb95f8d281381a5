"""The verifier of `pact-python` fetches from our broker, verifies a real provider, and publishes what it found."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pact import Verifier

from tests.broker.conftest import Story, contract, interaction

Json = Any


class Orders(BaseHTTPRequestHandler):
    """A provider of one order, whose total is what the server was given."""

    def do_GET(self) -> None:
        data = json.dumps({"total": self.server.total}).encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def orders() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Orders) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def without_telemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "true")


def verify(broker: Story, orders: ThreadingHTTPServer, version: str, *, branch: str) -> None:
    verifier = Verifier("orders", host="127.0.0.1").add_transport(url=f"http://127.0.0.1:{orders.server_port}")
    source = verifier.broker_source(str(broker.http.base_url), selector=True)
    source.include_pending().provider_branch(branch).consumer_version(main_branch=True).build()
    verifier.set_publish_options(version, branch=branch).verify()


@pytest.mark.slow
def test_its_results_decide_what_may_be_deployed(broker: Story, orders: ThreadingHTTPServer) -> None:
    first, second = interaction("an order", state=None), interaction("a twin", state=None)
    second["request"]["path"] = "/orders/8"
    broker.publish("web-shop", "4.1.0", contract("web-shop", "orders", first, second), branch="main")
    broker.http.put("/pacticipants/orders/branches/main/versions/1.0", json={})
    orders.total = 12.5  # type: ignore[attr-defined]
    verify(broker, orders, "1.0", branch="main")
    broker.deploy("orders", "1.0", "production")
    answer = broker.can_i_deploy("web-shop", "4.1.0", "production")
    result = answer["matrix"][0]["verificationResult"]
    assert (answer["summary"]["deployable"], result["failed"], result["total"]) == (True, 0, 2)
    assert broker.http.get("/pacticipants/orders/branches/main/versions/1.0").json()["latest"] is True

    orders.total = 99  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="Failed to execute verifier"):
        verify(broker, orders, "1.1", branch="main")
    head = broker.http.get("/pacticipants/orders/branches/main").json()["_embedded"]["latestVersion"]
    assert head == {"number": "1.1"}  # the verifier put it there before it published the result
    broker.deploy("orders", "1.1", "production")
    answer = broker.can_i_deploy("web-shop", "4.1.0", "production")
    assert (answer["summary"]["deployable"], answer["contractkit"]["answer"]) == (False, "no")
    page = broker.http.get(answer["contractkit"]["reasons"][0]["resultUrl"]).text
    assert "2 of 2 failed" in page
    assert "body.total: Expected 99 (Integer) to be equal to 12.5 (Decimal)" in page
