"""The stub's server, as clients and broken clients meet it."""

import gzip
import socket
import threading
from collections.abc import Iterator

import h11
import httpx
import pytest
import requests

from contractkit.errors import AddressInUseError
from contractkit.exact_json import read_json
from contractkit.model import HttpRequest, HttpResponse, JsonBody, TextBody
from contractkit.transports.server import StubServer


def echo(request: HttpRequest) -> HttpResponse:
    """Answer with what was understood of the request."""
    body = request.body.value if isinstance(request.body, JsonBody) else getattr(request.body, "text", None)
    query = {name: list(values) for name, values in request.query.items()}
    return HttpResponse(
        status=200,
        headers={"x-echo": ("1", "2")},
        body=JsonBody({"method": request.method, "path": request.path, "query": query, "body": body}),
    )


@pytest.fixture(scope="module")
def server() -> Iterator[StubServer]:
    running = StubServer(echo)
    yield running
    running.stop()


def send(server: StubServer, *pieces: bytes) -> bytes:
    """Send raw bytes, close our side, and give all that comes back."""
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def detail_of(answer: bytes) -> str:
    detail: str = read_json(answer.partition(b"\r\n\r\n")[2])["detail"]
    return detail


def test_a_client_gets_an_answer(server: StubServer) -> None:
    response = httpx.post(f"{server.url}/a%2Fb?x=1&y", json={"n": 10**20})

    assert response.json() == {
        "method": "POST",
        "path": "/a%2Fb",
        "query": {"x": ["1"], "y": [None]},
        "body": {"n": 10**20},
    }
    assert response.headers.get_list("x-echo") == ["1", "2"]


def test_a_connection_is_kept_for_the_next_request(server: StubServer) -> None:
    request = b"GET /%d HTTP/1.1\r\nhost: x\r\n\r\n"

    answer = send(server, request % 1, request % 2)

    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.index(b'"/1"') < answer.index(b'"/2"')


def test_no_answer_waits_for_the_one_before_to_be_acknowledged(server: StubServer) -> None:
    with socket.create_connection((server.host, server.port)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: stub\r\n\r\n")
        assert client.recv(4096)
        [connection] = server._connections
        assert connection._transport is not None
        accepted = connection._transport.get_extra_info("socket")
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_pipelined_requests_are_answered_in_order(server: StubServer) -> None:
    answer = send(server, b"".join(b"GET /%d HTTP/1.1\r\nhost: x\r\n\r\n" % number for number in range(20)))

    assert [answer.index(b'"/%d"' % number) for number in range(20)] == sorted(
        answer.index(b'"/%d"' % number) for number in range(20)
    )


def test_a_chunked_body_is_joined(server: StubServer) -> None:
    pieces = iter([b'{"a"', b": [1,", b" 2]}"])

    response = requests.post(server.url, data=pieces, headers={"content-type": "application/json"}, timeout=10)

    assert response.json()["body"] == {"a": [1, 2]}


def test_a_request_may_come_byte_by_byte(server: StubServer) -> None:
    whole = b"POST /slow HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nhi"

    answer = send(server, *(whole[index : index + 1] for index in range(len(whole))))

    assert read_json(answer.partition(b"\r\n\r\n")[2])["body"] == "hi"


def test_a_body_that_waits_is_asked_for(server: StubServer) -> None:
    head = b"PUT / HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n"
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(head)
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"ok")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK\r\n")


def test_head_has_the_length_and_no_body(server: StubServer) -> None:
    answer = send(server, b"HEAD / HTTP/1.1\r\nhost: x\r\n\r\n")

    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-length: 51" in head
    assert body == b""


def test_a_compressed_body_is_understood(server: StubServer) -> None:
    headers = {"content-encoding": "gzip", "content-type": "application/json"}

    assert httpx.post(server.url, content=gzip.compress(b"[1]"), headers=headers).json()["body"] == [1]


@pytest.mark.parametrize(
    ("sent", "status", "detail"),
    [
        (b"nonsense\r\n\r\n", 400, "Malformed HTTP: Invalid method encountered."),
        (
            b"\x16\x03\x01\x02\x00\x01\x00",
            400,
            "The client speaks TLS, and the stub plain HTTP: call it by http://, not https://.",
        ),
        (b"FETCH / HTTP/1.1\r\nhost: x\r\n\r\n", 501, "The method FETCH is not known."),
        (
            b"get / HTTP/1.1\r\nhost: x\r\n\r\n",
            501,
            "The method get is not known. Methods are written in capitals.",
        ),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "A request of HTTP/1.1 has exactly one Host header."),
        (
            b"GET / HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n",
            400,
            "A request of HTTP/1.1 has exactly one Host header.",
        ),
        (
            b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 67108865\r\n\r\n",
            413,
            "The body is larger than 67108864 bytes.",
        ),
        (
            b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 70_000 + b"\r\n\r\n",
            431,
            "Request line and headers are larger than 65536 bytes.",
        ),
        (b"GET /" + b"a" * 70_000, 431, "Request line and headers are larger than 65536 bytes."),
        (
            b"POST / HTTP/1.1\r\nhost: x\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nhi",
            400,
            "The body is not gzip, which Content-Encoding says it is.",
        ),
    ],
)
def test_what_is_not_http_is_refused(server: StubServer, sent: bytes, status: int, detail: str) -> None:
    answer = send(server, sent)

    assert (status_of(answer), detail_of(answer)) == (status, detail)
    assert b"connection: close" in answer
    assert httpx.get(server.url).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nbad name: y\r\n\r\n",
        b"G@T / HTTP/1.1\r\nhost: x\r\n\r\n",
    ],
)
def test_h11_and_the_server_agree_on_what_is_a_request(server: StubServer, sent: bytes) -> None:
    reader = h11.Connection(h11.SERVER)
    reader.receive_data(sent)
    try:
        while not isinstance(reader.next_event(), h11.EndOfMessage):
            pass
        expected = 200
    except h11.RemoteProtocolError:
        expected = 400

    assert status_of(send(server, sent)) == expected


def test_an_upgrade_is_answered_and_ends_the_connection(server: StubServer) -> None:
    answer = send(server, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n\x81\x05")

    assert status_of(answer) == 200
    assert b"connection: close" in answer


def test_an_old_client_is_closed_unless_it_asks(server: StubServer) -> None:
    closed = send(server, b"GET / HTTP/1.0\r\n\r\n")
    kept = send(server, b"GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")

    assert (b"connection: close" in closed, b"connection: keep-alive" in kept) == (True, True)


def test_a_failing_handler_answers_500_and_serves_on() -> None:
    def broken(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError("no")

    server = StubServer(broken)
    answers = [httpx.get(server.url) for _ in range(2)]
    server.stop()

    assert [(answer.status_code, answer.json()["detail"]) for answer in answers] == [(500, "ZeroDivisionError: no")] * 2


def test_the_handler_can_be_swapped_while_a_connection_is_open() -> None:
    server = StubServer(lambda request: HttpResponse(status=200, body=TextBody("one")))
    with httpx.Client(base_url=server.url) as client:
        first = client.get("/").text
        server.handler = lambda request: HttpResponse(status=200, body=TextBody("two"))
        second = client.get("/").text
    server.stop()

    assert (first, second) == ("one", "two")


def test_between_tests_nobody_is_served() -> None:
    server = StubServer()
    answer = httpx.get(f"{server.url}/late")
    server.stop()

    assert answer.status_code == 503
    assert answer.json()["detail"] == "GET /late came outside of a test."


def test_a_stopped_server_listens_no_more() -> None:
    server = StubServer(echo)
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        connection.recv(1000)
        server.stop()
        connection.settimeout(10)
        assert connection.recv(1000) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, server.port))


def test_a_port_in_use_is_named(server: StubServer) -> None:
    with pytest.raises(AddressInUseError) as caught:
        StubServer(echo, port=server.port)

    assert str(caught.value) == (
        f"Port {server.port} of 127.0.0.1 is in use.\n\n"
        "Stop what listens there, or take another port; port 0 takes a free one."
    )


def test_all_servers_share_one_thread(server: StubServer) -> None:
    others = [StubServer(echo) for _ in range(3)]
    names = [thread.name for thread in threading.enumerate()]
    for each in others:
        each.stop()

    assert names.count("contractkit-http") == 1


def test_an_answer_cannot_break_the_framing() -> None:
    headers = {"content-length": ("999",), "transfer-encoding": ("chunked",), "x-a": ("one\r\nx-b: two",)}
    server = StubServer(lambda request: HttpResponse(status=200, headers=headers, body=TextBody("hi")))
    answer = httpx.get(server.url)
    server.stop()

    assert answer.text == "hi"
    assert (answer.headers["content-length"], answer.headers["x-a"]) == ("2", "one  x-b: two")


def test_no_content_has_neither_body_nor_length() -> None:
    server = StubServer(lambda request: HttpResponse(status=204, body=TextBody("hi")))
    answer = send(server, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    server.stop()

    assert answer == b"HTTP/1.1 204 No Content\r\n\r\n"
