"""Schemas that demand what nobody could send: each answer is made within bounds, or refused with the place."""

from collections.abc import Callable

import pytest

from contractkit.definitions.draws import Draw
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.patterns import text_matching
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, dump_compact
from contractkit.model import HttpResponse, JsonBody
from contractkit.sources import read_definition

SCHEMA = "/paths/~1it/get/responses/200/content/application~1json/schema"


def described(schema: Json, schemas: Json | None = None) -> OpenApiDefinition:
    content = {"application/json": {"schema": schema}}
    operation = {"operationId": "get", "responses": {"200": {"description": "it", "content": content}}}
    document = {"openapi": "3.1.0", "paths": {"/it": {"get": operation}}, "components": {"schemas": schemas or {}}}
    return read_definition(dump_compact(document), source="service.json").openapi


def answered(schema: Json, schemas: Json | None = None) -> Json:
    definition = described(schema, schemas)
    answer = definition.answer(definition.operation("get"), seed="a")
    assert definition.check_response(definition.operation("get"), answer.response) == ()
    assert isinstance(answer.response.body, JsonBody)
    return answer.response.body.value


def refusal(schema: Json, schemas: Json | None = None) -> DefinitionError:
    with pytest.raises(DefinitionError) as error:
        answered(schema, schemas)
    return error.value


def chain(count: int, link: Callable[[Json], Json], last: Json) -> dict[str, Json]:
    linked = {f"s{at}": link({"$ref": f"#/components/schemas/s{at + 1}"}) for at in range(count)}
    return {**linked, f"s{count}": last}


START: Json = {"$ref": "#/components/schemas/s0"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "minLength": 10**9}, "a string of at least 1000000000 characters"),
        ({"type": "string", "format": "uri", "minLength": 10**9}, "a URI of at least 1000000000 characters"),
        (
            {"type": "string", "pattern": "^a+$", "minLength": 10**9},
            "a string of at least 1000000000 characters that matches ^a+$",
        ),
        ({"type": "array", "minItems": 10**9}, "a list of at least 1000000000 elements"),
        ({"type": "array", "minItems": 10**9, "items": {"type": "integer"}}, "a list of at least 1000000000 elements"),
        (
            {"type": "array", "contains": {"type": "integer"}, "minContains": 10**9},
            "a list with an element of the kind the definition names",
        ),
        ({"type": "object", "minProperties": 10**9}, "an object of at least 1000000000 members"),
        ({"type": "string", "minLength": 10, "maxLength": 5}, "a string of 10 to 5 characters"),
        ({"type": "integer", "minimum": 10, "maximum": 5}, "an integer from 10 to 5"),
        ({"type": "object", "maxProperties": 0, "required": ["a"]}, "an object of at most 0 members"),
        ({"not": {}}, "a value other than what the definition excludes"),
    ],
)
def test_what_cannot_be_made_is_refused_with_its_place(schema: Json, expected: str) -> None:
    explanation = refusal(schema).explanation
    details = dict(explanation.details)
    assert explanation.summary == "No valid answer could be made for a schema of the definition."
    assert details["schema"] == SCHEMA
    assert details["expected"] == expected
    assert explanation.next_step == (
        "Give the media type an example in the definition, or reply with a body of your own."
    )


def test_what_cannot_be_made_is_left_out_where_it_may_be() -> None:
    huge: Json = {"type": "string", "minLength": 10**9}
    assert answered({"type": "object", "properties": {"a": huge, "b": {"const": 1}}}) == {"b": 1}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "number", "multipleOf": 0.1, "minimum": 0.05, "maximum": 0.95}, 0.1),
        ({"type": "number", "multipleOf": 0.01, "exclusiveMinimum": 0.01, "maximum": 0.025}, 0.02),
        ({"type": "number", "multipleOf": 0.5, "minimum": -0.6, "maximum": -0.4}, -0.5),
        ({"type": "integer", "multipleOf": 10**300}, 0),
        ({"type": "integer", "multipleOf": 1000, "minimum": 1}, 1000),
        ({"type": "number", "multipleOf": 1e308}, 0),
        ({"allOf": [{"type": "integer", "multipleOf": 6, "minimum": 1}, {"multipleOf": 4, "maximum": 13}]}, 12),
    ],
)
def test_multiples_are_found_wherever_the_bounds_leave_one(schema: Json, value: Json) -> None:
    assert answered(schema) == value


@pytest.mark.parametrize("pattern", ["^(([a-z])+.)+[A-Z]([a-z])+$", "^(a|a)*$", "^(a+)+$"])
def test_patterns_on_which_a_backtracking_engine_never_ends_are_met(pattern: str) -> None:
    assert len(answered({"type": "string", "pattern": pattern, "minLength": 40})) >= 40


def test_a_pattern_whose_counts_multiply_is_no_text_of_gigabytes() -> None:
    assert text_matching("^(((a{900}){900}){900})$", Draw("seed", "place")) is None


def test_of_very_many_members_or_elements_those_are_made_that_fit() -> None:
    assert len(answered({"properties": {f"a{at}": {"type": "integer"} for at in range(5_000)}})) == 1_199
    assert len(answered({"type": "array", "prefixItems": [{"type": "integer"}] * 5_000})) == 1_000


def test_lists_in_lists_that_multiply_are_refused() -> None:
    lists = chain(3, lambda each: {"type": "array", "minItems": 1_000, "items": each}, {"type": "integer"})
    assert str(refusal(START, lists)) == (
        "No answer can be made: what is required of it amounts to more than 50,000 values.\n\n"
        "  at   /components/schemas/s3\n\n"
        "Let some of its members be optional, or give the answer an example."
    )


@pytest.mark.parametrize(
    ("schemas", "problem"),
    [
        (chain(40, lambda each: {"allOf": [each, each]}, {}), "multiply to more than 20,000 checks of one value"),
        (
            chain(25, lambda each: {"oneOf": [each, {"allOf": [each, {"minimum": 1}]}]}, {"type": "integer"}),
            "multiply to more than 20,000 checks of one value",
        ),
        (chain(3_000, lambda each: {"oneOf": [each]}, {"type": "integer"}), "lead more than 400 levels deep"),
    ],
)
def test_alternatives_that_multiply_are_refused_each_time(schemas: Json, problem: str) -> None:
    definition = described(START, schemas)
    for _ in range(2):
        with pytest.raises(DefinitionError) as error:
            definition.check_response(definition.operation("get"), HttpResponse(status=200, body=JsonBody({})))
        assert str(error.value) == (
            "A schema of the definition cannot be used.\n\n"
            f"  at        {SCHEMA}\n"
            f"  problem   its alternatives {problem}\n\n"
            "Write out what it allows, with fewer schemas on the way."
        )


def test_of_very_many_alternatives_one_is_answered() -> None:
    wide = [{"type": "object", "required": [f"a{at}"], "properties": {f"a{at}": {"const": at}}} for at in range(300)]
    assert answered({"anyOf": wide}) == {"a0": 0}
    assert answered({"oneOf": wide}) == {"a0": 0}
    both = [{"anyOf": [{"required": [f"{name}{at}"]} for at in range(20)]} for name in "abc"]
    assert answered({"type": "object", "allOf": both}) == {"a0": "a0", "b0": "b0", "c0": "c0"}
