"""What can differ in unions: how many alternatives a value may be at once, and of what types each of them is."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Final

from contractkit.changes import schema_findings as find
from contractkit.changes.alignment import align
from contractkit.changes.format_findings import takes_formats
from contractkit.changes.found import Found, listed, without
from contractkit.changes.keyword_findings import added_keyword, changed_keyword
from contractkit.definitions.schema_facets import ALL_TYPES, type_names
from contractkit.definitions.schemas import UNIONS, SchemaView
from contractkit.exact_json import Json, dump_compact

_DEMANDS: Final = (
    find.tightened, find.lost_values, find.became_limited, find.other_pattern, added_keyword, changed_keyword,
)  # fmt: skip
"""What finds that one schema demands more of a single value than another one does."""

_COMPOUND: Final = frozenset({"array", "object"})


def narrowed_alternatives(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the alternatives that lost a type which others keep, where none of these takes such values."""
    for left, right in align(old, new).pairs:
        if _is_untaken((left.types - right.types) & new.types, left, new):
            yield _retyped(left, right)


def widened_alternatives(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the alternatives that gained a type which others had, where none of these gave such values."""
    for left, right in align(old, new).pairs:
        if _is_untaken((right.types - left.types) & old.types, right, old):
            yield _retyped(left, right)


def lost_alternatives(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the alternatives of a union that are gone, and that no other one takes the values of."""
    aligned = align(old, new)
    for branch in aligned.only_old if aligned.pairs else ():  # else the type changed altogether, and that is said
        if _is_untaken(branch.types, branch, new):
            yield Found(_name_of(branch), "nothing", branch.declared_at, new.declared_at)


def new_alternatives(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the alternatives of a union that are new, and that no other one gave the values of."""
    aligned = align(old, new)
    for branch in aligned.only_new if aligned.pairs else ():
        if _is_untaken(branch.types, branch, old):
            yield Found("nothing", _name_of(branch), old.declared_at, branch.declared_at)


def lost_values(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the values that an enumeration lost, and no other alternative lists."""
    for left, right in align(old, new).pairs:
        for found in find.lost_values(left, right):
            if gone := without(left.values or (), _values_of(new)):
                yield replace(found, before=listed(gone))


def added_values(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the values that an enumeration gained, and no other alternative listed."""
    for left, right in align(old, new).pairs:
        for found in find.added_values(left, right):
            if added := without(right.values or (), _values_of(old)):
                yield replace(found, after=listed(added))


def _values_of(view: SchemaView) -> tuple[Json, ...]:
    return tuple(value for branch in view.value_branches for value in branch.values or ())


def _name_of(branch: SchemaView) -> str:
    name = branch.declared_at.pointer.rsplit("/", 1)[-1]
    return type_names(branch.types) if name.isdigit() or name == "schema" else name


def _is_untaken(types: frozenset[str], branch: SchemaView, union: SchemaView) -> bool:
    """Say whether a union takes not all values of such types that an alternative of another union does."""
    return any(not any(_takes(each, kind, branch) for each in union.value_branches) for kind in types - {"null"})


def _takes(branch: SchemaView, kind: str, other: SchemaView) -> bool:
    """Say whether a schema surely takes every value of a type that another one does."""
    if kind not in branch.types or any(any(finds(other, branch)) for finds in _DEMANDS):
        return False
    if not takes_formats(branch, other):
        return False
    if kind not in _COMPOUND:
        return True
    # an object of which nothing is said often stands for an empty one, not for any
    return branch.types == ALL_TYPES and not (branch.describes_members or branch.elements or branch.numbered)


def _retyped(left: SchemaView, right: SchemaView) -> Found:
    return Found(type_names(left.types), type_names(right.types), left.place("type"), right.place("type"))


def became_exclusive(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that a value could be several alternatives and must be one alone, where there are such values.

    So may one be that was described without alternatives; but what a discriminator tells apart is taken for one alone.
    """
    unions = _unions(old)
    if "oneOf" not in _unions(new) or "oneOf" in unions or (not unions and new.said("discriminator")):
        return
    fitting = new.value_branches if unions else tuple(each for each in new.value_branches if _takes_some(each, old))
    if any(_may_be_both(*pair) for pair in combinations(fitting, 2)):
        before = "any of its alternatives" if unions else "anything its one schema takes"
        after = "one of them alone" if unions else "one of its alternatives alone"
        yield Found(before, after, old.place("anyOf"), new.place("oneOf"))


def _takes_some(branch: SchemaView, old: SchemaView) -> bool:
    """Say whether a value of an old schema may be an alternative: it has no members but the declared ones."""
    required = (name for name, member in branch.members.items() if member.is_required)
    return bool(branch.types & old.types) and all(old.member(name) is not None for name in required)


def _unions(view: SchemaView) -> set[str]:
    return {
        keyword for keyword in UNIONS if any(isinstance(said, list) and len(said) > 1 for said in view.said(keyword))
    }


def _may_be_both(one: SchemaView, other: SchemaView) -> bool:
    if not (one.types & other.types) - {"null"} or _share_no_value(one, other):
        return False
    if one.types & other.types - {"null"} != {"object"}:
        return True
    return not (_excludes(one, other) or _excludes(other, one))


def _excludes(one: SchemaView, other: SchemaView) -> bool:
    """Say whether one object requires a member that the other one refuses, or of which no value is of both."""
    for name, member in one.members.items():
        counterpart = other.member(name)
        if not member.is_required or (counterpart is None and not other.is_closed):
            continue
        if counterpart is None or (member.view and counterpart.view and _are_apart(member.view, counterpart.view)):
            return True
    return False


def _are_apart(one: SchemaView, other: SchemaView) -> bool:
    return not one.types & other.types or _share_no_value(one, other)


def _share_no_value(one: SchemaView, other: SchemaView) -> bool:
    if one.values is None or other.values is None:
        return False
    return not {*map(dump_compact, one.values)} & {*map(dump_compact, other.values)}
