"""openapi-core as a second opinion: on small documents it agrees about made answers and about broken ones."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.definitions.interface import Operation
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.exact_json import Json, dump_compact
from contractkit.model import HttpResponse, JsonBody
from contractkit.sources import load_definition

DOCUMENTS = ("oai-petstore.yaml", "oai-petstore-expanded.yaml", "oai-link-example.yaml", "oai-uspto.yaml")


def second_opinion(definition: OpenApiDefinition, operation: Operation, status: int, value: Json) -> bool:
    from openapi_core import Config, OpenAPI
    from openapi_core.exceptions import OpenAPIError
    from openapi_core.testing import MockRequest, MockResponse

    document = {**definition.documents.root.value, "servers": [{"url": "/"}]}
    api = OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))
    path = operation.path.replace("{", "").replace("}", "")
    request = MockRequest("http://localhost", operation.method.lower(), path, path_pattern=operation.path)
    response = MockResponse(dump_compact(value), status_code=status, content_type="application/json")
    try:
        api.validate_response(request, response)
    except OpenAPIError:
        return False
    return True


def broken(value: Json) -> Json:
    """The value with one thing wrong: text where a number is, a member missing, another kind altogether."""
    if isinstance(value, dict) and value:
        first, *_ = value
        return {name: each for name, each in value.items() if name != first}
    if isinstance(value, list) and value:
        return [broken(value[0]), *value[1:]]
    return {"unexpected": [value]}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_both_judge_answers_alike(name: str, test_data: Callable[[str], Path]) -> None:
    definition = load_definition(test_data(f"definitions/real/openapi/{name}")).definition
    for operation in definition.operations:
        body = definition.answer(operation, seed="second opinion").response
        if not isinstance(body.body, JsonBody):
            continue
        for value in (body.body.value, broken(body.body.value), None, "text", {}, []):
            response = HttpResponse(status=body.status, body=JsonBody(value))
            ours = definition.check_response(operation, response) == ()
            assert ours == second_opinion(definition, operation, body.status, value), (operation.name, value)
