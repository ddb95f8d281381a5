"""The first test of a new project: one call that the definition allows as it stands, ready to run."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contractkit.definitions.interface import Definition, Route
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.errors import DefinitionError
from contractkit.model import HttpRequest

if TYPE_CHECKING:
    from contractkit.definitions.protobuf import ProtoDefinition
    from contractkit.definitions.rpc_interface import Procedure

_PATH_VALUES = ("1", "abc", "2f6c1a9e-7f4e-4d53-9c4b-2b8f1d6f0a11", "2026-01-31")
"""What a first call may put in the place of a path parameter; the definition says which of them it allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstTest:
    """A test module's text, and the operation that its test calls."""

    operation: str
    text: str


def first_test(definition: "OpenApiDefinition | ProtoDefinition", *, stub: str, provider: str) -> FirstTest | None:
    """Give a first test, or None where no operation can be called without knowing more.

    Args:
        definition: What the service offers.
        stub: The variable that the test calls the stub.
        provider: The provider's name as a Python literal.
    """
    if isinstance(definition, OpenApiDefinition):
        route = next(_allowed_reads(definition), None)
        return (
            None
            if route is None
            else FirstTest(
                operation=route.operation.name,
                text=_http_test(route, _sent_along(definition, route), stub=stub, provider=provider),
            )
        )
    procedure = next(_callable_procedures(definition), None)
    return (
        None
        if procedure is None
        else FirstTest(operation=procedure.operation.name, text=_rpc_test(procedure, stub=stub, provider=provider))
    )


def _allowed_reads(definition: Definition) -> Iterator[Route]:
    """Give GET requests that the definition allows, those on the shortest paths first."""
    gets = [each for each in definition.operations if each.method == "GET"]
    for operation in sorted(gets, key=lambda each: len(each.path)):
        for value in _PATH_VALUES:
            route = definition.route(HttpRequest(method="GET", path=re.sub(r"\{[^}]+\}", value, operation.path)))
            if route and route.operation == operation and not definition.check_request(route):
                yield route


def _callable_procedures(definition: "ProtoDefinition") -> Iterator["Procedure"]:
    """Give the unary procedures that may be called with an empty message."""
    from contractkit.definitions.rpc_interface import Side

    for operation in definition.operations:
        procedure = definition.procedure(operation.name)
        if procedure.is_unary:
            try:
                definition.decode(procedure, Side.REQUEST, b"")
            except DefinitionError:  # a required field of proto2
                continue
            yield procedure


def _sent_along(definition: OpenApiDefinition, route: Route) -> str:
    """Give the further arguments of a call that has the credentials which its operation demands."""
    sent: dict[str, dict[str, str]] = {}
    for each in definition.demanded_credentials(route.operation):
        match each.place:
            case "query":
                sent.setdefault("params", {})[each.name] = each.sample
            case "header":
                sent.setdefault("headers", {})[each.name.title()] = each.sample
            case _:  # httpx would rather have cookies for a whole client
                sent.setdefault("headers", {})["Cookie"] = f"{each.name}={each.sample}"
    return "".join(f", {name}={json.dumps(values)}" for name, values in sent.items())


def _http_test(route: Route, sent: str, *, stub: str, provider: str) -> str:
    return f"""import httpx


def test_{_snake_case(route.operation.name)}_answers(contract_stub):
    {stub} = contract_stub({provider})
    with httpx.Client(base_url={stub}.url) as client:  # your own client goes here
        response = client.get("{route.request.path}"{sent})
    assert response.is_success
"""


def _rpc_test(procedure: "Procedure", *, stub: str, provider: str) -> str:
    method = procedure.operation.name.rpartition("/")[2]
    return f"""def test_{_snake_case(method)}_answers(contract_stub):
    {stub} = contract_stub({provider})
    call = {stub}.channel().unary_unary("{procedure.path}")  # your generated client goes here
    assert call(b"") is not None
"""


def _snake_case(name: str) -> str:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"\W+", "_", parted).strip("_").lower() or "operation"
