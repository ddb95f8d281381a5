"""What the stub's server takes for a request, beside h11: the same verdict and the same requests.

Where the two differ, the difference is one of `DIFFERENCES`, each with the sentence of the standard that decides it.
"""

import random
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import h11
import pytest

from contractkit.model import HttpRequest, HttpResponse
from contractkit.transports.http_messages import encode_body, read_query
from contractkit.transports.server import StubServer

Seen: TypeAlias = tuple[str, str, tuple[tuple[str, str], ...], bytes]
"""Method, path, headers by name, body."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody made of bytes: the requests that were whole, and whether something was refused."""

    requests: tuple[Seen, ...]
    is_refused: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Why the two may read otherwise: where it applies, who is right, and by which sentence."""

    name: str
    pattern: bytes
    right: str
    sentence: str

    def explains(self, sent: bytes) -> bool:
        return re.search(self.pattern, sent, re.DOTALL) is not None


DIFFERENCES = (
    Difference(
        "a line that ends with LF alone",
        rb"(?<!\r)\n",
        "both",
        "RFC 9112 §2.2: a recipient MAY recognize a single LF as a line terminator and ignore any preceding CR.",
    ),
    Difference(
        "an empty line where a request line may come",
        rb"(^|\r\n\r\n|[^\n])\r\n[!-~]+ +[^\r\n]*HTTP/|\r\n\r\n(\r\n?)+$|\r\n\r\n[^\r\n]+(\r\n)+$|^(\r\n)+$",
        "stub",
        "RFC 9112 §2.2: a server SHOULD ignore at least one empty line received prior to the request-line.",
    ),
    Difference(
        "a header on several lines",
        rb"\n[ \t]",
        "both",
        "RFC 9112 §5.2: a server that receives an obs-fold MUST either reject the message or replace each with spaces.",
    ),
    Difference(
        "a control character in a header's value",
        rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]",
        "both",
        "RFC 9110 §5.5: CTL characters are invalid; however, recipients MAY retain such characters.",
    ),
    Difference(
        "a method that the parser does not know",
        rb"(^|\r\n\r\n|hello)(\r\n)*(?!(GET|POST|OPTIONS|QUERY) )[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^\r\n]*HTTP/",
        "both",
        "RFC 9110 §9.1: an unrecognized method SHOULD be answered with 501, as the stub does; h11 leaves it open.",
    ),
    Difference(
        "white space in the request line",
        rb"[!-~]+([ \t]{2,}[^\r\n]*|[^\r\n]*[ \t]{2,}|[^\r\n]*\t[^\r\n]*)HTTP/|HTTP/1\.[01][ \t]+\r",
        "both",
        "RFC 9112 §3: recipients MAY instead parse on whitespace-delimited word boundaries.",
    ),
    Difference(
        "a target of none of the four forms",
        rb"[A-Z]+ +(?![/*]|https?://[!-~])[^\r\n]*(HTTP/|\r)|[^\x00-\x7f]",
        "stub",
        "RFC 9112 §3.2: recipients of an invalid request-line SHOULD respond with either 400 or 301.",
    ),
    Difference(
        "a target for the server as a whole, or for a proxy",
        rb"(OPTIONS \*|CONNECT )",
        "both",
        "RFC 9112 §3.2.3, §3.2.4: such targets name no resource; the stub looks for an operation and finds none.",
    ),
    Difference(
        "a target with a fragment",
        rb"[A-Z]+ [^ \r\n]*#",
        "both",
        "RFC 9112 §3.2: no form has a fragment; the stub takes it off, as clients should have done.",
    ),
    Difference(
        "another version of HTTP",
        rb"HTTP/(?!1\.[01][\r\n])|^[A-Z]+ [^ \r\n]*\r\n",
        "stub",
        "RFC 9110 §15.6.6: 505 where the major version is not supported. HTTP/1.2 was never made.",
    ),
    Difference(
        "equal lengths named twice",
        rb"(?i)content-length:[^\r\n]*(,|\r\n(.*\r\n)*content-length:)",
        "both",
        "RFC 9110 §8.6: a recipient MUST either reject the message or replace the duplicated values by one.",
    ),
    Difference(
        "a length beside a transfer coding",
        rb"(?is)(content-length:.*transfer-encoding:|transfer-encoding:.*content-length:)",
        "both",
        "RFC 9112 §6.1: a server MAY reject a request that contains both, or process it by Transfer-Encoding alone.",
    ),
    Difference(
        "a transfer coding in HTTP/1.0",
        rb"(?is)HTTP/1\.0.*transfer-encoding:",
        "stub",
        "RFC 9112 §6.1: MUST treat the message as if the framing is faulty.",
    ),
    Difference(
        "the case of a transfer coding",
        rb"(?i)transfer-encoding:[ \t]*(?!(?-i:chunked))chunked",
        "both",
        "RFC 9112 §7: transfer-coding names are case-insensitive; h11 hands them on in lower case.",
    ),
    Difference(
        "a tab after a transfer coding",
        rb"(?i)transfer-encoding:[^\r\n]*\t",
        "h11",
        "RFC 9112 §5: OWS may follow a field's value, and a tab is OWS; the stub's parser takes it for a name.",
    ),
    Difference(
        "white space in a chunk's first line",
        rb"\r\n[0-9a-fA-F]+[ \t][^\r\n]*\r\n",
        "stub",
        "RFC 9112 §7.1: chunk = chunk-size [ chunk-ext ] CRLF has no white space there.",
    ),
    Difference(
        "what a chunk's extension and the trailers are made of",
        rb"(?is)transfer-encoding:.*(\r\n[0-9a-fA-F]+;|\r\n0+\r\n[^\r])",
        "both",
        "RFC 9112 §7.1.1, §7.1.2: a recipient MUST ignore unrecognized extensions, and MAY discard trailers.",
    ),
    Difference(
        "more on a connection of HTTP/1.0 that is kept",
        rb"(?is)HTTP/1\.0.*keep-alive.*HTTP/1\.",
        "both",
        "RFC 9112 §9.3: the server MAY honour keep-alive of HTTP/1.0; h11 does not.",
    ),
    Difference(
        "more after an offer of another protocol",
        rb"(?i)upgrade:",
        "stub",
        "RFC 9110 §7.8: a server MAY ignore a received Upgrade; then the next request is of HTTP/1.1. h11 waits.",
    ),
    Difference(
        "a very large head",
        rb"^.{65536}",
        "both",
        "RFC 6585 §5: 431; how large is not said.",
    ),
)

HOST = b"host: x\r\n"
CHUNKED = b"POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
LENGTH = b"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: %b\r\n\r\nhello"
CODING = b"POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: %b\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
LINE = b"%b\r\nhost: x\r\n\r\n"
HEADER = b"GET / HTTP/1.1\r\nhost: x\r\n%b\r\n\r\n"
TWO = b"%bGET /2 HTTP/1.1\r\nhost: x\r\n\r\n"

ALIKE: dict[str, bytes] = {
    "plain": LINE % b"GET /a?b=1&c HTTP/1.1",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nhost: x\r\nhost: x\r\n\r\n",
    "two hosts in HTTP/1.0": b"GET / HTTP/1.0\r\nhost: x\r\nhost: x\r\n\r\n",
    "HTTP/1.0": b"GET / HTTP/1.0\r\n\r\n",
    "lines that end with CR": b"GET / HTTP/1.1\rhost: x\r\r",
    "a first header that is folded": b"GET / HTTP/1.1\r\n host: x\r\n\r\n",
    "a blank before the colon": b"GET / HTTP/1.1\r\nhost : x\r\n\r\n",
    "a header without a name": HEADER % b": y",
    "a header without a colon": HEADER % b"bad",
    "a header with a blank in its name": HEADER % b"bad name: y",
    "a header of another alphabet": HEADER % "é: y".encode(),
    "an empty value": HEADER % b"a:",
    "blanks around a value": HEADER % b"a:  \t b c \t",
    "a value of Latin letters": HEADER % b"a: \xe9\xff",
    "NUL in a value": HEADER % b"a: b\x00c",
    "CR in a value": HEADER % b"a: b\rc",
    "many headers": HEADER % b"\r\n".join(b"a%d: b" % number for number in range(3_000)),
    "a method that is no token": LINE % b"G@T / HTTP/1.1",
    "a method of OpenAPI 3.2": LINE % b"QUERY / HTTP/1.1",
    "a blank after the version": LINE % b"GET / HTTP/1.1 ",
    "a blank in the target": LINE % b"GET /a b HTTP/1.1",
    "a target of another alphabet": LINE % "GET /é HTTP/1.1".encode(),
    "a control character in the target": LINE % b"GET /\x01 HTTP/1.1",
    "no target": LINE % b"GET  HTTP/1.1",
    "a whole URL": LINE % b"GET http://x/a?b HTTP/1.1",
    "a version without a dot": LINE % b"GET / HTTP/11",
    "a version in lower case": LINE % b"GET / http/1.1",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00",
    "words": b"nonsense\r\n\r\n",
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nhost: x\r\n",
    "a body": LENGTH % b"5",
    "a body of GET": b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi",
    "a body that ends early": LENGTH % b"6",
    "lengths that differ": LENGTH % b"5\r\ncontent-length: 4",
    "a list of lengths that differ": LENGTH % b"5, 4",
    "a negative length": LENGTH % b"-5",
    "a length with a sign": LENGTH % b"+5",
    "a length in hexadecimal": LENGTH % b"0x5",
    "an empty length": LENGTH % b"",
    "a length with zeros before it": LENGTH % b"0005",
    "a length of many digits": LENGTH % (b"9" * 30),
    "a length with a blank inside": LENGTH % b"5 5",
    "chunks": CHUNKED + b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    "a chunk's size in capitals, with zeros": CHUNKED + b"000A\r\n0123456789\r\n0\r\n\r\n",
    "a chunk's extension": CHUNKED + b"5;a=b\r\nhello\r\n0\r\n\r\n",
    "trailers": CHUNKED + b"5\r\nhello\r\n0\r\nx: y\r\n\r\n",
    "a chunk's size with 0x": CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n",
    "a chunk's size that is none": CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n",
    "a negative chunk": CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n",
    "a huge chunk": CHUNKED + b"f" * 18 + b"\r\nhello",
    "a chunk longer than said": CHUNKED + b"5\r\nhelloXX0\r\n\r\n",
    "chunks without an end": CHUNKED + b"5\r\nhello\r\n",
    "a chunk without a size": CHUNKED + b"\r\nhello\r\n0\r\n\r\n",
    "a trailer that is no header": CHUNKED + b"5\r\nhello\r\n0\r\nbad name: y\r\n\r\n",
    "gzip for a transfer": CODING % b"gzip",
    "gzip, then chunked": CODING % b"gzip, chunked",
    "chunked, then gzip": CODING % b"chunked, gzip",
    "chunked twice": CODING % b"chunked\r\ntransfer-encoding: chunked",
    "an unknown coding": CODING % b"xchunked",
    "no coding": CODING % b"",
    "two requests": TWO % (LINE % b"GET /1 HTTP/1.1"),
    "two requests, the first with a body": TWO % (LENGTH % b"5"),
    "two requests, the first in chunks": TWO % (CODING % b"chunked"),
    "a request after a close": TWO % (HEADER % b"connection: close"),
    "a request after a close in a list": TWO % (HEADER % b"connection: a, close"),
    "a request after one of HTTP/1.0": TWO % b"GET /1 HTTP/1.0\r\n\r\n",
    "words after a request": (LINE % b"GET /1 HTTP/1.1") + b"nonsense\r\n\r\n",
    "a body that waits": LENGTH % b"5\r\nexpect: 100-continue",
    "an unknown expectation": LENGTH % b"5\r\nexpect: magic",
    "another protocol offered with a body": LENGTH % b"5\r\nconnection: upgrade\r\nupgrade: h2c",
}
"""What both read alike."""

OTHERWISE: dict[str, bytes] = {
    "a line that ends with LF alone": b"GET / HTTP/1.1\nhost: x\n\n",
    "an empty line where a request line may come": b"\r\n" + LINE % b"GET / HTTP/1.1",
    "a header on several lines": HEADER % b"a: b\r\n c",
    "a control character in a header's value": HEADER % b"a: b\x01c",
    "a method that the parser does not know": LINE % b"BREW / HTTP/1.1",
    "white space in the request line": LINE % b"GET  / HTTP/1.1",
    "a target of none of the four forms": LINE % b"GET a HTTP/1.1",
    "a target for the server as a whole, or for a proxy": LINE % b"OPTIONS * HTTP/1.1",
    "a target with a fragment": LINE % b"GET /a#f HTTP/1.1",
    "another version of HTTP": LINE % b"GET / HTTP/2.0",
    "equal lengths named twice": LENGTH % b"5, 5",
    "a length beside a transfer coding": CODING % b"chunked\r\ncontent-length: 5",
    "a transfer coding in HTTP/1.0": (CODING % b"chunked").replace(b"HTTP/1.1", b"HTTP/1.0"),
    "the case of a transfer coding": CODING % b"Chunked",
    "a tab after a transfer coding": CODING % b"chunked\t",
    "white space in a chunk's first line": CHUNKED + b"5 \r\nhello\r\n0\r\n\r\n",
    "more on a connection of HTTP/1.0 that is kept": TWO % b"GET /1 HTTP/1.0\r\nconnection: keep-alive\r\n\r\n",
    "more after an offer of another protocol": TWO % (HEADER % b"connection: upgrade\r\nupgrade: h2c"),
    "a very large head": HEADER % (b"a: " + b"x" * 70_000),
}
"""By the name of a difference: what the two read otherwise."""


class Reader:
    """The stub's server, and what it understood of the connection that is open."""

    def __init__(self) -> None:
        self._seen: list[Seen] = []
        self.server = StubServer(self._handle)

    def _handle(self, request: HttpRequest) -> HttpResponse:
        headers = tuple(sorted((name, ", ".join(values)) for name, values in request.headers.items()))
        self._seen.append((request.method, f"{request.path} {dict(request.query)}", headers, encode_body(request.body)))
        return HttpResponse(status=204)

    def read(self, sent: bytes) -> Reading:
        self._seen.clear()
        with socket.create_connection((self.server.host, self.server.port), timeout=10) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            answers = b"".join(iter(lambda: connection.recv(65536), b""))
        statuses = [int(found) for found in re.findall(rb"^HTTP/1\.1 (\d+) ", answers, re.MULTILINE)]
        return Reading(tuple(self._seen), any(status >= 400 for status in statuses))


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    started = Reader()
    yield started
    started.server.stop()


def read_by_h11(sent: bytes) -> Reading:
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=65_536)
    connection.receive_data(sent)
    connection.receive_data(b"")
    found: list[Seen] = []
    body = b""
    try:
        while True:
            match connection.next_event():
                case h11.Request() as request:
                    body = b""
                case h11.Data(data=data):
                    body += bytes(data)
                case h11.EndOfMessage():
                    found.append(seen_by_h11(request, body))
                    if not goes_on(connection):
                        return Reading(tuple(found), False)
                case _:  # the client has closed, or nothing more may come
                    return Reading(tuple(found), False)
    except h11.RemoteProtocolError:
        return Reading(tuple(found), True)


def goes_on(connection: h11.Connection) -> bool:
    """Answer, and say whether the next request may come."""
    if connection.their_state is h11.MIGHT_SWITCH_PROTOCOL:
        return False
    connection.send(h11.Response(status_code=204, headers=[]))
    connection.send(h11.EndOfMessage())
    if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
        return False
    connection.start_next_cycle()
    return True


def seen_by_h11(request: h11.Request, body: bytes) -> Seen:
    target = re.sub(r"^http://[^/]*", "", request.target.decode("latin-1"))
    path, _, query = target.partition("?")
    fields: dict[str, list[str]] = {}
    for name, value in request.headers:
        fields.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    headers = tuple(sorted((name, ", ".join(values)) for name, values in fields.items()))
    return request.method.decode(), f"{path} {dict(read_query(query))}", headers, body


@pytest.mark.parametrize("name", ALIKE)
def test_h11_and_the_stub_read_alike(name: str, reader: Reader) -> None:
    assert reader.read(ALIKE[name]) == read_by_h11(ALIKE[name])


@pytest.mark.parametrize("name", OTHERWISE)
def test_h11_and_the_stub_differ_where_it_is_listed(name: str, reader: Reader) -> None:
    sent = OTHERWISE[name]
    assert reader.read(sent) != read_by_h11(sent)
    assert [each.name for each in DIFFERENCES if each.name == name and each.explains(sent)] == [name]


def test_no_difference_explains_what_is_well_formed() -> None:
    plain = (ALIKE["plain"], ALIKE["two requests"], ALIKE["chunks"], ALIKE["a body"])
    assert [each.name for each in DIFFERENCES for sent in plain if each.explains(sent)] == []


WELL_FORMED = ("plain", "HTTP/1.0", "a body", "chunks", "trailers", "two requests", "a body that waits")
PIECES = (b"\r\n", b"\n", b" ", b":", b"\t", b"0", b"5", b";", b",", b"\x00", b"\xe9", b"/", b"HTTP/1.1", b"chunked")


def mutated(generator: random.Random) -> bytes:
    """Give a well-formed request with up to three places cut, doubled, overwritten or put in."""
    data = bytearray(ALIKE[generator.choice(WELL_FORMED)])
    for _ in range(generator.randint(1, 3)):
        start = generator.randrange(len(data) + 1)
        end = min(len(data), start + generator.choice((0, 1, 1, 2, 8)))
        data[start:end] = generator.choice((b"", data[start:end] * 2, generator.choice(PIECES)))
    return bytes(data)


def unexplained(count: int, read: Callable[[bytes], Reading]) -> list[bytes]:
    generator = random.Random(9112)
    requests = [mutated(generator) for _ in range(count)]
    compared = [sent for sent in requests if not any(each.explains(sent) for each in DIFFERENCES)]
    assert len(compared) > count / 4
    return [sent for sent in compared if read(sent) != read_by_h11(sent)]


def test_mutated_requests_are_read_alike_but_for_the_listed_differences(reader: Reader) -> None:
    assert unexplained(2_000, reader.read) == []


@pytest.mark.deep
@pytest.mark.slow
def test_very_many_mutated_requests_are_read_alike_but_for_the_listed_differences(reader: Reader) -> None:
    assert unexplained(100_000, reader.read) == []
