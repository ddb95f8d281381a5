"""Clients other than httpx at the production URL: requests, urllib3 and aiohttp, real ones, whatever their scheme."""

import asyncio
import threading
from collections.abc import Iterator

import aiohttp
import httpx2
import pytest
import requests
import urllib3

from contractkit.model import HttpRequest, HttpResponse, JsonBody
from contractkit.transports.faults import DueFault, Fault, faulted
from contractkit.transports.in_process import Interception
from contractkit.transports.server import StubServer


def echo(request: HttpRequest) -> HttpResponse:
    asked: dict[str, object] = {"method": request.method, "path": request.path, "host": request.headers["host"][0]}
    if request.query:
        asked["query"] = {name: list(values) for name, values in request.query.items()}
    if isinstance(request.body, JsonBody):
        asked["body"] = request.body.value
    return HttpResponse(status=200, body=JsonBody(asked))


def get(url: str) -> object:
    return requests.get(url, timeout=5).json()


@pytest.mark.parametrize("base", ["https://orders.example.test", "http://orders.example.test:8080"])
def test_requests_is_led_to_the_stub(base: str) -> None:
    with Interception(echo, base) as interception:
        answer = requests.post(f"{base}/orders", params={"a": ["1", "2"]}, json={"sku": "ink"}, timeout=5)
    assert answer.json() == {
        "method": "POST",
        "path": "/orders",
        "host": base.partition("//")[2],
        "query": {"a": ["1", "2"]},
        "body": {"sku": "ink"},
    }
    assert (answer.status_code, answer.url, interception.is_used) == (200, f"{base}/orders?a=1&a=2", True)


def test_urllib3_itself_is_led_to_the_stub() -> None:
    with Interception(echo, "https://orders.example.test"), urllib3.PoolManager() as pool:
        answer = pool.request("GET", "https://orders.example.test/orders/7")
    assert (answer.status, answer.json()["path"]) == (200, "/orders/7")


@pytest.mark.asyncio
@pytest.mark.parametrize("base", ["https://orders.example.test", "http://orders.example.test:8080"])
async def test_aiohttp_is_led_to_the_stub(base: str) -> None:
    with Interception(echo, base) as interception:
        async with aiohttp.ClientSession() as client, client.post(f"{base}/orders", json={"sku": "ink"}) as answer:
            asked = await answer.json()
    assert (asked["method"], asked["body"], asked["path"]) == ("POST", {"sku": "ink"}, "/orders")
    assert (str(answer.url), interception.is_used) == (f"{base}/orders", True)


def test_httpx2_is_answered_in_process() -> None:
    with Interception(echo, "https://orders.example.test"), httpx2.Client() as client:
        answer = client.post("https://orders.example.test/orders", json={"sku": "ink"})
    assert isinstance(answer, httpx2.Response)
    assert (answer.json()["path"], answer.json()["body"]) == ("/orders", {"sku": "ink"})


@pytest.mark.asyncio
async def test_async_clients_of_httpx2_are_answered_in_process() -> None:
    with Interception(echo, "https://orders.example.test"):
        async with httpx2.AsyncClient() as client:
            assert (await client.get("https://orders.example.test/orders/7")).json()["path"] == "/orders/7"


@pytest.mark.asyncio
async def test_many_calls_of_aiohttp_at_once_are_answered() -> None:
    with Interception(echo, "https://orders.example.test"):
        async with aiohttp.ClientSession("https://orders.example.test") as client:

            async def path(number: int) -> str:
                async with client.get(f"/orders/{number}") as answer:
                    return str((await answer.json())["path"])

            found = await asyncio.gather(*map(path, range(20)))
    assert found == [f"/orders/{number}" for number in range(20)]


def test_a_path_of_the_base_url_is_taken_off_unless_the_definition_has_it() -> None:
    with Interception(echo, "https://example.test/orders/v1", base_paths=("/v1",)):
        assert get("https://example.test/orders/v1/orders/7")["path"] == "/orders/7"  # type: ignore[index]
    with Interception(echo, "https://example.test/v1", base_paths=("/v1",)):
        assert get("https://example.test/v1/orders/7")["path"] == "/v1/orders/7"  # type: ignore[index]


def test_another_path_of_the_intercepted_host_is_refused_and_never_reaches_it() -> None:
    refused: list[str] = []
    with Interception(echo, "https://example.test/orders", refuse=refused.append):
        answer = requests.get("https://example.test/other", timeout=5)
    assert (answer.status_code, answer.json()["title"]) == (404, "Outside of the intercepted URL")
    assert refused == ["GET https://example.test/other is outside of https://example.test/orders"]


def test_two_paths_of_one_host_are_intercepted_apart() -> None:
    def other(_: HttpRequest) -> HttpResponse:
        return HttpResponse(status=202)

    with Interception(echo, "https://example.test/orders"), Interception(other, "https://example.test/stock"):
        assert requests.get("https://example.test/orders/7", timeout=5).status_code == 200
        assert requests.get("https://example.test/stock/7", timeout=5).status_code == 202


@pytest.fixture
def elsewhere() -> Iterator[str]:
    server = StubServer(lambda _: HttpResponse(status=203))
    yield server.url
    server.stop()


def test_calls_elsewhere_go_their_way(elsewhere: str) -> None:
    with Interception(echo, "http://127.0.0.1:1"):
        assert requests.get(elsewhere, timeout=5).status_code == 203


def test_connections_from_before_and_for_after_are_not_mixed_up(elsewhere: str) -> None:
    with requests.Session() as session:
        codes = [session.get(elsewhere, timeout=5).status_code]
        with Interception(echo, elsewhere):
            codes += [session.get(elsewhere, timeout=5).status_code for _ in range(2)]
        codes.append(session.get(elsewhere, timeout=5).status_code)
    assert codes == [203, 200, 200, 203]


@pytest.mark.asyncio
async def test_a_connector_keeps_no_connection_to_the_stub(elsewhere: str) -> None:
    async with aiohttp.ClientSession() as client:

        async def code() -> int:
            async with client.get(elsewhere) as answer:
                await answer.read()
                return answer.status

        with Interception(echo, elsewhere):
            codes = [await code(), await code()]
        codes.append(await code())
    assert codes == [200, 200, 203]


def test_what_goes_wrong_on_purpose_goes_wrong_in_the_client() -> None:
    def broken(_: HttpRequest) -> HttpResponse:
        return faulted(HttpResponse(status=200, body=JsonBody({})), DueFault(fault=Fault(reset="before-headers")))

    with Interception(broken, "https://example.test"), pytest.raises(requests.ConnectionError):
        requests.get("https://example.test/orders", timeout=5)


def test_clients_are_themselves_again_when_nothing_is_intercepted() -> None:
    from urllib3.connection import HTTPConnection, HTTPSConnection

    before = (HTTPConnection.connect, HTTPSConnection.connect, HTTPConnection.request)
    create = aiohttp.TCPConnector._create_connection
    with Interception(echo, "https://a.test"), Interception(echo, "https://b.test"):
        assert HTTPConnection.connect is not before[0]
    assert (HTTPConnection.connect, HTTPSConnection.connect, HTTPConnection.request) == before
    assert aiohttp.TCPConnector._create_connection is create


def test_threads_share_an_interception() -> None:
    found: list[object] = []
    with Interception(echo, "https://example.test"):
        threads = [threading.Thread(target=lambda: found.append(get("https://example.test/orders"))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 8
