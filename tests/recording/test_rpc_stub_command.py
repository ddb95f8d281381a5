"""`contractkit stub` of protobuf definitions, as a process: what it prints, what it answers, how it ends."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from contractkit.exact_json import read_json
from contractkit.transports.ports import listen

pytestmark = pytest.mark.slow

PROTO = """\
syntax = "proto3";
package stock.v1;
service Stock {
  rpc GetItem(GetItemRequest) returns (Item);
  rpc Watch(stream GetItemRequest) returns (stream Item);
}
message GetItemRequest { int64 id = 1; string token = 2; }
message Item { int64 id = 1; string name = 2; }
"""
GET = "/stock.v1.Stock/GetItem"


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    path = tmp_path / "stock.proto"
    path.write_text(PROTO)
    return path


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from contractkit.cli.main import main; main()", "stub", *arguments]


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Give the first line on standard output and the process."""
    with subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def ended(process: "subprocess.Popen[str]") -> list[str]:
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    return errors.splitlines()


def code(channel: grpc.Channel, path: str, data: bytes) -> grpc.StatusCode:
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary(path)(data)
    return caught.value.code()


def test_it_answers_refuses_and_tells(definition: Path) -> None:
    with running(definition.parent, "stock.proto") as (target, process):
        with grpc.insecure_channel(target) as channel:
            answers = {channel.unary_unary(GET)(b"\x08\x07\x12\x01s") for _ in range(2)}
            list(channel.stream_stream("/stock.v1.Stock/Watch")(iter([b"\x08\x01", b"\x08\x02"])))
            codes = [code(channel, GET, b"\xff"), code(channel, "/stock.v1.Stock/GetItm", b"")]
        told = ended(process)

    assert len(answers) == 1
    assert codes == [grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNIMPLEMENTED]
    assert told[:4] == [
        "stock.v1 is stubbed there until Ctrl+C.",
        'stock.v1.Stock/GetItem {"id":7,"token":"[credential]"} -> OK',
        'stock.v1.Stock/GetItem {"id":7,"token":"[credential]"} -> OK',
        "stock.v1.Stock/Watch (2 sent, 2 received) -> OK",
    ]
    assert told[4].startswith(
        "stock.v1.Stock/GetItem -> INVALID_ARGUMENT: Not allowed by stock.v1: the request is no stock.v1.GetItemRequest"
    )
    assert told[5].startswith(
        "stock.v1.Stock/GetItm -> UNIMPLEMENTED: Not defined by stock.v1: no procedure is defined"
    )


def test_clients_without_code_list_its_services_and_ask_for_its_health(definition: Path) -> None:
    with running(definition.parent, "stock.proto", "--format", "json") as (line, process):
        started = read_json(line)
        with grpc.insecure_channel(started["target"]) as channel:
            services = list(ProtoReflectionDescriptorDatabase(channel).get_services())
            health = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service="stock.v1.Stock"))
            channel.unary_unary(GET)(b"")
        told = ended(process)

    assert (started["schema_version"], started["definition"]) == (1, "stock.v1")
    assert "stock.v1.Stock" in services
    assert health.status == health_pb2.HealthCheckResponse.SERVING
    assert read_json(told[0]) == {
        "schema_version": 1,
        "event": "call",
        "request": 'stock.v1.Stock/GetItem {"id":0,"token":""}',
        "status": "OK",
        "operation": "stock.v1.Stock/GetItem",
        "allowed": True,
        "reason": "",
    }


def test_a_provider_of_both_transports_is_served_on_two_ports(definition: Path) -> None:
    folder = definition.parent
    (folder / "stock.yaml").write_text("openapi: 3.1.0\ninfo: {title: Stock, version: 1.0.0}\npaths: {}\n")
    settings = '[tool.contractkit.providers.stock]\ndefinition = "stock.yaml"\nproto = "stock.proto"\n'
    (folder / "pyproject.toml").write_text(settings)

    with running(folder, "stock") as (line, process):
        assert process.stdout is not None
        second = process.stdout.readline().strip()
        with grpc.insecure_channel(second) as channel:
            channel.unary_unary(GET)(b"")

    assert line.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.proto"], "missing.proto"),
        (["broken.proto"], "broken.proto"),
        (["stock.proto", "--tls-key", "stock.proto"], "TLS takes both --tls-certificate and --tls-key."),
        (
            ["stock.proto", "--tls-key", "stock.proto", "--tls-certificate", "stock.proto"],
            "The certificate and key cannot be used.",
        ),
        (["stock.proto", "--tls-key", "none.pem"], "none.pem"),
        (["stock.proto", "--host", "192.0.2.1"], "Nothing can listen on port 0 of 192.0.2.1."),
    ],
)
def test_wrong_use_ends_with_two_and_one_message(definition: Path, arguments: list[str], message: str) -> None:
    (definition.parent / "broken.proto").write_text("syntax = 'proto3';\nmessage {\n")
    run = subprocess.run(command(*arguments), capture_output=True, text=True, cwd=definition.parent, check=False)

    assert (run.returncode, run.stdout) == (2, "")
    assert message in run.stderr
    assert "Traceback" not in run.stderr


def test_a_port_in_use_ends_with_two(definition: Path) -> None:
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    run = subprocess.run(command(str(definition), "--port", str(port)), capture_output=True, text=True, check=False)
    listener.close()

    assert run.returncode == 2
    assert run.stderr == (
        f"Port {port} of 127.0.0.1 is in use.\n\n"
        "Stop what listens there, or take another port; port 0 takes a free one.\n"
    )
