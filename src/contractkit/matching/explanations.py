"""Explanations: for every place of an expectation, which rules judged it, why those, and with which verdict."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from contractkit.matching.comparison import Comparison, compile_comparison
from contractkit.matching.places import Place, places_in
from contractkit.matching.streams import laid_along, runs_in
from contractkit.matching.tracing import Candidate, Reach, TracedScope, traced
from contractkit.model import LocatedRules, Location, Part, Step, Wildcard
from contractkit.results import Mismatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Beaten:
    """A location of rules that fits a place and does not hold there. `reason` completes `… lost, since it …`."""

    candidate: Candidate
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceExplanation:
    """How one place was judged.

    Attributes:
        location: The place, where it lies in what happened.
        expected: The example there, or `ABSENT` where it has none.
        actual: What was found there, or `ABSENT`.
        chosen: The location of rules that won; None where no rule reaches the place, so that equality decides.
        beaten: The others that fit the place, by rank.
        mismatches: What is wrong at this very place; what is wrong below it stands with the places below.
        left_out: How many members of a very large value are not explained one by one; nothing is wrong with them.
    """

    location: Location
    expected: object
    actual: object
    chosen: Candidate | None
    beaten: tuple[Beaten, ...]
    mismatches: tuple[Mismatch, ...]
    left_out: int = 0

    @property
    def passed(self) -> bool:
        """Say whether nothing is wrong at this very place."""
        return not self.mismatches


def explain_rules(
    expected: tuple[Part, ...],
    rules: tuple[LocatedRules, ...],
    actual: tuple[Part, ...],
    *,
    specification: str = "4.0",
) -> tuple[PlaceExplanation, ...]:
    """Give how every place was judged, in the order of comparing; then what has no place in the example.

    Args:
        expected: The expected parts, as for `compile_comparison`.
        rules: The rules of the interaction.
        actual: What happened, as parts.
        specification: The version of the Pact specification whose semantics hold.
    """
    compare = compile_comparison(expected, rules, specification=specification)
    wrong: dict[Location, list[Mismatch]] = {}
    for mismatch in compare(actual):
        wrong.setdefault(mismatch.location, []).append(mismatch)
    root = traced(rules)
    above = _above(wrong)
    ranked = cache(_ranked)
    met = [
        _explanation(located, place, *ranked(place.scope), wrong.pop(located, ()))
        for expected_part, actual_part, scope in _pairs(compare, root, actual)
        for place in places_in(expected_part, actual_part, scope, _within(above, expected_part))
        for located in [expected_part.location.under(place.steps)]
    ]
    return (*met, *(_beyond(location, found) for location, found in wrong.items()))


def _above(wrong: Iterable[Location]) -> frozenset[tuple[Step, ...]]:
    """Give the steps to each of some places, and to every place above them."""
    return frozenset(each.steps[:length] for each in wrong for length in range(len(each.steps) + 1))


def _within(above: frozenset[tuple[Step, ...]], part: Part) -> frozenset[tuple[Step, ...]]:
    """Give the steps that lead on from a part."""
    start = part.location.steps
    return frozenset(steps[len(start) :] for steps in above if steps[: len(start)] == start)


def _pairs(
    compare: Comparison, root: TracedScope, actual: tuple[Part, ...]
) -> Iterator[tuple[Part, Part, TracedScope]]:
    """Give each expected part, moved to where it is due, with the actual one and the scope of the place it has."""
    given = {part.location.steps: part for part in actual}
    expected = [(part, root.at_part(part.location.steps)) for part, _ in compare.parts]
    for part, scope in laid_along(expected, runs_in(given, compare.repetitions)):
        if part.location.steps in given:
            yield part, given[part.location.steps], scope


def _ranked(scope: TracedScope) -> tuple[Candidate | None, tuple[Beaten, ...]]:
    """Give the location that won in a scope, and the others with the reasons why they did not."""
    winner, *others = scope.candidates() or (None,)
    return winner, tuple(Beaten(candidate=each, reason=_reason(winner, each)) for each in others if winner and each)


def _explanation(
    location: Location,
    place: Place,
    winner: Candidate | None,
    beaten: tuple[Beaten, ...],
    mismatches: Sequence[Mismatch],
) -> PlaceExplanation:
    return PlaceExplanation(
        location=location,
        expected=place.expected,
        actual=place.actual,
        chosen=winner,
        beaten=beaten,
        mismatches=tuple(mismatches),
        left_out=place.left_out,
    )


def _beyond(location: Location, mismatches: Sequence[Mismatch]) -> PlaceExplanation:
    """Give the explanation of a place that comparing never came to: something lacks, is too much or cannot be read."""
    first = mismatches[0]
    return PlaceExplanation(
        location=location,
        expected=first.expected,
        actual=first.actual,
        chosen=None,
        beaten=(),
        mismatches=tuple(mismatches),
    )


def _reason(winner: Candidate, loser: Candidate) -> str:
    """Say why a location lost, in the order in which ties are broken."""
    if winner.reach is Reach.EACH_VALUE and loser.reach is not Reach.EACH_VALUE:
        return "is replaced by what eachValue lays on each value"
    if loser.reach is Reach.EACH_VALUE:
        return "is laid on from above, and rules written further down go first"
    if winner.weight != loser.weight:
        return f"weighs {loser.weight}, less than {winner.weight}"
    lengths = [len(each.located.location.steps) for each in (winner, loser)]
    if lengths[0] != lengths[1]:
        return f"weighs {loser.weight} as well and is shorter"
    ours, theirs = _wildcards(winner), _wildcards(loser)
    if [each is None for each in ours] != [each is None for each in theirs]:
        return f"weighs {loser.weight} as well, and of the first steps that differ its own is a wildcard"
    if ours != theirs:
        return f"weighs {loser.weight} as well, and of the first steps that differ its own is .* and the other [*]"
    return f"weighs {loser.weight} as well, and names as an index what the other names as a member"


def _wildcards(candidate: Candidate) -> list[Wildcard | None]:
    return [step if isinstance(step, Wildcard) else None for step in candidate.located.location.steps]
