"""What consumers read through their clients: of httpx, httpx2, requests and aiohttp, by socket and in process."""

import json
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import httpx
import httpx2
import pytest
import requests

from contractkit.recording import StubSession
from contractkit.recording.calls import HttpExchange
from contractkit.recording.reads_clients import Answered, ReadWatch, watch_reads

REPLY = {"id": 7, "total": 12.5, "buyer": {"name": "Ann"}}
TOTAL = "response.body response.body.total"
ALL = (
    "response.body response.body.buyer response.body.buyer.name response.body.buyer.token response.body.id "
    "response.body.note response.body.total"
)

Fetch = Callable[[StubSession], Any]


def read(session: StubSession, watch: ReadWatch) -> str | None:
    """Give what was read of the one answer of a session, sorted; None where it cannot be known."""
    (_,) = session.contract().interactions
    answers = [
        Answered(each.request.method, each.response) for each in session._calls if isinstance(each, HttpExchange)
    ]
    found = watch.read_of(answers, answers)
    return None if found is None else " ".join(sorted(map(str, found)))


def in_process(library: Any) -> Fetch:
    def fetch(session: StubSession) -> Any:
        with library.Client(transport=session.transport(), base_url="http://orders.test") as client:
            return client.get("/orders/7")

    return fetch


def intercepted(session: StubSession) -> Any:
    with session.intercept("https://orders.test/api"):
        return httpx.get("https://orders.test/api/orders/7")


FETCHES: dict[str, Fetch] = {
    "httpx in process": in_process(httpx),
    "httpx2 in process": in_process(httpx2),
    "httpx intercepted": intercepted,
    "httpx by socket": lambda session: httpx.get(f"{session.url}/orders/7"),
    "requests": lambda session: requests.get(f"{session.url}/orders/7", timeout=5),
}


@pytest.mark.parametrize("fetch", FETCHES.values(), ids=FETCHES)
def test_only_what_the_consumer_looks_at_is_read(session: StubSession, fetch: Fetch) -> None:
    session.on("getOrder").reply(200, REPLY)
    with watch_reads() as watch:
        assert fetch(session).json()["total"] == 12.5
    assert read(session, watch) == TOTAL


@pytest.mark.parametrize("fetch", FETCHES.values(), ids=FETCHES)
@pytest.mark.parametrize(
    "take",
    [
        lambda response: json.loads(response.text)["total"],
        lambda response: json.loads(response.content)["total"],
        lambda response: response.json(parse_float=str)["total"],
    ],
)
def test_who_takes_the_text_has_read_all(session: StubSession, fetch: Fetch, take: Callable[[Any], Any]) -> None:
    session.on("getOrder").reply(200, REPLY)
    with watch_reads() as watch:
        assert float(take(fetch(session))) == 12.5
    assert read(session, watch) == ALL


@pytest.mark.parametrize("fetch", FETCHES.values(), ids=FETCHES)
def test_who_looks_at_the_status_alone_has_read_nothing(session: StubSession, fetch: Fetch) -> None:
    session.on("getOrder").reply(200, REPLY)
    with watch_reads() as watch:
        assert fetch(session).status_code == 200
    assert read(session, watch) == ""


@pytest.mark.parametrize(
    ("take", "expected"),
    [(lambda response: response.json(), TOTAL), (lambda response: response.text(), ALL)],
    ids=["json", "text"],
)
@pytest.mark.asyncio
async def test_the_answers_of_aiohttp_are_watched(
    session: StubSession, take: Callable[[Any], Awaitable[Any]], expected: str
) -> None:
    session.on("getOrder").reply(200, REPLY)
    with watch_reads() as watch:
        async with aiohttp.ClientSession() as client, client.get(f"{session.url}/orders/7") as response:
            taken = await take(response)
            assert (json.loads(taken) if isinstance(taken, str) else taken)["total"] == 12.5
    assert read(session, watch) == expected


@pytest.mark.asyncio
async def test_the_answers_of_an_async_client_of_httpx_are_watched(session: StubSession) -> None:
    session.on("getOrder").reply(200, REPLY)
    with watch_reads() as watch:
        async with httpx.AsyncClient(transport=session.async_transport(), base_url="http://orders.test") as client:
            assert (await client.get("/orders/7")).json()["total"] == 12.5
    assert read(session, watch) == TOTAL


def test_what_another_client_received_was_read_by_who_knows_whom(session: StubSession) -> None:
    session.on("getOrder").reply(200, REPLY)
    with watch_reads() as watch, urllib.request.urlopen(f"{session.url}/orders/7") as response:
        assert json.load(response)["total"] == 12.5
    assert read(session, watch) is None


def test_an_equal_answer_to_another_client_makes_it_unknown(session: StubSession) -> None:
    session.on("getOrder").reply(200, REPLY)
    session.on("getOrder").reply(200, REPLY)
    with watch_reads() as watch:
        assert httpx.get(f"{session.url}/orders/7").json()["total"] == 12.5
        with urllib.request.urlopen(f"{session.url}/orders/7") as response:
            assert json.load(response)["total"] == 12.5
    assert read(session, watch) is None


def test_an_answer_that_is_streamed_is_not_known(session: StubSession) -> None:
    session.on("getOrder").reply(200, REPLY)
    with watch_reads() as watch, httpx.stream("GET", f"{session.url}/orders/7") as response:
        assert json.loads(b"".join(response.iter_bytes()))["total"] == 12.5
    assert read(session, watch) is None


def test_clients_are_as_they_were_when_watching_ends() -> None:
    before = [dict(vars(kind)) for kind in (httpx.Response, requests.Response, aiohttp.ClientResponse)]
    with watch_reads():
        assert vars(httpx.Response)["json"] is not before[0]["json"]
    assert [dict(vars(kind)) for kind in (httpx.Response, requests.Response, aiohttp.ClientResponse)] == before


def test_what_was_read_of_lists_is_said_of_every_element(session: StubSession) -> None:
    session.on("listOrders").reply(200, [REPLY, {**REPLY, "id": 8}])
    with watch_reads() as watch:
        assert [each["id"] for each in httpx.get(f"{session.url}/orders").json()] == [7, 8]
    assert read(session, watch) == "response.body response.body[*] response.body[*].id"
