"""Callers that break the rules, or mean harm, at `contractkit up` as a process: the next one is served all the same."""

import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import grpc
import httpx
import pytest

from tests.cli.running import running

pytestmark = pytest.mark.slow

ORDERS = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders:
    post:
      operationId: placeOrder
      requestBody: {required: true, content: {application/json: {schema: {type: object}}}}
      responses: {'204': {description: done}}
"""
STOCK = """\
syntax = "proto3";
package stock.v1;
service Stock { rpc GetItem(Item) returns (Item); rpc Watch(stream Item) returns (stream Item); }
message Item { int64 id = 1; string name = 2; }
"""
SETTINGS = """\
[tool.contractkit.providers.orders]
definition = "orders.yaml"
[tool.contractkit.providers.stock]
definition = "stock.proto"
"""
GET_ITEM = "/stock.v1.Stock/GetItem"
POST = b"POST /orders HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"


class World:
    """The stubs of one process, and what a decent client gets of them."""

    def __init__(self, url: str, target: str) -> None:
        self.url = url
        self.target = target

    def connected(self, *, is_rpc: bool = False) -> socket.socket:
        host, _, port = (self.target if is_rpc else self.url.removeprefix("http://")).partition(":")
        return socket.create_connection((host, int(port)), timeout=60)

    def answer_to(self, data: bytes) -> bytes:
        with self.connected() as connection, suppress(ConnectionError):
            connection.sendall(data)
            return b"".join(iter(lambda: connection.recv(65536), b""))
        return b""

    def serves(self) -> tuple[int, bytes]:
        status = httpx.post(f"{self.url}/orders", json={}, timeout=60).status_code
        with grpc.insecure_channel(self.target) as channel:
            answer: bytes = channel.unary_unary(GET_ITEM)(b"\x08\x07")  # type: ignore[arg-type]
        return status, answer[:2]


@pytest.fixture(scope="module", autouse=True)
def many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 < soft < 4_096:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4_096, hard) if hard > 0 else 4_096, hard))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    for name, text in (("orders.yaml", ORDERS), ("stock.proto", STOCK), ("pyproject.toml", SETTINGS)):
        (folder / name).write_text(text)
    with running(folder, "up") as served:
        variables = served.variables(2)
        yield World(variables["ORDERS_URL"], variables["STOCK_TARGET"])
        assert served.end() == 0


SERVED = (204, b"\x08\x07")


@pytest.mark.parametrize("is_rpc", [False, True], ids=["http", "grpc"])
def test_a_thousand_connections_that_say_nothing_or_little(world: World, is_rpc: bool) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(world.connected(is_rpc=is_rpc)) for _ in range(1_000)]
        assert world.serves() == SERVED
        for piece in (b"P", b"OST /orders HT"):
            for connection in silent:
                with suppress(ConnectionError):  # what the stub has closed to make room
                    connection.sendall(piece)
        assert world.serves() == SERVED
    assert world.serves() == SERVED


@pytest.mark.parametrize("is_rpc", [False, True], ids=["http", "grpc"])
@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 9 + b"\xff" * 4_000,
        b"\x00" * 100_000,
        b"GET " + b"/" * 200_000,
        POST + b"content-length: -1\r\n\r\n",
        POST + b"transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    ],
    ids=["tls", "http2", "zeros", "endless line", "negative length", "endless chunk"],
)
def test_bytes_that_are_no_request(world: World, data: bytes, is_rpc: bool) -> None:
    with world.connected(is_rpc=is_rpc) as connection, suppress(ConnectionError):
        connection.sendall(data)
    assert world.serves() == SERVED


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (POST + b"content-length: 99999999999\r\n\r\n", b"413"),
        (POST + b"x: " + b"a" * 70_000 + b"\r\n\r\n", b"431"),
        (POST.replace(b"json", b"xml") + b"content-length: 4\r\nconnection: close\r\n\r\n<a/>", b"415"),
        (POST + b"content-length: 4\r\nconnection: close\r\n\r\n\xff\xfe{}", b"400"),
        (POST + b"content-encoding: gzip\r\ncontent-length: 4\r\nconnection: close\r\n\r\nnope", b"400"),
        (POST + b"content-length: 60000\r\nconnection: close\r\n\r\n" + b"[" * 60_000, b"400"),
    ],
    ids=["a huge length", "a huge head", "another media type", "no text", "no gzip", "deep nesting"],
)
def test_bodies_and_heads_that_are_refused(world: World, data: bytes, status: bytes) -> None:
    assert world.answer_to(data).split(b" ", 2)[1] == status
    assert world.serves() == SERVED


@pytest.mark.parametrize(
    ("path", "data", "code"),
    [
        (GET_ITEM, b"\xff\xff\xff", "INVALID_ARGUMENT"),
        (GET_ITEM, b"\x12\x02\xff\xfe", "INVALID_ARGUMENT"),
        ("/stock.v1.Stock/Nope", b"", "UNIMPLEMENTED"),
        ("/nope", b"", "UNIMPLEMENTED"),
    ],
)
def test_calls_that_are_refused(world: World, path: str, data: bytes, code: str) -> None:
    with grpc.insecure_channel(world.target) as channel, pytest.raises(grpc.RpcError) as refused:
        channel.unary_unary(path)(data)  # type: ignore[arg-type]
    assert refused.value.code().name == code
    assert world.serves() == SERVED


def test_calls_that_are_given_up(world: World) -> None:
    calls: list[Callable[[], object]] = []
    with grpc.insecure_channel(world.target) as channel:
        for _ in range(200):
            call = channel.stream_stream("/stock.v1.Stock/Watch")(iter([b"\x08\x07"]))  # type: ignore[arg-type]
            calls.append(call.cancel)
        for cancel in calls:
            cancel()
        assert world.serves() == SERVED
    assert world.serves() == SERVED
