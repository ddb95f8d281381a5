"""Clients that break the rules, or mean harm: the stub refuses what it must, and answers the next client."""

import gzip
import random
import re
import resource
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from contractkit.exact_json import read_json
from contractkit.model import HttpRequest, HttpResponse, TextBody
from contractkit.recording.answering import answer_from
from contractkit.recording.opening import stubbed_provider
from contractkit.transports.connections import LARGEST_UNFINISHED
from contractkit.transports.http_messages import LARGEST_BODY, encode_body
from contractkit.transports.server import StubServer

pytestmark = pytest.mark.slow

HEAD = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: %d\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=200, body=TextBody(f"{len(encode_body(request.body))} bytes"))


@pytest.fixture
def server() -> Iterator[StubServer]:
    running = StubServer(echo)
    yield running
    running.stop()


@pytest.fixture(scope="module", autouse=True)
def many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 8_192:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(8_192, hard) if hard > 0 else 8_192, hard))


def connected(server: StubServer) -> socket.socket:
    return socket.create_connection((server.host, server.port), timeout=10)


def answers(connection: socket.socket) -> bytes:
    """Give all that comes until the server closes."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def refusal(connection: socket.socket) -> tuple[int, str]:
    answer = answers(connection)
    return int(answer.split(b" ", 2)[1]), str(read_json(answer.partition(b"\r\n\r\n")[2])["detail"])


def serves_another_client(server: StubServer) -> bool:
    answer = httpx.post(server.url, content=b"hello", timeout=10)
    return (answer.status_code, answer.text) == (200, "5 bytes")


def test_a_thousand_idle_connections_leave_the_stub_serving(server: StubServer) -> None:
    with ExitStack() as stack:
        idle = [stack.enter_context(connected(server)) for _ in range(1_000)]
        assert serves_another_client(server)
        idle[0].sendall(GET)
        assert idle[0].recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_a_thousand_heads_that_never_end_leave_the_stub_serving(server: StubServer) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(server)) for _ in range(1_000)]
        for piece in (b"GET / HTTP/1.1\r\n", b"host: x\r\n", b"a", b":"):
            for connection in slow:
                connection.sendall(piece)
            assert serves_another_client(server)


def test_where_too_many_are_connected_the_quietest_makes_room(server: StubServer) -> None:
    server._connections.most = 3
    with connected(server) as quiet, connected(server) as begun, connected(server) as busy:
        quiet.sendall(GET)
        assert quiet.recv(65536)
        begun.sendall(HEAD % 10 + b"hel")
        busy.sendall(GET)
        assert busy.recv(65536)
        with connected(server):
            assert answers(quiet) == b""
            assert serves_another_client(server)
            assert refusal(begun) == (408, "The request did not become whole before others needed the connection.")
        busy.sendall(GET)
        assert busy.recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_a_client_that_stops_sending_gets_its_answers(server: StubServer) -> None:
    with connected(server) as connection:
        connection.sendall(GET * 3)
        connection.shutdown(socket.SHUT_WR)
        assert answers(connection).count(b"HTTP/1.1 200 OK") == 3


@pytest.mark.parametrize("sent", [b"GET / HT", HEAD % 5 + b"hel", GET[:-2], b"POST / HTTP/1.1\r\nhost: x\r\n"])
def test_a_client_that_stops_within_a_request_is_told(server: StubServer, sent: bytes) -> None:
    with connected(server) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        assert refusal(connection) == (400, "The client stopped sending within the request.")
    assert serves_another_client(server)


def test_connections_that_are_reset_within_a_body_leave_nothing_behind(server: StubServer) -> None:
    for _ in range(200):
        with connected(server) as connection:
            connection.sendall(HEAD % 1_000_000 + b"x" * 10_000)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert serves_another_client(server)
    with connected(server) as last:  # what came before it has been dealt with
        last.sendall(GET)
        assert last.recv(65536)
        assert (len(server._connections), server._connections.unfinished) == (1, 0)


@pytest.mark.slow
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_that_is_too_large_is_refused_while_it_is_sent(server: StubServer, is_chunked: bool) -> None:
    piece = b"x" * 1_048_576
    size = LARGEST_BODY + len(piece)
    pieces = (piece for _ in range(size // len(piece)))
    headers = {} if is_chunked else {"content-length": str(size)}

    answer = httpx.post(server.url, content=pieces, headers=headers, timeout=30)

    assert (answer.status_code, answer.json()["detail"]) == (413, f"The body is larger than {LARGEST_BODY} bytes.")
    assert serves_another_client(server)


def test_unfinished_bodies_of_all_clients_are_bounded(server: StubServer) -> None:
    server._connections.hold(LARGEST_UNFINISHED - 10)
    with connected(server) as connection:
        connection.sendall(HEAD % 20 + b"x" * 11)
        detail = f"Unfinished bodies of all clients are larger than {LARGEST_UNFINISHED} bytes."
        assert refusal(connection) == (503, detail)
    assert serves_another_client(server)


def test_a_body_that_grows_too_large_when_decompressed_is_refused(server: StubServer) -> None:
    bomb = gzip.compress(b"0" * (LARGEST_BODY + 1), compresslevel=1)

    answer = httpx.post(server.url, content=bomb, headers={"content-encoding": "gzip"}, timeout=30)

    detail = f"The body is larger than {LARGEST_BODY} bytes when decompressed."
    assert (answer.status_code, answer.json()["detail"]) == (400, detail)
    assert serves_another_client(server)


def test_a_client_that_never_reads_is_not_read_from() -> None:
    server = StubServer(lambda request: HttpResponse(status=200, body=TextBody("x" * 10_000)))
    with connected(server) as greedy:
        greedy.settimeout(0.5)
        sent = 0
        with suppress(TimeoutError):
            for _ in range(2_000):  # the answers would be half a gigabyte
                sent += greedy.send(GET * 1_000)
        assert sent < 2_000 * 1_000 * len(GET) / 2
        assert httpx.get(server.url).text == "x" * 10_000
    server.stop()


def test_bytes_that_are_no_http_are_refused_one_after_the_other(server: StubServer) -> None:
    generator = random.Random(5)
    for size in range(1, 200):
        with connected(server) as connection, suppress(ConnectionError):
            connection.sendall(b"\xff" + generator.randbytes(size))
            assert refusal(connection)[0] == 400
    assert serves_another_client(server)


def test_another_protocol_is_declined_and_the_body_is_read(server: StubServer) -> None:
    offers = {"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "http2-settings": "AAEAAEAA"}
    with httpx.Client(base_url=server.url) as client:
        first = client.post("/", content=b"x" * 200_000, headers=offers)
        second = client.post("/", content=b"hello")
    assert (first.text, second.text) == ("200000 bytes", "5 bytes")


def test_a_request_of_one_repeated_parameter_is_read_at_once(server: StubServer) -> None:
    seen: list[HttpRequest] = []

    def keep(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse(status=204)

    server.handler = keep
    with connected(server) as connection:
        connection.sendall(b"GET /?" + b"a&" * 30_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 204 ")
    assert seen[0].query == {"a": (None,) * 30_000}


@pytest.mark.parametrize(
    ("media_type", "content", "reason"),
    [
        ("text/plain", b"hello", "expected"),
        ("application/json", b"{", "expected JSON"),
        ("application/json", b"[" * 100_000, "expected JSON"),
        ("application/json", b"9" * 100_000, "expected JSON"),
        ("application/json; charset=utf-16", b"\xff\xfe{", "expected JSON"),
        ("multipart/form-data", b"--x\r\n\r\n--x--", "expected"),
        ("multipart/form-data; boundary=" + "b" * 10_000, b"", "expected"),
        ("nonsense", b"\x00\xff", "expected"),
        ("application/xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", ""),
    ],
)
def test_bodies_of_wrong_media_types_are_refused_with_the_reason(
    media_type: str, content: bytes, reason: str, test_data: Callable[[str], Path]
) -> None:
    document = test_data("definitions/real/openapi/oai-petstore-expanded.yaml")
    provider = stubbed_provider("pets", str(document), root=document.parent)
    server = StubServer(lambda request: answer_from(provider, request).response)

    answer = httpx.post(f"{server.url}{provider.base_path}/pets", content=content, headers={"content-type": media_type})
    next_answer = httpx.post(f"{server.url}{provider.base_path}/pets", json={"name": "Rex"})
    server.stop()

    assert answer.status_code in (400, 415)
    assert re.search(reason, answer.json()["detail"])
    assert next_answer.json()["name"] == "Rex"
