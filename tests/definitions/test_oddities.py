"""Oddities of documents: what each version has of its own, and references that only look like some."""

from pathlib import Path

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, dump_compact
from contractkit.model import JsonBody
from contractkit.sources import load_definition, read_definition

AT = "service.json#/paths/~1it/get/responses/200/content/application~1json/schema/$ref"


def described(schema: Json, version: str = "3.1.0") -> OpenApiDefinition:
    content = {"application/json": {"schema": schema}}
    operation = {"operationId": "get", "responses": {"200": {"description": "it", "content": content}}}
    document = {"openapi": version, "paths": {"/it": {"get": operation}}, "x-list": [{"const": 0}, {"const": 1}]}
    return read_definition(dump_compact(document), source="service.json").openapi


def answered(definition: OpenApiDefinition, operation: str = "get") -> Json:
    body = definition.answer(definition.operation(operation), seed="a").response.body
    assert isinstance(body, JsonBody)
    return body.value


def test_a_reference_that_is_no_uri_is_refused_with_its_place() -> None:
    with pytest.raises(DefinitionError) as error:
        answered(described({"$ref": "http://[/x#/a"}))
    assert str(error.value) == (
        f"A $ref is no URI: http://[/x#/a\n\n  at   {AT}\n\n"
        "A reference to a schema by name is written #/components/schemas/NAME."
    )


def test_an_index_of_a_pointer_is_digits() -> None:
    assert answered(described({"$ref": "#/x-list/1"})) == 1


@pytest.mark.parametrize("index", ["-1", "+1", "01", "2", "1_0", "\u0661", "1" * 400])
def test_what_is_no_index_leads_nowhere(index: str) -> None:
    with pytest.raises(DefinitionError) as error:
        answered(described({"$ref": f"#/x-list/{index}"}))
    assert error.value.explanation.summary == f"A $ref leads nowhere: #/x-list/{index}"
    assert error.value.explanation.details[0] == ("at", AT)


@pytest.mark.parametrize("version", ["3.10.0", "3.3.0", "3", "31.0", "4.0.0"])
def test_versions_that_are_not_read_are_refused(version: str) -> None:
    with pytest.raises(DefinitionError) as error:
        described({}, version)
    assert dict(error.value.explanation.details) == {
        "at": "/openapi",
        "expected": 'a version such as "3.1.0"',
        "received": f'"{version}"',
    }


FURTHER = """\
openapi: 3.2.0
paths:
  /it:
    query: {responses: {'204': {description: it}}}
    additionalOperations:
      COPY: {responses: {'204': {description: it}}}
      GET: {responses: {'204': {description: it}}}
      b ad: {responses: {'204': {description: it}}}
      MOVE: 3
  /other: {additionalOperations: [1]}
  /empty:
"""


def test_further_operations_that_are_none_are_left_out_with_their_lines() -> None:
    definition = read_definition(FURTHER.encode(), source="service.yaml").openapi
    assert [each.signature for each in definition.operations] == ["QUERY /it", "COPY /it"]
    assert [(each.line, each.sentence) for each in definition.warnings()] == [
        (7, "GET is no further method: it has a field of its own, get. The operation is left out."),
        (8, "'b ad' is no method of HTTP; the operation is left out."),
        (9, "The operation MOVE is not an object and is left out."),
        (10, "additionalOperations is not an object and is left out."),
        (11, "The path item is not an object and is left out."),
    ]


API = """\
openapi: 3.1.0
paths:
  /it: {get: {operationId: get, responses: {'200': {description: it, content: {application/json: {schema: %s}}}}}}
"""


def in_files(folder: Path, schema: str, **files: str) -> OpenApiDefinition:
    (folder / "api.yaml").write_text(API % schema)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return load_definition("api.yaml", root=folder).openapi


def test_references_that_go_in_a_circle_through_files_are_refused(tmp_path: Path) -> None:
    definition = in_files(tmp_path, "{$ref: 'b.yaml#/A'}", b="A: {$ref: 'c.yaml#/A'}", c="A: {$ref: 'b.yaml#/A'}")
    with pytest.raises(DefinitionError, match=r"A \$ref leads in a circle\."):
        answered(definition)


def test_schemas_that_contain_each_other_through_files_come_to_an_end(tmp_path: Path) -> None:
    definition = in_files(
        tmp_path,
        "{$ref: 'b.yaml#/A'}",
        b="A: {type: object, properties: {c: {$ref: 'c.yaml#/A'}}}",
        c="A: {type: object, required: [b], properties: {b: {$ref: 'b.yaml#/A'}}}",
    )
    assert answered(definition) == {"c": {"b": {}}}


def test_words_of_yaml_are_text_where_its_version_1_2_says_so(tmp_path: Path) -> None:
    schema = (
        "{type: object, required: [no, date, octal, grouped, '1'], properties: {no: {const: NO}, "
        "date: {const: 2020-02-03}, octal: {const: 0o17}, grouped: {const: 1_000}, 1: {const: on}}}"
    )
    assert answered(in_files(tmp_path, schema)) == {
        "no": "NO",
        "date": "2020-02-03",
        "octal": 15,
        "grouped": "1_000",
        "1": "on",
    }
