"""What a new protobuf definition gives: each rule of the way back by its name on the way there."""

from collections.abc import Callable

import pytest

from contractkit.changes import Level
from contractkit.changes.protobuf import compare_protos
from contractkit.changes.protobuf.gains import GAINS, all_proto_changes
from contractkit.definitions.protobuf import ProtoDefinition

Define = Callable[[str], ProtoDefinition]

CASES = [
    ("package.added", "message A {}", "message A {} service S { rpc C(A) returns (A); }"),
    ("message.added", "message A { B b = 1; } message B {}", "message A { C b = 1; } message C {} message D {}"),
    ("service.added", "message A {} service S { rpc C(A) returns (A); }",
     "message A {} service S { rpc C(A) returns (A); } service T { rpc C(A) returns (A); }"),
    ("procedure.added", "message A {} service S { rpc C(A) returns (A); }",
     "message A {} service S { rpc C(A) returns (A); rpc D(A) returns (A); }"),
    ("request.field.added", "message A {} service S { rpc C(A) returns (A); }",
     "message A { string a = 1; } service S { rpc C(A) returns (A); }"),
    ("request.enum.value-added", "enum E { Z = 0; } message A { E e = 1; } service S { rpc C(A) returns (A); }",
     "enum E { Z = 0; Y = 1; } message A { E e = 1; } service S { rpc C(A) returns (A); }"),
    ("request.field.became-optional", "message A { required string a = 1; } service S { rpc C(A) returns (A); }",
     "message A { optional string a = 1; } service S { rpc C(A) returns (A); }"),
    ("response.field.became-required", "message A { optional string a = 1; } service S { rpc C(A) returns (A); }",
     "message A { required string a = 1; } service S { rpc C(A) returns (A); }"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "old", "new"), CASES, ids=[rule for rule, *_ in CASES])
def test_a_protobuf_definition_gains(rule: str, old: str, new: str, define: Define) -> None:
    syntax = 'syntax = "proto2"; ' if "required" in old + new else 'syntax = "proto3"; '
    found = all_proto_changes(compare_protos(define(f"{syntax}package p; {old}"), define(f"{syntax}package p; {new}")))
    assert [change.rule for change in found if change.level is Level.COMPATIBLE] == [rule]


def test_every_protobuf_gain_has_a_case() -> None:
    of_addresses = {"procedure.http.address-added"}  # has its cases beside those of its option
    assert {rule for rule, *_ in CASES} | of_addresses == {gain.id for gain in GAINS.values()}


@pytest.mark.parametrize(
    "held",
    ["google.protobuf.{} a = 1;", "repeated google.protobuf.{} a = 1;", "map<string, google.protobuf.{}> a = 1;"],
)
def test_what_took_the_place_of_a_wrapper_is_told_once_and_not_member_by_member(held: str, define: Define) -> None:
    imports = "".join(f'import "google/protobuf/{name}.proto"; ' for name in ("wrappers", "timestamp"))
    text = (
        f'syntax = "proto3"; package p; {imports} message A {{{{ {held} }}}} service S {{{{ rpc C(A) returns (A); }}}}'
    )
    old, new = define(text.format("BoolValue")), define(text.format("Timestamp"))
    rules = [change.rule for change in all_proto_changes(compare_protos(old, new))]
    assert rules == ["request.field.type-changed", "response.field.type-changed"]
