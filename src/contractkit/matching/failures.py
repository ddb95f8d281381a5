"""Failures: what a check gives while it runs, located relative to the value that was checked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from contractkit.model import Location, Step
from contractkit.results import ABSENT, Mismatch

DEEPEST_SHOWN = 100
"""Levels of nesting that a mismatch carries of a value; what lies deeper is shown as `…`."""


MOST_MISMATCHES = 20_000
"""Mismatches that one comparison tells; a container in which so many were found is not looked at any further."""


@dataclass(slots=True)
class Failure:
    """One mismatch on its way up: each container appends the step that led to it, so `steps` is innermost first."""

    expected: object
    actual: object
    rule: str
    sentence: str
    steps: list[Step] = field(default_factory=list)

    def at(self, place: Location) -> Mismatch:
        """Give the mismatch that this failure is below `place`."""
        return Mismatch(
            location=place.under(reversed(self.steps)),
            expected=self.expected,
            actual=shown_part(self.actual),
            rule=self.rule,
            sentence=self.sentence,
        )


Check: TypeAlias = Callable[[Any], list[Failure] | None]
"""A compiled expectation: takes the actual value, gives its failures, or None where there are none."""


def below(step: Step, failures: list[Failure]) -> list[Failure]:
    """Give the failures of a member as failures of what holds it."""
    for failure in failures:
        failure.steps.append(step)
    return failures


def unexpected(step: Step, actual: object, sentence: str) -> Failure:
    """Give the failure of a value in a place where the example has none."""
    return Failure(ABSENT, actual, "equality", sentence, [step])


def shown_part(value: object, levels: int = DEEPEST_SHOWN) -> object:
    """Give a value cut at a depth that every printer copes with; shallow values come back as they are."""
    if not isinstance(value, dict | list):
        return value
    return _cut(value, levels) if _is_deeper(value, levels) else value


def _is_deeper(value: object, levels: int) -> bool:
    level = [value]
    for _ in range(levels):
        containers = [each for each in level if isinstance(each, dict | list)]
        if not containers:
            return False
        level = [item for each in containers for item in _members(each) if isinstance(item, dict | list)]
    return bool(level)


def _members(container: object) -> Iterable[object]:
    return container.values() if isinstance(container, dict) else container if isinstance(container, list) else ()


def _cut(value: object, levels: int) -> object:
    if not isinstance(value, dict | list):
        return value
    if levels == 0:
        return "…"
    if isinstance(value, dict):
        return {key: _cut(item, levels - 1) for key, item in value.items()}
    return [_cut(item, levels - 1) for item in value]
