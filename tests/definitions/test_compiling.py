"""Schemas that reach much of a document are compiled together, and say the same of a value as each would alone."""

import pytest

from contractkit.definitions import compiling
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, dump_compact
from contractkit.model import HttpResponse, JsonBody
from contractkit.results import Violation
from contractkit.sources import read_definition

CHAIN: dict[str, Json] = {
    f"s{at}": {
        "type": "object",
        "properties": {"number": {"type": "integer"}, "next": {"$ref": f"#/components/schemas/s{(at + 1) % 80}"}},
    }
    for at in range(80)
}


def definition_with(schemas: dict[str, Json]) -> OpenApiDefinition:
    """An operation `get0`, `get1`, … for each schema, over components that all reach each other."""
    paths = {
        f"/{at}": {
            "get": {
                "operationId": f"get{at}",
                "responses": {"200": {"description": "it", "content": {"application/json": {"schema": schema}}}},
            }
        }
        for at, schema in enumerate(schemas.values())
    }
    document = {"openapi": "3.0.3", "paths": paths, "components": {"schemas": CHAIN}}
    return read_definition(dump_compact(document), source="chain.json").openapi


def violations(definition: OpenApiDefinition, operation: str, value: Json) -> tuple[Violation, ...]:
    return definition.check_response(definition.operation(operation), HttpResponse(status=200, body=JsonBody(value)))


LISTS: dict[str, Json] = {
    f"l{at}": {"type": "array", "items": {"$ref": f"#/components/schemas/s{at}"}} for at in range(10)
}


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many schemas each compilation held, in order."""
    sizes: list[int] = []
    compile_one = compiling._compiled

    def counting(schema: dict[str, Json]) -> object:
        sizes.append(len(schema["$defs"]))
        return compile_one(schema)

    monkeypatch.setattr(compiling, "_compiled", counting)
    return sizes


def test_many_schemas_that_reach_much_of_a_document_are_compiled_twice(compiled: list[int]) -> None:
    definition = definition_with(LISTS)
    for at in range(10):
        assert violations(definition, f"get{at}", [{"number": 1, "next": {"next": {}}}]) == ()
    assert compiled == [81, 90]


def test_they_say_the_same_together_as_alone() -> None:
    value = [{"number": 1}, {"next": {"number": "x"}}]
    alone = violations(definition_with(LISTS), "get3", value)
    definition = definition_with(LISTS)
    together = [violations(definition, f"get{at}", value) for at in (0, 1, 3)][-1]
    assert [(str(each.location), each.expected, each.received, each.pointer) for each in together] == [
        ("response.body[1].next.number", "an integer", "x", "/components/schemas/s4/properties/number/type")
    ]
    assert together == alone


def test_the_nearest_branch_is_found_together_too() -> None:
    unions = {
        name: {"oneOf": [{"type": "string"}, {"type": "object", "required": ["list"], "properties": {"list": each}}]}
        for name, each in LISTS.items()
    }
    value = {"list": [{"number": "x"}]}
    alone = violations(definition_with(unions), "get3", value)
    definition = definition_with(unions)
    together = [violations(definition, f"get{at}", value) for at in (0, 1, 3)][-1]
    assert [str(each.location) for each in together] == ["response.body.list[0].number"]
    assert together == alone


def test_one_that_cannot_be_used_leaves_the_others_alone() -> None:
    broken = {"type": "array", "items": {"$ref": "#/components/schemas/none"}}
    definition = definition_with({**LISTS, "broken": broken})
    for at in range(10):
        assert len(violations(definition, f"get{at}", [{"number": "x"}])) == 1
    with pytest.raises(DefinitionError, match="A \\$ref leads nowhere: #/components/schemas/none"):
        violations(definition, "get10", [])
