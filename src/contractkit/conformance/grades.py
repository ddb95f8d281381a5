"""Grades: how far a definition commits a provider to one place of an answer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from contractkit.conformance.room import (
    branches_with_room,
    described_by,
    has_room,
    refuses,
    types_with_room,
    values_with_room,
)
from contractkit.definitions.references import Node
from contractkit.definitions.schema_facets import ALL_TYPES
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json, dump_compact
from contractkit.model import Step, Wildcard


class Grade(Enum):
    """What a definition says of a place, from the strongest commitment to none."""

    PROMISED = "promised"  # declared, required on the whole way, never null
    NULLABLE = "nullable"  # declared and required, but null may stand there
    DECLARED = "declared"  # declared, but it may be absent
    UNSETTLED = "unsettled"  # inside something of which the definition describes no members
    UNDECLARED = "undeclared"  # described as something that has no such place
    DISJOINT = "of a disjoint type"  # declared, with no type in common with what the consumer expects


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a definition says of one place: its grade, the types and (where only some are allowed) the values there.

    `node` is the declaration that says so, or the last one met on the way. Of a list, `fewest` and `most` are how many
    elements it may have, None where there may be any number. `text_format` is the format of which every text is, None
    where nothing is said, or not of all. `weak` are the steps, by number, that may lead to nothing or start from
    null; it is empty where the place is sure to be there. `is_null_unsure` says that null is among the types only by a
    `nullable` that the definition's version does not know, `may_be_blank` that an empty text may stand there.
    `is_refused` says that nothing can be there, declared or not: what is around it has no room for it. `is_mixed` says
    that of elements which are described by their number, some have no type in common with what the consumer expects,
    `is_free_beyond` that others may be anything.
    """

    grade: Grade
    types: frozenset[str]
    values: tuple[Json, ...] | None
    node: Node | None
    fewest: int = 0
    most: int | None = None
    text_format: str | None = None
    weak: frozenset[tuple[int, str]] = frozenset()
    is_null_unsure: bool = False
    may_be_blank: bool = True
    is_refused: bool = False
    is_mixed: bool = False
    is_free_beyond: bool = False

    @property
    def is_declared(self) -> bool:
        """Say whether something of this kind may stand there by the definition's own words."""
        return self.grade in (Grade.PROMISED, Grade.NULLABLE, Grade.DECLARED)


@dataclass(frozen=True, slots=True)
class _Reach:
    """How surely a place is reached (3 always, 2 perhaps, 1 not settled, 0 never), and the schemas found there.

    `is_any` says that one way there is required without a word of what it is: besides the schemas, anything may stand.
    `is_loose` says that one alternative on the way describes no members, so that of what may be there not all is said.
    `is_refused` says that no alternative has room for it. `apart` are the schemas found there by each way through an
    element, where some elements are described by their number: all of them count, not any of them. No schemas stand
    for others that may be anything.
    """

    certainty: int
    views: tuple[SchemaView, ...]
    last: Node | None
    is_any: bool = False
    is_loose: bool = False
    is_refused: bool = False
    apart: tuple[tuple[SchemaView, ...], ...] = ()

    @property
    def said(self) -> tuple[SchemaView, ...]:
        """Give the schemas that say all of what may stand there; none where anything may."""
        return () if self.is_any else self.views


_NUMBERS = frozenset(("integer", "number"))
_ALWAYS, _PERHAPS, _UNSETTLED, _NEVER = 3, 2, 1, 0


def stand(
    view: SchemaView | None, steps: tuple[Step, ...], expected_types: Iterable[str] = (), *, around: int = 0
) -> Standing | None:
    """Give what a schema says of the place that some steps lead to; None where what is around it is not declared.

    Args:
        view: The schema of the body or header; None where the definition describes no value.
        steps: Member names and indexes; `[*]` is any element of a list.
        expected_types: JSON types that the consumer saw there; null among them is passed over.
        around: How many of the steps lead to what may be absent with all that lies in it: it is taken to be there.
    """
    if view is None:
        return Standing(grade=Grade.UNSETTLED, types=ALL_TYPES, values=None, node=None)
    if around and not _reach(view, steps[:around]).views:
        return None
    reach = _within(view, steps, around)
    types = _types(reach.said)
    is_null_unsure = "null" not in types and any(found.has_unknown_null for found in reach.said)
    types = types | {"null"} if is_null_unsure else types
    node = reach.views[0].declared_at if reach.views else reach.last
    expected = frozenset(expected_types) - {"null"}
    grade = _grade(reach, types, expected)
    fewest, most = _size(reach.said)
    return Standing(
        grade=grade,
        types=types,
        values=_values(reach.said),
        node=node,
        fewest=fewest,
        most=most,
        text_format=_text_format(reach.said),
        weak=_weak_steps(view, steps, around) if reach.certainty == _PERHAPS else frozenset(),
        is_null_unsure=is_null_unsure,
        may_be_blank=_may_be_blank(reach.said),
        is_refused=reach.is_refused or not ("null" in types or any(map(has_room, reach.said))),
        is_mixed=any(_are_disjoint(expected, _types(views)) for views in reach.apart),
        is_free_beyond=() in reach.apart,
    )


def views_at(view: SchemaView, steps: tuple[Step, ...]) -> tuple[SchemaView, ...]:
    """Give every union-free schema that may speak of the place that some steps lead to."""
    return tuple(branch for found in _reach(view, steps).views for branch in found.value_branches)


def _within(view: SchemaView, steps: tuple[Step, ...], around: int) -> _Reach:
    """Give what the steps reach, what the first of them lead to being there and no null."""
    if not around:
        return _reach(view, steps)
    reached = [
        _through(branch, steps[around:])
        for each in _reach(view, steps[:around]).views
        for branch in each.value_branches
    ]
    return _together(reached, view)


def _weak_steps(view: SchemaView, steps: tuple[Step, ...], around: int) -> frozenset[tuple[int, str]]:
    """Give the steps that may lead to nothing, and those that may start from null; of the first ones, none."""
    found: set[tuple[int, str]] = set()
    views: tuple[SchemaView, ...] = (view,)
    for number, step in enumerate(steps):
        reached = [_through(branch, (step,)) for each in views for branch in each.value_branches]
        if number >= around and any(each.certainty != _ALWAYS for each in reached):
            found.add((number, "absent"))
        if (number > around or not around) and any(_may_be_null(each) for each in views):
            found.add((number, "null"))
        views = tuple({each.key: each for through in reached for each in through.views}.values())
    return frozenset(found)


def _size(views: tuple[SchemaView, ...]) -> tuple[int, int | None]:
    lists = [branch for view in views for branch in view.value_branches if "array" in branch.types]
    fewest = [int(branch.bounds["minItems"].value) if "minItems" in branch.bounds else 0 for branch in lists]
    most = [int(branch.bounds["maxItems"].value) for branch in lists if "maxItems" in branch.bounds]
    return min(fewest, default=0), max(most) if most and len(most) == len(lists) else None


def _text_format(views: tuple[SchemaView, ...]) -> str | None:
    texts = [branch for view in views for branch in view.value_branches if "string" in branch.types]
    said = [branch.said("format") for branch in texts]
    only = said[0] if said and all(each == said[0] for each in said) else ()
    return only[0] if len(only) == 1 and isinstance(only[0], str) else None


def _may_be_blank(views: tuple[SchemaView, ...]) -> bool:
    """Say whether nothing excludes the empty text; where a pattern or a format says more of texts, it does."""
    texts = [branch for view in views for branch in view.value_branches if "string" in branch.types]
    return not views or any(_takes_blank(branch) for branch in texts)


def _takes_blank(branch: SchemaView) -> bool:
    if branch.values is not None:
        return "" in branch.values
    least = branch.bounds.get("minLength")
    return (least is None or least.value < 1) and not branch.said("pattern") and not branch.said("format")


def _grade(reach: _Reach, types: frozenset[str], expected: frozenset[str]) -> Grade:
    if reach.certainty in (_NEVER, _UNSETTLED):
        return Grade.UNDECLARED if reach.certainty == _NEVER else Grade.UNSETTLED
    if _are_disjoint(expected, types):
        return Grade.UNSETTLED if reach.is_loose else Grade.DISJOINT
    if reach.certainty == _PERHAPS:
        return Grade.DECLARED
    return Grade.NULLABLE if "null" in types and types != ALL_TYPES else Grade.PROMISED


def _types(views: tuple[SchemaView, ...]) -> frozenset[str]:
    return frozenset[str]().union(*map(types_with_room, views)) if views else ALL_TYPES


def _are_disjoint(expected: frozenset[str], types: frozenset[str]) -> bool:
    return bool(expected) and not _numbers_alike(expected) & _numbers_alike(types)


def _numbers_alike(types: frozenset[str]) -> frozenset[str]:
    """Give types with both kinds of numbers where there is one: an integer is a number, some numbers are integers."""
    return types | _NUMBERS if types & _NUMBERS else types


def _values(views: tuple[SchemaView, ...]) -> tuple[Json, ...] | None:
    listed = [values_with_room(branch) for view in views for branch in view.value_branches]
    if not listed or None in listed:
        return None
    return tuple({dump_compact(value): value for values in listed for value in values or ()}.values())


def _reach(view: SchemaView, steps: tuple[Step, ...]) -> _Reach:
    if not steps:
        return _Reach(_ALWAYS, (view,), view.declared_at)
    found = _together([_through(branch, steps) for branch in branches_with_room(view)], view)
    if found.certainty == _ALWAYS and _may_be_null(view):
        return replace(found, certainty=_PERHAPS)  # where null stands, nothing lies below
    return found


def _may_be_null(view: SchemaView) -> bool:
    """Say whether null may stand there by what is said of the place; where nothing is said of it, nobody means null."""
    return (view.is_nullable and view.types != ALL_TYPES) or view.has_unknown_null


def _together(reached: list[_Reach], view: SchemaView) -> _Reach:
    certainties = {each.certainty for each in reached} or {_NEVER}
    certainty = certainties.pop() if len(certainties) == 1 else min(_PERHAPS, max(certainties))
    views = {found.key: found for each in reached for found in each.views}
    last = next((each.last for each in reached if each.certainty == max(certainties, default=0)), None)
    last = last or (reached[0].last if reached else view.declared_at)
    is_any = any(each.is_any for each in reached)
    is_loose = any(each.is_loose or each.certainty == _UNSETTLED for each in reached)
    is_refused = all(each.is_refused for each in reached)
    apart = tuple(views for each in reached for views in each.apart)
    return _Reach(certainty, tuple(views.values()), last, is_any, is_loose, is_refused, apart)


def _through(branch: SchemaView, steps: tuple[Step, ...]) -> _Reach:
    first, rest = steps[0], steps[1:]
    if isinstance(first, str) or first is Wildcard.ANY:
        return _through_member(branch, str(first) if isinstance(first, str) else "", rest)
    if "array" not in branch.types:
        return _Reach(_NEVER, (), branch.declared_at, is_refused=True)
    elements = _elements(branch, first)
    if not elements:
        return _Reach(_UNSETTLED, (), branch.declared_at)
    reached = [_reach(element, rest) for element in elements]
    found = _together(reached, branch)
    free = ((),) if first is Wildcard.INDEX and _is_free_beyond(branch) else ()
    if len(reached) == 1 and not free:
        return found
    return replace(found, apart=(*found.apart, *(each.said for each in reached if each.said), *free))


def _is_free_beyond(branch: SchemaView) -> bool:
    """Say whether nothing is said of further elements beside those that are described by their number."""
    if not branch.numbered or branch.elements is not None:
        return False
    most = branch.bounds.get("maxItems")
    is_closed = any(False in branch.said(keyword) for keyword in ("items", "unevaluatedItems"))
    return not is_closed and (most is None or most.value > len(branch.numbered))


def _elements(branch: SchemaView, step: Step) -> tuple[SchemaView, ...]:
    """Give what is said of the element that a step leads to; of any, all that is said of some by their number, too."""
    if isinstance(step, int):
        element = branch.element(step)
        return () if element is None else (element,)
    return (*branch.numbered, *(() if branch.elements is None else (branch.elements,)))


def _through_member(branch: SchemaView, name: str, rest: tuple[Step, ...]) -> _Reach:
    """Give what a member leads to, any member by the name that is none."""
    found = _through_declared(branch, name, rest)
    is_refused = "object" not in branch.types or (bool(name) and refuses(branch, name))
    return replace(found, is_refused=True) if is_refused else found


def _through_declared(branch: SchemaView, name: str, rest: tuple[Step, ...]) -> _Reach:
    member = branch.member(name)
    if "object" not in branch.types or (member is not None and member.is_write_only):
        return _Reach(_NEVER, (), branch.declared_at)
    if member is None:
        return _Reach(_NEVER if branch.describes_members else _UNSETTLED, (), branch.declared_at)
    if member.view is None:
        return _Reach(_UNSETTLED if rest else _ALWAYS, (), branch.declared_at, is_any=not rest)
    below = _reach(described_by(branch, name, member.view), rest)
    if below.certainty == _ALWAYS and not member.is_required:
        return replace(below, certainty=_PERHAPS)
    return below
