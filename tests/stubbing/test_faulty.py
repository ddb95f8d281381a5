"""Stubs that run as processes: what settings say goes wrong with their answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from contractkit.errors import SettingsError
from contractkit.recording.answering import Answered, AnsweredProcedure
from contractkit.stubbing.dependencies import Dependency
from contractkit.stubbing.faulty import with_faults
from contractkit.stubbing.serving import FromDefinition, Listening, Served

ORDERS = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      responses: {'200': {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}
    delete:
      operationId: deleteOrder
      responses: {'204': {description: gone}}
components:
  schemas:
    Order: {type: object, required: [id], properties: {id: {type: integer}}}
"""
STOCK = """\
syntax = "proto3";
package stock.v1;
service Stock {
  rpc GetItem(Item) returns (Item);
  rpc ListItems(Item) returns (stream Item);
}
message Item { int64 id = 1; }
"""

Told = list[Answered | AnsweredProcedure]
Faults = dict[str, dict[str, object]]


def dependency(
    folder: Path, faults: Faults, *, definition: str = "orders.yaml", proto: str | None = None
) -> Dependency:
    (folder / "orders.yaml").write_text(ORDERS)
    (folder / "stock.proto").write_text(STOCK)
    return Dependency(name="orders", definition=definition, root=folder, proto=proto, faults=faults)


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def served(tmp_path: Path, told: Told) -> Iterator[Served]:
    faults: Faults = {
        "GET /orders/{id}": {"status": 503, "every": 2},
        "deleteOrder": {"reset": "before-headers", "times": 1},
        "GetItem": {"status": "UNAVAILABLE", "every": 2},
        "Stock/ListItems": {"latency": "1ms-2ms"},
    }
    asked = dependency(tmp_path, faults, proto="stock.proto")
    provider = asked.open()
    answering = with_faults(FromDefinition(), asked, provider, allows_header=True)
    serving = Served(provider, answering, told.append, Listening())
    yield serving
    serving.stop()


def test_settings_say_by_operation_what_goes_wrong(served: Served, told: Told) -> None:
    with httpx.Client(base_url=served.url or "") as client:
        statuses = [client.get("/orders/7").status_code for _ in range(4)]
        with pytest.raises(httpx.ReadError):
            client.delete("/orders/7")
        statuses.append(client.delete("/orders/7").status_code)
        asked = client.get("/orders/7", headers={"X-Contractkit-Fault": "malformed=truncated"})

    assert statuses == [200, 503, 200, 503, 204]
    assert asked.content == b'{"id'
    assert [each.fault for each in told] == [
        "",
        "status 503",
        "",
        "status 503",
        "reset before headers",
        "",
        "truncated body",
    ]


def test_the_same_holds_over_grpc(served: Served, told: Told) -> None:
    with grpc.insecure_channel(served.target or "") as opened:
        channel: Any = opened
        get = channel.unary_unary("/stock.v1.Stock/GetItem")
        get(b"\x08\x07")
        with pytest.raises(grpc.RpcError) as error:
            get(b"\x08\x07")
        items = list(channel.unary_stream("/stock.v1.Stock/ListItems")(b""))

    assert (error.value.code().name, error.value.details()) == ("UNAVAILABLE", "A fault on purpose.")
    assert len(items) == 2
    assert [each.fault.partition(" ")[0] for each in told] == ["", "status", "latency"]


@pytest.mark.parametrize(
    ("operation", "fault", "summary", "rows"),
    [
        (
            "getOrders",
            {"status": 503},
            "Orders 1.0.0 has no operation 'getOrders'.",
            "\n\nDid you mean getOrder or deleteOrder?",
        ),
        (
            "getOrder",
            {"staus": 503},
            'The fault of getOrder is no fault: "staus" is not known.',
            "\n\nDid you mean status?",
        ),
        (
            "getOrder",
            {"latency": "1h"},
            "The fault cannot be used.",
            "\n  at         The fault of getOrder, latency\n"
            '  expected   seconds up to 600: 0.5, (0.1, 0.5), "200ms" or "100ms-500ms"\n'
            '  received   "1h"',
        ),
        (
            "*",
            {"status": "UNAVAILABLE"},
            "The fault cannot be used.",
            "\n  at         The fault of every operation, status\n"
            "  expected   a status such as 503\n"
            '  received   "UNAVAILABLE"',
        ),
        (
            "getOrder",
            {},
            "The fault of getOrder says no fault.",
            "\n\nSay what goes wrong: latency, reset, bytes_per_second, malformed, status.",
        ),
    ],
)
def test_settings_that_say_no_fault_are_refused(
    tmp_path: Path, operation: str, fault: dict[str, object], summary: str, rows: str
) -> None:
    asked = dependency(tmp_path, {operation: fault})

    with pytest.raises(SettingsError) as error:
        with_faults(FromDefinition(), asked, asked.open(), allows_header=False)

    gap = " " if "expected" in rows else ""
    assert str(error.value) == (
        f"{summary}\n\n"
        f"  file      {gap}{tmp_path}/pyproject.toml\n"
        f"  setting   {gap}{operation} in [tool.contractkit.providers.orders.faults]{rows}"
    )


def test_a_procedure_that_there_is_not_is_refused(tmp_path: Path) -> None:
    asked = dependency(tmp_path, {"GetItms": {"status": "UNAVAILABLE"}}, definition="stock.proto")

    with pytest.raises(SettingsError) as error:
        with_faults(FromDefinition(), asked, asked.open(), allows_header=False)

    assert "GetItem" in str(error.value)


def test_every_operation_may_be_late(tmp_path: Path, told: Told) -> None:
    asked = dependency(tmp_path, {"*": {"latency": 0.001}}, proto="stock.proto")
    provider = asked.open()
    serving = Served(
        provider, with_faults(FromDefinition(), asked, provider, allows_header=False), told.append, Listening()
    )
    try:
        httpx.get(f"{serving.url}/orders/7")
        with grpc.insecure_channel(serving.target or "") as opened:
            channel: Any = opened
            channel.unary_unary("/stock.v1.Stock/GetItem")(b"")
    finally:
        serving.stop()

    assert [each.fault for each in told] == ["latency 0.001 s", "latency 0.001 s"]
