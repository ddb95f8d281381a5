"""The gRPC server of stubs, with clients that know nothing of this project."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from contractkit.errors import AddressInUseError, UsageError
from contractkit.transports.grpc_server import GrpcServer, TlsFiles
from contractkit.transports.grpc_services import Offered
from contractkit.transports.rpc_messages import Conversation, Refused, RpcEnd, RpcOpening, RpcStep

STRING = descriptor_pb2.FieldDescriptorProto.TYPE_STRING


class Echo:
    """Sends back what it is sent, with the metadata that came."""

    def __init__(self, opening: RpcOpening, *, is_dialogue: bool) -> None:
        self._opening = opening
        self._is_dialogue = is_dialogue
        self._taken: list[bytes] = []

    def take(self, data: bytes) -> RpcStep:
        self._taken.append(data)
        return RpcStep(messages=(data,)) if self._is_dialogue else RpcStep()

    def half_close(self) -> RpcStep:
        messages = () if self._is_dialogue else (b"".join(self._taken),)
        return RpcStep(
            initial_metadata=self._opening.metadata,
            messages=messages,
            end=RpcEnd(code="OK", trailers={"bye-bin": "AAE="}),
        )

    def cancel(self) -> None:
        pass


def echo(opening: RpcOpening) -> Conversation:
    if opening.path == "/echo.Echo/Refuse":
        return Refused("DATA_LOSS", "gone")
    return Echo(opening, is_dialogue=opening.path.endswith("Talk"))


def descriptor_set() -> bytes:
    file = descriptor_pb2.FileDescriptorProto(name="echo.proto", package="echo", syntax="proto3")
    message = file.message_type.add(name="Text")
    message.field.add(name="text", number=1, type=STRING, label=descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL)
    service = file.service.add(name="Echo")
    service.method.add(name="Say", input_type=".echo.Text", output_type=".echo.Text")
    return descriptor_pb2.FileDescriptorSet(file=[file]).SerializeToString()


OFFERED = Offered(
    streams={"/echo.Echo/Say": (False, False), "/echo.Echo/Refuse": (False, False), "/echo.Echo/Talk": (True, True)},
    descriptor_set=descriptor_set,
)


@pytest.fixture
def server() -> Iterator[GrpcServer]:
    started = GrpcServer(OFFERED, echo)
    yield started
    started.stop()


@pytest.fixture
def channel(server: GrpcServer) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(server.target, options=[("grpc.max_send_message_length", -1)]) as opened:
        yield opened


def test_metadata_and_trailers_pass_both_ways(channel: grpc.Channel) -> None:
    sent = (("a", "1"), ("a", "2"), ("raw-bin", b"\x00\xff"))
    answer, call = channel.unary_unary("/echo.Echo/Say").with_call(b"hello", metadata=sent)

    assert answer == b"hello"
    assert tuple(map(tuple, call.initial_metadata())) == sent
    assert tuple(map(tuple, call.trailing_metadata())) == (("bye-bin", b"\x00\x01"),)


def test_a_stream_is_answered_while_it_is_open(channel: grpc.Channel) -> None:
    assert list(channel.stream_stream("/echo.Echo/Talk")(iter([b"a", b"b"]))) == [b"a", b"b"]


def test_a_refusal_is_a_status(channel: grpc.Channel) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/echo.Echo/Refuse")(b"")

    assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.DATA_LOSS, "gone")


def test_the_handler_can_be_swapped(server: GrpcServer, channel: grpc.Channel) -> None:
    server.handler = lambda opening: Refused("NOT_FOUND", opening.path)

    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/echo.Echo/Say")(b"")
    assert caught.value.details() == "/echo.Echo/Say"


@pytest.mark.slow
def test_a_message_of_a_hundred_megabytes_passes_and_a_larger_one_is_refused(channel: grpc.Channel) -> None:
    say = channel.stream_stream("/echo.Echo/Talk")
    call = channel.unary_unary("/echo.Echo/Refuse")

    with pytest.raises(grpc.RpcError) as passed:
        call(bytes(100 * 1024 * 1024))
    with pytest.raises(grpc.RpcError) as refused:
        list(say(iter([bytes(129 * 1024 * 1024)])))

    assert passed.value.code() is grpc.StatusCode.DATA_LOSS
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert refused.value.details() == "SERVER: Received message larger than max (135266304 vs. 134217728)"


def test_reflection_lists_the_services_and_gives_what_a_call_needs(channel: grpc.Channel) -> None:
    database = ProtoReflectionDescriptorDatabase(channel)
    pool = descriptor_pool.DescriptorPool(database)
    method = pool.FindServiceByName("echo.Echo").FindMethodByName("Say")
    message = message_factory.GetMessageClass(method.input_type)
    say = channel.unary_unary("/echo.Echo/Say", message.SerializeToString, message.FromString)

    assert sorted(database.get_services()) == [
        "echo.Echo",
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ]
    assert say(message(text="hello")).text == "hello"


def test_health_is_serving(channel: grpc.Channel) -> None:
    check = health_pb2_grpc.HealthStub(channel).Check

    assert check(health_pb2.HealthCheckRequest()).status == health_pb2.HealthCheckResponse.SERVING
    assert check(health_pb2.HealthCheckRequest(service="echo.Echo")).status == health_pb2.HealthCheckResponse.SERVING


def test_a_port_in_use_is_told(server: GrpcServer) -> None:
    with pytest.raises(AddressInUseError) as caught:
        GrpcServer(OFFERED, echo, port=server.port)

    assert str(caught.value) == (
        f"Port {server.port} of 127.0.0.1 is in use.\n\n"
        "Stop what listens there, or take another port; port 0 takes a free one."
    )


def test_a_server_that_stopped_frees_its_port(server: GrpcServer) -> None:
    port = server.port
    server.stop()

    again = GrpcServer(OFFERED, echo, port=port)
    again.stop()
    assert again.target == f"127.0.0.1:{port}"


def test_it_serves_over_tls(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate),
            *("-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    server = GrpcServer(OFFERED, echo, tls=TlsFiles(certificate=certificate.read_bytes(), key=key.read_bytes()))
    credentials = grpc.ssl_channel_credentials(certificate.read_bytes())
    try:
        with grpc.secure_channel(server.target, credentials) as channel:
            assert channel.unary_unary("/echo.Echo/Say")(b"hello") == b"hello"
    finally:
        server.stop()


def test_a_certificate_that_is_none_is_told() -> None:
    with pytest.raises(UsageError) as caught:
        GrpcServer(OFFERED, echo, tls=TlsFiles(certificate=b"no", key=b"no"))

    assert str(caught.value).startswith("The certificate and key cannot be used.")
