"""What a new definition gives: every rule of the way back has a name on the way there, and nothing is said twice."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from contractkit.changes import DefinitionChanges, Level
from contractkit.changes.gains import GAINS, all_changes
from tests.changes.conftest import around
from tests.changes.test_rules import CASES, COMPONENTS, DOCUMENT, OPERATION_CASES, SENT_CASES, SENT_DOCUMENT

Compare = Callable[[Any, Any], DefinitionChanges]

SAID_ON_THE_WAY_THERE = {
    "operation.id-changed", "request.parameter.added-required",
    "request.parameter.style-changed", "request.security.scheme-changed", "response.header.style-changed",
    "response.type.changed",
}  # fmt: skip
"""Rules that look at both directions: going back is a change of its own, or none."""


def gains(found: DefinitionChanges) -> list[str]:
    return [change.rule for change in all_changes(found) if change.level is Level.COMPATIBLE]


@pytest.mark.parametrize(("rule", "edit"), SENT_CASES, ids=[rule for rule, _ in SENT_CASES])
def test_what_is_sent_no_more_one_way_comes_the_other(
    rule: str, edit: Callable[[Any], Any], changes_between: Compare
) -> None:
    poorer = copy.deepcopy(SENT_DOCUMENT)
    edit(poorer)
    assert gains(changes_between(poorer, SENT_DOCUMENT)) == [GAINS[rule].id]


@pytest.mark.parametrize(("rule", "edit"), OPERATION_CASES, ids=[rule for rule, _ in OPERATION_CASES])
def test_what_an_operation_loses_one_way_it_gains_the_other(
    rule: str, edit: Callable[[Any], Any], changes_between: Compare
) -> None:
    poorer = copy.deepcopy(DOCUMENT)
    edit(poorer)
    expected = [] if rule in SAID_ON_THE_WAY_THERE else [GAINS[rule].id]
    assert gains(changes_between(poorer, DOCUMENT)) == expected


def test_every_gain_of_a_schema_is_shown(changes_between: Compare) -> None:
    shown = {
        rule
        for case in CASES
        for old, new in ((case["old"], case["new"]), (case["new"], case["old"]))
        for rule in gains(changes_between(around(old, **COMPONENTS), around(new, **COMPONENTS)))
    }
    numbered = [{"prefixItems": [{"type": "string"}] * count} for count in (2, 1)]
    shown |= {rule for old in numbered for new in numbered for rule in gains(changes_between(around(old), around(new)))}
    kept = ({"pattern": "a"}, {"uniqueItems": True}, {"type": "string"})
    shown |= {rule for old in kept for new in kept for rule in gains(changes_between(around(old), around(new)))}
    of_schemas = {gain.id for rule, gain in GAINS.items() if rule not in dict([*OPERATION_CASES, *SENT_CASES])}
    assert of_schemas - shown == {"webhook.added", "request.heir.added"}  # see below, and test_heirs


def test_a_new_webhook_is_a_gain(changes_between: Compare) -> None:
    old = {"openapi": "3.1.0", "paths": {}, "webhooks": {}}
    new = {**old, "webhooks": {"placed": {"post": {"responses": {}}}}}
    (change,) = all_changes(changes_between(old, new))
    assert (change.rule, change.operation, change.sentence) == (
        "webhook.added",
        "POST placed",
        "it was not declared and is now",
    )


def test_what_came_and_is_demanded_is_told_once(changes_between: Compare) -> None:
    old = around({"type": "object", "properties": {"a": {"type": "string"}}})
    new = around({"type": "object", "required": ["b"], "properties": {"a": {"type": "string"}, "b": {}}})
    assert [change.rule for change in all_changes(changes_between(old, new))] == [
        "request.member.added-required",
        "response.member.added",
    ]


def test_a_member_of_a_shared_schema_is_one_gain(changes_between: Compare) -> None:
    def shared(*names: str) -> dict[str, Any]:
        thing = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
        use = {"$ref": "#/components/schemas/Thing", "description": "each use has its own words"}
        return around({"type": "object", "properties": {"left": use, "right": use}}, Thing=thing)

    found = all_changes(changes_between(shared("a"), shared("a", "b")))
    assert [(change.rule, str(change.location)) for change in found] == [
        ("response.member.added", "response.body.left.b"),
        ("request.member.added", "request.body.left.b"),
    ]


def test_a_gain_is_told_as_seen_from_the_old_definition(changes_between: Compare) -> None:
    (change,) = (
        each
        for each in all_changes(changes_between(around({"enum": ["a"]}), around({"enum": ["a", "b"]})))
        if each.level is Level.COMPATIBLE
    )
    assert (change.rule, change.sentence) == ("request.values.added", 'it was "a" and may now be "b" too')
    assert change.old is not None
    assert change.new is not None
    schema = "/paths/~1things/post/requestBody/content/application~1json/schema/enum"
    assert (change.old.pointer, change.new.pointer) == (schema, schema)
