"""`$id`, `$anchor`, `$dynamicAnchor`: schemas are found, and values judged, as the library `jsonschema` does."""

from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, dump_compact
from contractkit.model import HttpResponse, JsonBody
from contractkit.sources import load_definition, read_definition
from contractkit.sources.bundling import bundled
from contractkit.sources.loading import read_document
from contractkit.sources.places import place_of

NODE: Json = {
    "$id": "tree",
    "$dynamicAnchor": "node",
    "type": "object",
    "required": ["value"],
    "properties": {"value": True, "children": {"type": "array", "items": {"$dynamicRef": "#node"}}},
}
PAGE: Json = {
    "$id": "page",
    "type": "object",
    "required": ["items"],
    "properties": {"items": {"type": "array", "minItems": 1, "items": {"$dynamicRef": "#item"}}},
    "$defs": {"any": {"$dynamicAnchor": "item"}},
}


def paged(kind: str) -> Json:
    return {"$id": f"{kind}s", "$ref": "page", "$defs": {"own": {"$dynamicAnchor": "item", "type": kind}}}


SCHEMAS: dict[str, Json] = {
    "an absolute id": {
        "$ref": "https://example.com/order",
        "$defs": {"x": {"$id": "https://example.com/order", "type": "integer"}},
    },
    "a relative id in a relative id": {
        "$ref": "a/b",
        "$defs": {"a": {"$id": "a/", "$defs": {"b": {"$id": "b", "$ref": "c"}, "c": {"$id": "c", "const": 1}}}},
    },
    "a pointer starts from the nearest id": {
        "$ref": "inner",
        "$defs": {
            "one": {"type": "string"},
            "x": {"$id": "inner", "$ref": "#/$defs/one", "$defs": {"one": {"type": "integer"}}},
        },
    },
    "an anchor belongs to the nearest id": {
        "allOf": [{"$ref": "inner#it"}],
        "$defs": {
            "first": {"$anchor": "it", "type": "string"},
            "x": {"$id": "inner", "$defs": {"second": {"$anchor": "it", "type": "integer"}}},
        },
    },
    "a pointer into an id": {
        "$ref": "inner#/$defs/it",
        "$defs": {"x": {"$id": "inner", "$defs": {"it": {"type": "integer"}}}},
    },
    "an id that is data": {
        "properties": {"a": {"$ref": "real"}},
        "examples": [{"$id": "real", "type": "string"}],
        "$defs": {"const": {"const": {"$id": "real"}}, "x": {"$id": "real", "type": "integer"}},
    },
    "a member that is called $id": {"properties": {"$id": {"type": "integer"}, "a": {"$ref": "#/properties/$id"}}},
    "an urn": {
        "$ref": "urn:example:it#/$defs/a",
        "$defs": {"x": {"$id": "urn:example:it", "$defs": {"a": {"const": 1}}}},
    },
    "a tree that anything may be below": {"$ref": "tree", "$defs": {"tree": NODE}},
    "a tree that is closed below too": {
        "$id": "https://example.com/strict",
        "$dynamicAnchor": "node",
        "$ref": "tree",
        "unevaluatedProperties": False,
        "$defs": {"tree": NODE},
    },
    "pages of anything": {"$ref": "page", "$defs": {"page": PAGE}},
    "pages of integers": {"$ref": "integers", "$defs": {"page": PAGE, "x": paged("integer")}},
    "pages of two kinds": {
        "properties": {"a": {"$ref": "integers"}, "b": {"$ref": "strings"}},
        "$defs": {"page": PAGE, "x": paged("integer"), "y": paged("string")},
    },
    "a dynamic reference to a plain anchor": {
        "$ref": "inner",
        "$defs": {
            "x": {"$id": "inner", "$dynamicRef": "#it", "$defs": {"a": {"$anchor": "it", "type": "integer"}}},
            "y": {"$dynamicAnchor": "it", "type": "string"},
        },
    },
    "a dynamic reference to a pointer": {"$dynamicRef": "#/$defs/a", "$defs": {"a": {"type": "integer"}}},
    "beside other keywords": {
        "$ref": "#/$defs/a",
        "minimum": 1,
        "$defs": {"a": {"$ref": "#/$defs/b", "maximum": 5}, "b": {"type": "integer"}},
    },
    "a dynamic anchor beside a reference in the same resource": {
        "$dynamicRef": "#it",
        "$defs": {"a": {"$dynamicAnchor": "it", "type": "integer", "minimum": 1}},
    },
}
VALUES: tuple[Json, ...] = (
    *(1, 7, 0, "x", None, True, [], {}, {"a": 1}, {"a": "x"}, {"value": 1}, {"value": 1, "more": 2}),
    *({"value": 1, "children": [{"value": 2, "more": 3}]}, {"value": 1, "children": [{}]}, {"$id": 1}, {"$id": "x"}),
    *({"items": [1]}, {"items": ["x"]}, {"items": []}, {"items": [None]}),
    *({"a": {"items": [1]}, "b": {"items": ["x"]}}, {"a": {"items": ["x"]}}, {"b": {"items": [1]}}),
)


def described(schema: Json, components: Json | None = None) -> OpenApiDefinition:
    content = {"application/json": {"schema": schema}}
    operation = {"operationId": "get", "responses": {"200": {"description": "it", "content": content}}}
    document = {"openapi": "3.1.0", "paths": {"/it": {"get": operation}}, "components": {"schemas": components or {}}}
    return read_definition(dump_compact(document), source="service.json").openapi


def judged(definition: OpenApiDefinition, value: Json) -> bool:
    response = HttpResponse(status=200, body=JsonBody(value))
    return definition.check_response(definition.operation("get"), response) == ()


def answered(definition: OpenApiDefinition) -> Json:
    body = definition.answer(definition.operation("get"), seed="a").response.body
    assert isinstance(body, JsonBody)
    return body.value


@pytest.mark.parametrize("name", SCHEMAS)
def test_values_are_judged_as_jsonschema_judges_them(name: str) -> None:
    based = {"$id": "https://example.com/root.json", **SCHEMAS[name]}
    oracle: Callable[[Json], bool] = Draft202012Validator(based).is_valid
    definition = described(based)
    assert {str(each): judged(definition, each) for each in VALUES} == {str(each): oracle(each) for each in VALUES}
    assert oracle(answered(definition))
    assert definition.warnings() == ()


IN_COMPONENTS = {
    "Integers": {"$id": "integers", "$ref": "page", "$defs": {"own": {"$dynamicAnchor": "item", "type": "integer"}}},
    "Page": PAGE,
}


def test_schemas_of_components_are_known_by_their_ids() -> None:
    definition = described({"$ref": "integers"}, IN_COMPONENTS)
    assert {type(each) for each in answered(definition)["items"]} == {int}
    assert (judged(definition, {"items": [1]}), judged(definition, {"items": ["x"]})) == (True, False)
    assert judged(described({"$ref": "#/components/schemas/Page"}, IN_COMPONENTS), {"items": ["x"]})


def test_a_violation_behind_a_dynamic_reference_names_its_schema() -> None:
    definition = described({"$ref": "integers"}, IN_COMPONENTS)
    response = HttpResponse(status=200, body=JsonBody({"items": ["x"]}))
    (violation,) = definition.check_response(definition.operation("get"), response)
    assert (str(violation.location), violation.expected) == ("response.body.items[0]", "an integer")
    assert violation.pointer == "/components/schemas/Integers/$defs/own/type"


def test_an_id_means_nothing_in_openapi_3_0() -> None:
    operation: Json = {"operationId": "get", "responses": {"200": {"description": "it", "content": {}}}}
    operation["responses"]["200"]["content"] = {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}
    schemas = {"A": {"$id": "a", "properties": {"b": {"$ref": "#/components/schemas/B"}}}, "B": {"type": "integer"}}
    document = {"openapi": "3.0.3", "paths": {"/it": {"get": operation}}, "components": {"schemas": schemas}}
    definition = read_definition(dump_compact(document), source="service.json").openapi
    assert (judged(definition, {"b": 1}), judged(definition, {"b": "x"}), definition.warnings()) == (True, False, ())


def test_a_pointer_that_passes_over_the_nearest_id_is_followed_with_a_warning() -> None:
    schemas: Json = {
        "A": {"$id": "a", "type": "object", "properties": {"b": {"$ref": "#/components/schemas/B"}}},
        "B": {"type": "integer"},
    }
    definition = described({"$ref": "#/components/schemas/A"}, schemas)
    assert (judged(definition, {"b": 1}), judged(definition, {"b": "x"})) == (True, False)
    (warning,) = definition.warnings()
    assert (warning.pointer, warning.line, warning.sentence) == (
        "/components/schemas/A/properties/b",
        1,
        "#/components/schemas/B starts from /components/schemas/A, which has an $id, and leads nowhere there; "
        "it is read from the document's root, as other readers may not.",
    )


def test_an_id_that_nothing_has_is_told() -> None:
    with pytest.raises(DefinitionError) as error:
        answered(described({"$id": "https://example.com/a", "$ref": "#other"}))
    assert str(error.value) == (
        "A $ref leads to no anchor: #other\n\n"
        "  at   service.json#/paths/~1it/get/responses/200/content/application~1json/schema/$ref\n\n"
        "No schema has an anchor. A reference to a schema by name is written #/components/schemas/NAME."
    )


@pytest.mark.parametrize(
    ("schema", "sentence"),
    [
        ({"items": [{}]}, "items cannot be a list; it is passed over. Write prefixItems."),
        (
            {"dependencies": {"a": ["b"]}},
            "dependencies is of an older JSON Schema and is passed over; write dependentRequired or dependentSchemas.",
        ),
        (
            {"$schema": "http://json-schema.org/draft-07/schema#"},
            'Schemas of "http://json-schema.org/draft-07/schema#" are read as JSON Schema 2020-12.',
        ),
    ],
)
def test_what_older_drafts_mean_is_told_and_not_passed_over_unseen(schema: Json, sentence: str) -> None:
    definition = described(schema)
    assert judged(definition, {"a": 1})
    assert [(each.sentence, each.line) for each in definition.warnings()] == [(sentence, 1)]


@pytest.mark.parametrize("identity", ["https://example.com/schemas/order.json", "/schemas/order.json", "order.json"])
def test_documents_with_an_id_find_what_lies_beside_them(tmp_path: Path, identity: str) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/order.json").write_text(
        f'{{"$id": "{identity}", "properties": {{"line": {{"$ref": "line.json"}}, "own": {{"$ref": "#/$defs/own"}}}}, '
        '"$defs": {"own": {"type": "string"}}}'
    )
    (tmp_path / "schemas/line.json").write_text('{"type": "integer"}')
    content = "{application/json: {schema: {$ref: schemas/order.json}}}"
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.1.0\npaths: {/it: {get: {operationId: get, responses: "
        f"{{'200': {{description: it, content: {content}}}}}}}}}}}\n"
    )
    definition = load_definition(tmp_path / "api.yaml").openapi
    assert (judged(definition, {"line": 1, "own": "x"}), judged(definition, {"line": "x"})) == (True, False)
    assert not judged(definition, {"own": 1})
    whole = bundled_definition(str(tmp_path / "api.yaml"))
    assert (judged(whole, {"line": 1, "own": "x"}), judged(whole, {"line": "x"})) == (True, False)
    assert not judged(whole, {"own": 1})
    assert whole.warnings() == ()


def bundled_definition(location: str) -> OpenApiDefinition:
    place = place_of(location, Path.cwd())
    root = read_document(place.read(), place.uri)
    whole = bundled(root, place.uri, lambda uri: read_document(place.read_beside(uri), uri))
    return read_definition(dump_compact(whole), source="whole.json").openapi
