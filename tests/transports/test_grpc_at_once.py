"""Handlers that answer unary calls in one step, at a real server: what they leave is led as a conversation."""

from collections.abc import Callable, Iterator

import grpc
import pytest

from contractkit.transports.grpc_server import GrpcServer
from contractkit.transports.grpc_services import Offered
from contractkit.transports.rpc_messages import Conversation, Pairs, Refused, RpcOpening, read_metadata

OFFERED = Offered(
    streams={"/echo.Echo/Say": (False, False), "/echo.Echo/Talk": (True, True)}, descriptor_set=lambda: b""
)


class AtOnce:
    """Answers with what it was told; leaves `later` to a conversation, and fails at `fail`."""

    def at_once(self, path: str, data: bytes, metadata: Callable[[], Pairs]) -> bytes | None:
        if data == b"fail":
            raise LookupError("of no use")
        return None if data == b"later" else f"{path} {data!r} {dict(read_metadata(metadata()))}".encode()

    def __call__(self, opening: RpcOpening) -> Conversation:
        return Refused("ABORTED", f"{opening.path} {dict(opening.metadata)}")


@pytest.fixture
def channel() -> Iterator[grpc.Channel]:
    server = GrpcServer(OFFERED, AtOnce())
    with grpc.insecure_channel(server.target) as opened:
        yield opened
    server.stop()


def refusal(channel: grpc.Channel, path: str, data: bytes) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary(path)(data, metadata=(("a", "1"),))
    return caught.value.code(), caught.value.details()


def test_a_unary_call_is_answered_in_one_step(channel: grpc.Channel) -> None:
    answer = channel.unary_unary("/echo.Echo/Say")(b"hello", metadata=(("a", "1"), ("b-bin", b"\x01")))
    assert answer == b"/echo.Echo/Say b'hello' {'a': '1', 'b-bin': 'AQ=='}"


def test_what_is_not_answered_in_one_step_is_led_as_a_conversation(channel: grpc.Channel) -> None:
    assert refusal(channel, "/echo.Echo/Say", b"later") == (grpc.StatusCode.ABORTED, "/echo.Echo/Say {'a': '1'}")


@pytest.mark.parametrize("path", ["/echo.Echo/Talk", "/echo.Echo/Unknown", "/other.Service/Say"])
def test_other_calls_are_always_led_as_conversations(channel: grpc.Channel, path: str) -> None:
    assert refusal(channel, path, b"hello") == (grpc.StatusCode.ABORTED, f"{path} {{'a': '1'}}")


def test_a_handler_that_fails_leaves_the_client_with_words(channel: grpc.Channel) -> None:
    expected = (grpc.StatusCode.INTERNAL, "The stub failed: LookupError: of no use")
    assert refusal(channel, "/echo.Echo/Say", b"fail") == expected
