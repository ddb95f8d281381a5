"""What is expected to the letter is judged as a whole: the new definition may exclude it where no place got worse."""

from dataclasses import replace
from typing import Any

import pytest

from contractkit.impact import ConsumerInfo, analyse
from contractkit.model import (
    Body,
    Contract,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedRules,
    MissingBody,
    Rule,
    TextBody,
    parse_location,
)
from tests.impact.conftest import definition, interaction

WHOLE = {"type": "integer"}
OBJECT: dict[str, Any] = {"type": "object", "properties": {"a": WHOLE, "b": WHOLE}}
FREE = {"type": "object", "additionalProperties": WHOLE}
LIST = {"type": "array", "items": WHOLE}
EITHER = [{"required": ["a"]}, {"required": ["b"]}]

EXCLUDED: dict[str, tuple[Any, Any, Any]] = {
    "oneOf": ({**OBJECT, "anyOf": EITHER}, {**OBJECT, "oneOf": EITHER}, {"a": 1, "b": 2}),
    "not": (OBJECT, {**OBJECT, "not": {"required": ["a"]}}, {"a": 1}),
    "const": (OBJECT, {**OBJECT, "const": {"a": 2}}, {"a": 1}),
    "propertyNames": (FREE, {**FREE, "propertyNames": {"maxLength": 1}}, {"aa": 1}),
    "maxProperties": (FREE, {**FREE, "maxProperties": 1}, {"a": 1, "b": 2}),
    "contains": (LIST, {**LIST, "contains": {"const": 3}}, [1, 2]),
    "minContains": ({**LIST, "contains": {"const": 1}}, {**LIST, "contains": {"const": 1}, "minContains": 2}, [1, 2]),
    "uniqueItems": (LIST, {**LIST, "uniqueItems": True}, [1, 1]),
    "unevaluatedItems": (
        {"prefixItems": [WHOLE]},
        {"type": "array", "prefixItems": [WHOLE], "unevaluatedItems": False},
        [1, 2],
    ),
}


@pytest.mark.parametrize("keyword", EXCLUDED)
@pytest.mark.parametrize("rule", [None, "equality"])
def test_a_value_expected_to_the_letter_that_a_keyword_excludes_as_a_whole_is_gone(
    keyword: str, rule: str | None
) -> None:
    old, new, body = EXCLUDED[keyword]
    rules = {} if rule is None else {"response.body": rule}
    assert judged(old, new, body, rules) == [("broken", "response.value-gone", "response.body")]
    before, after = ({"type": "array", "items": {"type": "object", "properties": {"m": each}}} for each in (old, new))
    assert judged(before, after, [{"m": body}], rules) == [("broken", "response.value-gone", "response.body[*].m")]


TAKES_NO_MORE: dict[str, tuple[Any, Any, list[tuple[str, str, str]]]] = {
    "a member that always comes now": (
        OBJECT,
        {**OBJECT, "required": ["b"]},
        [("broken", "response.value-gone", "response.body.b")],
    ),
    "a member that comes with another": (
        OBJECT,
        {**OBJECT, "dependentRequired": {"a": ["c"]}},
        [("broken", "response.value-gone", "response.body.c")],
    ),
    "further members that are demanded": (
        FREE,
        {**FREE, "minProperties": 2},
        [("broken", "response.value-gone", "response.body")],
    ),
    "a member that may come now": (
        OBJECT,
        {**OBJECT, "properties": {**OBJECT["properties"], "c": WHOLE}},
        [("at risk", "response.may-be-another-value", "response.body.c")],
    ),
    "members of free names that may come now": (
        {**OBJECT, "additionalProperties": False},
        {**OBJECT, "additionalProperties": WHOLE},
        [("at risk", "response.may-be-another-value", "response.body.*")],
    ),
    "a member that could come by a free name": (FREE, {**FREE, "properties": {"a": WHOLE, "c": WHOLE}}, []),
    "a member that is only sent": (
        OBJECT,
        {**OBJECT, "properties": {**OBJECT["properties"], "c": {**WHOLE, "writeOnly": True}}},
        [],
    ),
}


@pytest.mark.parametrize("name", TAKES_NO_MORE)
def test_further_members_hurt_only_who_takes_no_others(name: str) -> None:
    old, new, found = TAKES_NO_MORE[name]
    assert judged(old, new, {"a": 1}, {"response.body": "equality"}) == found
    assert judged(old, new, {"a": 1}, {}) == []


def test_an_equality_in_what_is_of_a_type_decides_for_all_in_it() -> None:
    old, new = ({"properties": {"m": {"properties": {"a": {"enum": values}}}}} for values in ([1, 2], [2]))
    rules = {"response.body": "type", "response.body.m": "equality"}
    assert judged(old, new, {"m": {"a": 1}}, rules) == [("broken", "response.value-gone", "response.body.m.a")]


def test_a_value_left_free_in_it_excludes_nothing_of_an_object() -> None:
    new = {**OBJECT, "not": {"properties": {"a": {"const": 1}}}}
    assert judged(OBJECT, new, {"a": 1}, {"response.body.a": "type"}) == []
    assert judged(OBJECT, new, {"a": 1}, {"response.body": "equality", "response.body.a": "type"}) == []


def test_an_object_that_was_served_with_more_than_is_expected_of_it_may_be_left() -> None:
    new = {**FREE, "maxProperties": 1}
    assert judged(FREE, new, {"a": 1}, {}, served={"a": 1, "b": 2}) == [
        ("at risk", "response.may-be-another-value", "response.body")
    ]


def test_a_value_that_is_gone_for_sure_is_broken_though_its_place_is_only_at_risk() -> None:
    new = {**FREE, "patternProperties": {"^a": {"maximum": 1}}}
    assert judged(FREE, new, {"ab": 2}, {}) == [("broken", "response.value-gone", "response.body.ab")]


MIXED = {"type": "array", "items": {"type": ["integer", "string", "boolean"]}}


@pytest.mark.parametrize(
    ("new", "body", "found"),
    [
        ({"items": {"type": ["number", "boolean"]}}, [1, "x"], [("at risk", "response.may-be-another-type")]),
        ({"items": {"type": "string"}}, [1, "x"], [("at risk", "response.may-be-another-type")]),
        ({"items": {"type": ["integer", "string"]}}, [1, "x"], []),
        ({"items": {"type": "string"}}, ["x"], []),
        ({**MIXED, "prefixItems": [{"type": "null"}]}, [1], [("at risk", "response.may-be-null")]),
        ({**MIXED, "prefixItems": [{"type": "object"}]}, [1], [("at risk", "response.may-be-another-type")]),
        ({**MIXED, "prefixItems": [{"type": "integer"}]}, [1], []),
    ],
)
def test_elements_of_several_kinds_are_all_to_be_left(
    new: dict[str, Any], body: list[Any], found: list[tuple[str, str]]
) -> None:
    told = judged(MIXED, {"type": "array", **new}, body, {"response.body": "type"})
    assert told == [(*each, "response.body[*]") for each in found]


TEXT = {"type": "string"}
WITH_A, WITH_B = ({"type": "object", "properties": {name: TEXT}, "required": [name]} for name in "ab")


@pytest.mark.parametrize(
    ("old", "new", "body", "found"),
    [
        ([TEXT, WHOLE], [WHOLE, TEXT], ["x", 1], [("at risk", "response.may-be-another-type", "response.body[*]")]),
        ([WITH_A, WITH_B], [WITH_B, WITH_A], [{"a": "x"}, {"b": "y"}],
         [("at risk", "response.may-be-absent", f"response.body[*].{name}") for name in "ab"]),
        ([WITH_A, WITH_B], [WITH_A, {**WITH_B, "title": "it"}], [{"a": "x"}, {"b": "y"}], []),
        ([TEXT, WHOLE], [TEXT, {**WHOLE, "maximum": 9}], ["x", 1], []),
    ],
)  # fmt: skip
def test_elements_that_change_places_put_at_risk_who_reads_them(
    old: list[Any], new: list[Any], body: list[Any], found: list[tuple[str, str, str]]
) -> None:
    before, after = ({"type": "array", "prefixItems": each} for each in (old, new))
    assert judged(before, after, body, {"response.body": "type"}) == found


@pytest.mark.parametrize("keyword", ["if", "dependentSchemas", "dependentRequired", "not"])
def test_who_needs_what_is_in_an_object_of_which_less_is_said_is_at_risk(keyword: str) -> None:
    demanding = {"required": ["b"]}
    conditions: dict[str, dict[str, Any]] = {
        "if": {"if": {"required": ["a"]}, "then": demanding},
        "dependentSchemas": {"dependentSchemas": {"a": demanding}},
        "dependentRequired": {"dependentRequired": {"a": ["b"]}},
        "not": {"not": {"properties": {"b": False}}},
    }
    old = {**OBJECT, **conditions[keyword]}
    rules = {"response.body": "type"}
    assert judged(old, OBJECT, {"b": 1}, rules) == [("at risk", "not-analysable", "response.body.b")]
    assert judged(old, {**old, "title": "it"}, {"b": 1}, rules) == []


@pytest.mark.parametrize("body", [MissingBody(), TextBody("it", media_type="text/plain")])
@pytest.mark.parametrize(("schema", "codes"), [({"maximum": 3}, ["response.value-gone"]), ({"maximum": 9}, [])])
def test_a_header_is_held_against_the_definition_whatever_the_body_is(
    body: Body, schema: dict[str, Any], codes: list[str]
) -> None:
    response = HttpResponse(status=200, headers={"x-count": ("7",)}, body=body)
    call = HttpCall(request=HttpRequest(method="GET", path="/a"), response=response)
    read = Interaction(key="a", description="reads it", exchange=call)
    content = {} if isinstance(body, MissingBody) else {"content": {"text/plain": {"schema": {"type": "integer"}}}}
    answers = (
        {"200": {"description": "", "headers": {"x-count": {"required": True, "schema": each}}, **content}}
        for each in ({"type": "integer"}, {"type": "integer", **schema})
    )
    found = findings(read, *answers)
    assert [(each.worry.code, str(each.worry.location)) for each in found] == [
        (code, "response.headers['x-count']") for code in codes
    ]


def test_what_is_said_of_it_names_the_object_and_its_members() -> None:
    found = report(OBJECT, {**OBJECT, "required": ["b"]}, {"a": 1}, {"response.body": "equality"})
    assert [each.worry.sentence for each in found] == [
        "the consumer takes no member of response.body beside the recorded ones, and this one always comes"
    ]
    found = report(FREE, {**FREE, "maxProperties": 1}, {"a": 1, "b": 2}, {})
    assert [(each.worry.sentence, each.worry.before, each.worry.after) for each in found] == [
        (
            'the consumer expects {"a":1,"b":2}, which cannot come any more',
            '{"a":1,"b":2} allowed',
            "an object of at most 1 member",
        )
    ]


def judged(old: Any, new: Any, body: Any, rules: dict[str, str], served: Any = None) -> list[tuple[str, str, str]]:
    found = report(old, new, body, rules, served)
    return [(each.verdict.value, each.worry.code, str(each.worry.location)) for each in found]


def report(old: Any, new: Any, body: Any, rules: dict[str, str], served: Any = None) -> Any:
    """Give the findings for one interaction that expects a body under rules by their place."""
    written = {"request": {"method": "GET", "path": "/a"}, "response": {"status": 200, "body": body}, "exact": True}
    read = replace(
        interaction("reads it", written),
        rules=tuple(LocatedRules(location=parse_location(place), rules=(Rule(name),)) for place, name in rules.items()),
    )
    assert isinstance(read.exchange, HttpCall)
    read = read if served is None else replace(read, served=JsonBody(served))
    answers = (
        {"200": {"description": "", "content": {"application/json": {"schema": schema}}}} for schema in (old, new)
    )
    return findings(read, *answers)


def findings(read: Interaction, *answers: Any) -> Any:
    """Give the findings for one interaction under two definitions of the answers to one operation."""
    head = {"openapi": "3.1.0", "info": {"title": "a", "version": "1"}}
    before, after = (definition({**head, "paths": {"/a": {"get": {"responses": each}}}}) for each in answers)
    contract = Contract(consumer="shop", provider="orders", interactions=(read,))
    return analyse(before, after, [(contract, ConsumerInfo())]).findings
