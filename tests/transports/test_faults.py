"""What goes wrong on purpose, as clients meet it: over real sockets and in process."""

import asyncio
import contextlib
import http.client
import socket
import time
from collections.abc import Callable, Iterator

import httpx
import httpx2
import pytest
import requests

from contractkit.errors import UsageError
from contractkit.model import HttpResponse, JsonBody
from contractkit.transports.fault_scripts import Close, Reset, Wait, Write, script
from contractkit.transports.fault_words import check_status, fault_of, read_fault
from contractkit.transports.faults import DueFault, Fault, Faults, faulted
from contractkit.transports.in_process import AsyncStubTransport, Interception, StubTransport
from contractkit.transports.server import StubServer

ANSWER = HttpResponse(status=200, body=JsonBody({"id": 7, "note": "x" * 80}, "application/json"))
BYTES = b'{"id":7,"note":"' + b"x" * 80 + b'"}'

Serving = Callable[..., str]


def failing(fault: Fault, seconds: float = 0.0) -> HttpResponse:
    return faulted(ANSWER, DueFault(fault=fault, seconds=seconds))


@pytest.fixture
def server() -> Iterator[StubServer]:
    started = StubServer()
    yield started
    started.stop()


@pytest.fixture
def serve(server: StubServer) -> Serving:
    def answering(fault: Fault, seconds: float = 0.0) -> str:
        server.handler = lambda request: failing(fault, seconds) if request.path == "/faulted" else ANSWER
        return server.url

    return answering


def received(server: StubServer, sent: bytes) -> tuple[bytes, str]:
    """Everything that came until the end, and how it ended."""
    found = b""
    with socket.create_connection((server.host, server.port)) as client:
        client.sendall(sent)
        try:
            while data := client.recv(65536):
                found += data
        except ConnectionResetError:
            return found, "reset"
    return found, "closed"


def line(path: str, *, close: bool = False) -> bytes:
    end = "Connection: close\r\n" if close else ""
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{end}\r\n".encode()


def test_a_connection_is_reset_before_the_first_byte(server: StubServer, serve: Serving) -> None:
    url = serve(Fault(reset="before-headers"))

    assert received(server, line("/faulted")) == (b"", "reset")
    with pytest.raises(httpx.ReadError):
        httpx.get(f"{url}/faulted")
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/faulted", timeout=30)


def test_a_connection_is_reset_after_the_headers(server: StubServer, serve: Serving) -> None:
    url = serve(Fault(reset="after-headers"))

    found, end = received(server, line("/faulted"))
    assert (found.partition(b"\r\n")[0], found[-4:], end) == (b"HTTP/1.1 200 OK", b"\r\n\r\n", "reset")
    with httpx.stream("GET", f"{url}/faulted") as answer, pytest.raises(httpx.ReadError):
        assert answer.status_code == 200
        answer.read()


def test_a_truncated_body_is_broken_json_on_a_sound_connection(serve: Serving) -> None:
    with httpx.Client(base_url=serve(Fault(malformed="truncated"))) as client:
        answer = client.get("/faulted")
        next_answer = client.get("/sound")

    assert answer.content == BYTES[: len(BYTES) // 2]
    assert answer.headers["content-length"] == str(len(BYTES) // 2)
    assert next_answer.json()["id"] == 7


def test_a_wrong_length_ends_the_connection_before_the_body(serve: Serving) -> None:
    url = serve(Fault(malformed="wrong-length"))

    with pytest.raises(httpx.RemoteProtocolError) as error:
        httpx.get(f"{url}/faulted")
    assert str(error.value) == (
        "peer closed connection without sending complete message body "
        f"(received {len(BYTES) // 2} bytes, expected {len(BYTES)})"
    )
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        requests.get(f"{url}/faulted", timeout=30)


def test_a_late_answer_runs_into_the_clients_timeout(serve: Serving) -> None:
    url = serve(Fault(latency=(60, 60)), seconds=60)

    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{url}/faulted", timeout=0.1)
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{url}/faulted", timeout=0.1)


def test_a_late_answer_arrives_whole_and_holds_nobody_else_up(serve: Serving, server: StubServer) -> None:
    url = serve(Fault(latency=(0.2, 0.2)), seconds=0.2)
    host = url.removeprefix("http://")
    late, other = http.client.HTTPConnection(host), http.client.HTTPConnection(host)

    begun = time.perf_counter()
    late.request("GET", "/faulted")
    other.request("GET", "/sound")
    others = other.getresponse().read()
    meanwhile = time.perf_counter() - begun
    mine = late.getresponse().read()
    least = time.perf_counter() - begun

    assert (others, mine) == (BYTES, BYTES)
    assert meanwhile < least
    assert least >= 0.2
    late.close()
    other.close()


def test_a_slow_body_takes_as_long_as_its_bytes(serve: Serving) -> None:
    url = serve(Fault(bytes_per_second=500))
    begun = time.perf_counter()

    answer = httpx.get(f"{url}/faulted")

    assert answer.content == BYTES
    assert time.perf_counter() - begun >= len(BYTES) / 500


def test_pipelined_requests_are_answered_in_their_order(server: StubServer, serve: Serving) -> None:
    serve(Fault(latency=(0.05, 0.05)), seconds=0.05)

    found, end = received(server, line("/faulted") + line("/sound") + line("/faulted", close=True))

    assert (found.count(b"HTTP/1.1 200 OK"), found.count(BYTES), end) == (3, 3, "closed")


def test_a_stub_that_stops_waits_for_no_late_answer(serve: Serving, server: StubServer) -> None:
    serve(Fault(latency=(600, 600)), seconds=600)
    with socket.create_connection((server.host, server.port)) as client:
        client.sendall(line("/faulted"))
        with httpx.Client() as other:
            other.get(f"{server.url}/sound")  # by now the first request has been read
        server.stop()
        with contextlib.suppress(ConnectionResetError):  # closed or reset: which of the two is up to the system
            assert client.recv(10) == b""


IN_PROCESS = [
    (Fault(reset="before-headers"), 0.0, "ReadError", "[Errno 104] Connection reset by peer"),
    (Fault(reset="after-headers"), 0.0, "ReadError", "[Errno 104] Connection reset by peer"),
    (Fault(latency=(60, 60)), 60.0, "ReadTimeout", "timed out"),
    (
        Fault(malformed="wrong-length"),
        0.0,
        "RemoteProtocolError",
        "peer closed connection without sending complete message body (received 49 bytes, expected 98)",
    ),
]


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
@pytest.mark.parametrize(("fault", "seconds", "name", "message"), IN_PROCESS)
def test_in_process_the_librarys_own_exceptions_are_raised(
    library: object, fault: Fault, seconds: float, name: str, message: str
) -> None:
    client = library.Client(transport=StubTransport(lambda request: failing(fault, seconds)), base_url="http://x")  # type: ignore[attr-defined]

    with pytest.raises(getattr(library, name)) as error:
        client.get("/faulted")

    assert (str(error.value), str(error.value.request.url)) == (message, "http://x/faulted")


@pytest.mark.parametrize(("fault", "seconds", "name", "message"), IN_PROCESS)
def test_in_process_async_clients_meet_the_same(fault: Fault, seconds: float, name: str, message: str) -> None:
    async def call() -> None:
        transport = AsyncStubTransport(lambda request: failing(fault, seconds))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            await client.get("/faulted")

    with pytest.raises(getattr(httpx, name)) as error:
        asyncio.run(call())

    assert str(error.value) == message


@pytest.mark.parametrize(("fault", "seconds", "name", "message"), IN_PROCESS)
def test_intercepted_clients_meet_the_same(fault: Fault, seconds: float, name: str, message: str) -> None:
    with (
        Interception(lambda request: failing(fault, seconds), "https://orders.example.com"),
        pytest.raises(getattr(httpx, name)) as error,
    ):
        httpx.get("https://orders.example.com/faulted")

    assert str(error.value) == message


def test_in_process_late_and_slow_answers_arrive_whole() -> None:
    fault = Fault(latency=(0.01, 0.01), bytes_per_second=10_000)

    async def call() -> tuple[httpx.Response, httpx.Response]:
        transport = AsyncStubTransport(lambda request: failing(fault, 0.01))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.get("/faulted"), await client.head("/faulted")

    answer, head = asyncio.run(call())
    assert (answer.content, answer.headers["content-length"], head.content) == (BYTES, "98", b"")


def test_the_steps_of_an_answer() -> None:
    late = DueFault(fault=Fault(latency=(1, 2), bytes_per_second=20), seconds=1.5)
    assert list(script(b"H", b"12345", late)) == [
        Wait(1.5),
        Write(b"H"),
        Wait(0.1),
        Write(b"12"),
        Wait(0.1),
        Write(b"34"),
        Wait(0.05),
        Write(b"5"),
    ]
    before = DueFault(fault=Fault(reset="before-headers"))
    assert list(script(b"H", b"1", before)) == [Reset()]
    short = DueFault(fault=Fault(malformed="wrong-length"))
    assert list(script(b"H", b"1", short)) == [Write(b"H"), Write(b"1"), Close()]


def due(faults: Faults, operation: str, calls: int) -> list[str]:
    return [str(found or "") for found in (faults.next(operation) for _ in range(calls))]


def test_only_each_nth_call_and_only_so_many_are_faulted() -> None:
    every = Faults({"getOrder": Fault(status=503, every=3)})
    once = Faults({"getOrder": Fault(status=503, times=1)})
    both = Faults({"getOrder": Fault(status=503, every=2, times=1)})

    assert due(every, "getOrder", 6) == ["", "", "status 503", "", "", "status 503"]
    assert due(once, "getOrder", 3) == ["status 503", "", ""]
    assert due(both, "getOrder", 5) == ["", "status 503", "", "", ""]
    assert due(every, "addOrder", 3) == ["", "", ""]


def test_faults_of_every_operation_and_of_one_add_up() -> None:
    faults = Faults({"*": Fault(latency=(0.1, 0.1)), "getOrder": Fault(status=503, every=2)})

    assert due(faults, "getOrder", 2) == ["latency 0.1 s", "latency 0.1 s, status 503"]
    assert due(faults, "addOrder", 2) == ["latency 0.1 s", "latency 0.1 s"]


def test_a_range_is_drawn_from_alike_in_equal_runs() -> None:
    def drawn(seed: str) -> list[str]:
        return due(Faults({"getOrder": Fault(latency=(0.1, 0.5))}, seed=seed), "getOrder", 3)

    assert drawn("a") == drawn("a")
    assert drawn("a") != drawn("b")
    assert len(set(drawn("a"))) == 3


def test_faults_that_no_call_met_are_told_once() -> None:
    faults = Faults({"getOrder": Fault(status=503), "addOrder": Fault(latency=(0.1, 0.5), every=2, times=1)})
    faults.next("getOrder")

    assert [(name, str(fault)) for name, fault in faults.take_unused()] == [
        ("addOrder", "latency 0.1 to 0.5 s, every 2 calls, once")
    ]
    assert faults.take_unused() == ()


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"latency": 0.5}, Fault(latency=(0.5, 0.5))),
        ({"latency": (0.1, 0.5)}, Fault(latency=(0.1, 0.5))),
        ({"latency": "200ms"}, Fault(latency=(0.2, 0.2))),
        ({"latency": "100ms-1.5s"}, Fault(latency=(0.1, 1.5))),
        ({"status": 503, "every": 3, "times": None}, Fault(status=503, every=3)),
        ({"status": "UNAVAILABLE"}, Fault(status="UNAVAILABLE")),
        ({"reset": "after-headers", "latency": 1}, Fault(reset="after-headers", latency=(1, 1))),
        ({"malformed": "truncated", "bytes_per_second": 10}, Fault(malformed="truncated", bytes_per_second=10)),
    ],
)
def test_what_is_said_of_a_fault(said: dict[str, object], fault: Fault) -> None:
    assert fault_of(said, at="The fault") == fault


def test_a_header_says_a_fault() -> None:
    assert read_fault("status=503; latency=200ms") == Fault(status=503, latency=(0.2, 0.2))
    assert read_fault('reset="before-headers"') == Fault(reset="before-headers")


STATUSES = 'a status from 200 to 599, or over gRPC a name such as "UNAVAILABLE"'
SECONDS = 'seconds up to 600: 0.5, (0.1, 0.5), "200ms" or "100ms-500ms"'


@pytest.mark.parametrize(
    ("said", "place", "expected", "received"),
    [
        ({"latency": "soon"}, "latency", SECONDS, '"soon"'),
        ({"latency": (0.5, 0.1)}, "latency", SECONDS, "[0.5,0.1]"),
        ({"latency": -1}, "latency", SECONDS, "-1"),
        ({"latency": 601}, "latency", SECONDS, "601"),
        ({"latency": True}, "latency", SECONDS, "true"),
        ({"status": 99}, "status", STATUSES, "99"),
        ({"status": "OK"}, "status", STATUSES, '"OK"'),
        ({"reset": True}, "reset", '"before-headers" or "after-headers"', "true"),
        ({"malformed": "json"}, "malformed", '"truncated" or "wrong-length"', '"json"'),
        ({"bytes_per_second": 0}, "bytes_per_second", "an integer of at least 1", "0"),
        ({"status": 503, "every": 0}, "every", "an integer of at least 1", "0"),
        ({"status": 503, "times": 1.5}, "times", "an integer of at least 1", "1.5"),
        ({"status": {503}}, "status", STATUSES, "{503}"),
    ],
)
def test_a_value_that_is_none_of_its_kind_is_refused(
    said: dict[str, object], place: str, expected: str, received: str
) -> None:
    with pytest.raises(UsageError) as error:
        fault_of(said, at="The fault of getOrder")

    assert str(error.value) == (
        "The fault cannot be used.\n\n"
        f"  at         The fault of getOrder, {place}\n"
        f"  expected   {expected}\n"
        f"  received   {received}"
    )


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"latancy": 1}, 'The fault is no fault: "latancy" is not known.\n\nDid you mean latency?'),
        (
            {"every": 3},
            "The fault says no fault.\n\nSay what goes wrong: latency, reset, bytes_per_second, malformed, status.",
        ),
        (
            {"reset": "before-headers", "status": 503},
            "The fault contradicts itself: where the connection is reset, nothing else is answered.\n\n"
            "Say reset alone, or with latency.",
        ),
    ],
)
def test_what_is_no_fault_is_refused(said: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError) as error:
        fault_of(said, at="The fault")

    assert str(error.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The header x-contractkit-fault says no fault.\n\nSay what goes wrong: "
             "latency, reset, bytes_per_second, malformed, status."),
        ("slow", "The header x-contractkit-fault is no fault: \"slow\" is not known.\n\n"
                 "Known: bytes_per_second, every, latency, malformed, reset, status, times."),
        ("status=503; every=2", "The header x-contractkit-fault is no fault: \"every\" is not known.\n\n"
                                "A request speaks for itself: leave it out, or count in the settings."),
    ],
)  # fmt: skip
def test_a_header_that_says_no_fault_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        read_fault(text)

    assert str(error.value) == message


@pytest.mark.parametrize(
    ("fault", "is_rpc", "message"),
    [
        (
            Fault(status=503),
            True,
            "The fault cannot be used.\n\n"
            "  at         The fault of Get, status\n"
            '  expected   the name of a gRPC status, for example "UNAVAILABLE"\n'
            "  received   503",
        ),
        (
            Fault(status="UNAVAILABLE"),
            False,
            "The fault cannot be used.\n\n"
            "  at         The fault of Get, status\n"
            "  expected   a status such as 503\n"
            '  received   "UNAVAILABLE"',
        ),
        (
            Fault(malformed="truncated"),
            True,
            "The fault of Get cannot be: it is called over gRPC, whose library writes the bytes of messages.\n\n"
            "Say latency, status or reset.",
        ),
    ],
)
def test_a_fault_of_the_other_transport_is_refused(fault: Fault, is_rpc: bool, message: str) -> None:
    with pytest.raises(UsageError) as error:
        check_status(fault, "Get", is_rpc=is_rpc)

    assert str(error.value) == message


def test_who_knows_of_no_faults_sees_the_response() -> None:
    answer = failing(Fault(status=503))

    assert isinstance(answer, HttpResponse)
    assert (answer.status, answer.body) == (ANSWER.status, ANSWER.body)
