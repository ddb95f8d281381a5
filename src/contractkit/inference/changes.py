"""Changes: one thing that is different in an answer of a re-run, and the body with it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from contractkit.exact_json import Json
from contractkit.model import Location, Step, Wildcard


class AnswerId(NamedTuple):
    """Which answer of a test: the provider's name, and the key of the interaction that it became."""

    provider: str
    key: str


class Kind(Enum):
    """What a change does to every value that stands at its location."""

    DROP = "dropped"
    NULL = "null"
    EMPTY = "an empty list"
    LONGER = "a longer list"
    VALUE = "another value"
    BRANCH = "another alternative"
    MORE = "an extra field"
    STATUS = "an undeclared status"


EXTRA_FIELD = "contractkitExtraField"
"""The name of a member that no definition has."""

UNDECLARED_STATUS = 418
"""A status that says nothing of the request (RFC 9110 §15.5.19 keeps it unused)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change to one answer of a test.

    `location` is generalised: every element of a list changes alike. `value` is what takes the place of another value.
    """

    answer: AnswerId
    kind: Kind
    location: Location
    value: Json = None


def changed(body: Json, changes: tuple[Change, ...], at: Location) -> Json:
    """Give a body with changes.

    Args:
        body: The JSON value of the body.
        changes: Those that concern its answer; what changes the status or headers changes nothing here.
        at: Where the body stands in its exchange.
    """
    for change in changes:
        if change.kind is not Kind.STATUS and change.location.starts_with(at):
            body = _at(body, change.location.steps[len(at.steps) :], _EDITS[change.kind], change.value)
    return body


def describe(change: Change) -> str:
    """Give a change in words: `response.body.total dropped`."""
    return f"{change.location} {change.kind.value}"


_Edit = Callable[[Json, Step | None, Json], Json]
"""From what holds a value, the step to it (None for the body itself) and the change's value to the new holder."""


def _at(value: Json, steps: tuple[Step, ...], edit: _Edit, new: Json) -> Json:
    if not steps:
        return edit(value, None, new)
    step, rest = steps[0], steps[1:]
    if isinstance(value, list):
        if step is Wildcard.INDEX:
            return [_at(each, rest, edit, new) for each in value] if rest else edit(value, step, new)
        return value
    if not isinstance(value, dict) or not isinstance(step, str) or step not in value:
        return value
    if rest:
        return {**value, step: _at(value[step], rest, edit, new)}
    return edit(value, step, new)


def _dropped(holder: Json, step: Step | None, _: Json) -> Json:
    return {name: each for name, each in holder.items() if name != step} if isinstance(holder, dict) else holder


def _replaced(holder: Json, step: Step | None, new: Json) -> Json:
    if step is None:
        return new
    return [new for _ in holder] if isinstance(holder, list) else {**holder, step: new}


def _each(make: Callable[[Json], Json]) -> _Edit:
    """Give the edit that makes a new value of each old one."""

    def edit(holder: Json, step: Step | None, _: Json) -> Json:
        if step is None:
            return make(holder)
        return [make(each) for each in holder] if isinstance(holder, list) else {**holder, step: make(holder[step])}

    return edit


def _longer(value: Json) -> Json:
    """Give a list with its last element once more; an empty one has none to repeat."""
    return [*value, value[-1]] if isinstance(value, list) and value else value


def _with_more(value: Json) -> Json:
    """Give a value with an extra field in each of its objects."""
    if isinstance(value, dict):
        return {**{name: _with_more(each) for name, each in value.items()}, EXTRA_FIELD: "extra"}
    return [_with_more(each) for each in value] if isinstance(value, list) else value


_EDITS: dict[Kind, _Edit] = {
    Kind.DROP: _dropped,
    Kind.NULL: lambda holder, step, _: _replaced(holder, step, None),
    Kind.EMPTY: _each(lambda value: [] if isinstance(value, list) else value),
    Kind.LONGER: _each(_longer),
    Kind.VALUE: _replaced,
    Kind.BRANCH: _replaced,
    Kind.MORE: _each(_with_more),
}
