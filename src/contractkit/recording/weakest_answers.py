"""Weakest answers: what a proposed definition of JSON lets a provider answer and the present one does not.

What may be absent now is absent, null stands where it newly may, a list is empty or longer that could not be, and a new
member or a value of another type comes. What was as weak before stays: that it may be absent is no news to anyone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from contractkit.definitions.interface import Promise
from contractkit.definitions.promises import Graded
from contractkit.definitions.schema_facets import ALL_TYPES
from contractkit.exact_json import Json, same_json
from contractkit.model import Step

Steps: TypeAlias = tuple[Step, ...]
"""The steps from a body to a place in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Takes out of a body what got worse from the present definition to the proposed one: what is gone.

    Attributes:
        weakest: Also what may be absent, null, empty or longer now.
        with_values: And of enumerations a new member comes, or another value where they hold any now.
        with_types: And a value of a type comes that could not.
        leaving: The places at and below which only what is gone is taken: more would be no such answer.
    """

    weakest: bool = False
    with_values: bool = False
    with_types: bool = False
    leaving: frozenset[Steps] = frozenset()

    def taken(self, value: Json, old: Graded, new: Graded, at: Steps = ()) -> Json:
        """Give what stays of a value that itself stays."""
        if isinstance(value, dict):
            return dict(self._members(value, old, new, at))
        if isinstance(value, list):
            inner = ((index, each, (*at, index)) for index, each in enumerate(value))
            return [self._one(each, old.inner(index), new.inner(index), place) for index, each, place in inner]
        return value

    def _members(self, value: dict[str, Json], old: Graded, new: Graded, at: Steps) -> Iterator[tuple[str, Json]]:
        for name, member in value.items():
            before, after, place = old.inner(name), new.inner(name), (*at, name)
            is_gone = after.promise is Promise.UNDECLARED and before.promise is not Promise.UNDECLARED
            may_lack = self.weakest and _is_required(old, name) and not _is_required(new, name)
            if not is_gone and (place in self.leaving or not may_lack):
                yield name, self._one(member, before, after, place)

    def _one(self, value: Json, old: Graded, new: Graded, at: Steps) -> Json:
        if at in self.leaving:
            return Taking().taken(value, old, new)
        if not self.weakest or value is None:
            return self.taken(value, old, new, at)
        if old.views and _may_be_null(new) and not _may_be_null(old):
            return None
        others = [
            *(_of_new_types(old, new) if self.with_types else ()),
            *(_added(old, new) if self.with_values else ()),
        ]
        if others:
            return others[0]
        kept = self.taken(value, old, new, at)
        return _resized(kept, old, new) if isinstance(kept, list) and kept == value else kept


WEAKEST = (
    Taking(weakest=True, with_values=True, with_types=True),
    Taking(weakest=True, with_values=True),
    Taking(weakest=True),
)
"""Ways to take, the most first: another type has rules of its own, and a new member may tell alternatives apart."""

_MOST_ELEMENTS = 1_000
"""So long lists are made at most; a longer one is taken for one of any length."""

_OTHERS: Mapping[str, Json] = {
    "string": "other",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "array": [],
    "object": {},
}
"""A type to a value of it, in the order in which they are tried."""


def _is_required(graded: Graded, name: str) -> bool:
    """Say whether a member is there wherever the object is, whether or not that may lack itself."""
    found = [branch.member(name) for branch in graded.applying]
    return bool(found) and all(each is not None and each.is_required for each in found)


def _may_be_null(graded: Graded) -> bool:
    return any(view.is_nullable and view.types != ALL_TYPES for view in graded.views)


def _added(old: Graded, new: Graded) -> list[Json]:
    """Give the new members of an enumeration; where it is none any more, a text that was no member."""
    known, listed = _listed(old), _listed(new)
    others = listed if listed or "string" not in _types(new) else ("other", "another")
    added = [each for each in others if each is not None and not any(same_json(each, one) for one in known)]
    return added if known else []


def _of_new_types(old: Graded, new: Graded) -> list[Json]:
    """Give a value of each type that could not come; none where it was not said what comes."""
    known = _types(old)
    return [value for name, value in _OTHERS.items() if known and name in _types(new) - known]


def _types(graded: Graded) -> frozenset[str]:
    return frozenset(name for view in graded.views for branch in view.value_branches for name in branch.types)


def _resized(kept: list[Json], old: Graded, new: Graded) -> list[Json]:
    """Give a list with no element, else with one more than ever came, where it newly may have so many."""
    if _size(old, "minItems", min, 0) > 0 and _size(new, "minItems", min, 0) == 0:
        return []
    most = _size(old, "maxItems", max, _MOST_ELEMENTS)
    more = most + 1 - len(kept) if kept and most < _size(new, "maxItems", max, _MOST_ELEMENTS) else 0
    return kept + kept[-1:] * more


def _size(graded: Graded, bound: str, choose: Callable[[Iterable[int]], int], default: int) -> int:
    """Give how many elements a list may have at least or at most: the widest of what may describe it."""
    lists = [branch for view in graded.views for branch in view.value_branches if "array" in branch.types]
    return choose([int(each.bounds[bound].value) if bound in each.bounds else default for each in lists] or [default])


def _listed(graded: Graded) -> tuple[Json, ...]:
    """Give the members of an enumeration; none where a value need not be one of some."""
    lists = [branch.values for view in graded.views for branch in view.value_branches]
    if any(each is None for each in lists):
        return ()
    return tuple(value for each in lists for value in each or ())
