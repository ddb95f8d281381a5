"""What the tests of protobuf definitions share: definitions written in the test, and one with every kind of field."""

from collections.abc import Callable

import pytest

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import Procedure
from contractkit.sources import read_definition

KINDS = """
syntax = "proto3";
package kinds.v1;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";

service Kinds {
  rpc Send(Scalars) returns (Scalars);
  rpc Collect(Collections) returns (Collections);
  rpc Choose(Choice) returns (Choice);
  rpc Mention(Special) returns (Special);
  rpc Nothing(google.protobuf.Empty) returns (google.protobuf.StringValue);
  rpc Recurse(Node) returns (Node);
}

enum Level { LEVEL_UNSPECIFIED = 0; LOW = 1; HIGH = 2; }

message Scalars {
  double a_double = 1; float a_float = 2;
  int32 an_int32 = 3; int64 an_int64 = 4; uint32 a_uint32 = 5; uint64 a_uint64 = 6;
  sint32 a_sint32 = 7; sint64 a_sint64 = 8; fixed32 a_fixed32 = 9; fixed64 a_fixed64 = 10;
  sfixed32 a_sfixed32 = 11; sfixed64 a_sfixed64 = 12;
  bool a_bool = 13; string a_string = 14; bytes some_bytes = 15; Level a_level = 16;
  optional int32 maybe = 17;
}

message Item { string sku = 1; int32 count = 2; }

message Collections {
  repeated string names = 1; repeated Level levels = 2; repeated Item items = 3; repeated double numbers = 4;
  map<string, int64> counts = 5; map<int32, Item> by_number = 6; map<bool, Level> by_flag = 7;
}

message Choice {
  oneof result { Item item = 1; string text = 2; Level level = 3; int32 number = 4; }
  string note = 5;
}

message Special {
  google.protobuf.Timestamp at = 1; google.protobuf.Duration lasted = 2; google.protobuf.FieldMask mask = 3;
  google.protobuf.Any detail = 4; google.protobuf.Struct data = 5; google.protobuf.Value value = 6;
  google.protobuf.ListValue list = 7; google.protobuf.Int64Value total = 8; google.protobuf.BytesValue raw = 9;
  google.protobuf.BoolValue flag = 10; repeated google.protobuf.StringValue texts = 11;
}

message Node { string label = 1; Node parent = 2; repeated Node children = 3; map<string, Node> named = 4; }
"""

Define = Callable[[str], ProtoDefinition]


@pytest.fixture(scope="session")
def define() -> Define:
    """Give the definition that a .proto text is."""

    def made(text: str) -> ProtoDefinition:
        return read_definition(text.encode(), source="test.proto").protobuf

    return made


@pytest.fixture(scope="session")
def kinds(define: Define) -> ProtoDefinition:
    """Give the definition with every kind of field."""
    return define(KINDS)


@pytest.fixture
def procedure_of(kinds: ProtoDefinition) -> Callable[[str], Procedure]:
    """Give a procedure of `kinds` by its method's name."""
    return kinds.procedure
