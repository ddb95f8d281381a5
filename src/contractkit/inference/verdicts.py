"""Verdicts: what the findings of a test mean for one of its answers, by the table of evidence.

| evidence | meaning |
|---|---|
| drop is red | presence needed |
| null is red | non-null needed; so it counts where null was not tried |
| a value change raises outside of the test | value needed: the members tolerated, or a pattern |
| a value change fails only in the test | nothing: the test pins it |
| an empty list is red | an element needed |
| a longer list raises outside of the test | no more elements than were served |
| tolerated, or never read | nothing |
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from contractkit.exact_json import Json, dump_compact
from contractkit.inference.answers import ObservedAnswer, Place
from contractkit.inference.changes import Change, Kind
from contractkit.inference.procedure import Findings, is_refused
from contractkit.inference.runs import Came
from contractkit.inference.shapes import same_shape
from contractkit.model import InferredNeeds, Location, Need, Reaction

_BEYOND = {Kind.MORE: "an extra field", Kind.STATUS: "an undeclared status"}


def needs_found(answer: ObservedAnswer, findings: Findings, *, valid_for: str = "") -> InferredNeeds:
    """Give what a test needs of one of its answers.

    Args:
        answer: The answer.
        findings: What the runs of the test proved.
        valid_for: Digest of everything that rests on.
    """
    proofs = _Proofs(answer, findings)
    needed = {place.location: need for place in answer.places if (need := proofs.need(place)) is not None}
    for need in proofs.fixed_by_branches():
        needed[need.location] = replace(needed.get(need.location, need), members=need.members)
    groups = proofs.groups()
    in_groups = {location for group in groups for location in group}
    strictly = {location for location, need in needed.items() if not need.may_lack}
    tolerated = proofs.tolerated - strictly - in_groups
    return InferredNeeds(
        needed=tuple(needed[location] for location in sorted(needed)),
        any_of=groups,
        tolerated=tuple(sorted(tolerated)),
        untouched=tuple(sorted(proofs.untouched - strictly - in_groups)),
        weak=tuple(sorted(_weak(answer, tolerated - needed.keys(), [*needed, *in_groups]))),
        reactions=proofs.reactions(),
        valid_for=valid_for,
    )


def _weak(answer: ObservedAnswer, tolerated: set[Location], needed: Sequence[Location]) -> set[Location]:
    """Give what was certainly read though nothing in it is needed."""
    if answer.read is None:
        return set()
    return {place for place in tolerated & answer.read if not any(each.starts_with(place) for each in needed)}


@dataclass(frozen=True, slots=True)
class _Proofs:
    """The findings that concern one answer."""

    answer: ObservedAnswer
    findings: Findings

    def of(self, location: Location, kind: Kind) -> list[tuple[Change, Came]]:
        return [
            (change, came)
            for change, came in self.findings.proofs
            if change.answer == self.answer.id and change.location == location and change.kind is kind
        ]

    @property
    def tolerated(self) -> set[Location]:
        return {
            change.location
            for change, came in self.findings.proofs
            if change.answer == self.answer.id and change.kind is Kind.DROP and came.is_green
        }

    @property
    def untouched(self) -> set[Location]:
        return {change.location for change in self.findings.untouched if change.answer == self.answer.id}

    def need(self, place: Place) -> Need | None:
        """Give what is needed at a place, or None."""
        location = place.location
        is_dropped_red = self._is_red(location, Kind.DROP) or location in self._across or self._is_pinned(location)
        members, pattern = self._values(place)
        need = Need(
            location=location,
            may_lack=not is_dropped_red and place.is_member,
            non_null=self._non_null(place, is_needed=is_dropped_red),
            non_empty=self._is_red(location, Kind.EMPTY),
            at_most=self._at_most(place),
            members=members,
            pattern=pattern,
        )
        nothing = Need(location=location, may_lack=place.is_member)
        return None if need == nothing else need

    def groups(self) -> tuple[tuple[Location, ...], ...]:
        """Give the minimal sets that lie in this answer alone."""
        groups = [tuple(sorted(change.location for change in each)) for each in self._conflicts if not _is_wide(each)]
        return tuple(sorted(groups))

    def fixed_by_branches(self) -> list[Need]:
        """Give the members that tell alternatives apart, where the consumer refused another alternative."""
        refused = [change for change, came in self.findings.proofs if self._is_of_branch(change) and is_refused(came)]
        return [need for change in refused for need in self._telling(change)]

    def reactions(self) -> tuple[Reaction, ...]:
        found = [
            Reaction(to=_BEYOND[change.kind], result=_result(came))
            for change, came in self.findings.proofs
            if change.answer == self.answer.id and change.kind in _BEYOND
        ]
        return tuple(sorted(found, key=lambda each: each.to))

    def _is_of_branch(self, change: Change) -> bool:
        return change.answer == self.answer.id and change.kind is Kind.BRANCH

    def _is_red(self, location: Location, kind: Kind) -> bool:
        return any(not came.is_green for _, came in self.of(location, kind))

    def _is_pinned(self, location: Location) -> bool:
        return location in self.answer.pinned

    def _non_null(self, place: Place, *, is_needed: bool) -> bool:
        if not self.answer.has_null or not place.values:
            return False
        tried = self.of(place.location, Kind.NULL)
        return self._is_red(place.location, Kind.NULL) or (is_needed and not tried and None not in place.values)

    def _at_most(self, place: Place) -> int | None:
        if not any(is_refused(came) for _, came in self.of(place.location, Kind.LONGER)):
            return None
        return max(len(value) for value in place.values if isinstance(value, list))

    def _values(self, place: Place) -> tuple[tuple[Json, ...], str | None]:
        """Give what is needed of the value: the members that are coped with, or a pattern, or neither."""
        tried = self.of(place.location, Kind.VALUE)
        if not any(is_refused(came) for _, came in tried):
            return (), None
        taken = [change.value for change, came in tried if not is_refused(came)]
        shape = same_shape(place.values[0])
        if shape is not None and any(
            isinstance(value, str) and re.fullmatch(shape[0].pattern, value) for value in taken
        ):
            return (), shape[0].pattern
        return _distinct([*(value for value in place.values if value is not None), *taken]), None

    @property
    def _conflicts(self) -> list[tuple[Change, ...]]:
        return [each for each in self.findings.conflicts if any(change.answer == self.answer.id for change in each)]

    @property
    def _across(self) -> set[Location]:
        """Give what conflicts with another answer: an expectation cannot say that, so it counts as needed."""
        wide = [change for each in self._conflicts if _is_wide(each) for change in each]
        return {change.location for change in wide if change.answer == self.answer.id}

    def _telling(self, change: Change) -> list[Need]:
        """Give the members by which the alternatives that are coped with are told from the refused one."""
        other = change.value
        if not isinstance(other, dict):
            return []
        found = []
        for place in self.answer.places:
            *above, name = place.location.steps
            is_inside = Location(tuple(above)) == change.location and place.alternatives.is_fixed
            if is_inside and name in other and other[name] not in place.values:
                found.append(self._telling_need(place, change.location))
        return found

    def _telling_need(self, place: Place, union: Location) -> Need:
        is_needed = self._is_red(place.location, Kind.DROP)
        name = place.location.steps[-1]
        taken = [change.value for change, came in self.of(union, Kind.BRANCH) if not is_refused(came)]
        others = [value[name] for value in taken if isinstance(value, dict) and name in value]
        members = _distinct(value for value in (*place.values, *others) if value is not None)
        return Need(location=place.location, may_lack=not is_needed, non_null=True, members=members)


def _is_wide(changes: tuple[Change, ...]) -> bool:
    return len({change.answer for change in changes}) > 1


def _result(came: Came) -> str:
    return "tolerated" if came.raised is None else f"{came.raised.error}, raised {came.raised.where.value}"


def _distinct(values: Iterable[Json]) -> tuple[Json, ...]:
    return tuple({dump_compact(value): value for value in values}.values())
