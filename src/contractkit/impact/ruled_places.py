"""Ruled places: where in a request a rule stands for other values than the recorded one, by the matching language."""

from collections.abc import Iterator
from dataclasses import dataclass

from contractkit.exact_json import Json
from contractkit.matching.members import said_of_members
from contractkit.matching.rules import Members, kind_of
from contractkit.matching.weighting import RuleList, Scope
from contractkit.model import Step, Wildcard

_OPEN_OBJECTS = frozenset((Members.FREE, Members.EACH_KEY, Members.EACH_VALUE))


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledPlace:
    """A place whose value a rule leaves free.

    Attributes:
        steps: What leads to it from the body or the parameter.
        example: The recorded value.
        rules: The rules that hold there, written for it or cascading from further up.
        is_text: Whether it is written without its type, as in a query.
        is_open: Whether members or elements may stand in it of which the recording has none.
    """

    steps: tuple[Step, ...]
    example: Json
    rules: RuleList
    is_text: bool = False
    is_open: bool = False


def is_wide(rules: RuleList) -> bool:
    """Say whether rules stand for more values than the recorded one."""
    return any(kind_of(rule).members is not Members.EQUAL for rule in rules.rules)


def ruled_places(value: Json, scope: Scope, *, is_text: bool = False) -> Iterator[RuledPlace]:
    """Give the ruled places of a JSON value or of a form, outermost first; of what is in an open one, none."""
    pending: list[tuple[tuple[Step, ...], Json, Scope]] = [((), value, scope)]
    for steps, each, at in pending:
        is_open = _is_open(each, at.chosen)
        if is_wide(at.chosen):
            yield RuledPlace(steps=steps, example=each, rules=at.chosen, is_text=is_text, is_open=is_open)
        if not is_open and not at.is_silent:
            pending.extend(((*steps, step), inner, at.step(step)) for step, inner in _inside(each, at))


def _is_open(value: Json, rules: RuleList) -> bool:
    said = said_of_members(rules)
    if isinstance(value, dict):
        return bool(said & _OPEN_OBJECTS)
    if isinstance(value, list):
        return Members.VARIANTS in said or (not value and is_wide(rules))
    return False


def _inside(value: Json, scope: Scope) -> Iterator[tuple[Step, Json]]:
    """Give the members or elements; a ruled list may have further ones, which are like the first.

    They are a place of their own only where rules are written below: else each list in a list would double the work.
    """
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)
        if value and is_wide(scope.chosen) and not scope.is_even:
            yield Wildcard.INDEX, value[0]
