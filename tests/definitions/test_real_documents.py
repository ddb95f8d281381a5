"""Every operation of real documents: it has an answer that it allows, and a request that finds its way back to it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from contractkit.definitions.checks import Checks
from contractkit.definitions.forms import FORM, MULTIPART
from contractkit.definitions.interface import Operation
from contractkit.definitions.lowering import Direction
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.definitions.surfaces import Content, Parameter, Surface
from contractkit.definitions.synthesis import synthesise
from contractkit.errors import ContractkitError
from contractkit.exact_json import Json, dump_compact
from contractkit.model import BinaryBody, Body, HttpRequest, JsonBody, MissingBody, TextBody, is_json_media_type
from contractkit.sources import load_definition

DOCUMENTS = {
    "adyen-payment-v68.json": 13,
    "adyen-recurring-v68.json": 6,
    "digitalocean-v2-bundled.json.gz": 659,
    "etcd-rpc.swagger.json": 44,
    "github-api-2022-07-18.json.gz": 874,
    "grpc-gateway-abitofeverything.swagger.json": 39,
    "microcks-petstore.yaml": 4,
    "oai-callback-example.yaml": 1,
    "oai-link-example.yaml": 6,
    "oai-petstore-expanded.yaml": 4,
    "oai-petstore.yaml": 3,
    "oai-uspto.yaml": 3,
    "oai-webhook-example-31.yaml": 0,
    "openai-2.3.0.json": 237,
    "prism-petstore.yaml": 26,
    "stripe-2022-04-12.json.gz": 417,
    "twilio-api-v2010.json": 197,
    "twilio-lookups-v2.json": 10,
}
"""Every OpenAPI document of the outside data, with the number of its operations."""

EXCEPTIONS: dict[str, dict[str, str]] = {}
"""By document: the operations for which something does not hold, with what and why."""

SAMPLE = 25  # operations per document, evenly spread, where not all of them are run


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_sample_of_each_document_is_answered_and_routed(name: str, test_data: Callable[[str], Path]) -> None:
    definition = load_definition(test_data(f"definitions/real/openapi/{name}")).openapi
    operations = definition.operations
    assert len(operations) == DOCUMENTS[name]
    step = max(1, len(operations) // SAMPLE)
    assert found_problems(definition, operations[::step]) == {}


@pytest.mark.deep
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_operation_of_each_document_is_answered_and_routed(name: str, test_data: Callable[[str], Path]) -> None:
    definition = load_definition(test_data(f"definitions/real/openapi/{name}")).openapi
    problems = found_problems(definition, definition.operations)
    print(f"{name}: {len(definition.operations)} operations, {len(problems)} exceptions {problems}")
    assert problems == EXCEPTIONS.get(name, {})


def found_problems(definition: OpenApiDefinition, operations: tuple[Operation, ...]) -> dict[str, str]:
    makes = RequestMaker(definition)
    found = {}
    for operation in operations:
        try:
            problem = problem_with(definition, operation, makes)
        except ContractkitError as error:
            problem = str(error)
        if problem:
            found[operation.signature] = problem
    return found


def problem_with(definition: OpenApiDefinition, operation: Operation, makes: "RequestMaker") -> str:
    answer = definition.answer(operation, seed="sample")
    violations = definition.check_response(operation, answer.response)
    if violations:
        return f"answer refused: {violations[0]}"
    request = makes.request_to(operation)
    route = definition.route(request)
    if route is None or route.operation is not operation:
        return f"{request.path} reaches {route and route.operation.signature}"
    violations = definition.check_request(route)
    return f"request refused: {violations[0]}" if violations else ""


class RequestMaker:
    """Makes a request to each operation of a definition, every declared parameter included."""

    def __init__(self, definition: OpenApiDefinition) -> None:
        self.definition = definition
        self.reader = SurfaceReader(definition.documents)
        self.checks = Checks(definition.documents, lambda sentence, node: None)

    def request_to(self, operation: Operation) -> HttpRequest:
        surface = self.reader.surface_of(operation)
        parameters = [(each, value) for each in surface.parameters.values() if (value := self.value_of(each)) != []]
        path = operation.path
        for parameter, value in parameters:
            if parameter.place == "path":
                path = path.replace(f"{{{parameter.name}}}", quote(text_of(value, parameter), safe=""))
        query: dict[str, tuple[str, ...]] = {}
        for name, text in (pair for each, value in parameters if each.place == "query" for pair in pairs(each, value)):
            query[name] = (*query.get(name, ()), text)
        body = self.body_of(surface)
        headers = {each.name: (text_of(value, each),) for each, value in parameters if each.place == "header"}
        if not isinstance(body, MissingBody):
            headers["content-type"] = (body.media_type or "",)
        cookies = [f"{each.name}={quote(text_of(value, each))}" for each, value in parameters if each.place == "cookie"]
        headers |= {"cookie": ("; ".join(cookies),)} if cookies else {}
        base = self.definition.base_paths[0]
        return HttpRequest(method=operation.method, path=base + path, query=query, headers=headers, body=body)

    def value_of(self, parameter: Parameter) -> Json:
        schema = parameter.node.get("schema")
        if schema is None or parameter.view is None:
            return {} if parameter.node.get("content") is not None else "x"
        check = self.checks.of(schema, Direction.REQUEST)
        return synthesise(parameter.view, check, parameter.name)

    def body_of(self, surface: Surface) -> Body:
        if surface.body is None or not surface.body.contents:
            return MissingBody()
        contents = {each.media_type: each for each in surface.body.contents}
        chosen = next((each for each in contents if is_json_media_type(each)), None)
        if chosen is not None:
            return JsonBody(self.content(contents[chosen]), chosen)
        if FORM in contents:
            value = self.content(contents[FORM])
            return TextBody(urlencode(list(bracketed(value))), FORM) if value else MissingBody()
        if MULTIPART in contents:
            return multipart(self.content(contents[MULTIPART]))
        return TextBody("anything", next(iter(contents)).replace("*/*", "text/plain"))

    def content(self, content: Content) -> Json:
        schema = content.node.get("schema")
        if schema is None or content.view is None:
            return {}
        return synthesise(content.view, self.checks.of(schema, Direction.REQUEST), "body")


def multipart(value: Json) -> BinaryBody:
    """The members as parts: objects as JSON, each element of a list as a part of its own."""
    members = value.items() if isinstance(value, dict) else ()
    parts = [(name, each) for name, held in members for each in (held if isinstance(held, list) else [held])]
    head = '--cut\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    return BinaryBody(
        ("".join(head.format(name, plain(each)) for name, each in parts) + "--cut--\r\n").encode(),
        f"{MULTIPART}; boundary=cut",
    )


def pairs(parameter: Parameter, value: Json) -> Iterator[tuple[str, str]]:
    if parameter.node.get("schema") is None:
        yield parameter.name, dump_compact(value).decode()
    elif isinstance(value, dict) and parameter.style == "form":
        yield from bracketed(value)
    elif isinstance(value, dict) or (isinstance(value, list) and parameter.style == "deepObject"):
        yield from bracketed({parameter.name: value})
    elif isinstance(value, list) and parameter.explode:
        yield from ((parameter.name, plain(each)) for each in value)
    else:
        yield parameter.name, text_of(value, parameter)


def text_of(value: Json, parameter: Parameter) -> str:
    separator = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(parameter.style, ",")
    return separator.join(map(plain, value)) if isinstance(value, list) else plain(value)


def bracketed(value: Json, prefix: str = "") -> Iterator[tuple[str, str]]:
    children = enumerate(value) if isinstance(value, list) else value.items()
    for name, child in children:
        inner = f"{prefix}[{name}]" if prefix else str(name)
        if isinstance(child, dict | list):
            yield from bracketed(child, inner)
        else:
            yield inner, plain(child)


def plain(value: Json) -> str:
    return value if isinstance(value, str) else dump_compact(value).decode()
