"""A head whose lines came before is read as the parser reads it, and only where nothing hangs on the rest."""

import asyncio

import pytest

from contractkit.model import HttpRequest, HttpResponse, TextBody
from contractkit.transports.connections import Connections
from contractkit.transports.http_protocol import HttpProtocol
from contractkit.transports.known_heads import KnownHeads

LINES = b"Host: orders\r\nAccept: application/json\r\nAccept: text/plain\r\nX-Tenant: \xe9 \r\n\r\n"


class Wire:
    """A connection's other end: keeps what is written."""

    def __init__(self) -> None:
        self.written = b""
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True

    def write_eof(self) -> None:
        self.is_closed = True


class Peer:
    """One connection to a server that says what it was asked; a refusal lingers on a loop."""

    def __init__(self, heads: KnownHeads | None = None) -> None:
        self.seen: list[HttpRequest] = []
        self.wire = Wire()
        self._protocol = HttpProtocol(lambda: self._answer, Connections(), heads)
        self._protocol.connection_made(self.wire)  # type: ignore[arg-type]  # as much of a transport as is used

    def send(self, *pieces: bytes) -> "Peer":
        for piece in pieces:
            self._protocol.data_received(piece)
        return self

    def _answer(self, request: HttpRequest) -> HttpResponse:
        self.seen.append(request)
        return HttpResponse(status=200, body=TextBody(f"{request.method} {request.path}", "text/plain"))


def test_a_request_under_known_lines_is_read_as_the_parser_reads_it() -> None:
    heads = KnownHeads()
    Peer(heads).send(b"GET /orders/7 HTTP/1.1\r\n" + LINES)

    sent = b"GET /orders/8%2F?a=1&a=&b&c=%20+ HTTP/1.1\r\n" + LINES
    assert heads.request(sent) == HttpRequest(
        method="GET",
        path="/orders/8%2F",
        query={"a": ("1", ""), "b": (None,), "c": ("  ",)},
        headers={"host": ("orders",), "accept": ("application/json", "text/plain"), "x-tenant": ("\xe9",)},
    )
    assert [heads.request(sent)] == Peer().send(sent).seen


STARTS = (
    b"GET / HTTP/1.1\r\n",
    b"HEAD /orders/7 HTTP/1.1\r\n",
    b"DELETE /orders/7?x=%41 HTTP/1.1\r\n",
    b"OPTIONS /orders HTTP/1.1\r\n",
    b"OPTIONS * HTTP/1.1\r\n",
    b"POST /orders HTTP/1.1\r\n",
    b"GET /orders/7 HTTP/1.0\r\n",
    b"GET http://orders/7 HTTP/1.1\r\n",
    b"GET //orders/7 HTTP/1.1\r\n",
    b"GET /orders#7 HTTP/1.1\r\n",
    b"GET /orders/\xc3\xa9 HTTP/1.1\r\n",
    b"get /orders HTTP/1.1\r\n",
    b"GET  /orders HTTP/1.1\r\n",
    b"GET /a b HTTP/1.1\r\n",
    b"GET /orders HTTP/2.0\r\n",
    b"\r\nGET /orders HTTP/1.1\r\n",
)
ENDS = (
    LINES,
    b"Host: orders\r\nContent-Length: 0\r\nContent-Type: application/json\r\n\r\n",
    b"Host: orders\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"Host: orders\r\nContent-Length: 4\r\n\r\n\r\n\r\n",
    b"Host: orders\r\nContent-Length: 4\r\n\r\n",
    b"Host: orders\r\nConnection: close\r\n\r\n",
    b"Host: orders\r\nExpect: 100-continue\r\n\r\n",
    b"Host: orders\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    b"Host: orders\r\n\r\nGET /next HTTP/1.1\r\nHost: orders\r\n\r\n",
    b"Host: orders\r\n\r\nGET /last HTTP/1.0\r\nHost: orders\r\n\r\n",
    b"Host: orders\r\n\r\nGET /last HTTP/1.1\r\nHost: orders\r\nConnection: close\r\n\r\n",
    b"Host: orders\r\n\r\nPOST /next HTTP/1.1\r\nHost: orders\r\nContent-Length: 1\r\n\r\n1",
    b"Host: orders\r\nHost: other\r\n\r\n",
    b"Accept: */*\r\n\r\n",
    b"Host: orders\r\n",
    b"\r\n",
)


@pytest.mark.parametrize("end", ENDS)
def test_what_was_read_before_changes_no_reading(end: bytes) -> None:
    asyncio.run(compare_readings(end))


async def compare_readings(end: bytes) -> None:
    heads = KnownHeads()
    for start in (*STARTS, *STARTS):
        again, fresh = Peer(heads).send(start + end), Peer().send(start + end)
        assert (again.seen, again.wire.written, again.wire.is_closed) == (
            fresh.seen,
            fresh.wire.written,
            fresh.wire.is_closed,
        )


def test_only_a_whole_request_without_a_body_that_stands_alone_is_learned() -> None:
    assert asyncio.run(learned_ends()) == [ENDS[0], ENDS[1], ENDS[2]]


async def learned_ends() -> list[bytes]:
    found = []
    for end in ENDS:
        heads = KnownHeads()
        Peer(heads).send(b"GET /orders/7 HTTP/1.1\r\n" + end)
        found += [end] if heads.request(b"GET /orders/8 HTTP/1.1\r\n" + end) is not None else []
    return found


def test_known_lines_in_the_midst_of_a_request_are_none_of_their_own() -> None:
    heads = KnownHeads()
    Peer(heads).send(b"GET /orders/7 HTTP/1.1\r\n" + LINES)
    inner = b"GET /orders/8 HTTP/1.1\r\n" + LINES
    length = str(len(inner)).encode()

    peer = Peer(heads).send(b"POST /orders HTTP/1.1\r\nHost: orders\r\nContent-Length: " + length + b"\r\n\r\n", inner)

    assert [(each.method, each.path) for each in peer.seen] == [("POST", "/orders")]


def test_the_oldest_lines_make_room_for_others() -> None:
    heads = KnownHeads()
    sent = [b"GET / HTTP/1.1\r\nHost: orders\r\nX-Request: %d\r\n\r\n" % number for number in range(257)]
    Peer(heads).send(*sent)

    assert [heads.request(each) is not None for each in (sent[0], sent[1], sent[256])] == [False, True, True]
