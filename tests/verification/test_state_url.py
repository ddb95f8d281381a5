"""A state URL: Pact's HTTP protocol, spoken to a real server."""

import asyncio
import json
import socket
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from contractkit.errors import ProviderStateError, UsageError
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
    assert caught.value.explanation.details[1] == ("raised", "the state URL answered 500 to setup")


def test_an_answer_that_is_no_object_injects_nothing(server: HTTPServer) -> None:
    server.expect_request("/states").respond_with_data("ok")
    assert prepare(StateUrl(server.url_for("/states"))) == {}


def test_a_derived_state_is_not_asked_for() -> None:
    assert StateUrl("http://localhost/states").find(DerivedState(operation="getOrder", status="200")) is None


def test_an_answer_that_is_broken_json_is_a_failed_state(server: HTTPServer) -> None:
    server.expect_request("/states").respond_with_data("{")
    with pytest.raises(ProviderStateError) as caught:
        prepare(StateUrl(server.url_for("/states")))
    assert "the state URL answered setup with what is not JSON" in str(caught.value)


def test_a_url_where_nobody_is_is_named_without_credentials() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ProviderStateError) as caught:
        prepare(StateUrl(f"http://user:secret@127.0.0.1:{port}/states"))
    assert caught.value.explanation.details == (
        ("handler", f"the state URL http://127.0.0.1:{port}/states"),
        (
            "raised",
            f"the state URL cannot be reached for setup: Connect call failed ('127.0.0.1', {port})",
        ),
    )


def test_a_url_that_hangs_is_a_failed_state(server: HTTPServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ProviderStateError) as caught:
        prepare(StateUrl(f"http://127.0.0.1:{silent.getsockname()[1]}/states", timeout=0.2))
    assert "the state URL did not answer to setup within 0.2 s" in str(caught.value)


@pytest.mark.parametrize("url", ["states", "localhost:8000/states", "ftp://localhost/states", "http://", "http://a:b/"])
def test_a_url_that_is_none_is_refused_before_anything_runs(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        StateUrl(url)
    assert caught.value.explanation.details[1] == ("received", url)


def test_a_path_that_is_not_there_is_asked_about_with_the_url(server: HTTPServer) -> None:
    with pytest.raises(ProviderStateError) as caught:
        server.expect_request("/states").respond_with_data("", status=404)
        prepare(StateUrl(server.url_for("/states")))
    assert caught.value.explanation.details == (
        ("handler", f"the state URL {server.url_for('/states')}"),
        ("raised", "the state URL answered 404 to setup: is its path right?"),
    )
