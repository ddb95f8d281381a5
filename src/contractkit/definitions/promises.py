"""Promises: how far a definition commits a provider to each value of an answer.

A member is promised if it is required by its object, under every branch of a union that could apply, and if all it
lies in is promised. A list's elements are graded like the list: `lines[0].quantity` is promised where `lines` is and
`quantity` is required of an element.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from contractkit.definitions.interface import Promise
from contractkit.definitions.schema_facets import type_of
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json, same_json
from contractkit.model import Location

_WEAKER: Final = (Promise.PROMISED, Promise.NULLABLE, Promise.DECLARED, Promise.UNDECLARED)


class Promises(Mapping[Location, Promise]):
    """The promises of one answer by location, worked out when first looked at: most answers are only sent."""

    def __init__(self, view: SchemaView | None, value: Json, at: Location) -> None:
        self._view, self._value, self._at = view, value, at
        self._known: dict[Location, Promise] | None = None

    def __getitem__(self, location: Location) -> Promise:
        return self._all[location]

    def __iter__(self) -> Iterator[Location]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @property
    def _all(self) -> dict[Location, Promise]:
        if self._known is None:
            self._known = dict(promises_of(self._view, self._value, self._at))
        return self._known


def promises_of(view: SchemaView | None, value: Json, at: Location) -> Iterator[tuple[Location, Promise]]:
    """Give each location of a body with its promise, the body itself first.

    Args:
        view: The schema of the body; None where the definition describes none.
        value: The body.
        at: Where the body stands: `response.body`.
    """
    own = Promise.UNDECLARED if view is None else Promise.PROMISED
    yield from _graded((view,) if view is not None else (), value, at, own)


def _graded(
    views: tuple[SchemaView, ...], value: Json, at: Location, promise: Promise
) -> Iterator[tuple[Location, Promise]]:
    """Give the promises of a value that any of the views may describe."""
    if promise is Promise.PROMISED and any(view.is_nullable for view in views):
        promise = Promise.NULLABLE
    yield at, promise
    branches = tuple(branch for view in views for branch in _applying(view, value))
    if isinstance(value, dict):
        for name, child in value.items():
            inner, grade = _member(branches, name)
            yield from _graded(inner, child, at / name, _below(promise, grade))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            inner = tuple(found for branch in branches if (found := branch.element(index)) is not None)
            grade = Promise.PROMISED if inner else Promise.UNDECLARED
            yield from _graded(inner, child, at / index, _below(promise, grade))


def _member(branches: tuple[SchemaView, ...], name: str) -> tuple[tuple[SchemaView, ...], Promise]:
    found = [member for branch in branches if (member := branch.member(name)) is not None]
    views = tuple(member.view for member in found if member.view is not None)
    if not found:
        return (), Promise.UNDECLARED
    is_promised = len(found) == len(branches) and all(member.is_required for member in found)
    return views, Promise.PROMISED if is_promised else Promise.DECLARED


def _below(parent: Promise, own: Promise) -> Promise:
    """Give the grade of a value in a parent: never better than declared where the parent itself may be missing."""
    limit = Promise.PROMISED if parent is Promise.PROMISED else Promise.DECLARED
    return max(limit, own, key=_WEAKER.index)


def _applying(view: SchemaView, value: Json) -> tuple[SchemaView, ...]:
    """Give the branches that could have made a value: of its kind, and with none of its constants contradicted."""
    branches = [branch for branch in view.branches if type_of(value) in branch.types or not branch.types]
    fitting = [branch for branch in branches if not _contradicts(branch, value)]
    return tuple(fitting or branches)


def _contradicts(branch: SchemaView, value: Json) -> bool:
    members = branch.members if isinstance(value, dict) else {}
    return any(
        name in value and value[name] is not None and member.view is not None and not _allows(member.view, value[name])
        for name, member in members.items()
    )


def _allows(view: SchemaView, value: Json) -> bool:
    return not view.values or any(same_json(value, each) for each in view.values)
