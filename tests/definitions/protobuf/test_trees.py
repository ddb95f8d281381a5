"""Messages as trees: what each kind of field is in a tree, and which forms a tree may use for it."""

import datetime
from collections.abc import Callable

import pytest

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import Side
from contractkit.exact_json import Json

Define = Callable[[str], ProtoDefinition]

SCALARS = {
    "a_double": 0.1,
    "a_float": 0.1,
    "an_int32": -(2**31),
    "an_int64": -(2**63),
    "a_uint32": 2**32 - 1,
    "a_uint64": 2**64 - 1,
    "a_sint32": -1,
    "a_sint64": 2**63 - 1,
    "a_fixed32": 7,
    "a_fixed64": 7,
    "a_sfixed32": -7,
    "a_sfixed64": -7,
    "a_bool": True,
    "a_string": "Grüße, 世界",
    "some_bytes": "AP8=",
    "a_level": "HIGH",
    "maybe": 0,
}
NOTHING = {
    "a_double": 0.0,
    "a_float": 0.0,
    "an_int32": 0,
    "an_int64": 0,
    "a_uint32": 0,
    "a_uint64": 0,
    "a_sint32": 0,
    "a_sint64": 0,
    "a_fixed32": 0,
    "a_fixed64": 0,
    "a_sfixed32": 0,
    "a_sfixed64": 0,
    "a_bool": False,
    "a_string": "",
    "some_bytes": "",
    "a_level": "LEVEL_UNSPECIFIED",
}


def there_and_back(definition: ProtoDefinition, method: str, tree: Json) -> Json:
    procedure = definition.procedure(method)
    return definition.decode(procedure, Side.REQUEST, definition.encode(procedure, Side.REQUEST, tree))


def test_every_scalar_comes_back_as_it_was(kinds: ProtoDefinition) -> None:
    assert there_and_back(kinds, "Send", SCALARS) == SCALARS


def test_a_field_without_presence_is_there_with_its_default_and_one_with_presence_is_not(
    kinds: ProtoDefinition,
) -> None:
    assert there_and_back(kinds, "Send", {}) == NOTHING


def test_an_optional_field_set_to_its_default_is_told_from_one_not_set(kinds: ProtoDefinition) -> None:
    procedure = kinds.procedure("Send")
    assert kinds.encode(procedure, Side.REQUEST, {"maybe": 0}) == b"\x88\x01\x00"
    assert kinds.encode(procedure, Side.REQUEST, {"an_int32": 0}) == b""


def test_lists_and_maps_come_back_as_they_were(kinds: ProtoDefinition) -> None:
    tree = {
        "names": ["b", "a", ""],
        "levels": ["LOW", "LEVEL_UNSPECIFIED", 9],
        "items": [{"sku": "a", "count": 1}, {"sku": "", "count": 0}],
        "numbers": [1.5, -0.25],
        "counts": {"b": 2, "a": 0},
        "by_number": {"-1": {"sku": "x", "count": 0}},
        "by_flag": {"true": "HIGH", "false": "LOW"},
    }
    assert there_and_back(kinds, "Collect", tree) == tree


def test_a_oneof_holds_the_member_that_was_set_also_with_its_default(kinds: ProtoDefinition) -> None:
    assert there_and_back(kinds, "Choose", {"text": ""}) == {"text": "", "note": ""}
    assert there_and_back(kinds, "Choose", {"item": {}}) == {"item": {"sku": "", "count": 0}, "note": ""}
    assert there_and_back(kinds, "Choose", {}) == {"note": ""}


def test_well_known_types_have_their_forms(kinds: ProtoDefinition) -> None:
    tree = {
        "at": {"seconds": 1772368200, "nanos": 5},
        "lasted": {"seconds": -1, "nanos": 0},
        "mask": {"paths": ["display_name"]},
        "detail": {"@type": "type.googleapis.com/kinds.v1.Item", "sku": "a", "count": 0},
        "data": {"a": [1, 1.5, None, {"b": True}]},
        "value": None,
        "list": ["a", 2],
        "total": 2**63 - 1,
        "raw": "AP8=",
        "flag": False,
        "texts": ["", "b"],
    }
    assert there_and_back(kinds, "Mention", tree) == tree


@pytest.mark.parametrize(
    "detail",
    [
        {"@type": "type.googleapis.com/google.protobuf.Int64Value", "value": 3},
        {"@type": "type.googleapis.com/google.protobuf.Struct", "value": {"a": 1}},
        {"@type": "type.googleapis.com/google.protobuf.Timestamp", "seconds": 1, "nanos": 0},
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "R", "domain": "d", "metadata": {}},
        {"@type": "type.googleapis.com/elsewhere.v1.Unknown", "value": "AQI="},
        {},
    ],
    ids=lambda detail: str(detail.get("@type", "nothing")).rpartition("/")[2],
)
def test_an_any_is_the_tree_of_what_it_carries_or_its_bytes(kinds: ProtoDefinition, detail: Json) -> None:
    assert there_and_back(kinds, "Mention", {"detail": detail})["detail"] == detail


@pytest.mark.parametrize(
    ("method", "given", "name", "meant"),
    [
        ("Send", {"anInt32": 5}, "an_int32", 5),
        ("Send", {"an_int64": "-12"}, "an_int64", -12),
        ("Send", {"a_uint64": str(2**64 - 1)}, "a_uint64", 2**64 - 1),
        ("Send", {"an_int32": 3.0}, "an_int32", 3),
        ("Send", {"a_double": 3}, "a_double", 3.0),
        ("Send", {"a_double": "NaN"}, "a_double", "NaN"),
        ("Send", {"a_float": "-Infinity"}, "a_float", "-Infinity"),
        ("Send", {"a_level": 2}, "a_level", "HIGH"),
        ("Send", {"a_level": 42}, "a_level", 42),
        ("Send", {"some_bytes": "_-8"}, "some_bytes", "/+8="),
        ("Send", {"some_bytes": b"\x00\xff"}, "some_bytes", "AP8="),
        ("Send", {"a_string": None}, "a_string", ""),
        ("Collect", {"names": ("a", "b")}, "names", ["a", "b"]),
        ("Mention", {"at": "2026-03-01T12:30:00.5Z"}, "at", {"seconds": 1772368200, "nanos": 500_000_000}),
        ("Mention", {"at": "2026-03-01T13:30:00+01:00"}, "at", {"seconds": 1772368200, "nanos": 0}),
        (
            "Mention",
            {"at": datetime.datetime(2026, 3, 1, 12, 30, tzinfo=datetime.UTC)},
            "at",
            {"seconds": 1772368200, "nanos": 0},
        ),
        ("Mention", {"lasted": "3.5s"}, "lasted", {"seconds": 3, "nanos": 500_000_000}),
        ("Mention", {"lasted": datetime.timedelta(seconds=2)}, "lasted", {"seconds": 2, "nanos": 0}),
        ("Mention", {"mask": "displayName,labels"}, "mask", {"paths": ["display_name", "labels"]}),
        ("Mention", {"total": "7"}, "total", 7),
        (
            "Mention",
            {"detail": {"@type": "t/google.protobuf.Duration", "value": "1s"}},
            "detail",
            {"@type": "t/google.protobuf.Duration", "seconds": 1, "nanos": 0},
        ),
    ],
)
def test_forms_of_the_json_mapping_are_taken_too(
    kinds: ProtoDefinition, method: str, given: Json, name: str, meant: Json
) -> None:
    assert there_and_back(kinds, method, given)[name] == meant


def test_encoding_is_deterministic(kinds: ProtoDefinition) -> None:
    procedure = kinds.procedure("Collect")
    one = kinds.encode(procedure, Side.REQUEST, {"counts": {"a": 1, "b": 2, "c": 3}, "names": ["x"]})
    other = kinds.encode(procedure, Side.REQUEST, {"names": ["x"], "counts": {"c": 3, "b": 2, "a": 1}})
    assert one == other


def test_proto2_fields_all_have_presence_and_unknown_members_of_closed_enums_are_not_in_the_tree(
    define: Define,
) -> None:
    definition = define("""
        syntax = "proto2"; package old;
        service Old { rpc Get(M) returns (M); }
        enum E { ONE = 1; TWO = 2; ALSO_TWO = 2 ; option allow_alias = true; }
        message M {
          required int32 id = 1; optional string name = 2 [default = "none"]; optional E e = 3;
          optional group Part = 4 { optional int32 size = 1; }
          repeated int32 packed = 5 [packed = true];
        }
    """)
    get = definition.procedure("Get")
    assert definition.decode(get, Side.REQUEST, b"") == {"packed": []}
    assert there_and_back(definition, "Get", {"id": 0, "e": "ALSO_TWO", "part": {"size": 1}}) == {
        "id": 0,
        "e": "TWO",
        "part": {"size": 1},
        "packed": [],
    }
    assert definition.decode(get, Side.REQUEST, b"\x08\x05\x18\x09") == {"id": 5, "packed": []}
    assert definition.unknown_fields(get, Side.REQUEST, b"\x08\x05\x18\x09") == (3,)


def test_editions_say_field_by_field_what_has_presence(define: Define) -> None:
    definition = define("""
        edition = "2023"; package modern;
        service Modern { rpc Get(M) returns (M); }
        enum Closed { option features.enum_type = CLOSED; A = 1; }
        message M {
          int32 explicit = 1;
          int32 implicit = 2 [features.field_presence = IMPLICIT];
          int32 required = 3 [features.field_presence = LEGACY_REQUIRED];
          N delimited = 4 [features.message_encoding = DELIMITED];
          Closed closed = 5;
        }
        message N { string text = 1 [features.field_presence = IMPLICIT]; }
    """)
    assert there_and_back(definition, "Get", {"required": 0}) == {"implicit": 0, "required": 0}
    tree = {"explicit": 0, "implicit": 2, "required": 3, "delimited": {"text": "t"}, "closed": "A"}
    assert there_and_back(definition, "Get", tree) == tree


def test_fields_that_the_definition_does_not_know_are_counted_at_any_depth(kinds: ProtoDefinition) -> None:
    data = b"\x0a\x05\x0a\x01a\x48\x01" + b"\xa0\x06\x01"
    assert kinds.unknown_fields(kinds.procedure("Choose"), Side.REQUEST, data) == (9, 100)
