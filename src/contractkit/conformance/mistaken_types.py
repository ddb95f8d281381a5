"""Mistaken types: what a request sends under a schema whose type is none is not judged by that schema."""

from collections.abc import Iterator, Set

from contractkit.definitions.parameters import read_cookies
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surfaces import Parameter, Surface
from contractkit.errors import DefinitionError
from contractkit.model import HttpRequest


def refuse_mistaken_parameters(surface: Surface, request: HttpRequest) -> None:
    """Refuse to judge a request by parameters whose types are none; they are met in its body where that is read.

    Raises:
        DefinitionError: A parameter that is sent has such a schema, and the surface was read strictly.
    """
    for parameter in surface.parameters.values():
        if parameter.view is not None and _is_sent(parameter, parameter.view, request):
            _meet(parameter.view)


def is_mistaken(parameter: Parameter) -> bool:
    """Say whether a type of a parameter's schema is none, where that is read strictly.

    Of a request that was not refused for it this says that the parameter is not sent.
    """
    try:
        if parameter.view is not None:
            _meet(parameter.view)
    except DefinitionError:
        return True
    return False


def _meet(view: SchemaView) -> None:
    for each in _views_in(view):
        each.types  # noqa: B018  asked for what it raises


def _is_sent(parameter: Parameter, view: SchemaView, request: HttpRequest) -> bool:
    match parameter.place:
        case "header":
            return parameter.name in request.headers
        case "query":
            return _is_written({name.partition("[")[0] for name in request.query}, parameter, view)
        case "cookie":
            return _is_written(read_cookies(request.headers.get("cookie", ())).keys(), parameter, view)
        case "querystring":
            return bool(request.query)
    return True


def _is_written(names: Set[str], parameter: Parameter, view: SchemaView) -> bool:
    """Say whether a parameter is among what is written; an object may be written member by member."""
    return parameter.name in names or any(name in names for name in view.members)


def _views_in(view: SchemaView) -> Iterator[SchemaView]:
    """Give the schema of a parameter and those of its elements or members, which is as deep as its texts are read."""
    for branch in view.value_branches:
        yield branch
        members = (member.view for member in branch.members.values())
        yield from (inner for inner in (branch.elements, *members) if inner is not None)
