"""Locations: one notation for a place in an exchange, `response.body.lines[1].quantity`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class Wildcard(Enum):
    """A step that stands for several places: in a rule, or where needs speak of every element of a list."""

    INDEX = "[*]"
    ANY = ".*"

    __hash__ = object.__hash__  # the enumeration's own runs in Python, and rules look steps up by the thousand


Step: TypeAlias = str | int | Wildcard

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STEP = re.compile(
    r"\.(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<any>\.\*)|\[(?P<index>\d+)\]|(?P<every>\[\*\])"
    r"|\['(?P<quoted>(?:[^'\\]|\\.)*)'\]"
)


@dataclass(frozen=True, slots=True)
class Location:
    """A place in an exchange as a tuple of steps: member names, list indexes, wildcards.

    Written `response.body.lines[1].quantity`; a name that is not an identifier is quoted, as in
    `response.headers['content-type']`. The first step names the side (`request`, `response`, `events`, `message`).
    """

    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        return "".join(_written(step) for step in self.steps).removeprefix(".")

    def __lt__(self, other: "Location") -> bool:
        return str(self) < str(other)

    def __truediv__(self, step: Step) -> "Location":
        return Location((*self.steps, step))

    def under(self, steps: Iterable[Step]) -> "Location":
        """Give the location reached by following further steps from this one."""
        return Location((*self.steps, *steps))

    def starts_with(self, prefix: "Location") -> bool:
        """Say whether this place is `prefix` or lies below it, wildcards in `prefix` standing for any such step."""
        if len(prefix.steps) > len(self.steps):
            return False
        return all(_stands_for(pattern, step) for pattern, step in zip(prefix.steps, self.steps, strict=False))

    def matches(self, other: "Location") -> bool:
        """Say whether this location, read as a pattern, stands for `other`."""
        return len(self.steps) == len(other.steps) and other.starts_with(self)

    def generalised(self) -> "Location":
        """Give the location with every list index replaced by `[*]`."""
        return Location(tuple(Wildcard.INDEX if isinstance(step, int) else step for step in self.steps))


def parse_location(text: str) -> Location:
    """Give the location that a text in the one notation names.

    Raises:
        ValueError: The text is not in the notation; the message says from which character on.
    """
    rest = text if text.startswith(("[", ".")) or not text else f".{text}"
    steps: list[Step] = []
    position = 0
    while position < len(rest):
        found = _STEP.match(rest, position)
        if found is None:
            raise ValueError(f"not a location: {text!r}, from character {position} on")
        steps.append(_step_of(found))
        position = found.end()
    return Location(tuple(steps))


def _step_of(found: re.Match[str]) -> Step:
    if found["name"] is not None:
        return found["name"]
    if found["index"] is not None:
        return int(found["index"])
    if found["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", found["quoted"])
    return Wildcard.ANY if found["any"] is not None else Wildcard.INDEX


def _written(step: Step) -> str:
    if isinstance(step, Wildcard):
        return step.value
    if isinstance(step, int):
        return f"[{step}]"
    if _NAME.fullmatch(step):
        return f".{step}"
    escaped = step.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"


def _stands_for(pattern: Step, step: Step) -> bool:
    if pattern is Wildcard.ANY:
        return True
    if pattern is Wildcard.INDEX:
        return isinstance(step, int) or step is Wildcard.INDEX
    return pattern == step
