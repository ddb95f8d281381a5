"""Echoes: values of a request that come back in the answer, as they would from a service that remembers.

`GET /orders/7` answers with `id: 7`, and what was posted comes back in members of the same name. A value is echoed
only where the answer's schema has a member of that name and type.
"""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from contractkit.definitions.interface import Route
from contractkit.definitions.requests import decoded_body, decoded_parameters
from contractkit.definitions.routing import parameter_names
from contractkit.definitions.schema_facets import type_of
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surfaces import Surface
from contractkit.definitions.trees import typed_text
from contractkit.definitions.vocabulary import words_of
from contractkit.exact_json import Json
from contractkit.results import ABSENT

_Candidates: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]

_IDENTITY: Final = ("id", "name", "key")
"""Members that a path's last parameter may name where no member has its own name: the first that fits, after the
member named by the parameter's last word (`number` for `issue_number`)."""


def echoed(route: Route, surface: Surface, view: SchemaView) -> dict[str, Json]:
    """Give the members of a request that an answer's object should repeat; empty where there are none.

    Query parameters, then the body, then path parameters: the later ones win.
    """
    described = view.answered_members
    found = {name: value for name, value in _queried(route, surface) if _agrees(value, described.get(name))}
    body = decoded_body(route.request, surface)
    if isinstance(body, dict):
        found |= {name: value for name, value in body.items() if _agrees(value, described.get(name))}
    return found | dict(_from_path(route, view))


def laid_over(base: Json, over: Json) -> Json:
    """Give a value with the members of another laid over it, object by object; other kinds are replaced whole."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    return {**base, **{name: laid_over(base.get(name), value) for name, value in over.items()}}


def _queried(route: Route, surface: Surface) -> Iterator[tuple[str, Json]]:
    if not route.request.query:
        return
    for parameter, decoded in decoded_parameters(route, surface):
        if parameter.place == "query" and decoded.value is not ABSENT and not decoded.problem:
            yield parameter.name, decoded.value


def _from_path(route: Route, view: SchemaView) -> Iterator[tuple[str, Json]]:
    described, path = view.answered_members, route.operation.path
    known = view.known(_by_path)
    if path not in known:
        known[path] = _candidates(path, tuple(described))
    for name, candidates in known[path]:
        text = route.path_parameters[name]
        wanted = next((each for each in candidates if _fits(text, each, described)), None)
        if wanted is not None:
            yield wanted, typed_text(text, described[wanted])


def _by_path(view: SchemaView) -> dict[str, _Candidates]:
    return {}


def _candidates(path: str, members: tuple[str, ...]) -> _Candidates:
    """Give the parameters of a path, each with the members that it may name: the first that fits is meant."""
    names = parameter_names(path)
    found: list[tuple[str, tuple[str, ...]]] = []
    for name in names:
        alike = _alike(name, members)
        if alike is not None:
            found.append((name, (alike,)))
        elif name == names[-1] and path.endswith("}"):
            meant = (*words_of(name)[-1:], *_IDENTITY)
            found.append((name, tuple(each for each in meant if each in members)))
    return tuple(found)


def _alike(name: str, members: tuple[str, ...]) -> str | None:
    """Give the member of a parameter's name, however each of them joins its words: `orderId`, `order_id`."""
    if name in members:
        return name
    joined = _joined(name)
    return next((each for each in members if _joined(each) == joined), None)


def _joined(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _fits(text: str, name: str, described: Mapping[str, SchemaView]) -> bool:
    view = described.get(name)
    return view is not None and _agrees(typed_text(text, view), view)


def _agrees(value: Json, view: SchemaView | None) -> bool:
    return view is not None and value is not None and type_of(value) in view.types
