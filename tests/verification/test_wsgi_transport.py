"""WSGI applications in process: Flask, Django, and applications that break the protocol."""

import asyncio
import io
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask, request

from contractkit.model import HttpRequest, HttpResponse, JsonBody, TextBody
from contractkit.results import Raised
from contractkit.verification.faults import last_raised
from contractkit.verification.transport import BrokenAnswer, Failure, TimedOut, Unsendable
from contractkit.verification.wsgi_transport import WsgiTransport

GET = HttpRequest(method="GET", path="/orders/7")


def send(
    application: Any, request: HttpRequest = GET, *, timeout: float = 10.0, base_path: str = ""
) -> tuple[HttpResponse | Failure, Raised | None]:
    async def run() -> tuple[HttpResponse | Failure, Raised | None]:
        last_raised.set(None)
        transport = WsgiTransport(application, name="shop:app", timeout=timeout, base_path=base_path)
        async with transport:
            return await transport.send(request), last_raised.get()

    return asyncio.run(run())


def answer(application: Any, request: HttpRequest = GET, **options: Any) -> HttpResponse:
    found, _ = send(application, request, **options)
    assert isinstance(found, HttpResponse)
    return found


def environment_of(request: HttpRequest, **options: Any) -> dict[str, Any]:
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read())
        start("204 No Content", [])
        return []

    assert answer(application, request, **options).status == 204
    return seen


def test_a_flask_application_is_asked_as_by_its_server() -> None:
    app = Flask("shop")

    @app.post("/orders/<name>")
    def place(name: str) -> dict[str, Any]:
        return {"name": name, "query": request.args.getlist("q"), "body": request.get_json(), "via": request.host}

    sent = HttpRequest(method="POST", path="/orders/caf%C3%A9", query={"q": ("1", "ü")}, body=JsonBody({"id": 7}))
    assert answer(app, sent).body == JsonBody(
        {"name": "café", "query": ["1", "ü"], "body": {"id": 7}, "via": "localhost"}
    )


def test_what_a_flask_view_raises_is_told_beside_its_answer() -> None:
    app = Flask("shop")

    @app.get("/orders/7")
    def broken() -> str:
        raise LookupError("no such table")

    found, raised = send(app)
    assert isinstance(found, HttpResponse)
    assert (found.status, raised is not None and raised.error) == (500, "LookupError: no such table")
    assert raised is not None
    assert raised.lines[-1].endswith('in broken: raise LookupError("no such table")')


def test_a_django_application_is_asked_and_what_its_view_raises_is_told() -> None:
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.http import HttpRequest as DjangoRequest
    from django.http import JsonResponse
    from django.urls import path

    def order(request: DjangoRequest, number: int) -> JsonResponse:
        if number == 9:
            raise LookupError("no such table")
        return JsonResponse({"id": number, "token": request.headers.get("X-Token")})

    class Routes:
        urlpatterns = (path("orders/<int:number>", order),)

    with configured_django(settings, Routes):
        found = answer(WSGIHandler(), HttpRequest(method="GET", path="/orders/7", headers={"X-Token": ("a", "b")}))
        assert found.body == JsonBody({"id": 7, "token": "a, b"})
        broken, raised = send(WSGIHandler(), HttpRequest(method="GET", path="/orders/9"))
        assert isinstance(broken, HttpResponse)
        assert (broken.status, raised is not None and raised.error) == (500, "LookupError: no such table")


def configured_django(settings: Any, routes: object) -> Any:
    from django.test import override_settings

    if not settings.configured:
        settings.configure(SECRET_KEY="invented", ALLOWED_HOSTS=["localhost"])
    return override_settings(ROOT_URLCONF=routes, ALLOWED_HOSTS=["localhost"], DEBUG=False)


def test_the_environment_is_as_a_server_makes_it() -> None:
    sent = HttpRequest(
        method="PUT",
        path="/a%2Fb",
        query={"q": ("a b",)},
        headers={"accept": ("text/plain", "text/html"), "cookie": ("a=1", "b=2")},
        body=TextBody("é", "text/plain; charset=utf-8"),
    )
    seen = environment_of(sent, base_path="/v1")
    shown = {name: value for name, value in seen.items() if not name.startswith("wsgi.")}
    assert shown == {
        "REQUEST_METHOD": "PUT",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/v1/a/b",
        "QUERY_STRING": "q=a%20b",
        "REQUEST_URI": "/v1/a%2Fb?q=a%20b",
        "RAW_URI": "/v1/a%2Fb?q=a%20b",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_ACCEPT": "text/plain, text/html",
        "HTTP_COOKIE": "a=1; b=2",
        "CONTENT_TYPE": "text/plain; charset=utf-8",
        "CONTENT_LENGTH": "2",
        "body": "é".encode(),
    }
    assert isinstance(seen["wsgi.input"], io.BytesIO)


def test_a_request_without_a_body_says_no_length() -> None:
    seen = environment_of(GET)
    assert ("CONTENT_LENGTH" in seen, seen["body"]) == (False, b"")


def test_an_application_that_raises_has_answered_500() -> None:
    def application(_environ: Any, _start: Any) -> Iterable[bytes]:
        raise SystemExit("over")

    found, raised = send(application)
    assert isinstance(found, HttpResponse)
    assert (found.status, found.body) == (500, TextBody("Internal Server Error", "text/plain; charset=utf-8"))
    assert raised is not None
    assert raised.error == "SystemExit: over"


def test_what_is_written_is_before_what_is_returned_and_the_answer_is_closed() -> None:
    class Parts(list[bytes]):
        closed = False

        def close(self) -> None:
            Parts.closed = True

    def application(_environ: Any, start: Any) -> Iterable[bytes]:
        write = start("200 OK", [("Content-Type", "text/plain")])
        write(b"a")
        return Parts([b"b", b"c"])

    assert answer(application).body == TextBody("abc", "text/plain")
    assert Parts.closed is True


def silent(_environ: Any, _start: Any) -> Iterable[bytes]:
    return [b"a"]


def unnumbered(_environ: Any, start: Any) -> Iterable[bytes]:
    start("OK", [])
    return []


def miscoded(_environ: Any, start: Any) -> Iterable[bytes]:
    start("200 OK", [("Content-Encoding", "gzip")])
    return [b"plain"]


@pytest.mark.parametrize(
    ("application", "problem"),
    [
        (silent, "the application ended without an answer"),
        (unnumbered, 'its status is "OK", not a number such as 200'),
        (miscoded, "The body is not gzip, which Content-Encoding says it is"),
    ],
)
def test_what_is_no_answer_is_broken(application: Any, problem: str) -> None:
    found, _ = send(application)
    assert found == BrokenAnswer(problem=problem)


def test_a_request_that_http_cannot_carry_is_not_sent() -> None:
    found, _ = send(silent, HttpRequest(method="GET", path="orders"))
    assert isinstance(found, Unsendable)


def test_an_application_that_hangs_times_out_and_the_next_request_is_answered() -> None:
    let_go = threading.Event()

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/hang":
            let_go.wait()
        start("204 No Content", [])
        return []

    async def run() -> list[HttpResponse | Failure]:
        async with WsgiTransport(application, name="shop:app", timeout=0.05) as transport:
            first = await transport.send(HttpRequest(method="GET", path="/hang"))
            transport._timeout = 10.0
            return [first, await transport.send(GET)]

    first, second = asyncio.run(run())
    let_go.set()
    assert first == TimedOut(seconds=0.05)
    assert isinstance(second, HttpResponse)
