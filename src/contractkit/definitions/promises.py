"""Promises: how far a definition commits a provider to each value of an answer.

A member is promised if it is required by its object, under every branch of a union that could apply, and if all it
lies in is promised. A list's elements are graded like the list: `lines[0].quantity` is promised where `lines` is and
`quantity` is required of an element.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from contractkit.definitions.interface import Promise
from contractkit.definitions.schema_facets import type_of
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json, same_json
from contractkit.model import Location

_WEAKER: Final = (Promise.PROMISED, Promise.NULLABLE, Promise.DECLARED, Promise.UNDECLARED)


class Graded:
    """A value of an answer with the schemas that may describe it: how far it is promised, and what lies in it."""

    __slots__ = ("_branches", "_value", "_views", "promise")

    def __init__(self, views: tuple[SchemaView, ...], value: Json, promise: Promise, *, is_nullable: bool) -> None:
        self.promise = Promise.NULLABLE if is_nullable and promise is Promise.PROMISED else promise
        self._views, self._value = views, value
        self._branches: tuple[SchemaView, ...] | None = None

    @property
    def views(self) -> tuple[SchemaView, ...]:
        """Give the schemas that may describe the value; empty where none does."""
        return self._views

    @property
    def applying(self) -> tuple[SchemaView, ...]:
        """Give the alternatives of them that could have made the value."""
        return tuple(branch for view in self._views for branch in _applying(view, self._value))

    def inner(self, step: str | int) -> "Graded":
        """Give the member of that name, or the element at that index, which the value has."""
        if self._branches is None:
            self._branches = tuple([branch for view in self._views for branch in _applying(view, self._value)])
        views, grade, is_nullable = _known_inner(self._branches, step)
        return Graded(views, self._value[step], _below(self.promise, grade), is_nullable=is_nullable)


class Promises(Mapping[Location, Promise]):
    """The promises of one answer by location, worked out when first looked at: most answers are only sent."""

    def __init__(self, view: SchemaView | None, value: Json, at: Location) -> None:
        self._view, self._value, self._at = view, value, at
        self._known: dict[Location, Promise] | None = None

    @property
    def root(self) -> Graded:
        """Give the body itself, for those who walk it rather than look places up."""
        return _root(self._view, self._value)

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
    yield from _listed(_root(view, value), value, at)


def _root(view: SchemaView | None, value: Json) -> Graded:
    if view is None:
        return Graded((), value, Promise.UNDECLARED, is_nullable=False)
    return Graded((view,), value, Promise.PROMISED, is_nullable=view.is_nullable)


def _listed(graded: Graded, value: Json, at: Location) -> Iterator[tuple[Location, Promise]]:
    yield at, graded.promise
    if isinstance(value, dict | list):
        for step, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _listed(graded.inner(step), child, at / step)


class _Inner(NamedTuple):
    """The schemas of a member or element, how far it is promised by what it lies in alone, whether one allows null."""

    views: tuple[SchemaView, ...]
    grade: Promise
    is_nullable: bool


def _known_inner(branches: tuple[SchemaView, ...], step: str | int) -> _Inner:
    """Give what lies at a step; of a schema without alternatives, what each declared member is is worked out once."""
    if len(branches) != 1 or isinstance(step, int):
        return _inner(branches, step)
    known = branches[0].known(_nothing_known)
    found = known.get(step)
    if found is None:
        found = _inner(branches, step)
        if step in branches[0].members:  # other names are without number
            known[step] = found
    return found


def _nothing_known(view: SchemaView) -> dict[str, _Inner]:
    return {}


def _inner(branches: tuple[SchemaView, ...], step: str | int) -> _Inner:
    if isinstance(step, str):
        views, grade = _member(branches, step)
    else:
        views = tuple([found for branch in branches if (found := branch.element(step)) is not None])
        grade = Promise.PROMISED if views else Promise.UNDECLARED
    return _Inner(views, grade, any(view.is_nullable for view in views))


def _member(branches: tuple[SchemaView, ...], name: str) -> tuple[tuple[SchemaView, ...], Promise]:
    found = [member for branch in branches if (member := branch.member(name)) is not None]
    views = tuple([member.view for member in found if member.view is not None])
    if not found:
        return (), Promise.UNDECLARED
    is_promised = len(found) == len(branches) and all(member.is_required for member in found)
    return views, Promise.PROMISED if is_promised else Promise.DECLARED


def _below(parent: Promise, own: Promise) -> Promise:
    """Give the grade of a value in a parent: never better than declared where the parent itself may be missing."""
    if parent is Promise.PROMISED:
        return own
    return max(Promise.DECLARED, own, key=_WEAKER.index)


def _applying(view: SchemaView, value: Json) -> tuple[SchemaView, ...]:
    """Give the branches that could have made a value: of its kind, and with none of its constants contradicted."""
    if len(view.branches) == 1:
        return view.branches
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
