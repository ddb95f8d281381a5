"""Streams: expected messages that may come any number of times, laid along those that came.

As with lists, the one message that is expected is the example for each that came. Everything behind it moves by as many
places as came more or fewer, so that mismatches lie where things really happened.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias, TypeVar

from contractkit.matching.bodies import shown_body
from contractkit.matching.checks import combined, compile_test
from contractkit.matching.failures import Check
from contractkit.matching.rules import kind_of
from contractkit.model import LocatedRules, Location, Part, Step, repeated_events
from contractkit.results import Mismatch

Beside = TypeVar("Beside")

Given: TypeAlias = Mapping[tuple[Step, ...], Part]
"""What happened: each part by the steps of its location."""


class Repetition(NamedTuple):
    """A received message that may come any number of times.

    `place` is that of the example, `followers` how many other messages are expected directly behind it; `check_number`
    is what the rules ask of the messages as a list.
    """

    place: int
    followers: int
    check_number: Check


class Run(NamedTuple):
    """The messages that came in the place of a repetition: `length` of them from the place `start` on."""

    repetition: Repetition
    start: int
    length: int

    def mismatches(self, given: Given) -> Iterator[Mismatch]:
        """Give what is wrong with their number."""
        at = Location(("events", self.start))
        bodies: list[Any] = [given[at.steps[0], self.start + number, "message"].value for number in range(self.length)]
        for failure in self.repetition.check_number([shown_body(body) for body in bodies]) or ():
            yield failure.at(at)


def compile_repetitions(expected: Sequence[Part], rules: Sequence[LocatedRules]) -> tuple[Repetition, ...]:
    """Give the messages among the expected parts that may come any number of times, in their order."""
    places = repeated_events(rules)
    if not places:
        return ()
    received = {part.location.steps[1] for part in expected if _is_received(part)}
    written = {each.location.steps: each for each in rules}
    return tuple(
        Repetition(place, _followers(place, received - places), _number_check(written["events", place]))
        for place in sorted(places & received)
    )


def runs_in(given: Given, repetitions: Sequence[Repetition]) -> tuple[Run, ...]:
    """Give which of the messages that came are those of each repetition; of two that adjoin, the first has them all."""
    runs: list[Run] = []
    for each in repetitions:
        start = each.place + _shift(runs, each.place)
        end = start
        while (part := given.get(("events", end, "message"))) is not None and _is_received(part):
            end += 1
        runs.append(Run(each, start, max(0, end - start - each.followers)))
    return tuple(runs)


def laid_along(expected: Iterable[tuple[Part, Beside]], runs: Sequence[Run]) -> Iterator[tuple[Part, Beside]]:
    """Give expected parts, with what stands beside each, at the places where their counterparts are due.

    A repeated one is given once for each that came.
    """
    by_place = {run.repetition.place: run for run in runs}
    for part, beside in expected:
        first, *rest = part.location.steps
        if first != "events" or not isinstance(place := rest[0], int):
            yield part, beside
            continue
        run = by_place.get(place)
        starts = (place + _shift(runs, place),) if run is None else range(run.start, run.start + run.length)
        for number in starts:
            yield part._replace(location=Location(("events", number, *rest[1:]))), beside


def _shift(runs: Sequence[Run], place: int) -> int:
    """Give by how many places the runs before a place move it."""
    return sum(run.length - 1 for run in runs if run.repetition.place < place)


def _is_received(part: Part) -> bool:
    """Say whether a part is a message of the provider: those of the consumer are closed to additions."""
    steps = part.location.steps
    return steps[:1] == ("events",) and steps[2:] == ("message",) and part.is_open


def _followers(place: int, fixed: set[Any]) -> int:
    end = place + 1
    while end in fixed:
        end += 1
    return end - place - 1


def _number_check(located: LocatedRules) -> Check:
    rules = located.rules
    tests = [compile_test(rule, [], partial(kind_of(rule).on_container, rule.attributes, True)) for rule in rules]
    speaking = [test for test in tests if test is not None]
    is_silent = located.combine == "OR" and len(speaking) < len(tests)
    return combined(() if is_silent else speaking, located.combine)
