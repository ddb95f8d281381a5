"""Mistaken types: what a request sends under a schema whose type is none is not judged by that schema."""

from collections.abc import Iterator

from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surfaces import Parameter, Surface
from contractkit.model import HttpRequest


def refuse_mistaken_parameters(surface: Surface, request: HttpRequest) -> None:
    """Refuse to judge a request by parameters whose types are none; they are met in its body where that is read.

    Raises:
        DefinitionError: A parameter that is sent has such a schema, and the surface was read strictly.
    """
    for parameter in surface.parameters.values():
        if parameter.view is not None and _is_sent(parameter, parameter.view, request):
            for view in _views_in(parameter.view):
                view.types  # noqa: B018  asked for what it raises


def _is_sent(parameter: Parameter, view: SchemaView, request: HttpRequest) -> bool:
    match parameter.place:
        case "header":
            return parameter.name in request.headers
        case "query":  # an object may be written member by member
            names = {name.partition("[")[0] for name in request.query}
            return parameter.name in names or not names.isdisjoint(view.members)
    return True


def _views_in(view: SchemaView) -> Iterator[SchemaView]:
    """Give the schema of a parameter and those of its elements or members, which is as deep as its texts are read."""
    for branch in view.value_branches:
        yield branch
        members = (member.view for member in branch.members.values())
        yield from (inner for inner in (branch.elements, *members) if inner is not None)
