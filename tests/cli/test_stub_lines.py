"""The lines of `contractkit stub` and `contractkit up`: one for each call, whole, whoever calls and reads."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc
import httpx
import pytest

from contractkit.cli.lines import Lines
from contractkit.exact_json import read_json
from tests.cli.running import command, running

pytestmark = pytest.mark.slow

ORDERS = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {operationId: getOrder, responses: {'204': {description: it}}}
"""
STOCK = """\
syntax = "proto3";
package stock.v1;
service Stock { rpc GetItem(Item) returns (Item); }
message Item { int64 id = 1; }
"""
SETTINGS = """\
[tool.contractkit.providers.orders]
definition = "orders.yaml"
[tool.contractkit.providers.stock]
definition = "stock.proto"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in (("orders.yaml", ORDERS), ("stock.proto", STOCK), ("pyproject.toml", SETTINGS)):
        (tmp_path / name).write_text(text)
    return tmp_path


def sent(url: str, data: bytes) -> bytes:
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(data)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_hundreds_of_calls_at_once_give_a_whole_line_each(project: Path) -> None:
    with running(project, "up", "--format", "json") as served:
        variables = read_json(served.line_with('"ready"', "out"))["variables"]
        with (
            httpx.Client(base_url=variables["ORDERS_URL"]) as client,
            grpc.insecure_channel(variables["STOCK_TARGET"]) as channel,
            ThreadPoolExecutor(16) as threads,
        ):
            get_item = channel.unary_unary("/stock.v1.Stock/GetItem")  # type: ignore[var-annotated]
            of_orders = [threads.submit(client.get, f"/orders/{number}") for number in range(300)]
            refused = [threads.submit(client.get, f"/order/{number}") for number in range(100)]
            of_stock = [threads.submit(get_item, bytes([8, number])) for number in range(1, 101)]
            for each in (*of_orders, *refused, *of_stock):
                each.result()
        served.end()

    calls = [each for each in map(read_json, served.seen["out"]) if each["event"] == "call"]
    assert sorted(each["request"] for each in calls) == sorted(
        [
            *(f"GET /orders/{number}" for number in range(300)),
            *(f"GET /order/{number}" for number in range(100)),
            *(f'stock.v1.Stock/GetItem {{"id":{number}}}' for number in range(1, 101)),
        ]
    )
    assert {(each["status"], each["operation"], each["allowed"]) for each in calls} == {
        (204, "getOrder", True),
        (404, None, False),
        ("OK", "stock.v1.Stock/GetItem", True),
    }
    assert all(each["reason"] for each in calls if not each["allowed"])


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"FETCH /orders/7 HTTP/1.1\r\n\r\n", "what is no request -> 501 nothing: The method FETCH is not known."),
        (
            b"\x16\x03\x01\x02\x00",
            "what is no request -> 400 nothing: "
            "The client speaks TLS, and the stub plain HTTP: call it by http://, not https://.",
        ),
        (
            b"GET /orders/7?token=s3cret HTTP/1.1\r\n\r\n",
            "GET /orders/7 -> 400 nothing: A request of HTTP/1.1 has exactly one Host header.",
        ),
    ],
)
def test_what_is_no_request_has_its_line_too(project: Path, data: bytes, line: str) -> None:
    with running(project, "stub", "orders.yaml") as served:
        sent(served.line(), data)
        assert served.line_with("->") == line


def test_what_is_no_request_is_an_object_as_a_call_is(project: Path) -> None:
    with running(project, "stub", "orders.yaml", "--format", "json") as served:
        sent(read_json(served.line())["url"], b"FETCH /orders/7 HTTP/1.1\r\n\r\n")
        told = read_json(served.line("err"))

    assert told == {
        "schema_version": 1,
        "event": "call",
        "request": "what is no request",
        "status": 501,
        "operation": None,
        "allowed": False,
        "reason": "The method FETCH is not known.",
    }


def test_lines_that_were_left_out_are_told_in_the_form_of_the_others() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stream, os.fdopen(reading, "rb") as reader:
        lines = Lines(stream)
        for is_json in (False, True):
            for _ in range(200):
                lines.write("a" * 1_000)
            os.read(reader.fileno(), 1 << 20)
            lines.write("{}", is_json=is_json)
            told, line = os.read(reader.fileno(), 1 << 20).splitlines()
            assert line == b"{}"
            sentence = read_json(told)["sentence"] if is_json else told.decode().strip("()")
            assert re.fullmatch(r"\d+ lines were left out: nobody read\.", sentence)


@contextmanager
def stub_told_to(project: Path, errors: int) -> Iterator[str]:
    """Serve with a standard error of our own, and give the URL."""
    with subprocess.Popen(
        command("stub", "orders.yaml"), stdout=subprocess.PIPE, stderr=errors, cwd=project
    ) as process:
        os.close(errors)
        assert process.stdout is not None
        try:
            yield process.stdout.readline().decode().strip()
        finally:
            process.terminate()
            assert process.wait(timeout=60) == 0


def test_a_pipe_that_nobody_reads_keeps_nobody_waiting(project: Path) -> None:
    reading, writing = os.pipe()
    with stub_told_to(project, writing) as url, httpx.Client(base_url=url) as client:
        statuses = {client.get(f"/orders/{number}").status_code for number in range(2_000)}
        while b"lines were left out" not in os.read(reading, 1 << 20):
            client.get("/orders/7")
    os.close(reading)

    assert statuses == {204}


def test_a_reader_that_is_gone_keeps_nobody_from_being_served(project: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with stub_told_to(project, writing) as url, httpx.Client(base_url=url) as client:
        assert {client.get(f"/orders/{number}").status_code for number in range(20)} == {204}


def test_lines_go_into_a_file_as_into_a_terminal(project: Path) -> None:
    log = project / "calls.log"
    with stub_told_to(project, os.open(log, os.O_WRONLY | os.O_CREAT)) as url:
        httpx.get(f"{url}/orders/7")

    assert log.read_text().splitlines()[-1] == "GET /orders/7 -> 204 getOrder"
