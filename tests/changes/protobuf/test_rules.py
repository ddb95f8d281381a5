"""Every rule for messages and enums in both encodings, rules for procedures, and what is no change."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from contractkit.changes.protobuf import Encoding, compare_protos
from contractkit.changes.protobuf.message_rules import ENUM_RULES, MESSAGE_RULES
from contractkit.changes.protobuf.procedures import PROCEDURE_RULES
from contractkit.definitions.protobuf import ProtoDefinition

Define = Callable[[str], ProtoDefinition]
DefineAround = Callable[..., ProtoDefinition]

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text())
SHOP = """syntax = "proto3"; package shop.v1;
message A { string a = 1; } message B { string a = 1; }
service Shop { rpc Get(A) returns (A); rpc List(A) returns (stream A); }
service Stock { rpc Count(A) returns (A); }
"""


@pytest.mark.parametrize("encoding", list(Encoding), ids=lambda encoding: encoding.value)
@pytest.mark.parametrize("name", list(CASES))
def test_a_pair_of_messages_shows_these_changes(name: str, encoding: Encoding, define_around: DefineAround) -> None:
    case: dict[str, Any] = CASES[name]
    more = {key: case[key] for key in ("syntax", "rest", "imports") if key in case}
    found = compare_protos(define_around(case["old"], **more), define_around(case["new"], **more), encoding).changes
    shown = {f"{change.rule} {change.location}": change.level.value for change in found}
    assert shown == case[encoding.value]


def test_every_rule_has_a_case() -> None:
    seen = {key.split()[0] for case in CASES.values() for encoding in Encoding for key in case[encoding.value]}
    assert ({rule.id for rule in MESSAGE_RULES} | {rule.id for rule in ENUM_RULES}) - seen == set()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "rpc Get(A) returns (A);",
            "",
            ("procedure.removed", "shop.v1.Shop/Get is no longer declared"),
        ),
        (
            "rpc Get(A)",
            "rpc Fetch(A)",
            ("procedure.removed", "shop.v1.Shop/Get is no longer declared; shop.v1.Shop/Fetch is like it"),
        ),
        (
            "service Stock",
            "service Store",
            ("service.removed", "the service shop.v1.Stock is no longer declared; shop.v1.Store/Count is like it"),
        ),
        (
            "rpc Get(A)",
            "rpc Get(stream A)",
            ("procedure.client-streaming-changed", "it took one request and takes a stream of requests"),
        ),
        (
            "returns (stream A)",
            "returns (A)",
            ("procedure.server-streaming-changed", "it gave a stream of responses and gives one response"),
        ),
        (
            "rpc Get(A)",
            "rpc Get(B)",
            (
                "procedure.request-type-replaced",
                "it takes shop.v1.B instead of shop.v1.A; what differs between the two is said apart",
            ),
        ),
        (
            "Count(A) returns (A)",
            "Count(A) returns (B)",
            (
                "procedure.response-type-replaced",
                "it gives shop.v1.B instead of shop.v1.A; what differs between the two is said apart",
            ),
        ),
        (
            "rpc Get(A) returns (A);",
            "rpc Get(A) returns (A) { option idempotency_level = IDEMPOTENT; }",
            ("procedure.idempotency-changed", "it was declared no known idempotency, now idempotent"),
        ),
    ],
)
def test_a_pair_of_procedures_shows_this_change(
    before: str, after: str, expected: tuple[str, str], define: Define
) -> None:
    found = compare_protos(define(SHOP), define(SHOP.replace(before, after))).changes
    assert [(change.rule, change.sentence) for change in found] == [expected]


def test_a_renamed_package_is_one_change_with_its_procedures(define: Define) -> None:
    (change,) = compare_protos(define(SHOP), define(SHOP.replace("shop.v1", "shop.v2"))).changes
    also = ("shop.v1.Shop/List", "shop.v1.Stock/Count")
    assert (change.rule, change.operation, change.also) == ("package.removed", "shop.v1.Shop/Get", also)
    assert change.sentence == "the package shop.v1 is no longer declared; shop.v2.Shop/Get is like it"


def test_every_rule_for_procedures_is_shown_above() -> None:
    text = Path(__file__).read_text()
    assert [rule.id for rule in PROCEDURE_RULES if f'"{rule.id}"' not in text] == []


def test_a_change_names_both_declarations(define_around: DefineAround) -> None:
    changes = compare_protos(define_around("int32 a = 1;"), define_around("string a = 1;")).changes
    assert changes[0].old is not None
    assert (changes[0].old.uri, changes[0].old.pointer, changes[0].old.used_at) == (
        "shop.proto",
        "shop.proto#shop.v1.Thing.a",
        "shop.proto#shop.v1.Shop.Call",
    )
    assert changes[0].sentence == "it was int32 a = 1 and is string a = 1"


def test_recursive_messages_are_compared_to_the_end(define: Define) -> None:
    text = """syntax = "proto3"; package t; message Tree { int32 value = 1; repeated Tree below = 2; }
    service Trees { rpc Grow(Tree) returns (Tree); }"""
    found = compare_protos(define(text), define(text.replace("int32 value", "string value"))).changes
    assert [(change.rule, str(change.location)) for change in found] == [
        ("request.field.type-changed", "events[*].message.value"),
        ("response.field.type-changed", "events[*].message.value"),
    ]


def test_types_that_no_procedure_uses_are_compared_where_there_is_no_procedure(define: Define) -> None:
    text = 'syntax = "proto3"; package shop.v1; message Placed {{ State state = 1; }} enum State {{ NONE = 0; {} }}'
    found = compare_protos(define(text.format("PAID = 1;")), define(text.format("PAID = 2;"))).changes
    assert [(each.rule, each.operation, str(each.location)) for each in found] == [
        ("request.enum.value-renumbered", "shop.v1.Placed", "events[*].message.state"),
        ("response.enum.value-renumbered", "shop.v1.Placed", "events[*].message.state"),
    ]


TYPES = """syntax = "proto3"; package shop.v1; message Placed { Line line = 1; map<string, Tax> taxes = 2; }
message Line {} message Tax {} message Tree { Tree below = 1; message Leaf {} } enum State { NONE = 0; }"""


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("message Placed {", "message Sent {", ["shop.v1.Placed is no longer defined"]),
        (
            "message Tree { Tree below = 1; message Leaf {} }",
            "",
            ["shop.v1.Tree.Leaf is no longer defined", "shop.v1.Tree is no longer defined"],
        ),
        ("Line", "Row", []),
        ("Tax", "Duty", []),
        ("enum State { NONE = 0; }", "", []),
        (
            "package shop.v1",
            "package shop.v2",
            [
                "shop.v1.Tree.Leaf is no longer defined",
                "shop.v1.Tree is no longer defined",
                "shop.v1.Placed is no longer defined",
            ],
        ),
    ],
)
def test_a_message_that_no_other_holds_is_missed_where_there_is_no_procedure(
    before: str, after: str, expected: list[str], define: Define
) -> None:
    found = compare_protos(define(TYPES), define(TYPES.replace(before, after))).changes
    assert sorted(change.sentence for change in found) == sorted(expected)
    assert {(each.rule, each.level.value, str(each.location)) for each in found} <= {
        ("message.removed", "breaking", "message")
    }
