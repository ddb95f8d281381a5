"""Stubbed providers of both transports, and sessions of them as a test would open them."""

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.model import HttpRequest
from contractkit.recording import StubbedProvider, StubSession, TestOrigin
from contractkit.sources.loading import read_definition
from contractkit.transports import read_request

DEFINITION = b"""\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders:
    get:
      operationId: listOrders
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
        - {name: tag, in: query, schema: {type: array, items: {type: string}}}
        - {name: X-Tenant, in: header, schema: {type: string}}
        - {name: theme, in: cookie, schema: {type: string}}
      security: [{key: []}, {}]
      responses:
        '200':
          description: them
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Order'}}}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      responses:
        '200':
          description: it
          headers: {ETag: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
        '404': {description: none}
    head:
      operationId: hasOrder
      responses:
        '200': {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
  /orders/{id}/picture:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    post:
      operationId: addPicture
      requestBody:
        content: {multipart/form-data: {schema: {type: object, properties: {file: {type: string, format: binary}}}}}
      responses: {'204': {description: done}}
components:
  securitySchemes: {key: {type: apiKey, in: query, name: key}}
  schemas:
    Order:
      type: object
      required: [id, total]
      properties:
        id: {type: integer}
        total: {type: number}
        note: {type: string}
        buyer: {type: object, required: [name], properties: {name: {type: string}, token: {type: string}}}
"""


@pytest.fixture(scope="session")
def provider() -> Iterator[StubbedProvider]:
    loaded = read_definition(DEFINITION, source="orders.yaml")
    stubbed = StubbedProvider("orders", loaded.definition, source="orders.yaml", headers=["X-Extra"])
    yield stubbed
    stubbed.stop()


@pytest.fixture
def session(provider: StubbedProvider) -> Iterator[StubSession]:
    origin = TestOrigin(node_id="test_it.py::test_it", file="test_it.py", source=__file__, line=3, thread=0)
    opened = StubSession(provider, consumer="shop", origin=origin)
    yield opened
    opened.close()


@pytest.fixture
def request_of() -> Callable[..., HttpRequest]:
    def request(method: str, target: str, body: bytes = b"", **headers: str) -> HttpRequest:
        lines = [(name.replace("_", "-"), value) for name, value in headers.items()]
        return read_request(method, target, lines, body)

    return request


PROTO = """\
syntax = "proto3";
package inventory.v1;
import "google/protobuf/timestamp.proto";

service Inventory {
  rpc GetItem(GetItemRequest) returns (Item);
  rpc ListItems(ListItemsRequest) returns (stream Item);
  rpc CountItems(stream GetItemRequest) returns (Count);
  rpc Follow(stream GetItemRequest) returns (stream Item);
}
service Audit {
  rpc Login(LoginRequest) returns (Session);
}

message GetItemRequest { int64 id = 1; string note = 2; repeated string tags = 3; }
message ListItemsRequest { string prefix = 1; optional int32 limit = 2; }
message Count { int32 total = 1; }
message LoginRequest { string name = 1; string password = 2; bytes secret = 3; }
message Session { string token = 1; }
message Item {
  int64 id = 1;
  string name = 2;
  Size size = 3;
  Kind kind = 4;
  optional string comment = 5;
  google.protobuf.Timestamp added = 6;
  repeated string labels = 7;
}
message Size { double width = 1; double height = 2; }
enum Kind { KIND_UNSPECIFIED = 0; KIND_BOOK = 1; KIND_TOY = 2; }
message Reason { string code = 1; }
"""


@dataclass(frozen=True, kw_only=True)
class Generated:
    """Client code that protoc made of the definition, and the descriptor set."""

    messages: Any
    stubs: Any
    descriptor_set: bytes


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    folder = tmp_path_factory.mktemp("generated")
    (folder / "stubbed_inventory.proto").write_text(PROTO)
    return generate(folder, "stubbed_inventory")


def generate(folder: Path, name: str) -> Generated:
    import grpc_tools
    from grpc_tools import protoc

    outputs = [f"--python_out={folder}", f"--grpc_python_out={folder}", f"--descriptor_set_out={folder}/{name}.bin"]
    bundled = Path(grpc_tools.__file__).parent / "_proto"
    command = ["protoc", f"-I{folder}", f"-I{bundled}", "--include_imports", *outputs, f"{name}.proto"]
    assert protoc.main(command) == 0
    sys.path.insert(0, str(folder))
    try:
        messages, stubs = (importlib.import_module(f"{name}_{kind}") for kind in ("pb2", "pb2_grpc"))
    finally:
        sys.path.remove(str(folder))
    return Generated(messages=messages, stubs=stubs, descriptor_set=(folder / f"{name}.bin").read_bytes())


@pytest.fixture(scope="session")
def inventory(generated: Generated) -> Iterator[StubbedProvider]:
    definition = ProtoDefinition(generated.descriptor_set, source="inventory.proto")
    stubbed = StubbedProvider("inventory", definition, source="inventory.proto", headers=["X-Tenant", "Authorization"])
    yield stubbed
    stubbed.stop()


@pytest.fixture
def rpc(inventory: StubbedProvider) -> Iterator[StubSession]:
    origin = TestOrigin(node_id="test_it.py::test_it", file="test_it.py", source="none", line=3, thread=0)
    opened = StubSession(inventory, consumer="shop", origin=origin)
    yield opened
    opened.close()


@pytest.fixture
def client(rpc: StubSession, generated: Generated) -> Any:
    return generated.stubs.InventoryStub(rpc.channel())
