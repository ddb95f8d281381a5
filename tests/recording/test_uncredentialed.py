"""Stubs and credentials: a request without those that its operation demands is refused, as the provider would."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import requests
from requests.auth import HTTPDigestAuth

from contractkit.model import HttpCall, HttpRequest
from contractkit.recording import StubbedProvider, StubSession, TestOrigin
from contractkit.recording.answering import answer_from
from contractkit.sources.loading import read_definition
from contractkit.stubbing.recorder import Recorder, Recording

DEFINITION = b"""\
openapi: 3.1.0
info: {title: Vault, version: 1.0.0}
security: [{token: []}, {key: []}]
paths:
  /doors:
    get:
      operationId: listDoors
      parameters: [{name: limit, in: query, schema: {type: integer}}]
      responses:
        '200':
          description: them
          content: {application/json: {schema: {type: array, items: {type: string}}}}
        '401':
          description: who is it?
          content:
            application/json:
              schema: {type: object, required: [error], properties: {error: {type: string}}}
              examples: {stranger: {value: {error: stranger}}}
  /doors/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getDoor
      security: [{digest: []}]
      responses: {'204': {description: closed}}
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
    key: {type: apiKey, in: query, name: api_key}
    digest: {type: http, scheme: digest}
"""
ORIGIN = TestOrigin(node_id="test_it.py::test_it", file="test_it.py", source=__file__, line=3, thread=0)
REFUSED = """\
shop sent vault a request that its definition does not allow.

  sent         GET /doors
  operation    listDoors (GET /doors)
  at           request.headers.authorization
  expected     the credentials of token (header authorization: Bearer …), or of key (query api_key)
  received     nothing
  defined at   /security

Send them: any value will do, since only whether they are there is looked at. A test of the refusal replies 401. \
Where something else adds them on the way, set check_credentials = false in [tool.contractkit.providers.vault], or \
start contractkit stub with --no-check-credentials."""


def vault(*, checks_credentials: bool = True) -> StubbedProvider:
    loaded = read_definition(DEFINITION, source="vault.yaml")
    return StubbedProvider("vault", loaded.definition, source="vault.yaml", checks_credentials=checks_credentials)


@pytest.fixture
def session() -> Iterator[StubSession]:
    provider = vault()
    opened = StubSession(provider, consumer="shop", origin=ORIGIN)
    yield opened
    opened.close()
    provider.stop()


def client(session: StubSession) -> httpx.Client:
    return httpx.Client(transport=session.transport(), base_url="http://vault")


def told(session: StubSession) -> list[str]:
    return [str(each) for each in session.take_errors()]


def test_a_request_without_credentials_fails_the_test(session: StubSession) -> None:
    answer = client(session).get("/doors")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="Vault 1.0.0"')
    assert answer.json()["detail"] == (
        "request.headers.authorization: expected the credentials of token (header authorization: Bearer …), "
        "or of key (query api_key), received nothing"
    )
    assert told(session) == [REFUSED]


def test_what_was_sent_instead_is_not_told(session: StubSession) -> None:
    assert client(session).get("/doors", headers={"authorization": "s3cret"}).status_code == 401
    [error] = told(session)
    assert "s3cret" not in error
    assert 'received     "[credential]"' in error


def test_other_mistakes_are_told_with_it(session: StubSession) -> None:
    assert client(session).get("/doors", params={"limit": "many"}).status_code == 401
    [error] = told(session)
    assert [line.split()[1] for line in error.splitlines() if line.startswith("  at")] == [
        "request.headers.authorization",
        "request.query.limit",
    ]


@pytest.mark.parametrize("sent", [{"headers": {"authorization": "Bearer abc"}}, {"params": {"api_key": "abc"}}])
def test_credentials_are_let_through_and_never_recorded(session: StubSession, sent: dict[str, dict[str, str]]) -> None:
    assert client(session).get("/doors", **sent).status_code == 200
    assert told(session) == []
    assert "abc" not in str(session.contract())


def test_a_test_of_the_refusal_sends_none(session: StubSession) -> None:
    session.on("listDoors").reply(401, {"error": "who?"})
    assert client(session).get("/doors").json() == {"error": "who?"}
    assert told(session) == []
    [interaction] = session.contract().interactions
    assert isinstance(interaction.exchange, HttpCall)
    assert interaction.exchange.request == HttpRequest(method="GET", path="/doors")
    assert interaction.exchange.response.status == 401


def test_a_refusal_may_be_asked_for_by_its_example(session: StubSession) -> None:
    session.on("listDoors").reply(example="stranger")
    assert client(session).get("/doors").json() == {"error": "stranger"}
    assert client(session).get("/doors", headers={"prefer": "code=401"}).status_code == 401
    assert told(session) == []


def test_another_reply_excuses_nothing(session: StubSession) -> None:
    session.on("listDoors").reply(200, ["north"])
    assert client(session).get("/doors").status_code == 401
    assert told(session) == [REFUSED]


@pytest.mark.parametrize("auth", [httpx.DigestAuth("a", "b"), HTTPDigestAuth("a", "b")])
def test_a_client_that_waits_to_be_asked_makes_no_mistake(session: StubSession, auth: object) -> None:
    fetch = httpx.get if isinstance(auth, httpx.Auth) else requests.get
    assert fetch(f"{session.url}/doors/7", auth=auth).status_code == 204  # type: ignore[arg-type]
    assert told(session) == []
    assert [each.description for each in session.contract().interactions] == ["getDoor id=7 answers 204"]
    assert [each.response.status for each in session.calls] == [401, 204]


def test_nothing_is_asked_where_the_settings_say_so() -> None:
    opened = StubSession(vault(checks_credentials=False), consumer="shop", origin=ORIGIN)
    assert client(opened).get("/doors").status_code == 200
    assert told(opened) == []
    opened.close()


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 401), ({"prefer": ("code=401",)}, 401), ({"authorization": ("Bearer a",)}, 200)]
)
def test_a_stub_without_tests_asks_too(headers: dict[str, tuple[str, ...]], status: int) -> None:
    answered = answer_from(vault(), HttpRequest(method="GET", path="/doors", headers=headers))
    assert (answered.response.status, bool(answered.reason)) == (status, headers == {})


def test_a_recorder_counts_no_request_that_came_again_with_credentials(tmp_path: Path) -> None:
    said = Recording(name="run", consumer="web", provider="vault", file=tmp_path / "web.json", root=tmp_path)
    recorder = Recorder(said)
    answer = recorder.http(vault())
    asked = HttpRequest(method="GET", path="/doors/7")
    statuses = [answer(asked).response.status, answer(asked).response.status, recorder.refused]
    assert statuses == [401, 401, 2]
    again = HttpRequest(method="GET", path="/doors/7", headers={"authorization": ('Digest username="a"',)})
    assert (answer(again).response.status, recorder.refused) == (204, 0)
    assert answer(HttpRequest(method="GET", path="/doors")).response.status == 401
    assert recorder.refused == 1
