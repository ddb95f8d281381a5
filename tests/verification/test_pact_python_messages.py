"""Messages that pact-python's consumer side wrote, replayed by us, and pact-python's own way to ask for a message."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from contractkit.document import load_contract
from contractkit.model import Contract
from contractkit.results import InteractionResult, Outcome
from contractkit.verification.message_functions import MessageFunctions
from contractkit.verification.message_url import MessageUrl
from contractkit.verification.preparation import State
from contractkit.verification.producers import MessageProducer, MessageProducers
from contractkit.verification.states import StateHandler
from contractkit.verification.transport import AnyTransport
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

pytestmark = pytest.mark.slow

RIGHT: dict[str, Any] = {"id": 12, "total": 3.5, "lines": [{"sku": "CUP-1", "quantity": 9}], "more": True}


@pytest.fixture(params=["V3", "V4"])
def contract(request: pytest.FixtureRequest, tmp_path: Path) -> Contract:
    """Give the contract that a consumer's test of a handler with pact-python left behind."""
    from pact import Pact, match

    pact = Pact("packing", "orders").with_specification(request.param)
    expected = {
        "id": match.int(7),
        "total": match.decimal(12.5),
        "lines": match.each_like({"sku": "TEA-1", "quantity": 2}, min=1),
    }
    (
        pact.upon_receiving("an order was placed", "Async")
        .given("order exists", {"id": 7})
        .with_body(expected, "application/json")
        .with_metadata({"topic": "orders"})
    )
    pact.verify(lambda body, metadata: None, "Async")
    pact.write_file(tmp_path)
    file = tmp_path / "packing-orders.json"
    return load_contract(file.read_bytes(), origin=str(file))


class AnyState:
    """Takes every state as prepared."""

    names = ()

    def find(self, state: State) -> StateHandler:
        return StateHandler(name=state.name, function=lambda **_: None)


def replayed(contract: Contract, way: AnyTransport) -> InteractionResult:
    selected = SelectedContract(contract=contract, interactions=contract.interactions)
    [result] = verify_contracts([selected], way, VerificationOptions(states=AnyState()))
    assert result.skipped == ()
    return result.results[0]


def by_function(contract: Contract, contents: Any, topic: str = "orders") -> InteractionResult:
    producer = MessageProducer(name="an order was placed", function=lambda: (contents, {"topic": topic}))
    return replayed(contract, MessageFunctions(MessageProducers([producer]), name="producers.py"))


def test_a_producer_that_keeps_it_is_green(contract: Contract) -> None:
    assert by_function(contract, RIGHT).outcome is Outcome.PASSED
    assert by_function(contract, json.dumps(RIGHT).encode()).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"total": "3.5"}, "message.contents.total"),
        ({"id": 1.5}, "message.contents.id"),
        ({"lines": [{"sku": "CUP-1", "quantity": "9"}]}, "message.contents.lines[0].quantity"),
        ({"lines": []}, "message.contents.lines"),
    ],
)
def test_a_producer_that_breaks_it_is_red(contract: Contract, changes: dict[str, Any], place: str) -> None:
    result = by_function(contract, {**RIGHT, **changes})
    assert (result.outcome, [str(each.location) for each in result.mismatches]) == (Outcome.FAILED, [place])


def test_other_metadata_are_red(contract: Contract) -> None:
    result = by_function(contract, RIGHT, topic="stock")
    assert [str(each.location) for each in result.mismatches] == ["message.metadata.topic"]


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    with HTTPServer() as server:
        yield server


def test_the_endpoint_that_pact_python_runs_is_asked_as_its_own_verifier_asks(contract: Contract) -> None:
    """The server is the one that pact-python starts for the functions of a provider's team."""
    from pact._server import MessageProducer as PactServer

    asked: list[tuple[str, Any]] = []

    def produce(name: str, metadata: Any) -> Any:
        asked.append((name, metadata))
        return {
            "contents": json.dumps(RIGHT).encode(),
            "content_type": "application/json",
            "metadata": {"topic": "orders"},
        }

    with PactServer(produce) as pact_server:
        result = replayed(contract, MessageUrl(str(pact_server.url)))
    assert (result.outcome, [name for name, _ in asked]) == (Outcome.PASSED, ["an order was placed"])


def test_what_an_endpoint_answers_is_compared(contract: Contract, server: HTTPServer) -> None:
    def answer(_: Request) -> Response:
        return Response(json.dumps({**RIGHT, "id": "12"}), content_type="application/json")

    server.expect_request("/").respond_with_handler(answer)
    result = replayed(contract, MessageUrl(server.url_for("/")))
    places = [str(each.location) for each in result.mismatches]
    assert places == ["message.contents.id", "message.metadata.topic"]
