"""Needs: what re-running a test with changed answers proved that the consumer depends on, as sets of locations."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeAlias

from contractkit.exact_json import Json, dump_compact
from contractkit.model.locations import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One location that the consumer depends on, and how far.

    `members` are the values it copes with where only some are tolerated; `pattern` is a regular expression instead.

    Attributes:
        location: Where; `[*]` is every element of a list.
        may_lack: The consumer copes where it is absent, but not with every value that may be there.
        non_null: The consumer was not proved to cope with null.
        non_empty: The list must hold an element.
        at_most: How many elements the consumer was served, where it copes with no more of them.
        members: See above.
        pattern: See above.
    """

    location: Location
    may_lack: bool = False
    non_null: bool = False
    non_empty: bool = False
    at_most: int | None = None
    members: tuple[Json, ...] = ()
    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What the consumer did with an answer that no provider promises: `to` an extra field, it `tolerated` that."""

    to: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownNeeds:
    """Nothing was proved: everything that the expectation holds counts as needed. `reason` says why, in a phrase.

    `pinned` are the places that a test says it needs all the same.
    """

    reason: str = "not inferred"
    pinned: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InferredNeeds:
    """What was proved for one test, and what it is valid for.

    Attributes:
        needed: The locations whose loss or change turned the test red. One that lies in a tolerated location must be
            there only where that is.
        any_of: Minimal sets of locations of which at least one must stay: each alone is tolerated, all together not.
        tolerated: Locations whose loss was served and left the test green.
        untouched: Locations that were certainly never read.
        weak: Locations that were read but never needed: a weak assertion.
        reactions: What came of answers beyond the definition.
        valid_for: Digest of everything the proof rests on (sources that ran, client versions, definition, answer).
    """

    needed: tuple[Need, ...]
    any_of: tuple[tuple[Location, ...], ...] = ()
    tolerated: tuple[Location, ...] = ()
    untouched: tuple[Location, ...] = ()
    weak: tuple[Location, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    valid_for: str = ""

    @property
    def required(self) -> tuple[Need, ...]:
        """Give the needs whose location must be there in every answer: neither it nor what it lies in may lack."""
        return tuple(need for need in self.needed if not need.may_lack and not self.around(need.location))

    def around(self, location: Location) -> tuple[Location, ...]:
        """Give the tolerated locations in which a location lies: where one is absent, nothing of it is needed."""
        holding = (each for each in self.tolerated if len(each.steps) < len(location.steps))
        return tuple(each for each in holding if location.starts_with(each))


Needs: TypeAlias = UnknownNeeds | InferredNeeds


def unite_needs(needs: tuple[Needs, ...]) -> Needs:
    """Give the union of several tests' needs; one unknown makes the whole unknown, and so does none at all."""
    inferred = [each for each in needs if isinstance(each, InferredNeeds)]
    unknown = [each for each in needs if isinstance(each, UnknownNeeds)]
    if unknown or not inferred:
        pinned = tuple(sorted({place for each in unknown for place in each.pinned}))
        reason = "not inferred for every test" if inferred else unknown[0].reason if unknown else UnknownNeeds().reason
        return UnknownNeeds(reason=reason, pinned=pinned)
    if len(inferred) == 1:
        return inferred[0]
    needed = _united(need for each in inferred for need in each.needed)
    required = {need.location for each in inferred for need in each.required}
    groups = {group for each in inferred for group in each.any_of if required.isdisjoint(group)}
    tolerated = {place for each in inferred for place in each.tolerated}
    strictly = {need.location for need in needed if not need.may_lack}
    return InferredNeeds(
        needed=needed,
        any_of=tuple(sorted(groups)),
        tolerated=tuple(sorted(tolerated - strictly)),
        untouched=tuple(sorted(set.intersection(*({*each.untouched} for each in inferred)))),
        weak=tuple(sorted({place for each in inferred for place in each.weak} - strictly)),
        reactions=_reactions(inferred),
        valid_for="+".join(sorted({each.valid_for for each in inferred})),
    )


def _united(needs: Iterable[Need]) -> tuple[Need, ...]:
    found: dict[Location, list[Need]] = {}
    for need in needs:
        found.setdefault(need.location, []).append(need)
    return tuple(reduce(_both, found[location]) for location in sorted(found))


def _both(one: Need, other: Need) -> Need:
    """Give what satisfies two needs of one location."""
    bounds = [each.at_most for each in (one, other) if each.at_most is not None]
    return replace(
        one,
        may_lack=one.may_lack and other.may_lack,
        non_null=one.non_null or other.non_null,
        non_empty=one.non_empty or other.non_empty,
        at_most=min(bounds, default=None),
        members=_common(one.members, other.members),
        pattern=one.pattern if one.pattern is not None else other.pattern,
    )


def _common(one: tuple[Json, ...], other: tuple[Json, ...]) -> tuple[Json, ...]:
    """Give the values that both cope with; where that is none, those of the first, which was served them."""
    if not one or not other:
        return one or other
    known = {dump_compact(value) for value in other}
    return tuple(value for value in one if dump_compact(value) in known) or one


def _reactions(inferred: list[InferredNeeds]) -> tuple[Reaction, ...]:
    """Give the reactions, of several to one thing those that are not tolerance."""
    found = {(each.to, each.result): each for needs in inferred for each in needs.reactions}
    refusing = {to for to, result in found if result != "tolerated"}
    return tuple(found[key] for key in sorted(found) if key[1] != "tolerated" or key[0] not in refusing)
