"""Calls to which no whole answer came: errored with a reason, never failed."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from contractkit.errors import ProviderUnreachableError
from contractkit.model import HalfClosed, Interaction, Status
from contractkit.results import InteractionResult, Outcome
from contractkit.verification.grpc_endpoints import AddressEndpoint

Call = Callable[..., Interaction]
Verify = Callable[..., tuple[InteractionResult, ...]]
Answering = Callable[..., Callable[[Any], None]]

ITEMS = "shop.v1.Items"


def watched(events: SimpleNamespace) -> tuple[Any, ...]:
    return (events.sent({"id": 7}), HalfClosed(), events.received({"id": 7}), Status(code="OK"))


def told(result: InteractionResult) -> tuple[Outcome, str, str]:
    assert result.error is not None
    return result.outcome, result.reason, result.error.summary


def test_a_provider_that_hangs(
    shop: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    async def hang(requests: Any, context: Any) -> None:
        await asyncio.Event().wait()

    add = answering(GetItem=hang, WatchItem=hang)
    interactions = [call(f"{ITEMS}/{name}", watched(events), by=shop) for name in ("GetItem", "WatchItem")]
    expected = (Outcome.ERRORED, "time-out", "No whole answer came within 0.2 s.")
    assert [told(each) for each in verify(add, *interactions, timeout=0.2)] == [expected, expected]


def test_a_stream_that_does_not_end_is_endless_by_number(
    shop: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    async def endless(requests: Any, context: Any) -> AsyncIterator[bytes]:
        while True:
            yield shop.pb2.Item(id=7).SerializeToString()

    [result] = verify(answering(WatchItem=endless), call(f"{ITEMS}/WatchItem", watched(events), by=shop))
    assert told(result) == (
        Outcome.ERRORED,
        "endless stream",
        "The provider had not ended its stream after 1002 messages: 1002 came, 1 expected.",
    )


@pytest.mark.parametrize(("further", "limit"), [(True, "after 1002 messages: 1002"), (False, "after 0.5 s: 1")])
def test_a_stream_of_any_number_must_end(
    shop: Any,
    call: Call,
    verify: Verify,
    answering: Answering,
    events: SimpleNamespace,
    further: bool,
    limit: str,
) -> None:
    async def endless(requests: Any, context: Any) -> AsyncIterator[bytes]:
        yield shop.pb2.Item(id=7).SerializeToString()
        while further:
            yield shop.pb2.Item(id=7).SerializeToString()
        await asyncio.Event().wait()

    watching = call(f"{ITEMS}/WatchItem", watched(events), by=shop, rules={"events[2]": "type"})
    timeout = 20.0 if further else 0.5
    [result] = verify(answering(WatchItem=endless), watching, timeout=timeout)
    assert told(result) == (
        Outcome.ERRORED,
        "endless stream",
        f"The provider had not ended its stream {limit} came, any number expected.",
    )


def test_a_stream_that_does_not_end_is_endless_by_time(
    shop: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    async def slow(requests: Any, context: Any) -> AsyncIterator[bytes]:
        for _ in range(2):
            yield shop.pb2.Item(id=7).SerializeToString()
        await asyncio.Event().wait()

    [result] = verify(answering(WatchItem=slow), call(f"{ITEMS}/WatchItem", watched(events), by=shop), timeout=0.3)
    assert told(result) == (
        Outcome.ERRORED,
        "endless stream",
        "The provider had not ended its stream after 0.3 s: 2 came, 1 expected.",
    )


def test_a_message_that_does_not_decode(
    shop: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    async def garbled(requests: Any, context: Any) -> AsyncIterator[bytes]:
        yield shop.pb2.Item(id=7).SerializeToString()
        yield b"\xff\xff"

    [result] = verify(answering(WatchItem=garbled), call(f"{ITEMS}/WatchItem", watched(events), by=shop))
    assert told(result)[:2] == (Outcome.ERRORED, "broken answer")
    assert told(result)[2].startswith("The answer could not be read: the 2nd message received ")


def test_a_message_of_more_than_100_mib(
    shop: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    async def large(requests: Any, context: Any) -> AsyncIterator[bytes]:
        yield b"\0" * ((100 << 20) + 1)

    [result] = verify(answering(GetItem=large), call(f"{ITEMS}/GetItem", watched(events), by=shop))
    assert told(result) == (
        Outcome.ERRORED,
        "broken answer",
        "The answer could not be read: a message is larger than 100 MiB.",
    )


def test_a_server_that_closes_before_its_first_message(
    shop: Any, call: Call, verify: Verify, cut_off: int, events: SimpleNamespace
) -> None:
    endpoint = AddressEndpoint(f"127.0.0.1:{cut_off}")
    [result] = verify(endpoint, call(f"{ITEMS}/WatchItem", watched(events), by=shop))
    assert told(result) == (
        Outcome.ERRORED,
        "broken answer",
        "The answer could not be read: the connection was closed in the middle of the call, before any message.",
    )


def test_a_server_that_closes_in_the_middle_of_a_stream(
    shop: Any, call: Call, verify: Verify, broken_off: int, events: SimpleNamespace
) -> None:
    turns = [event for item in (7, 8) for event in (events.sent({"id": item}), events.received({"id": item}))]
    asked = call(f"{ITEMS}/AskItems", (*turns, HalfClosed(), Status(code="OK")), by=shop)
    [result] = verify(AddressEndpoint(f"127.0.0.1:{broken_off}"), asked)
    assert told(result) == (
        Outcome.ERRORED,
        "broken answer",
        "The answer could not be read: the connection was closed in the middle of the call, after 1 message.",
    )


def test_a_handler_that_raises_has_answered(
    shop: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    async def broken(requests: Any, context: Any) -> None:
        raise LookupError("no database")

    [result] = verify(answering(GetItem=broken), call(f"{ITEMS}/GetItem", watched(events), by=shop))
    assert result.outcome is Outcome.FAILED
    assert (str(result.mismatches[1].location), result.mismatches[1].actual) == ("events[3].status", "UNKNOWN")


def test_a_provider_that_says_unavailable_has_answered(
    shop: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    import grpc

    async def closed(requests: Any, context: Any) -> None:
        await context.abort(grpc.StatusCode.UNAVAILABLE, "closed for lunch")

    [result] = verify(answering(GetItem=closed), call(f"{ITEMS}/GetItem", watched(events), by=shop))
    assert result.outcome is Outcome.FAILED


def test_a_provider_that_is_down(
    shop: Any, call: Call, verify: Verify, unused_port: int, events: SimpleNamespace
) -> None:
    endpoint = AddressEndpoint(f"127.0.0.1:{unused_port}")
    with pytest.raises(ProviderUnreachableError) as raised:
        verify(endpoint, call(f"{ITEMS}/GetItem", watched(events), by=shop))
    assert str(raised.value) == (
        f"No connection to grpc://127.0.0.1:{unused_port} was made.\n\n  reason   connection refused\n\n"
        "Start the provider, or say where it runs with --grpc."
    )


def test_what_listens_speaks_another_protocol(
    shop: Any, call: Call, verify: Verify, speaking_http1: int, events: SimpleNamespace
) -> None:
    with pytest.raises(ProviderUnreachableError) as raised:
        verify(AddressEndpoint(f"127.0.0.1:{speaking_http1}"), call(f"{ITEMS}/GetItem", watched(events), by=shop))
    assert ("reason", "what listens there speaks HTTP/1, not gRPC") in raised.value.explanation.details


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


SETTINGS = bytes.fromhex("000000040000000000")
HEADERS = bytes.fromhex("000013 01 04 00000001 88 5f 10") + b"application/grpc"  # :status 200, content-type
ONE_ITEM = bytes.fromhex("000007 00 00 00000001 00 00000002 0807")  # a message of two bytes: id 7


def hear(connection: socket.socket, item: int) -> None:
    """Read until a message with that id has come."""
    seen = b""
    while bytes((0, 0, 0, 0, 2, 8, item)) not in seen:
        chunk = connection.recv(65536)
        if not chunk:
            return
        seen += chunk


@pytest.fixture
def cut_off() -> Iterator[int]:
    """A server that greets in HTTP/2 and hangs up when it is sent a call."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(SETTINGS)
        hear(connection, 7)

    with listening(answer) as port:
        yield port


@pytest.fixture
def broken_off() -> Iterator[int]:
    """A server that answers one message, and hangs up when the next one shows that its answer was read."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(SETTINGS)
        hear(connection, 7)
        connection.sendall(HEADERS + ONE_ITEM)
        hear(connection, 8)

    with listening(answer) as port:
        yield port


@pytest.fixture
def speaking_http1() -> Iterator[int]:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")

    with listening(answer) as port:
        yield port


class listening:  # noqa: N801  reads as a phrase
    """A server of raw bytes, as long as the block lasts."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._answer = answer

    def __enter__(self) -> int:
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self._listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)
