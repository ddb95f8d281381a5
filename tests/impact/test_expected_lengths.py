"""Lengths, patterns and null that hand-written contracts expect: what can come no longer, or otherwise."""

import json
from typing import Any

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from contractkit.document import load_contract
from contractkit.impact import ConsumerInfo, DefinitionSource, analyse

LIST = {"type": "array", "items": {"type": "string"}}
TEXT = {"type": "string"}


def definition(schema: dict[str, Any]) -> OpenApiDefinition:
    answer = {"description": "ok", "content": {"application/json": {"schema": schema}}}
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}}
    document["paths"] = {"/tags": {"get": {"operationId": "getTags", "responses": {"200": answer}}}}
    return OpenApiDefinition(Documents({"t": document}, "t", lambda uri: {}), source="t")


def told(
    old: dict[str, Any], new: dict[str, Any], rule: dict[str, Any] | None, *values: Any, at: str = "$"
) -> list[tuple[str, str]]:
    """Give what becomes of who expects values by a rule, or to the letter."""
    pact = {"consumer": {"name": "shop"}, "provider": {"name": "tags"}}
    text = json.dumps(
        {
            **pact,
            "interactions": [interaction(value, rule, at) for value in values],
            "metadata": {"pactSpecification": {"version": "4.0"}},
        }
    )
    contract = load_contract(text.encode(), origin="shop-tags.json")
    source = DefinitionSource(name="t")
    report = analyse(
        definition(old), definition(new), [(contract, ConsumerInfo())], old_source=source, new_source=source
    )
    return [(each.verdict.value, each.worry.code) for each in report.findings]


def interaction(value: Any, rule: dict[str, Any] | None, at: str) -> dict[str, Any]:
    response: dict[str, Any] = {"status": 200, "body": {"contentType": "application/json", "content": value}}
    if rule is not None:
        response["matchingRules"] = {"body": {at: {"combine": "AND", "matchers": [rule]}}}
    request = {"method": "GET", "path": "/tags"}
    return {"type": "Synchronous/HTTP", "description": json.dumps(value), "request": request, "response": response}


AT_LEAST_1, AT_LEAST_2, AT_MOST_2 = ({"match": "type", **bound} for bound in ({"min": 1}, {"min": 2}, {"max": 2}))


@pytest.mark.parametrize(
    ("old", "new", "rule", "expected"),
    [
        ({}, {"maxItems": 1}, None, [("broken", "response.length-gone")]),
        ({}, {"minItems": 3}, None, [("broken", "response.length-gone")]),
        ({}, {"minItems": 2}, None, []),
        ({}, {"maxItems": 1}, {"match": "type"}, []),
        ({}, {"maxItems": 1}, AT_LEAST_2, [("broken", "response.length-gone")]),
        ({}, {"minItems": 3}, AT_MOST_2, [("broken", "response.length-gone")]),
        ({"maxItems": 1}, {"maxItems": 0}, AT_LEAST_2, []),
        ({"minItems": 1}, {}, AT_LEAST_1, [("at risk", "response.may-be-empty")]),
        ({"minItems": 1}, {}, {"match": "notEmpty"}, [("at risk", "response.may-be-empty")]),
        ({"minItems": 2}, {"minItems": 1}, AT_LEAST_2, [("at risk", "response.may-be-shorter")]),
        ({"minItems": 2}, {"minItems": 1}, AT_LEAST_1, []),
        ({"maxItems": 2}, {"maxItems": 3}, AT_MOST_2, [("at risk", "response.may-be-longer")]),
        ({"minItems": 1}, {}, {"match": "type"}, []),
    ],
)
def test_how_long_a_list_is_to_be_says_its_rule_or_else_its_example(
    old: dict[str, Any], new: dict[str, Any], rule: dict[str, Any] | None, expected: list[tuple[str, str]]
) -> None:
    assert told({**LIST, **old}, {**LIST, **new}, rule, ["a", "b"]) == expected


def test_lists_of_one_shape_and_other_lengths_are_judged_each_for_itself() -> None:
    shorter = {**LIST, "maxItems": 1}
    assert told(LIST, shorter, None, ["a"], ["a", "a"], []) == [("broken", "response.length-gone")]


def test_lists_of_lists_of_several_lengths_are_judged_each_for_itself() -> None:
    rows, shorter = ({"type": "array", "items": each} for each in (LIST, {**LIST, "maxItems": 2}))
    by_type = {"match": "type"}
    found = told(rows, shorter, by_type, [["a"], ["a", "b"]], [["a"], ["a", "b", "c"]], at="$[*][*]")
    assert found == [("broken", "response.length-gone")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"enum": ["ab", "b"]}, [("broken", "response.value-gone")]),
        ({}, {"enum": ["b", "c", "a"]}, []),
        ({}, {"enum": ["d"]}, []),
        ({"enum": ["b"]}, {"enum": ["c"]}, [("at risk", "response.may-be-another-value")]),
        ({}, {"minLength": 2}, [("at risk", "response.may-be-another-value")]),
        ({}, {"maxLength": 2}, []),
        ({}, {"pattern": "^b"}, [("at risk", "response.may-be-another-value")]),
        ({}, {"not": {"const": "a"}}, [("at risk", "response.may-be-another-value")]),
    ],
)
def test_what_matches_a_pattern_is_to_be_able_to_come(
    old: dict[str, Any], new: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    pattern = {"match": "regex", "regex": "^[ad]$"}
    assert told({**TEXT, **old}, {**TEXT, **new}, pattern, "a") == expected


@pytest.mark.parametrize("rule", [None, {"match": "type"}, {"match": "null"}])
def test_who_expects_null_is_broken_where_none_comes_any_more(rule: dict[str, Any] | None) -> None:
    nullable = {"type": ["string", "null"]}
    assert told(nullable, TEXT, rule, None) == [("broken", "response.value-gone")]
    assert told(nullable, {"type": ["null", "string"]}, rule, None) == []


FILLED = {"match": "notEmpty"}
ROWS: dict[str, Any] = {
    "type": "array",
    "items": {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"items": {"type": "string", "minLength": 1, "enum": ["b", "c"]}}, []),
        ({"items": {"type": "string", "minLength": 1, "maxLength": 9}}, []),
        ({"items": {"type": "string"}}, [("at risk", "response.may-be-empty")]),
        ({"items": {"type": ["string", "null"], "minLength": 1}}, [("at risk", "response.may-be-null")]),
        ({"items": {"type": "integer"}}, [("at risk", "response.may-be-another-type")]),
        ({"minItems": 0}, [("at risk", "response.may-be-empty")]),
        ({"minItems": 3}, []),
    ],
)
def test_what_is_not_to_be_empty_is_neither_expected_to_the_letter_nor_of_the_length_of_its_example(
    change: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    rows = {**ROWS, "items": {**ROWS["items"], **change}}
    assert told(ROWS, rows, FILLED, [["a", "b"], ["c", "d"]]) == expected
