"""Locations: one notation for a place in an exchange, `response.body.lines[1].quantity`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TypeAlias


class Wildcard(Enum):
    """A step that stands for several places: in a rule, or where needs speak of every element of a list."""

    INDEX = "[*]"
    ANY = ".*"

    __hash__ = object.__hash__  # the enumeration's own runs in Python, and rules look steps up by the thousand


Step: TypeAlias = str | int | Wildcard

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STEP = re.compile(
    r"\.(?P<any>\*)|\.(?P<name>[^.\[\]'\"\s*]+)|\[(?P<index>[0-9]{1,4000})\]|\[(?P<every>\*)\]"
    r"|\['(?P<single>(?:[^'\\]|\\.)*)'\]|\[\"(?P<double>(?:[^\"\\]|\\.)*)\"\]",
    re.DOTALL,
)
"""The one grammar of steps, ours and Pact's; we write less than it reads."""

_SHORT = 256  # characters of a location that is kept once it was read
_NO_INDEX = 10**9  # what no list of a contract has so many elements for


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
        for pattern, step in zip(prefix.steps, self.steps, strict=False):  # a loop: it is asked by the million
            if pattern != step and (pattern.__class__ is str or not _stands_for(pattern, step)):
                return False
        return True

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
    return _remembered(text) if len(text) <= _SHORT else _parsed(text)


def parse_path(text: str) -> tuple[Step, ...] | None:
    """Give the steps of one of Pact's path expressions, none for `$`; None where the text is no such expression.

    A path is `$.a[0]['b c'][*].*` (Pact specification 3, matching rules); some writers leave the `$` out. Indexes have
    at most nine digits.
    """
    if not text:
        return None
    rest = text[1:] if text.startswith("$") else text if text[0] in ".[" else f".{text}"
    steps, position = _read_steps(rest)
    if position < len(rest) or any(isinstance(step, int) and step >= _NO_INDEX for step in steps):
        return None
    return steps


def write_path(steps: tuple[Step, ...]) -> str:
    """Give steps as a path expression: `.name` for identifiers, `['…']` with backslashes for every other name."""
    written = str(Location(steps))
    return f"${written}" if written.startswith("[") or not written else f"$.{written}"


def _parsed(text: str) -> Location:
    rest = text if text.startswith(("[", ".")) or not text else f".{text}"
    steps, position = _read_steps(rest)
    if position < len(rest):
        raise ValueError(f"not a location: {text!r}, from character {position} on")
    return Location(steps)


_remembered = lru_cache(maxsize=32_768)(_parsed)  # contracts with one provider name the same places over and over


def _read_steps(text: str) -> tuple[tuple[Step, ...], int]:
    """Give the steps that a text begins with, and the character behind them."""
    steps: list[Step] = []
    position = 0
    while found := _STEP.match(text, position):
        steps.append(_step_of(found))
        position = found.end()
    return tuple(steps), position


def _step_of(found: re.Match[str]) -> Step:
    if found["name"] is not None:
        return found["name"]
    if found["index"] is not None:
        return int(found["index"])
    quoted = found["single"] if found["single"] is not None else found["double"]
    if quoted is not None:
        return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
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
