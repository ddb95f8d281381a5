"""Files in the form of Pact's protobuf plugin, made by hand of a proto that is compiled on the spot."""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc_tools
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from grpc_tools import protoc

Json = Any

STOCK = """\
syntax = "proto3";
package stock.v1;

// What is on the shelves.
service Stock {
  rpc Get(GetRequest) returns (Item);
  rpc Watch(GetRequest) returns (stream Item);
}

message GetRequest {
  string sku = 1;
}

enum Shelf {
  SHELF_UNSPECIFIED = 0;
  SHELF_TOP = 1;
}

message Item {
  string sku = 1;
  int64 count = 2;
  repeated string tags = 3;
  optional string note = 4;
  Shelf shelf = 5;
  map<string, Place> places = 6;
  repeated Place route = 7;
}

message Place {
  string aisle = 1;
  int32 row = 2;
}

message Unrelated {
  string text = 1;
}
"""


def compiled(folder: Path, text: str = STOCK, *, comments: bool = False) -> bytes:
    """Give the descriptor set of a proto."""
    folder.mkdir(exist_ok=True)
    (folder / "stock.proto").write_text(text)
    out = folder / "stock.bin"
    well_known = Path(grpc_tools.__file__).parent / "_proto"
    options = ["--include_imports", *(["--include_source_info"] if comments else [])]
    arguments = ["protoc", f"-I{folder}", f"-I{well_known}", f"--descriptor_set_out={out}", *options, "stock.proto"]
    assert protoc.main(arguments) == 0
    return out.read_bytes()


def encoded(descriptors: bytes, type_name: str, tree: Json) -> bytes:
    """Give the bytes of a message."""
    return _message(descriptors, type_name, tree).SerializeToString(deterministic=True)


def decoded(descriptors: bytes, type_name: str, data: bytes) -> Json:
    """Give the fields that are set in the bytes of a message."""
    message = _message(descriptors, type_name, {})
    message.ParseFromString(data)
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


def plain_decoder() -> Callable[..., Json]:
    """Give a decoder as simple as can be, which knows the types of the one service."""

    def decode(descriptors: bytes, procedure: str, side: str, data: bytes) -> Json:
        package = procedure.partition(".Stock/")[0]
        message = _message(descriptors, f"{package}.{'GetRequest' if side == 'request' else 'Item'}", {})
        message.ParseFromString(data)
        tree = json_format.MessageToDict(
            message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )
        return {name: int(value) if name == "count" else value for name, value in tree.items()}

    return decode


def plugin_call(descriptor_key: str, sent: bytes, expected: bytes | None, **more: Json) -> dict[str, Json]:
    """Give an interaction as the plugin writes it."""
    answer: dict[str, Json] = {} if expected is None else {"contents": contents(expected, ".stock.v1.Item")}
    return {
        "type": "Synchronous/Messages",
        "transport": "grpc",
        "description": "an item",
        "pending": False,
        "key": "6f3a",
        "pluginConfiguration": {
            "protobuf": {
                "service": ".stock.v1.Stock/Get",
                "descriptorKey": descriptor_key,
                **more.pop("configured", {}),
            }
        },
        "request": {
            "contents": contents(sent, ".stock.v1.GetRequest"),
            "metadata": {"contentType": "application/protobuf;message=.stock.v1.GetRequest", "x-tenant": "eu"},
            "matchingRules": {"body": {"$.sku": rule("type")}},
            **more.pop("request", {}),
        },
        "response": [
            {
                **answer,
                "metadata": {"contentType": "application/protobuf;message=.stock.v1.Item"},
                **more.pop("response", {}),
            }
        ],
        **more,
    }


def contents(data: bytes, type_name: str) -> Json:
    """Give a message as the plugin writes it."""
    return {
        "content": base64.b64encode(data).decode(),
        "contentType": f"application/protobuf;message={type_name}",
        "contentTypeHint": "BINARY",
        "encoded": "base64",
    }


def rule(name: str, **attributes: Json) -> Json:
    """Give a rule as Pact writes it."""
    return {"combine": "AND", "matchers": [{"match": name, **attributes}]}


def plugin_file(descriptors: bytes, *interactions: Json, version: str = "0.7.1", text: str = STOCK) -> dict[str, Json]:
    """Give a whole file with one descriptor set."""
    entry = {"protoDescriptors": base64.b64encode(descriptors).decode(), "protoFile": text}
    return {
        "consumer": {"name": "web-shop"},
        "provider": {"name": "stock"},
        "interactions": list(interactions),
        "metadata": {
            "pactSpecification": {"version": "4.0"},
            "pactRust": {"ffi": "0.4.28"},
            "plugins": [{"name": "protobuf", "version": version, "configuration": {md5(descriptors): entry}}],
        },
    }


def md5(data: bytes) -> str:
    """Give the key of a descriptor set."""
    return hashlib.md5(data).hexdigest()


def dumped(tree: Json) -> bytes:
    """Give a file's bytes."""
    return json.dumps(tree).encode()


def _message(descriptors: bytes, type_name: str, tree: Json) -> Any:
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(descriptors).file:
        pool.Add(file)  # type: ignore[no-untyped-call]
    made = message_factory.GetMessageClass(pool.FindMessageTypeByName(type_name))
    return json_format.ParseDict(tree, made())
