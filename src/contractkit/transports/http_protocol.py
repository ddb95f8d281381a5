"""HTTP/1.1 on one connection: bytes in, handler called, bytes out (RFC 9112), on httptools' parser.

The parser takes what is malformed for what it is; the rest of the rules is here, and `test_http_parsing_differential`
compares both with h11.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import cast

import httptools

from contractkit.model import EmptyBody, HttpRequest, HttpResponse, MissingBody
from contractkit.transports.connections import LARGEST_UNFINISHED, Connections
from contractkit.transports.fault_scripts import Close, Step, Write, cut, play, script
from contractkit.transports.faults import FaultedResponse
from contractkit.transports.http_heads import LARGEST_HEAD, Refusal, Unread, check_head, refused_start
from contractkit.transports.http_messages import (
    LARGEST_BODY,
    Handler,
    UnreadableBodyError,
    encode_body,
    problem,
    read_request,
    response_headers,
)
from contractkit.transports.known_heads import KnownHeads

_LONGEST_START = 200  # characters of a path that is told of a request that was refused
LINGERING = 2.0  # seconds for which a refused client may go on sending before the connection is closed

_FRAMING = {"connection", "content-length", "keep-alive", "transfer-encoding"}  # ours to write, whatever a reply says
_REASONS = {status.value: status.phrase for status in HTTPStatus}
_WITHOUT_BODY = {204, 304}


class HttpProtocol(asyncio.Protocol):
    """One connection of a client. Requests are answered in order, also when they come pipelined.

    A malformed request is answered with 400, one that is too large with 413 or 431; then the connection is closed,
    since where the next request starts is not known. No other protocol is switched to.
    """

    def __init__(
        self,
        handler: Callable[[], Handler],
        connections: Connections,
        heads: KnownHeads | None = None,
        refused: Callable[[Unread], None] | None = None,
    ) -> None:
        self._handler = handler
        self._refused = refused
        self._connections = connections
        self._heads = KnownHeads() if heads is None else heads
        self._taken: list[HttpRequest | None] = []  # of the bytes at hand; None for what is not to be known again
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._unplayed: deque[Iterable[Step]] = deque()
        self._playing: asyncio.Task[None] | None = None
        self._is_refused = False
        self._body_size = 0
        self._start_request()

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast(asyncio.Transport, transport)
        self._connections.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection, and what it sent of a request that never became whole."""
        self._start_request()
        self._connections.closed(self)
        self._transport = None
        del self._parser  # it holds on to us: else both would wait for the garbage collector
        if self._playing is not None:
            self._playing.cancel()

    def data_received(self, data: bytes) -> None:
        """Parse what came; complete requests are answered from within."""
        if self._is_refused:
            return
        self._connections.used(self)
        known = None if self._has_begun else self._heads.request(data)
        if known is not None:
            self._send(self._answer_to(known), is_head=known.method == "HEAD", connection="")
            return
        self._parse(data)

    def _parse(self, data: bytes) -> None:
        self._unparsed_head += 0 if self._head_is_complete else len(data)
        has_begun = self._has_begun
        self._taken.clear()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._decline_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserCallbackError as error:
            self._refuse(error.__context__)
        except httptools.HttpParserInvalidMethodError as error:
            self._refuse(refused_start(b"" if has_begun else data, f"{error}".rstrip(".")))
        except httptools.HttpParserError as error:
            self._refuse(Refusal(400, f"Malformed HTTP: {error}."))
        else:
            if not self._head_is_complete and self._unparsed_head > LARGEST_HEAD:
                self._refuse(Refusal(431, f"Request line and headers are larger than {LARGEST_HEAD} bytes."))
            elif len(self._taken) == 1 and self._taken[0] is not None and not (has_begun or self._has_begun):
                self._heads.learn(data, self._taken[0])

    def eof_received(self) -> None:
        """Say so where the client stops sending within a request (RFC 9112 §8); the connection closes."""
        if self._has_begun and not self._is_refused:
            self._refuse(Refusal(400, "The client stopped sending within the request."))

    def pause_writing(self) -> None:
        """Read no more while the client does not read its answers."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Read on."""
        if self._transport is not None and self._playing is None:
            self._transport.resume_reading()

    def make_room(self) -> None:
        """Close the connection for another one; a request that it has begun is answered with 408."""
        if self._has_begun and not self._is_refused:
            self._refuse(Refusal(408, "The request did not become whole before others needed the connection."))
        else:
            self.close()

    def close(self) -> None:
        """Close the connection once everything is written."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    # the parser's side

    def on_message_begin(self) -> None:
        """Take note that a request has begun."""
        self._has_begun = True

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
        if self._is_upgrade():
            return
        check_head(self._parser.get_http_version(), self._target, self._headers)
        if self._transport is not None and ("expect", "100-continue") in (
            (name.lower(), value.lower()) for name, value in self._headers
        ):
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._body_size += len(body)
        has_room = self._connections.hold(len(body))
        if self._body_size > LARGEST_BODY:
            raise Refusal(413, f"The body is larger than {LARGEST_BODY} bytes.")
        if not has_room:
            raise Refusal(503, f"Unfinished bodies of all clients are larger than {LARGEST_UNFINISHED} bytes.")
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Answer."""
        if self._is_upgrade():
            return
        method = self._parser.get_method().decode("latin-1")
        keep = self._parser.should_keep_alive() and method != "CONNECT"
        try:
            target = self._target.decode("latin-1")
            request = read_request(method, target, self._headers + self._declined, b"".join(self._body))
        except UnreadableBodyError as error:
            raise Refusal(400, str(error)) from None
        self._write(self._answer_to(request), is_head=method == "HEAD", keep=keep)
        is_bare = isinstance(request.body, MissingBody | EmptyBody)
        self._taken.append(request if keep and is_bare else None)
        self._start_request()

    def _start_request(self) -> None:
        if self._body_size:
            self._connections.release(self._body_size)
        self._target = b""
        self._headers: list[tuple[str, str]] = []
        self._declined: list[tuple[str, str]] = []
        self._body: list[bytes] = []
        self._body_size = 0
        self._unparsed_head = 0
        self._head_is_complete = False
        self._has_begun = False

    def _is_upgrade(self) -> bool:
        return bool(self._parser.should_upgrade()) and self._parser.get_method() != b"CONNECT"

    def _decline_upgrade(self, rest: bytes) -> None:
        """Take a request that offers another protocol as one that does not (RFC 9110 §7.8), its body included.

        The parser takes what follows such a head for the other protocol. Java's client offers HTTP/2 this way, with a
        body where the request has one.
        """
        if self._parser.get_method() == b"CONNECT":
            self.close()  # answered already; what follows is meant for another server
            return
        declined = [(name, value) for name, value in self._headers if name.lower() == "upgrade"]
        first = b"%b %b HTTP/%b" % (
            self._parser.get_method(),
            self._target,
            self._parser.get_http_version().encode("latin-1"),
        )
        lines = [f"{name}: {value}".encode("latin-1") for name, value in self._headers if name.lower() != "upgrade"]
        self._start_request()
        self._declined = declined
        self._parser = httptools.HttpRequestParser(self)
        self._parse(b"\r\n".join([first, *lines, b"", b""]))
        if rest:
            self.data_received(rest)

    def _answer_to(self, request: HttpRequest) -> HttpResponse:
        try:
            return self._handler()(request)
        except Exception as error:  # a handler does not raise; if it does, the client must not hang
            return problem(500, "The stub failed", f"{type(error).__name__}: {error}")

    def _refuse(self, error: BaseException | None) -> None:
        refusal = error if isinstance(error, Refusal) else Refusal(500, f"{type(error).__name__}: {error}")
        refused = problem(refusal.status, "The request was refused", refusal.detail)
        self._send(refused, is_head=False, connection="close")
        self._linger()
        if self._refused is not None:
            target = self._target.partition(b"?")[0].decode("latin-1")[:_LONGEST_START]
            start = f"{self._parser.get_method().decode('latin-1')} {target}" if target else ""
            self._refused(Unread(start=start, status=refusal.status, reason=refusal.detail))

    def _write(self, response: HttpResponse, *, is_head: bool, keep: bool) -> None:
        old = self._parser.get_http_version() == "1.0"
        self._send(response, is_head=is_head, connection=("keep-alive" if old else "") if keep else "close")
        if not keep and self._playing is None:
            self.close()

    def _send(self, response: HttpResponse, *, is_head: bool, connection: str) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._playing is not None or isinstance(response, FaultedResponse):
            self._play(script_of(response, is_head=is_head, connection=connection))
            return
        self._transport.write(encode_response(response, is_head=is_head, connection=connection))

    def _linger(self) -> None:
        """Close, but take what the client still sends: else it meets a reset before the answer (RFC 9112 §9.6)."""
        self._is_refused = True
        if self._transport is not None and not self._transport.is_closing() and self._playing is None:
            self._transport.write_eof()
            asyncio.get_running_loop().call_later(LINGERING, self._transport.close)

    def _play(self, steps: Iterable[Step]) -> None:
        """Send an answer in steps, after those before it; meanwhile nothing more is read."""
        self._unplayed.append(steps)
        if self._playing is None and self._transport is not None:
            self._transport.pause_reading()
            self._playing = asyncio.get_running_loop().create_task(self._play_all(self._transport))

    async def _play_all(self, transport: asyncio.Transport) -> None:
        while self._unplayed:
            await play(transport, self._unplayed.popleft())
        self._playing = None
        if not transport.is_closing():
            transport.resume_reading()


def script_of(response: HttpResponse, *, is_head: bool, connection: str) -> Iterator[Step]:
    """Give the steps in which a response is sent, those of its fault if it has one."""
    if isinstance(response, FaultedResponse):
        data, length = cut(_body_of(response), response.due.fault)
        head = _head_of(response, length, connection)
        yield from script(head, b"" if is_head else data, response.due)
    else:
        yield Write(encode_response(response, is_head=is_head, connection=connection))
    if connection == "close":
        yield Close()


def encode_response(response: HttpResponse, *, is_head: bool = False, connection: str = "") -> bytes:
    """Give the bytes of a response; the length is that of the body also where `HEAD` leaves the body out.

    Statuses below 200, 204 and 304 have no body and no length (RFC 9110 §8.6).
    """
    data = _body_of(response)
    return _head_of(response, len(data), connection) + (b"" if is_head else data)


def _is_bare(response: HttpResponse) -> bool:
    return response.status < 200 or response.status in _WITHOUT_BODY


def _body_of(response: HttpResponse) -> bytes:
    return b"" if _is_bare(response) else encode_body(response.body)


def _head_of(response: HttpResponse, length: int, connection: str) -> bytes:
    bare = _is_bare(response)
    lines = [f"HTTP/1.1 {response.status} {_REASONS.get(response.status, '')}"]
    lines += [
        f"{name}: {_one_line(value)}"
        for name, value in response_headers(response)
        if name not in _FRAMING and not (bare and name == "content-type")
    ]
    if not bare:
        lines.append(f"content-length: {length}")
    if connection:
        lines.append(f"connection: {connection}")
    head = "\r\n".join(lines) + "\r\n\r\n"
    return head.encode("latin-1", "replace")


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")
