"""Needs: what re-running a test with changed answers proved that the consumer depends on, as sets of locations."""

from dataclasses import dataclass
from typing import TypeAlias

from contractkit.exact_json import Json
from contractkit.model.locations import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One location that the consumer depends on, and how far.

    `members` are the values it copes with where only some are tolerated; `pattern` is a regular expression instead.
    """

    location: Location
    non_null: bool = False
    non_empty: bool = False
    members: tuple[Json, ...] = ()
    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownNeeds:
    """Nothing was proved: everything that the expectation holds counts as needed. `reason` says why, in a phrase."""

    reason: str = "not inferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class InferredNeeds:
    """What was proved for one test, and what it is valid for.

    Attributes:
        needed: The locations whose loss or change turned the test red.
        any_of: Minimal sets of locations of which at least one must stay: each alone is tolerated, all together not.
        tolerated: Locations whose change was served and left the test green.
        untouched: Locations that were certainly never read.
        weak: Locations that were read but never needed: a weak assertion.
        valid_for: Digest of everything the proof rests on (sources that ran, client versions, definition, answer).
    """

    needed: tuple[Need, ...]
    any_of: tuple[tuple[Location, ...], ...] = ()
    tolerated: tuple[Location, ...] = ()
    untouched: tuple[Location, ...] = ()
    weak: tuple[Location, ...] = ()
    valid_for: str = ""


Needs: TypeAlias = UnknownNeeds | InferredNeeds
