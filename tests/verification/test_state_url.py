"""A state URL: Pact's HTTP protocol, spoken to a real server."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from contractkit.errors import ProviderStateError
from contractkit.model import DerivedState, ProviderState
from contractkit.verification.preparation import Preparer
from contractkit.verification.state_url import StateUrl

STATE = ProviderState(name="order exists", params={"id": 7})


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    with HTTPServer() as server:
        yield server


def prepare(states: StateUrl) -> dict[str, object]:
    handler = states.find(STATE)
    assert handler is not None

    async def run() -> dict[str, object]:
        async with Preparer() as preparer, preparer.prepared(((STATE, handler),)) as returned:
            return dict(returned)

    return asyncio.run(run())


def test_a_state_is_set_up_and_torn_down(server: HTTPServer) -> None:
    asked = []

    def answer(request: Request) -> Response:
        asked.append(json.loads(request.data))
        return Response('{"id": 12}')

    server.expect_request("/states", method="POST").respond_with_handler(answer)
    assert prepare(StateUrl(server.url_for("/states"))) == {"id": 12}
    assert asked == [
        {"state": "order exists", "params": {"id": 7}, "action": "setup"},
        {"state": "order exists", "params": {"id": 7}, "action": "teardown"},
    ]


def test_a_refusal_is_a_failed_state(server: HTTPServer) -> None:
    server.expect_request("/states").respond_with_data("", status=500)
    with pytest.raises(ProviderStateError) as caught:
        prepare(StateUrl(server.url_for("/states")))
    assert caught.value.explanation.details[1] == ("raised", "StateUrlError: the state URL answered 500 to setup")


def test_an_answer_that_is_no_object_injects_nothing(server: HTTPServer) -> None:
    server.expect_request("/states").respond_with_data("ok")
    assert prepare(StateUrl(server.url_for("/states"))) == {}


def test_a_derived_state_is_not_asked_for() -> None:
    assert StateUrl("http://localhost/states").find(DerivedState(operation="getOrder", status="200")) is None
