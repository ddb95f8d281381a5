"""Plans: the changes to the answers of a test in the order in which they are tried, and how many runs they may take."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contractkit.inference.answers import ObservedAnswer, Place
from contractkit.inference.changes import EXTRA_FIELD, UNDECLARED_STATUS, Change, Kind, changed
from contractkit.inference.shapes import same_shape

AUTO_KINDS = frozenset({Kind.DROP, Kind.EMPTY})
"""What is tried unless all is asked for; null too, where the definition allows it."""

ALL_KINDS = frozenset(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The changes to try.

    Attributes:
        untouched: Drops of what was never read, for one run together.
        single: Each for a run of its own.
        longer: For one run together, and alone where that is red.
        spare: Further members of enumerations, while runs are left.
        read: How many members were read.
    """

    untouched: tuple[Change, ...]
    single: tuple[Change, ...]
    longer: tuple[Change, ...]
    spare: tuple[Change, ...]
    read: int

    @property
    def runs(self) -> int:
        """Give how many runs are planned: with the control run and the last, without what runs may call for."""
        return 2 + bool(self.untouched) + len(self.single) + bool(self.longer)


def plan_of(answers: Sequence[ObservedAnswer], kinds: frozenset[Kind]) -> Plan:
    """Give the changes to try on a test's answers."""
    drops: list[Change] = []
    untouched: list[Change] = []
    others: list[Change] = []
    longer: list[Change] = []
    spare: list[Change] = []
    for answer in answers:
        for place in answer.places:
            drop = Change(answer=answer.id, kind=Kind.DROP, location=place.location)
            if place.is_member:
                (drops if place.is_read else untouched).append(drop)
            if place.values and (place.is_read or not place.is_member):
                others += _effective(answer, _changes_at(answer, place, kinds))
                spare += _further_members(answer, place, kinds)
                longer += _longer(answer, place, kinds)
        others += _beyond(answer, kinds)
    return Plan(
        untouched=tuple(untouched),
        single=(*drops, *others),
        longer=tuple(longer),
        spare=tuple(spare),
        read=len(drops),
    )


def most_runs(read: int, kinds: frozenset[Kind]) -> int:
    """Give how many runs a test with so many read members may take, where none of them are coupled."""
    return 3 * read + 8 if Kind.VALUE in kinds else 2 * read + 3


def shape_change(answer: ObservedAnswer, change: Change) -> Change | None:
    """Give the change to a text of the shape that was served, after another one was refused; None without a shape."""
    place = next(each for each in answer.places if each.location == change.location)
    found = same_shape(place.values[0])
    if found is None or found[1] == change.value:
        return None
    return Change(answer=answer.id, kind=Kind.VALUE, location=change.location, value=found[1])


def _changes_at(answer: ObservedAnswer, place: Place, kinds: frozenset[Kind]) -> Iterator[Change]:
    also = place.alternatives
    tries_null = Kind.NULL in kinds or also.allows_null
    if place.is_member and answer.has_null and tries_null:
        yield Change(answer=answer.id, kind=Kind.NULL, location=place.location)
    if place.holds_elements:
        yield Change(answer=answer.id, kind=Kind.EMPTY, location=place.location)
    if Kind.VALUE in kinds and place.is_scalar:
        for value in (also.members or also.other)[:1]:
            yield Change(answer=answer.id, kind=Kind.VALUE, location=place.location, value=value)
    if Kind.BRANCH in kinds:
        for value in also.branches:
            yield Change(answer=answer.id, kind=Kind.BRANCH, location=place.location, value=value)


def _further_members(answer: ObservedAnswer, place: Place, kinds: frozenset[Kind]) -> Iterator[Change]:
    if Kind.VALUE in kinds and place.is_scalar:
        for value in place.alternatives.members[1:]:
            yield Change(answer=answer.id, kind=Kind.VALUE, location=place.location, value=value)


def _longer(answer: ObservedAnswer, place: Place, kinds: frozenset[Kind]) -> Iterator[Change]:
    if Kind.LONGER in kinds and place.holds_elements and place.alternatives.may_be_longer:
        yield Change(answer=answer.id, kind=Kind.LONGER, location=place.location)


def _beyond(answer: ObservedAnswer, kinds: frozenset[Kind]) -> Iterator[Change]:
    """Give the changes to what no definition has; they say how robust the consumer is."""
    has_room = answer.may_hold_more and any(isinstance(body, dict | list) for body in answer.bodies)
    if Kind.MORE in kinds and has_room:
        yield Change(answer=answer.id, kind=Kind.MORE, location=answer.at, value=EXTRA_FIELD)
    if Kind.STATUS in kinds and answer.has_status:
        yield Change(answer=answer.id, kind=Kind.STATUS, location=answer.at, value=UNDECLARED_STATUS)


def _effective(answer: ObservedAnswer, changes: Iterator[Change]) -> Iterator[Change]:
    """Give the changes after which a body is another one."""
    for change in changes:
        if any(changed(body, (change,), answer.at) != body for body in answer.bodies):
            yield change
