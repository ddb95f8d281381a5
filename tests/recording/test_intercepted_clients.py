"""What a session makes of every client library whose calls to the production URL are intercepted."""

import asyncio

import aiohttp
import httpx
import pytest
import requests

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
