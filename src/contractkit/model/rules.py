"""Rules and generators: how an expected value stands for others, and how a value is made when it leaves us."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from contractkit.exact_json import Json
from contractkit.model.locations import Location

Combine: TypeAlias = Literal["AND", "OR"]


_GUESSES = (
    ("regex", "regex"),
    ("min", "type"),
    ("max", "type"),
    ("timestamp", "timestamp"),
    ("datetime", "datetime"),
    ("time", "time"),
    ("date", "date"),
)
"""Attribute to the name of the rule that it gives away where `match` is missing (Pact specification 2 cases)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One matching rule by its Pact name (`type`, `regex`, …) with its attributes (`min`, `regex`, `format`, …)."""

    name: str
    attributes: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedRules:
    """The rules at one location, which may hold wildcards; all must pass, or with `OR` at least one."""

    location: Location
    rules: tuple[Rule, ...]
    combine: Combine = "AND"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedGenerator:
    """A generator by its Pact name (`Uuid`, `ProviderState`, …) at one location, with its attributes."""

    location: Location
    name: str
    attributes: Mapping[str, Json] = field(default_factory=dict)


def name_of_rule(written: Mapping[str, Json]) -> str | None:
    """Give the name of a rule as files write it: its `match`, else what its attributes give away; None without any."""
    name = written.get("match")
    if name is None or name == "":
        name = next((guess for attribute, guess in _GUESSES if attribute in written), None)
    return name if isinstance(name, str) else None


def repeated_events(rules: Iterable[LocatedRules]) -> frozenset[int]:
    """Give the places of the received messages that may come any number of times, also never.

    A rule written for such an event itself, `events[2]`, says so, as one written for a list does of its elements; its
    `min` and `max` bound the number. `equality` there says nothing.
    """
    return frozenset(place for each in rules if (place := _event_of(each)) is not None)


def _event_of(located: LocatedRules) -> int | None:
    match located.location.steps:
        case ("events", int(place)) if all(rule.name != "equality" for rule in located.rules):
            return place
    return None
