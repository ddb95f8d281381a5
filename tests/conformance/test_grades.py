"""Grades as a truth table: a schema, a place in a value, and how far the schema commits a provider to it."""

from typing import Any

import pytest

from contractkit.conformance import Grade, Standing, stand
from contractkit.definitions.references import Documents
from contractkit.definitions.schema_facets import ALL_TYPES
from contractkit.definitions.schemas import Schemas
from contractkit.model import parse_location

CAT = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}
DOG = {
    "type": "object",
    "required": ["name", "tail"],
    "properties": {"name": {"type": "string"}, "tail": {"type": "integer"}},
}
TREE = {"type": "object", "required": ["below"], "properties": {"below": {"$ref": "#/components/schemas/Tree"}}}


def standing(schema: Any, place: str, *expected: str, version: str = "3.1.0") -> Standing:
    document = {"openapi": version, "schema": schema, "components": {"schemas": {"Cat": CAT, "Dog": DOG, "Tree": TREE}}}
    documents = Documents({"d": document}, "d")
    return stand(Schemas(documents).view(documents.root / "schema"), parse_location(place).steps, expected)


@pytest.mark.parametrize(
    ("schema", "place", "grade"),
    [
        ({"type": "string"}, "", Grade.PROMISED),
        ({"type": ["string", "null"]}, "", Grade.NULLABLE),
        (CAT, "name", Grade.PROMISED),
        (CAT, "age", Grade.DECLARED),
        (CAT, "tail", Grade.UNDECLARED),
        ({"type": "object"}, "name", Grade.UNSETTLED),
        ({}, "name", Grade.UNSETTLED),
        ({"type": "string"}, "name", Grade.UNDECLARED),
        ({"type": "object", "additionalProperties": False}, "name", Grade.UNDECLARED),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "name", Grade.DECLARED),
        ({"type": "object", "patternProperties": {"^n": {"type": "string"}}}, "name", Grade.DECLARED),
        ({"type": "object", "required": ["name"]}, "name", Grade.PROMISED),
        ({"type": "array", "items": CAT}, "[*].name", Grade.PROMISED),
        ({"type": "array", "items": CAT}, "[3].age", Grade.DECLARED),
        ({"type": "array"}, "[*].name", Grade.UNSETTLED),
        ({"type": "array", "prefixItems": [{"type": "string"}]}, "[0]", Grade.PROMISED),
        ({"allOf": [CAT, {"required": ["age"]}]}, "age", Grade.PROMISED),
        ({"oneOf": [CAT, DOG]}, "name", Grade.PROMISED),
        ({"oneOf": [CAT, DOG]}, "tail", Grade.DECLARED),
        ({"oneOf": [CAT, DOG]}, "wings", Grade.UNDECLARED),
        ({"anyOf": [CAT, {"type": "null"}]}, "name", Grade.DECLARED),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}], "properties": {"a": {}}}, "a", Grade.DECLARED),
        ({"$ref": "#/components/schemas/Tree"}, "below.below.below", Grade.PROMISED),
        ({"type": "object", "required": ["p"], "properties": {"p": {"type": "string", "writeOnly": True}}}, "p",
         Grade.UNDECLARED),
    ],
)  # fmt: skip
def test_a_schema_commits_a_provider_so_far(schema: Any, place: str, grade: Grade) -> None:
    assert standing(schema, place).grade is grade


def test_an_optional_parent_makes_its_members_optional() -> None:
    schema = {"type": "object", "properties": {"cat": CAT}}
    assert standing(schema, "cat.name").grade is Grade.DECLARED


def test_a_type_that_was_not_expected_is_disjoint() -> None:
    assert standing(CAT, "name", "integer").grade is Grade.DISJOINT
    assert standing(CAT, "name", "integer", "string").grade is Grade.PROMISED
    assert standing({"type": "number"}, "", "integer").grade is Grade.PROMISED


def test_beside_an_alternative_that_describes_no_members_no_type_is_disjoint() -> None:
    assert standing({"anyOf": [CAT, {"type": "object"}]}, "name", "integer").grade is Grade.UNSETTLED
    assert standing({"anyOf": [CAT, DOG]}, "name", "integer").grade is Grade.DISJOINT


def test_null_counts_as_no_expectation_of_a_type() -> None:
    assert standing(CAT, "name", "null").grade is Grade.PROMISED


def test_values_of_all_alternatives_are_gathered() -> None:
    assert standing({"oneOf": [{"const": "a"}, {"enum": ["b", "a", None]}]}, "").values == ("a", "b")
    assert standing({"oneOf": [{"const": "a"}, {"type": "string"}]}, "").values is None


def test_nullable_is_a_word_of_the_older_version_and_leaves_null_unsure_in_the_newer() -> None:
    schema = {"type": "string", "nullable": True}
    found = [standing(schema, "", version=each) for each in ("3.0.3", "3.1.0")]
    assert [(each.grade, each.is_null_unsure) for each in found] == [(Grade.NULLABLE, False), (Grade.NULLABLE, True)]


def test_an_alternative_that_leads_back_to_itself_ends() -> None:
    documents = Documents({"d": {"openapi": "3.1.0", "a": {"anyOf": [{"$ref": "#/a"}, {"type": "string"}]}}}, "d")
    assert stand(Schemas(documents).view(documents.root / "a"), ()).grade is Grade.PROMISED


def test_an_alternative_that_says_nothing_of_a_required_member_lets_anything_stand_there() -> None:
    settled = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string", "enum": ["cat"]}}}
    found = standing({"oneOf": [settled, {"type": "object", "required": ["kind"]}]}, "kind")
    assert (found.grade, found.types, found.values) == (Grade.PROMISED, ALL_TYPES, None)


@pytest.mark.parametrize(
    ("schema", "types"),
    [
        ({"nullable": True, "allOf": [CAT]}, {"object", "null"}),
        ({"nullable": True, "type": "object", "allOf": [CAT]}, {"object", "null"}),
        ({"nullable": True, "type": "object", "oneOf": [CAT, DOG]}, {"object", "null"}),
        ({"allOf": [{"nullable": True, "type": "object"}, CAT]}, {"object"}),
    ],
)
def test_nullable_beside_what_is_joined_is_meant_for_the_whole(schema: Any, types: set[str]) -> None:
    assert standing(schema, "", version="3.0.3").types == types
