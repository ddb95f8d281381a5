"""Where others read real documents otherwise: openapi-core's routes and jsonschema's verdicts, each difference judged.

The specification meant is OpenAPI's of the document's version, with the JSON Schema that it names.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from contractkit.definitions.checks import Checks
from contractkit.definitions.interface import Operation
from contractkit.definitions.lowering import Direction
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Node
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.exact_json import Json
from contractkit.model import HttpRequest, JsonBody, is_json_media_type
from contractkit.sources import load_definition

DOCUMENTS = (
    *("adyen-payment-v68.json", "adyen-recurring-v68.json", "digitalocean-v2-bundled.json.gz"),
    *("github-api-2022-07-18.json.gz", "microcks-petstore.yaml", "oai-link-example.yaml", "oai-uspto.yaml"),
    *("openai-2.3.0.json", "prism-petstore.yaml", "stripe-2022-04-12.json.gz", "twilio-api-v2010.json"),
    "twilio-lookups-v2.json",
)
SAMPLE = 25  # operations of a document in the bounded run

EMPTY = "takes an empty text for a path parameter"
"""openapi-core routes `/pets/` to `/pets/{id}`. The specification is silent; a parameter of a path is always required
(§4.8.12), so that an empty one is as good as missing: ours."""

SPANS = "takes no slash in a last parameter with x-multi-segment"
"""GitHub's document marks such parameters (`contents/{path}`) by an extension, and its service takes them: ours.
Without the extension a slash would be wrong (§4.8.8.2)."""

PARTLY = "does not prefer what is more definite inside a segment"
"""`/compare/a...b` fits `{basehead}` and `{base}...{head}`. The specification leaves such templates to the tool
(§4.8.8.1) and prefers concrete paths; we go on preferring inside a segment."""

MOST_DEFINITE = re.compile(r"[^/{]+\{|\}[^/{]+")


@pytest.fixture(scope="module")
def document(test_data: Callable[[str], Path]) -> Callable[[str], OpenApiDefinition]:
    return lambda name: load_definition(test_data(f"definitions/real/openapi/{name}")).openapi


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_sample_of_paths_leads_where_openapi_core_leads(
    name: str, document: Callable[[str], OpenApiDefinition]
) -> None:
    definition = document(name)
    assert differing_routes(definition, sample_of(definition)) <= {EMPTY, SPANS, PARTLY}


@pytest.mark.deep
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_leads_where_openapi_core_leads(name: str, document: Callable[[str], OpenApiDefinition]) -> None:
    definition = document(name)
    assert differing_routes(definition, definition.operations) <= {EMPTY, SPANS, PARTLY}


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_sample_of_values_is_judged_as_jsonschema_judges(
    name: str, document: Callable[[str], OpenApiDefinition]
) -> None:
    definition = document(name)
    assert differing_verdicts(definition, sample_of(definition)) == {}


@pytest.mark.deep
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_answer_is_judged_as_jsonschema_judges(name: str, document: Callable[[str], OpenApiDefinition]) -> None:
    definition = document(name)
    assert differing_verdicts(definition, definition.operations) == {}


def sample_of(definition: OpenApiDefinition) -> tuple[Operation, ...]:
    return definition.operations[:: max(1, len(definition.operations) // SAMPLE)]


def differing_routes(definition: OpenApiDefinition, operations: tuple[Operation, ...]) -> set[str]:
    find = openapi_core_finder(definition.documents.root.value)
    found = set()
    for operation in operations:
        path = re.sub(r"\{([^}]*)\}", lambda name: f"x{len(name[1])}", operation.path)
        for asked in (path, f"{path.rstrip('/')}/", path.replace("x", "%20", 1)):
            route = definition.route(HttpRequest(method=operation.method, path=asked))
            ours = route.operation.signature if route is not None else None
            theirs = find(operation.method, asked)
            if ours != theirs:
                found.add(reason_for(asked, ours, theirs) or f"{asked}: here {ours}, there {theirs}")
    return found


def reason_for(asked: str, ours: str | None, theirs: str | None) -> str:
    """Say why two routes differ, or nothing."""
    if ours is None and theirs is not None:
        return EMPTY if asked.endswith("/") and theirs.endswith("}") else ""
    if ours is not None and theirs is None:
        return SPANS if ours.endswith("}") and asked.count("/") > ours.count("/") else ""
    return PARTLY if ours is not None and MOST_DEFINITE.search(ours) else ""


def openapi_core_finder(document: Json) -> Callable[[str, str], str | None]:
    """Give openapi-core's own way from method and path to a signature, on a document whose only server is `/`."""
    from jsonschema_path import SchemaPath
    from openapi_core.templating.paths.exceptions import PathError
    from openapi_core.templating.paths.finders import APICallPathFinder

    finder = APICallPathFinder(SchemaPath.from_dict(without_servers(document)), None)

    def find(method: str, path: str) -> str | None:
        try:
            found = finder.find(method.lower(), f"http://localhost{path}")
        except PathError:
            return None
        return f"{method} {found.path.parts[-1]}"

    return find


def without_servers(document: Json) -> Json:
    paths = {
        path: {name: without(each, "servers") for name, each in item.items() if name != "servers"}
        for path, item in document["paths"].items()
    }
    return {**document, "paths": paths, "servers": [{"url": "/"}]}


def without(value: Json, name: str) -> Json:
    return {key: each for key, each in value.items() if key != name} if isinstance(value, dict) else value


def differing_verdicts(definition: OpenApiDefinition, operations: tuple[Operation, ...]) -> dict[str, str]:
    reader = SurfaceReader(definition.documents)
    checks = Checks(definition.documents, lambda sentence, node: None)
    validator_of = jsonschema_validators(definition.documents.root.value)
    found: dict[str, str] = {}
    for operation in operations:
        for status, schema in answered_schemas(reader, operation):
            number = int(status.replace("XX", "00").replace("default", "599"))
            body = definition.answer(operation, seed="difference", status=number).response.body
            if not isinstance(body, JsonBody):
                continue
            values: tuple[Json, ...] = (body.value, broken(body.value), None, "text", {}, [])
            for value in values:
                ours = checks.of(schema, Direction.RESPONSE).accepts(value)
                theirs = validator_of(schema).is_valid(value)
                if ours is not theirs:
                    found[f"{operation.signature} {status}"] = "allowed here" if ours else "allowed there"
    return found


def answered_schemas(reader: SurfaceReader, operation: Operation) -> Iterator[tuple[str, Node]]:
    for status, response in reader.surface_of(operation).responses.items():
        for content in response.contents[:1]:
            schema = content.node.get("schema")
            if schema is not None and is_json_media_type(content.media_type):
                yield status, schema


def jsonschema_validators(document: Json) -> Callable[[Node], Any]:
    """Give what makes jsonschema's validator for a schema of a document: OpenAPI 3.0's dialect, else JSON Schema's.

    The library's own dialect for 3.1 is left aside: it takes the value of a discriminator without a mapping for the
    name of a component and refuses where there is none, so that 16 answers of OpenAI's document, whose branches say
    `const: function`, could not be given at all. A discriminator changes no verdict (OpenAPI 3.1 §4.8.25).
    """
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
    from openapi_schema_validator import OAS30ReadValidator
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    dialect = Draft202012Validator if document["openapi"] >= "3.1" else OAS30ReadValidator
    resource = DRAFT202012.create_resource(document)
    registry: Registry[Any] = Registry().with_resource("urn:document", resource)

    def validator_of(schema: Node) -> Any:
        reference = {"$ref": f"urn:document#{quote(schema.pointer)}"}
        return dialect(reference, registry=registry, format_checker=dialect.FORMAT_CHECKER)

    return validator_of


def broken(value: Json) -> Json:
    """The value with one thing wrong: text where a number is, a member missing, another kind altogether."""
    if isinstance(value, dict) and value:
        first, *_ = value
        return {name: each for name, each in value.items() if name != first}
    if isinstance(value, list) and value:
        return [broken(value[0]), *value[1:]]
    return {"unexpected": [value]}
