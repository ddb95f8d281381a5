"""What a session makes of every client library whose calls to the production URL are intercepted."""

import asyncio
from pathlib import Path

import aiohttp
import httpx
import pytest
import requests

from contractkit import Stub
from contractkit.recording import StubSession


def test_a_session_records_what_every_client_asked(session: StubSession) -> None:
    async def ask() -> int:
        async with aiohttp.ClientSession() as client, client.get("https://orders.test/api/orders/3") as answer:
            return answer.status

    with session.intercept("https://orders.test/api"):
        assert httpx.get("https://orders.test/api/orders/1").status_code == 200
        assert requests.get("https://orders.test/api/orders/2", timeout=5).status_code == 200
        assert asyncio.run(ask()) == 200
    assert [each.exchange.request.path for each in session.contract().interactions] == [
        "/orders/1",
        "/orders/2",
        "/orders/3",
    ]
    assert session.take_errors() == ()


def test_a_session_is_told_of_a_request_outside_by_any_client(session: StubSession) -> None:
    with session.intercept("https://orders.test/api"):
        assert requests.get("https://orders.test/other", timeout=5).status_code == 404
        assert requests.get("https://orders.test/api/orders/7", timeout=5).status_code == 200
    [error] = session.take_errors()
    assert error.explanation.details == (
        ("refused", "GET https://orders.test/other is outside of https://orders.test/api"),
    )


def test_the_stub_of_a_closed_test_answers_nobody(session: StubSession) -> None:
    session.intercept("https://orders.test")
    session.close()
    with pytest.raises(requests.ConnectionError):
        requests.get("https://orders.test/orders/7", timeout=5)


GITHUB = """\
openapi: 3.1.0
info: {title: GitHub, version: '1'}
servers: [{url: https://api.github.com}]
paths:
  /repos/{owner}/{repo}:
    get:
      operationId: repos/get
      parameters:
        - {name: owner, in: path, required: true, schema: {type: string}}
        - {name: repo, in: path, required: true, schema: {type: string}}
      responses:
        '200':
          description: it
          content:
            application/json:
              schema: {type: object, properties: {id: {type: integer}, stargazers_count: {type: integer}}}
"""


@pytest.mark.slow
def test_a_client_that_hard_codes_where_production_is_needs_no_change(tmp_path: Path) -> None:
    from github import Github

    (tmp_path / "github.yaml").write_text(GITHUB)
    with Stub(tmp_path / "github.yaml", base_url="https://api.github.com") as stub, stub.intercept():
        stub.on("repos/get").reply(200, {"stargazers_count": 42})
        assert Github().get_repo("web/shop").stargazers_count == 42
    assert [(call.operation, call.request.path) for call in stub.calls] == [("repos/get", "/repos/web/shop")]
