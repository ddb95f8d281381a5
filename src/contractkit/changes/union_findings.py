"""What can differ in how many alternatives of a union a value may be at once: any of them, or one alone."""

from collections.abc import Iterator
from itertools import combinations

from contractkit.changes.found import Found
from contractkit.definitions.schemas import UNIONS, SchemaView
from contractkit.exact_json import dump_compact


def became_exclusive(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that a value could be several alternatives and must be one alone, where there are such values."""
    if _unions(old) != {"anyOf"} or "oneOf" not in _unions(new):
        return
    if any(_may_be_both(*pair) for pair in combinations(new.value_branches, 2)):
        yield Found("any of its alternatives", "one of them alone", old.place("anyOf"), new.place("oneOf"))


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
