"""What is declared may be excluded by what else is said: of an object's members, of listed values, of elements."""

from typing import Any

import pytest

from tests.impact.test_exclusions import judged

TYPES = {"response.body": "type"}
WHOLE = {"type": "integer"}
OBJECT: dict[str, Any] = {"type": "object", "properties": {"a": WHOLE, "b": WHOLE}, "required": ["a"]}
LIST: dict[str, Any] = {"type": "array", "prefixItems": [{}], "items": WHOLE}

NO_ROOM: dict[str, tuple[Any, Any, Any, list[tuple[str, str, str]]]] = {
    "undeclared members are excluded": (
        OBJECT,
        {**OBJECT, "additionalProperties": False},
        {"a": 1, "c": 2},
        [("at risk", "response.excluded", "response.body.c")],
    ),
    "a part excludes what another one declares": (
        {"allOf": [OBJECT, {"properties": {"c": WHOLE}}]},
        {"allOf": [OBJECT, {"properties": {"c": WHOLE}, "additionalProperties": False}]},
        {"c": 2, "b": 1},
        [("broken", "response.excluded", "response.body.b")],
    ),
    "undeclared members have other names": (
        OBJECT,
        {**OBJECT, "propertyNames": {"enum": ["a", "b"]}},
        {"a": 1, "c": 2},
        [("at risk", "response.excluded", "response.body.c")],
    ),
    "a declared member has none of the names": (
        OBJECT,
        {**OBJECT, "propertyNames": {"pattern": "^a"}},
        {"a": 1, "b": 2},
        [("broken", "response.excluded", "response.body.b")],
    ),
    "no member has a name": (
        OBJECT,
        {**OBJECT, "required": [], "propertyNames": False},
        {"b": 2},
        [("broken", "response.excluded", "response.body.b")],
    ),
    "a member is one too many": (
        OBJECT,
        {**OBJECT, "maxProperties": 1},
        {"a": 1, "b": 2},
        [("broken", "response.excluded", "response.body.b")],
    ),
    "all names of its kind mean something else": (
        OBJECT,
        {**OBJECT, "patternProperties": {"^b": {"type": "string"}}},
        {"a": 1, "b": 2},
        [("broken", "response.disjoint", "response.body.b")],
    ),
    "an object is not to have a member": (
        OBJECT,
        {**OBJECT, "not": {"required": ["a", "b"]}},
        {"a": 1, "b": 2},
        [("broken", "response.excluded", "response.body.b")],
    ),
    "a member is something else beside another that always comes": (
        OBJECT,
        {**OBJECT, "dependentSchemas": {"a": {"properties": {"b": {"type": "string"}}}}},
        {"a": 1, "b": 2},
        [("broken", "response.disjoint", "response.body.b")],
    ),
    "the only value is beyond a bound": (
        {"properties": {"a": {"const": 1}}},
        {"properties": {"a": {"const": 1, "minimum": 2}}},
        {"a": 1},
        [("broken", "response.value-gone", "response.body.a")],
    ),
    "no value matches a pattern": (
        {"properties": {"a": {"enum": ["x", "y"]}}},
        {"properties": {"a": {"enum": ["x", "y"], "pattern": "^z"}}},
        {"a": "x"},
        [("broken", "response.value-gone", "response.body.a")],
    ),
    "the alternative of its type has no value left": (
        {"properties": {"a": {"oneOf": [{"const": 1}, {"const": "x"}]}}},
        {"properties": {"a": {"oneOf": [{"const": 1, "maximum": 0}, {"const": "x"}]}}},
        {"a": 1},
        [("broken", "response.disjoint", "response.body.a")],
    ),
    "the first element is something else": (
        LIST,
        {**LIST, "prefixItems": [{"type": "string"}]},
        [1, 2],
        [("at risk", "response.may-be-another-type", "response.body[*]")],
    ),
    "of further elements nothing is said": (
        {**LIST, "prefixItems": [WHOLE]},
        {"type": "array", "prefixItems": [WHOLE]},
        [1, 2],
        [("at risk", "response.may-be-another-type", "response.body[*]")],
    ),
}


@pytest.mark.parametrize("name", NO_ROOM)
def test_what_there_is_no_room_for_any_more_hurts_who_needs_it(name: str) -> None:
    old, new, body, found = NO_ROOM[name]
    assert judged(old, new, body, TYPES) == found
    assert judged(new, {**new, "title": "it"}, body, TYPES) == []


ROOM = {
    "propertyNames": (OBJECT, {**OBJECT, "propertyNames": {"pattern": "^[ab]$", "minLength": 1}}, {"a": 1, "b": 2}),
    "maxProperties": (OBJECT, {**OBJECT, "maxProperties": 2}, {"a": 1, "b": 2}),
    "patternProperties": (OBJECT, {**OBJECT, "patternProperties": {"^b": {"minimum": 2}}}, {"a": 1, "b": 2}),
    "not": (OBJECT, {**OBJECT, "not": {"required": ["b", "c"]}}, {"a": 1, "b": 2}),
    "dependentSchemas": (OBJECT, {**OBJECT, "dependentSchemas": {"c": {"properties": {"b": False}}}}, {"a": 1, "b": 2}),
    "mistaken": (
        OBJECT,
        {
            **OBJECT,
            "not": {"required": ["b", {}]},
            "propertyNames": 5,
            "dependentSchemas": {"a": 5},
            "maxProperties": "1",
        },
        {"a": 1, "b": 2},
    ),
    "additionalProperties": (OBJECT, {**OBJECT, "additionalProperties": False}, {"a": 1, "b": 2}),
    "unevaluatedProperties": (
        {**OBJECT, "if": {"required": ["a"]}, "then": {"properties": {"c": WHOLE}}},
        {**OBJECT, "if": {"required": ["a"]}, "then": {"properties": {"c": WHOLE}}, "unevaluatedProperties": False},
        {"a": 1, "c": 2},
    ),
    "minimum": ({"enum": [1, 2, 3]}, {"enum": [1, 2, 3], "minimum": 1}, 1),
    "maxItems": (
        {**LIST, "prefixItems": [WHOLE]},
        {"type": "array", "prefixItems": [WHOLE], "maxItems": 1},
        [1],
    ),
    "prefixItems": (LIST, {**LIST, "prefixItems": [{"type": ["number", "null"]}]}, [1, 2]),
}


@pytest.mark.parametrize("keyword", ROOM)
def test_who_finds_what_is_needed_in_the_room_that_is_left_is_unaffected(keyword: str) -> None:
    assert judged(*ROOM[keyword], TYPES) == []


def test_what_takes_anything_that_is_not_empty_finds_nothing_where_no_type_is_left() -> None:
    old, new = ({"properties": {"a": {"type": "string", **each}}} for each in ({}, {"anyOf": [WHOLE]}))
    assert judged(old, new, {"a": "x"}, {"response.body.a": "notEmpty"}) == [
        ("broken", "response.excluded", "response.body.a")
    ]


def test_a_definition_that_leaves_no_value_by_mistake_hides_no_loss() -> None:
    old = {"properties": {"a": {"enum": ["x"], "pattern": "^[A-Z]$"}, "b": WHOLE}}
    assert judged(old, {"properties": {"b": WHOLE}}, {"a": "x"}, TYPES) == [
        ("broken", "response.undeclared", "response.body.a")
    ]
