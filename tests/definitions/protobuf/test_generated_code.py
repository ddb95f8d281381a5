"""Generated code: what ordinary clients and servers are built from writes and reads the same bytes."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from google.protobuf import descriptor_pool, json_format
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message_factory import GetMessageClass
from grpc_tools import protoc

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import Side
from contractkit.sources import load_definition

PROTO = """
syntax = "proto3";
package generated.for_tests.v1;
import "google/protobuf/timestamp.proto";
service Stock { rpc Get(Item) returns (Item); rpc Hold(Held) returns (Held); }
enum Kind { KIND_UNSPECIFIED = 0; BOOK = 1; }
message Item {
  string sku = 1; int64 count = 2; Kind kind = 3; optional bool sold = 4; map<string, double> prices = 5;
  google.protobuf.Timestamp at = 6; oneof owner { string person = 7; Item box = 8; } repeated sint32 sizes = 9;
  bytes photo = 10; float weight = 11;
}
message Held { repeated Item items = 1; }
"""
TREE = {
    "sku": "a",
    "count": 2**40,
    "kind": "BOOK",
    "sold": False,
    "prices": {"EUR": 1.5, "USD": 2.0},
    "at": {"seconds": 5, "nanos": 6},
    "box": {"sku": "b", "count": 0, "kind": "KIND_UNSPECIFIED", "prices": {}, "sizes": [], "photo": "", "weight": 0.0},
    "sizes": [-1, 1],
    "photo": "AP8=",
    "weight": 0.1,
}


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    folder = tmp_path_factory.mktemp("generated")
    (folder / "stock_for_tests.proto").write_text(PROTO)
    assert (
        protoc.main(["protoc", f"-I{folder}", f"-I{bundled()}", f"--python_out={folder}", "stock_for_tests.proto"]) == 0
    )
    spec = importlib.util.spec_from_file_location("stock_for_tests_pb2", folder / "stock_for_tests_pb2.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("stock_for_tests_pb2", None)


@pytest.fixture(scope="module")
def stock(define: Callable[[str], ProtoDefinition]) -> ProtoDefinition:
    return define(PROTO)


def bundled() -> Path:
    import grpc_tools

    return Path(grpc_tools.__file__).parent / "_proto"


def test_generated_code_reads_what_is_encoded_and_writes_what_is_decoded(module: Any, stock: ProtoDefinition) -> None:
    get = stock.procedure("Get")
    encoded = stock.encode(get, Side.REQUEST, TREE)
    message = module.Item.FromString(encoded)
    assert (message.count, message.kind, message.HasField("sold"), message.box.sku) == (2**40, module.BOOK, True, "b")
    assert message.SerializeToString(deterministic=True) == encoded
    assert stock.decode(get, Side.REQUEST, message.SerializeToString()) == TREE


def test_a_generated_message_is_taken_for_a_tree(module: Any, stock: ProtoDefinition) -> None:
    message = module.Item(sku="a", box=module.Item(count=3))
    get = stock.procedure("Get")
    assert stock.encode(get, Side.REQUEST, message) == message.SerializeToString(deterministic=True)
    assert stock.answer(get, seed="a", body=message).tree == stock.decode(
        get, Side.RESPONSE, message.SerializeToString()
    )


def test_a_generated_message_may_stand_inside_a_tree(module: Any, stock: ProtoDefinition) -> None:
    hold = stock.procedure("Hold")
    encoded = stock.encode(hold, Side.REQUEST, {"items": [module.Item(sku="a"), {"sku": "b"}]})
    assert [item.sku for item in module.Held.FromString(encoded).items] == ["a", "b"]


def test_a_generated_message_of_another_type_is_refused(module: Any, stock: ProtoDefinition) -> None:
    with pytest.raises(Exception) as caught:
        stock.encode(stock.procedure("Get"), Side.REQUEST, module.Held())
    assert caught.value.explanation.details == (  # type: ignore[attr-defined]
        ("at", "the message"),
        ("expected", "a message of generated.for_tests.v1.Item"),
        ("received", '"a message of generated.for_tests.v1.Held"'),
    )


def test_the_json_mapping_of_a_message_encodes_to_the_same_bytes(module: Any, stock: ProtoDefinition) -> None:
    get = stock.procedure("Get")
    message = module.Item.FromString(stock.encode(get, Side.REQUEST, TREE))
    mapped = json_format.MessageToDict(message)
    assert stock.encode(get, Side.REQUEST, mapped) == message.SerializeToString(deterministic=True)


@pytest.mark.parametrize("name", ["grpc-gateway", "googleapis-pubsub", "opentelemetry-demo", "etcd"])
def test_the_json_mapping_agrees_on_every_message_of_a_real_project(
    test_data: Callable[[str], Path], name: str
) -> None:
    definition = load_definition(test_data(f"definitions/real/proto/{name}")).protobuf
    pool = descriptor_pool.DescriptorPool()
    for file in FileDescriptorSet.FromString(definition.descriptor_set()).file:
        pool.Add(file)
    for operation in definition.operations:
        procedure = definition.procedure(operation.name)
        encoded = definition.encode(procedure, Side.RESPONSE, definition.example(procedure, Side.RESPONSE, seed="a"))
        message = GetMessageClass(pool.FindMessageTypeByName(procedure.response_type)).FromString(encoded)
        mapped = json_format.MessageToDict(message, descriptor_pool=pool)
        assert definition.encode(procedure, Side.RESPONSE, mapped) == encoded, operation.name
