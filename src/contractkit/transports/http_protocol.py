"""HTTP/1.1 on one connection: bytes in, handler called, bytes out (RFC 9112), on httptools' parser."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import cast

import httptools

from contractkit.model import HttpRequest, HttpResponse
from contractkit.transports.http_messages import (
    LARGEST_BODY,
    Handler,
    UnreadableBodyError,
    encode_body,
    problem,
    read_request,
    response_headers,
)

LARGEST_HEAD = 64 * 1024  # bytes of request line and headers

_FRAMING = {"connection", "content-length", "keep-alive", "transfer-encoding"}  # ours to write, whatever a reply says
_REASONS = {status.value: status.phrase for status in HTTPStatus}
_WITHOUT_BODY = {204, 304}


class _Refusal(Exception):
    """The request cannot be taken; it is answered and the connection closed."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class HttpProtocol(asyncio.Protocol):
    """One connection of a client. Requests are answered in order, also when they come pipelined.

    A malformed request is answered with 400, one that is too large with 413 or 431; then the connection is closed,
    since where the next request starts is not known.
    """

    def __init__(self, handler: Callable[[], Handler], connections: set["HttpProtocol"]) -> None:
        self._handler = handler
        self._connections = connections
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._start_request()

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast(asyncio.Transport, transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._connections.discard(self)
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Parse what came; complete requests are answered from within."""
        self._unparsed_head += 0 if self._head_is_complete else len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.close()  # answered already; what follows would be another protocol
        except httptools.HttpParserCallbackError as error:
            self._refuse(error.__context__)
        except httptools.HttpParserError as error:
            self._refuse(_Refusal(400, f"Malformed HTTP: {error}."))
        else:
            if not self._head_is_complete and self._unparsed_head > LARGEST_HEAD:
                self._refuse(_Refusal(431, f"Request line and headers are larger than {LARGEST_HEAD} bytes."))

    def close(self) -> None:
        """Close the connection once everything is written."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    # the parser's side

    def on_url(self, url: bytes) -> None:
        """Take (a piece of) the request target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header line, or a trailer, which is dropped (RFC 9110 §6.5.1)."""
        if not self._head_is_complete:
            self._headers.append((name.decode("latin-1"), value.decode("latin-1").strip()))

    def on_headers_complete(self) -> None:
        """Refuse what need not be read, and ask for a body that waits to be asked for (RFC 9110 §10.1.1)."""
        self._head_is_complete = True
        names = [name.lower() for name, _ in self._headers]
        if len(self._target) + sum(len(name) + len(value) for name, value in self._headers) > LARGEST_HEAD:
            raise _Refusal(431, f"Request line and headers are larger than {LARGEST_HEAD} bytes.")
        if names.count("host") != 1 and self._parser.get_http_version() == "1.1":
            raise _Refusal(400, "A request of HTTP/1.1 has exactly one Host header.")
        expected = {name.lower(): value for name, value in self._headers}
        length = expected.get("content-length", "0")
        if length.isdigit() and int(length) > LARGEST_BODY:
            raise _Refusal(413, f"The body is larger than {LARGEST_BODY} bytes.")
        if expected.get("expect", "").lower() == "100-continue" and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._body_size += len(body)
        if self._body_size > LARGEST_BODY:
            raise _Refusal(413, f"The body is larger than {LARGEST_BODY} bytes.")
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Answer."""
        method = self._parser.get_method().decode("latin-1")
        keep = self._parser.should_keep_alive() and not self._parser.should_upgrade()
        try:
            target = self._target.decode("latin-1")
            request = read_request(method, target, self._headers, b"".join(self._body))
        except UnreadableBodyError as error:
            raise _Refusal(400, str(error)) from None
        self._write(self._answer_to(request), is_head=method == "HEAD", keep=keep)
        self._start_request()

    def _start_request(self) -> None:
        self._target = b""
        self._headers: list[tuple[str, str]] = []
        self._body: list[bytes] = []
        self._body_size = 0
        self._unparsed_head = 0
        self._head_is_complete = False

    def _answer_to(self, request: HttpRequest) -> HttpResponse:
        try:
            return self._handler()(request)
        except Exception as error:  # a handler does not raise; if it does, the client must not hang
            return problem(500, "The stub failed", f"{type(error).__name__}: {error}")

    def _refuse(self, error: BaseException | None) -> None:
        refusal = error if isinstance(error, _Refusal) else _Refusal(500, f"{type(error).__name__}: {error}")
        self._write(problem(refusal.status, "The request was refused", refusal.detail), is_head=False, keep=False)

    def _write(self, response: HttpResponse, *, is_head: bool, keep: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        old = self._parser.get_http_version() == "1.0"
        connection = ("keep-alive" if old else "") if keep else "close"
        self._transport.write(encode_response(response, is_head=is_head, connection=connection))
        if not keep:
            self._transport.close()


def encode_response(response: HttpResponse, *, is_head: bool = False, connection: str = "") -> bytes:
    """Give the bytes of a response; the length is that of the body also where `HEAD` leaves the body out.

    Statuses below 200, 204 and 304 have no body and no length (RFC 9110 §8.6).
    """
    bare = response.status < 200 or response.status in _WITHOUT_BODY
    data = b"" if bare else encode_body(response.body)
    lines = [f"HTTP/1.1 {response.status} {_REASONS.get(response.status, '')}"]
    lines += [
        f"{name}: {_one_line(value)}"
        for name, value in response_headers(response)
        if name not in _FRAMING and not (bare and name == "content-type")
    ]
    if not bare:
        lines.append(f"content-length: {len(data)}")
    if connection:
        lines.append(f"connection: {connection}")
    head = "\r\n".join(lines) + "\r\n\r\n"
    return head.encode("latin-1", "replace") + (b"" if is_head else data)


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")
