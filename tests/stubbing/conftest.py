"""A project with an OpenAPI document of two files and a protobuf definition, as the current directory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contractkit.stubbing import recorded_files, recordings, shared_definitions

ORDERS = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
servers: [{url: 'https://orders.example.com/v1'}]
paths:
  /orders:
    post:
      operationId: placeOrder
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, required: [sku], properties: {sku: {type: string}}}}}
      responses: {'204': {description: done}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      parameters: [{name: token, in: query, schema: {type: string}}]
      responses:
        '200': {description: it, content: {application/json: {schema: {$ref: 'order.yaml#/Order'}}}}
        '404': {description: none}
"""
ORDER = "Order: {type: object, required: [id], properties: {id: {type: integer}, total: {type: number}}}\n"
STOCK = """\
syntax = "proto3";
package stock.v1;
import "item.proto";
service Stock {
  rpc GetItem(GetItemRequest) returns (Item);
  rpc Watch(stream GetItemRequest) returns (stream Item);
}
message GetItemRequest { int64 id = 1; }
"""
ITEM = 'syntax = "proto3";\npackage stock.v1;\nmessage Item { int64 id = 1; string name = 2; }\n'


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name, text in (("orders.yaml", ORDERS), ("order.yaml", ORDER), ("stock.proto", STOCK), ("item.proto", ITEM)):
        (tmp_path / name).write_text(text)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.contractkit]\nconsumer = "shop"\n'
        '[tool.contractkit.providers.orders]\ndefinition = "orders.yaml"\nbase_url = "https://orders.example.com/v1"\n'
        '[tool.contractkit.providers.stock]\ndefinition = "stock.proto"\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONTRACTKIT_CONSUMER", raising=False)
    yield tmp_path
    forget_what_this_process_did()


def forget_what_this_process_did() -> None:
    """Let the next recording be the first of its process."""
    recordings._write_all()
    recordings._files.clear()
    recorded_files._confirmed.clear()
    shared_definitions._known.clear()


@pytest.fixture
def another_process() -> Iterator[object]:
    """Give what makes the recordings that follow those of a later process."""
    return forget_what_this_process_did  # type: ignore[return-value]
