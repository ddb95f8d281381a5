"""Fitting: whether a value has the form that a schema describes, so that texts are read as what they were written for.

This is a guess that costs little, and no verdict: patterns and formats are left to the check that follows.
"""

from typing import Final

from contractkit.definitions.choices import suits
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json

_DEEPEST: Final = 8  # levels that are looked into


def fits(value: Json, view: SchemaView | None, depth: int = _DEEPEST) -> bool:
    """Say whether a value has the types, members, constants and bounds of a schema, of a union those of a branch."""
    if view is None or depth == 0:
        return True
    if value is None:
        return view.is_nullable
    return any(_fits_branch(value, branch, depth) for branch in view.value_branches)


def _fits_branch(value: Json, branch: SchemaView, depth: int) -> bool:
    if not suits(value, branch) or not is_within(value, branch):
        return False
    if isinstance(value, list):
        return all(fits(each, branch.element(at), depth - 1) for at, each in enumerate(value))
    return not isinstance(value, dict) or _has_members(value, branch, depth)


def is_within(value: Json, branch: SchemaView) -> bool:
    """Say whether a value is within the bounds that a union-free schema states for values of its kind."""
    size, lower, upper = _size(value)
    least, most = branch.bounds.get(lower), branch.bounds.get(upper)
    if least is not None and (size < least.value or (least.is_exclusive and size == least.value)):
        return False
    return most is None or size < most.value or (size == most.value and not most.is_exclusive)


def _size(value: Json) -> tuple[float, str, str]:
    """Give what of a value has bounds, with their keywords."""
    match value:
        case bool() | None:
            return 0, "", ""
        case str():
            return len(value), "minLength", "maxLength"
        case list():
            return len(value), "minItems", "maxItems"
        case dict():
            return len(value), "minProperties", "maxProperties"
        case _:
            return value, "minimum", "maximum"


def _has_members(value: dict[str, Json], branch: SchemaView, depth: int) -> bool:
    if any(each.is_required and not each.is_read_only and name not in value for name, each in branch.members.items()):
        return False
    for name, each in value.items():
        member = branch.member(name)
        if member is None and branch.is_closed:
            return False
        if member is not None and not fits(each, member.view, depth - 1):
            return False
    return True
