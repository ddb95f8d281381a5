"""The ways in that need no socket."""

import httpx
import httpx2
import pytest
import respx

from contractkit.model import HttpRequest, HttpResponse, JsonBody
from contractkit.transports.in_process import AsyncStubTransport, Interception, StubTransport
from contractkit.transports.server import StubServer


def echo(request: HttpRequest) -> HttpResponse:
    value = request.body.value if isinstance(request.body, JsonBody) else None
    return HttpResponse(status=200, body=JsonBody([request.method, request.path, value]))


def test_httpx_is_answered_in_process() -> None:
    with httpx.Client(transport=StubTransport(echo), base_url="http://orders") as client:
        assert client.post("/a%2Fb", json={"n": 10**20}).json() == ["POST", "/a%2Fb", {"n": 10**20}]


def test_httpx2_gets_an_answer_of_its_own_kind() -> None:
    with httpx2.Client(transport=StubTransport(echo), base_url="http://orders") as client:  # type: ignore[arg-type]
        answer = client.get("/x")

    assert isinstance(answer, httpx2.Response)
    assert answer.json() == ["GET", "/x", None]


@pytest.mark.asyncio
@pytest.mark.parametrize("library", [httpx, httpx2])
async def test_async_clients_are_answered_in_process(library: object) -> None:
    client = library.AsyncClient(transport=AsyncStubTransport(echo), base_url="http://orders")  # type: ignore[attr-defined]
    async with client:
        assert (await client.put("/x", json=[1])).json() == ["PUT", "/x", [1]]


def test_head_has_no_body_in_process_either() -> None:
    with httpx.Client(transport=StubTransport(echo)) as client:
        assert client.head("http://orders/x").content == b""


def test_a_body_that_cannot_be_decompressed_is_answered_400() -> None:
    with httpx.Client(transport=StubTransport(echo)) as client:
        answer = client.post("http://orders/", content=b"plain", headers={"content-encoding": "gzip"})

    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "The body is not gzip, which Content-Encoding says it is.",
    )


def test_calls_to_the_production_url_are_intercepted_until_stopped() -> None:
    with Interception(echo, "https://api.example.test"):
        assert httpx.get("https://api.example.test/x").json() == ["GET", "/x", None]
    with pytest.raises(httpx.ConnectError):
        httpx.get("https://api.example.test/x")


def test_a_path_of_the_base_url_is_taken_off_unless_the_definition_has_it() -> None:
    with (
        Interception(echo, "https://one.example.test/v1"),
        Interception(echo, "https://two.example.test/v1", base_paths=("/v1",)),
    ):
        assert httpx.get("https://one.example.test/v1/x").json() == ["GET", "/x", None]
        assert httpx.get("https://two.example.test/v1/x").json() == ["GET", "/v1/x", None]


def test_calls_elsewhere_go_their_way() -> None:
    server = StubServer(echo)
    with Interception(echo, "https://one.example.test"), Interception(echo, "https://two.example.test"):
        assert httpx.get(f"{server.url}/real").json() == ["GET", "/real", None]
        assert httpx.get("https://two.example.test/x").json() == ["GET", "/x", None]
    server.stop()


def test_another_path_of_the_intercepted_host_is_refused_and_never_reaches_it() -> None:
    refused: list[str] = []
    with Interception(echo, "https://one.example.test/v1", refuse=refused.append), Interception(echo, "https://b.test"):
        answer = httpx.get("https://one.example.test/v12/x?token=secret")
    reason = "GET https://one.example.test/v12/x is outside of https://one.example.test/v1"
    assert (answer.status_code, answer.json()["detail"], refused) == (404, reason, [reason])


def test_another_port_of_the_intercepted_host_is_not_intercepted() -> None:
    with Interception(echo, "https://one.example.test/v1"), pytest.raises(httpx.ConnectError):
        httpx.get("https://one.example.test:8443/v1/x")


def test_two_paths_of_one_host_are_intercepted_apart() -> None:
    with Interception(echo, "https://one.example.test/a"), Interception(echo, "https://one.example.test/b"):
        assert httpx.get("https://one.example.test/a/x").json() == ["GET", "/x", None]
        assert httpx.get("https://one.example.test/b/y").json() == ["GET", "/y", None]


def test_a_router_of_the_test_itself_still_answers() -> None:
    with Interception(echo, "https://one.example.test"), respx.mock() as own:
        own.get("https://own.example.test/x").respond(204)
        assert httpx.get("https://own.example.test/x").status_code == 204
        assert httpx.get("https://one.example.test/x").status_code == 200


@pytest.mark.asyncio
async def test_async_calls_are_intercepted() -> None:
    with Interception(echo, "https://one.example.test"):
        async with httpx.AsyncClient() as client:
            assert (await client.get("https://one.example.test/x")).json() == ["GET", "/x", None]
