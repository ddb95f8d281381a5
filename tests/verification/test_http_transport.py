"""A provider at a URL: what goes over the wire, and what becomes of answers that are none."""

import asyncio
import gzip
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from contractkit.errors import ProviderUnreachableError, UsageError
from contractkit.model import (
    EmptyBody,
    HttpRequest,
    HttpResponse,
    JsonBody,
    MissingBody,
    TextBody,
)
from contractkit.verification.http_transport import HttpTransport
from contractkit.verification.transport import BrokenAnswer, Failure, NotConnected, TimedOut, Unsendable

GET = HttpRequest(method="GET", path="/orders/7")
Serve = Callable[[Callable[[socket.socket, bytes], None]], str]


def send(url: str, *requests: HttpRequest, timeout: float = 10.0) -> list[HttpResponse | Failure]:
    async def run() -> list[HttpResponse | Failure]:
        async with HttpTransport(url, timeout=timeout) as transport:
            return [await transport.send(request) for request in requests]

    return asyncio.run(run())


def answering(raw: bytes) -> Callable[[socket.socket, bytes], None]:
    return lambda connection, _request: connection.sendall(raw)


def test_the_wire_carries_the_request_and_nothing_else(raw_server: Serve) -> None:
    seen: list[bytes] = []

    def answer(connection: socket.socket, request: bytes) -> None:
        seen.append(request)
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    url = raw_server(answer)
    request = HttpRequest(
        method="POST",
        path="/a%2Fb/%C3%BC",
        query={"q": ("a b", None), "x": ("1&2",)},
        headers={"x-trace": ("1", "2"), "host": ("recorded.example",), "content-length": ("99",)},
        body=JsonBody({"id": 7}),
    )
    send(f"{url}/base/", request)
    host = url.removeprefix("http://")
    assert seen == [
        b"POST /base/a%2Fb/%C3%BC?q=a%20b&q&x=1%262 HTTP/1.1\r\nHost: " + host.encode() + b"\r\n"
        b'x-trace: 1\r\nx-trace: 2\r\ncontent-type: application/json\r\nContent-Length: 8\r\n\r\n{"id":7}'
    ]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/a b", b"GET /a%20b HTTP/1.1"),
        ("/caf\u00e9/x|{z}", b"GET /caf%C3%A9/x%7C%7Bz%7D HTTP/1.1"),
        ("/a%2Fb c", b"GET /a%2Fb%20c HTTP/1.1"),
        ("/100%/of?it#all", b"GET /100%25/of%3Fit%23all HTTP/1.1"),
        ("/a HTTP/1.1\r\nX-Injected: y", b"GET /a%20HTTP/1.1%0D%0AX-Injected:%20y HTTP/1.1"),
        ("/ids[0]/(x);v=1,2@b:c~d", b"GET /ids[0]/(x);v=1,2@b:c~d HTTP/1.1"),
    ],
)
def test_what_no_path_may_hold_goes_out_encoded(raw_server: Serve, path: str, line: bytes) -> None:
    seen: list[bytes] = []

    def answer(connection: socket.socket, request: bytes) -> None:
        seen.append(request.split(b"\r\n")[0])
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    send(raw_server(answer), HttpRequest(method="GET", path=path))

    assert seen == [line]


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (
            HttpRequest(method="GET", path="@other.test/x"),
            'The request cannot be sent: request.path is "@other.test/x", expected a path that starts with a slash.',
        ),
        (
            HttpRequest(method="GET", path=":8080/x"),
            'The request cannot be sent: request.path is ":8080/x", expected a path that starts with a slash.',
        ),
        (
            HttpRequest(method="GE T", path="/x"),
            'The request cannot be sent: request.method is "GE T", expected a method such as GET.',
        ),
        (
            HttpRequest(method="GET", path="/x", headers={"x-a": ("a\r\nb: c",)}),
            r"""The request cannot be sent: request.headers['x-a'] is "a\r\nb: c", expected one line of text.""",
        ),
        (
            HttpRequest(method="GET", path="/x", headers={"x a": ("1",)}),
            'The request cannot be sent: request.headers is "x a", expected a header\'s name.',
        ),
    ],
)
def test_what_http_cannot_carry_reaches_nobody(raw_server: Serve, request_: HttpRequest, sentence: str) -> None:
    seen: list[bytes] = []

    def answer(connection: socket.socket, request: bytes) -> None:
        seen.append(request)

    [answered] = send(raw_server(answer), request_)

    assert isinstance(answered, Unsendable)
    assert (answered.sentence, seen) == (sentence, [])


def test_a_json_answer_is_read_with_its_headers(raw_server: Serve) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 6\r\n\r\n[1.50]"
    headers = {"content-type": ("application/json",), "x-a": ("1", "2"), "content-length": ("6",)}
    assert send(raw_server(answering(raw)), GET) == [HttpResponse(status=200, headers=headers, body=JsonBody([1.5]))]


def test_a_redirect_is_an_answer(raw_server: Serve) -> None:
    raw = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    headers = {"location": ("/elsewhere",), "content-length": ("0",)}
    assert send(raw_server(answering(raw)), GET) == [HttpResponse(status=302, headers=headers, body=MissingBody())]


def test_a_cookie_is_not_sent_back(raw_server: Serve) -> None:
    seen: list[bytes] = []

    def answer(connection: socket.socket, request: bytes) -> None:
        seen.append(request)
        connection.sendall(b"HTTP/1.1 204 No Content\r\nSet-Cookie: a=1\r\nConnection: close\r\n\r\n")

    send(raw_server(answer), GET, GET)
    assert [b"cookie" in request.lower() for request in seen] == [False, False]


def test_a_compressed_answer_is_read(raw_server: Serve) -> None:
    body = gzip.compress(b'{"id": 7}')
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}"
    [answer] = send(raw_server(answering(head.encode() + b"\r\n\r\n" + body)), GET)
    assert isinstance(answer, HttpResponse)
    assert answer.body == JsonBody({"id": 7})


def test_what_claims_to_be_compressed_and_is_not_is_broken(raw_server: Serve) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"
    assert send(raw_server(answering(raw)), GET) == [
        BrokenAnswer(problem="The body is not gzip, which Content-Encoding says it is")
    ]


def test_json_that_does_not_parse_stays_text_to_be_compared(raw_server: Serve) -> None:
    raw = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n{"id"'
    [answer] = send(raw_server(answering(raw)), GET)
    assert isinstance(answer, HttpResponse)
    assert answer.body == TextBody('{"id"', "application/json")


def test_an_empty_body_with_a_type_is_empty(raw_server: Serve) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n"
    [answer] = send(raw_server(answering(raw)), GET)
    assert isinstance(answer, HttpResponse)
    assert answer.body == EmptyBody("text/plain")


def test_json_without_a_content_type_is_recognised(raw_server: Serve) -> None:
    raw = b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"id": 7}'
    [answer] = send(raw_server(answering(raw)), GET)
    assert isinstance(answer, HttpResponse)
    assert answer.body == JsonBody({"id": 7})


def test_a_provider_that_hangs_times_out(raw_server: Serve) -> None:
    def hang(connection: socket.socket, _request: bytes) -> None:
        connection.recv(1)  # until the client goes away

    assert send(raw_server(hang), GET, timeout=0.05) == [TimedOut(seconds=0.05)]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "the connection was closed before an answer came"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
            "the connection was closed in the middle of the answer",
        ),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "not an HTTP answer: bad status line"),
    ],
)
def test_an_answer_that_is_none_is_broken(raw_server: Serve, raw: bytes, problem: str) -> None:
    assert send(raw_server(answering(raw)), GET) == [BrokenAnswer(problem=problem)]


def test_a_provider_that_is_down_is_one_clear_message(unused_port: int) -> None:
    with pytest.raises(ProviderUnreachableError) as caught:
        send(f"http://127.0.0.1:{unused_port}/", GET)
    assert str(caught.value) == (
        f"Nothing takes connections at http://127.0.0.1:{unused_port}.\n\n"
        "  reason   connection refused\n\n"
        "Start the provider, or say where it runs with --url."
    )
    assert caught.value.exit_code == 4


def test_a_provider_that_goes_away_is_not_connected() -> None:
    async def run() -> HttpResponse | Failure:
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with HttpTransport(f"http://127.0.0.1:{port}") as transport:
            server.close()
            await server.wait_closed()
            return await transport.send(GET)

    assert asyncio.run(run()) == NotConnected(problem="connection refused")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_certificate_that_nobody_signed_is_no_connection(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    making = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*making, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer(ssl_context=context) as server:
        [failure] = send(server.url_for(""), GET)
    assert isinstance(failure, NotConnected)
    assert failure.problem.startswith("its certificate is not accepted (")


def test_a_provider_without_tls_is_said_to_have_none() -> None:
    with HTTPServer() as server:
        [failure] = send(server.url_for("").replace("http:", "https:"), GET)
    assert failure == NotConnected(problem="it does not speak TLS there, though its URL begins with https")


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host", "http://", "http://host:port"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        HttpTransport(url)
    assert str(caught.value) == (
        f"The provider's URL cannot be used.\n\n  expected   a URL such as http://localhost:8000\n  received   {url}"
    )


def test_a_url_with_credentials_is_refused_without_them() -> None:
    with pytest.raises(UsageError) as caught:
        HttpTransport("http://user:secret@localhost:8000")
    assert str(caught.value) == (
        "The provider's URL cannot hold a user and password.\n\n"
        "  received   http://localhost:8000\n\n"
        "Send them with --header 'Authorization: Basic …'."
    )


def test_a_url_with_a_query_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot have a query"):
        HttpTransport("http://localhost:8000?a=1")
