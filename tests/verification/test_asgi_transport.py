"""A provider in process: called as under a server, its start-up and shutdown included."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from contractkit.errors import ProviderUnreachableError
from contractkit.model import HttpRequest, HttpResponse, JsonBody, TextBody
from contractkit.verification.asgi_transport import AsgiTransport
from contractkit.verification.transport import BrokenAnswer, Failure, TimedOut


def send(application: Any, request: HttpRequest, *, timeout: float = 10.0) -> HttpResponse | Failure:
    async def run() -> HttpResponse | Failure:
        async with AsgiTransport(application, name="shop:app", timeout=timeout) as transport:
            return await transport.send(request)

    return asyncio.run(run())


def app_with(endpoint: Any, **options: Any) -> Starlette:
    return Starlette(routes=[Route("/{path:path}", endpoint, methods=["GET", "POST"])], **options)


def test_the_application_sees_the_request_as_sent() -> None:
    async def echo(request: Request) -> Response:
        raw_path = request.scope["raw_path"].decode()
        return JSONResponse([request.method, raw_path, request.url.query, await request.json()])

    request = HttpRequest(method="POST", path="/a%2Fb", query={"q": ("ü",)}, body=JsonBody({"id": 7}))
    answer = send(app_with(echo), request)
    assert isinstance(answer, HttpResponse)
    assert answer.body == JsonBody(["POST", "/a%2Fb", "q=%C3%BC", {"id": 7}])


def test_start_up_runs_before_and_shutdown_after() -> None:
    happened = []

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, str]]:
        happened.append("start-up")
        yield {"database": "open"}
        happened.append("shutdown")

    async def answer(request: Request) -> Response:
        happened.append(f"request, database {request.state.database}")
        return Response()

    send(app_with(answer, lifespan=lifespan), HttpRequest(method="GET", path="/"))
    assert happened == ["start-up", "request, database open", "shutdown"]


def test_an_application_that_does_not_start_is_said_so() -> None:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        raise RuntimeError("no database")
        yield

    with pytest.raises(ProviderUnreachableError) as caught:
        send(app_with(lambda _request: Response(), lifespan=lifespan), HttpRequest(method="GET", path="/"))
    assert caught.value.explanation.summary == "The application shop:app did not start."
    assert "RuntimeError: no database" in str(caught.value)


def test_an_application_without_lifespan_is_served() -> None:
    async def bare(scope: Any, _receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await send({"type": "http.response.body", "body": b"b"})

    answer = send(bare, HttpRequest(method="GET", path="/"))
    assert isinstance(answer, HttpResponse)
    assert answer.body == TextBody("ab", "text/plain")


def test_an_application_that_raises_has_answered_500() -> None:
    async def bare(scope: Any, _receive: Any, _send: Any) -> None:
        raise ValueError(scope["type"])

    answer = send(bare, HttpRequest(method="GET", path="/orders"))
    assert isinstance(answer, HttpResponse)
    assert (answer.status, answer.body) == (500, TextBody("Internal Server Error", "text/plain; charset=utf-8"))


def test_a_base_path_is_put_before_every_path() -> None:
    async def echo(request: Request) -> Response:
        return JSONResponse(request.scope["raw_path"].decode())

    async def run() -> HttpResponse | Failure:
        async with AsgiTransport(app_with(echo), name="shop:app", base_path="/v1") as transport:
            return await transport.send(HttpRequest(method="GET", path="/orders"))

    answer = asyncio.run(run())
    assert isinstance(answer, HttpResponse)
    assert answer.body == JsonBody("/v1/orders")


def test_an_application_that_hangs_times_out() -> None:
    async def hang(_request: Request) -> Response:
        await asyncio.Event().wait()
        return Response()

    assert send(app_with(hang), HttpRequest(method="GET", path="/"), timeout=0.05) == TimedOut(seconds=0.05)


def test_an_application_that_says_nothing_is_broken() -> None:
    async def silent(_scope: Any, _receive: Any, _send: Any) -> None:
        return

    assert send(silent, HttpRequest(method="GET", path="/")) == BrokenAnswer(
        problem="the application ended without an answer"
    )


def test_a_streamed_answer_is_gathered() -> None:
    async def stream(_request: Request) -> Response:
        return StreamingResponse(iter(["a", "b", "c"]), media_type="text/plain")

    answer = send(app_with(stream), HttpRequest(method="GET", path="/"))
    assert isinstance(answer, HttpResponse)
    assert answer.body == TextBody("abc", "text/plain; charset=utf-8")
