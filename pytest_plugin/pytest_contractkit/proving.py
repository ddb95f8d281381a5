"""Proving: a test that passed is run again and again with changed answers, and what came of that is what it needs."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contractkit.errors import ContractkitError
from contractkit.inference import AnswerId, Came, Findings, ObservedAnswer, Run, needs_found, runs_due, runs_of
from contractkit.model import InferredNeeds, Interaction, Location, Needs, UnknownNeeds
from contractkit.recording.observed_answers import can_be_changed, observed_answer
from contractkit.recording.serving_again import ServingAgain, has_no_body, served_before
from pytest_contractkit import tally
from pytest_contractkit.executed import Executed
from pytest_contractkit.executed_tests import conftests_of, note_test
from pytest_contractkit.needs_settings import NeedsSettings, used_up
from pytest_contractkit.passed import NeedsByKey, PassedTest
from pytest_contractkit.reading import read_again
from pytest_contractkit.rerunning import Again, unnoticed
from pytest_contractkit.watching import Watch

_MOST_CALLS = 4, 12
"""A re-run may ask for four times as many answers as were recorded, and twelve more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyRuns:
    """A test is not run again as often as its answers call for: more often than allowed, or for too long.

    Attributes:
        due: How many runs it takes.
        counted_as: The name under which the tally counts it.
        reason: In a phrase, what stands in the contract.
    """

    due: int
    counted_as: str
    reason: str


class Proving:
    """Finds out what one test needs.

    Attributes:
        runs: How many times it was run again.
        varying: Operations that it asked something else in a run without changes.
        was_stopped: A run did not end by itself in its time.
    """

    def __init__(self, test: PassedTest, *, seconds: float | None) -> None:
        """Take the test, and how long its runs may take in all; None without a limit."""
        self.runs = 0
        self.varying: set[str] = set()
        self.was_stopped = False
        self._test = test
        self._seconds = seconds
        self._before = served_before(test.interactions)
        self._again = Again(test.item, test.random_state)

    def needs(self) -> NeedsByKey | TooManyRuns:
        """Run the test again and again, and give what that proves."""
        try:
            return self._inferred()
        except ContractkitError as error:
            return self._test.unknown(f"what is legal cannot be told: {error.explanation.summary}")

    def _inferred(self) -> NeedsByKey | TooManyRuns:
        test = self._test
        with unnoticed(test.item):
            self._vary()
            control, read = self._read()
        answers = list(self._answers(read))
        if too_many := self._too_many(answers):
            return too_many
        found = self._findings(answers, control) if answers else None
        if isinstance(found, UnknownNeeds):
            return test.unknown(found.reason)
        by_key = {(each.id.provider, each.id.key): each for each in answers}
        valid_for = test.valid_for(test.settings.kinds)
        return {
            (name, each.key): _needs(each, by_key.get((name, each.key)), found, valid_for)
            for name, each in test.interactions
        }

    def _vary(self) -> None:
        """Run a test once more that drew from `random`, as another session would: from where that stands now."""
        reseeds = self._test.item.config.getoption("randomly_reset_seed", False)
        if random.getstate() != self._test.random_state and not reseeds:
            self._came(Again(self._test.item, random.getstate()), Run(changes=()), 0.0)

    def _read(self) -> tuple[Came | None, Mapping[AnswerId, frozenset[Location]]]:
        test = self._test
        control, read = read_again(
            self._again, self._before, test.executed, test.interactions, most=_most_calls(self._test)
        )
        if control is not None:
            self._note(control)
        return control, read

    def _answers(self, read: Mapping[AnswerId, frozenset[Location]]) -> Iterator[ObservedAnswer]:
        settings = self._test.settings
        for name, each in self._test.interactions:
            if can_be_changed(each):
                provider, known = self._test.recorded.providers[name], read.get(AnswerId(name, each.key))
                yield observed_answer(provider, each, settings.kinds, read=known, pinned=settings.pinned)

    def _too_many(self, answers: list[ObservedAnswer]) -> TooManyRuns | None:
        settings = self._test.settings
        due = runs_due(answers, settings.kinds) if answers else 0
        takes = due * self._test.seconds
        if self._seconds is not None and takes > self._seconds:  # what the first test reads and starts takes long once
            takes = due * self._seconds_again()
        return too_many_runs(due, takes, settings, left=self._seconds)

    def _seconds_again(self) -> float:
        with unnoticed(self._test.item):
            return self._came(self._again, Run(changes=()), 0.0)[1]

    def _findings(self, answers: list[ObservedAnswer], control: Came | None) -> Findings | UnknownNeeds:
        settings = self._test.settings
        procedure = runs_of(answers, settings.kinds, most=settings.most_runs)
        took = 0.0
        try:
            run = next(procedure)
            if control is not None and not run.changes:  # it was run already, to see what it reads
                run = procedure.send(control)
            with unnoticed(self._test.item):
                while True:
                    came, seconds = self._came(self._again, run, took)
                    took = max(took, seconds)
                    run = procedure.send(came)
        except StopIteration as ended:
            result: Findings | UnknownNeeds = ended.value
            return result

    def _came(self, again: Again, run: Run, took: float) -> tuple[Came, float]:
        watch = Watch(took)
        serving = ServingAgain(self._before, run.changes, most=_most_calls(self._test), too_many=watch.too_many_calls)
        came = again.run(serving, watch)
        self._note(came, is_changed=bool(run.changes))
        return came, watch.took

    def _note(self, came: Came, *, is_changed: bool = False) -> None:
        self.runs += 1
        self.was_stopped |= came.hung
        if not is_changed and came.is_green:
            self.varying |= came.asked_anew


def too_many_runs(due: int, takes: float, settings: NeedsSettings, *, left: float | None) -> TooManyRuns | None:
    """Say why a test is not run again so often; None where it is.

    Args:
        due: How many runs it takes.
        takes: How many seconds these take, by what one took.
        settings: What is allowed.
        left: How many of the seconds that are allowed are left; None without a limit.
    """
    if due > settings.most_runs:
        reason = f"its answers have too many fields: {due} runs are due, {settings.most_runs} allowed"
        return TooManyRuns(due=due, counted_as=tally.STOPPED, reason=reason)
    if left is None or settings.seconds is None or takes <= left:
        return None
    if takes > settings.seconds:
        reason = f"its runs would take longer than the {settings.seconds:g} seconds for re-runs"
        return TooManyRuns(due=due, counted_as=tally.LONG, reason=reason)
    return TooManyRuns(due=due, counted_as=tally.LATE, reason=used_up(settings.seconds))


def note_again(test: PassedTest) -> str | None:
    """Run a test once more and note what runs; give in a phrase why that cannot be, None where it was done."""
    executed, watch = Executed(conftests_of(test.item)), Watch(0.0)
    again = Again(test.item, test.random_state, noting=lambda: note_test(test.item, executed))
    before = served_before(test.interactions)
    serving = ServingAgain(before, (), most=_most_calls(test), too_many=watch.too_many_calls)
    with unnoticed(test.item):
        came = again.run(serving, watch)
    if came.hung:
        return "it did not end when it was run again"
    if came.raised is not None:
        return f"it fails when it is run again ({came.raised.error})"
    test.noted(executed)
    return None


def _most_calls(test: PassedTest) -> int:
    times, more = _MOST_CALLS
    return times * len(test.interactions) + more


def _needs(interaction: Interaction, answer: ObservedAnswer | None, found: Findings | None, valid_for: str) -> Needs:
    if answer is not None and found is not None:
        return needs_found(answer, found, valid_for=valid_for)
    if has_no_body(interaction):
        return InferredNeeds(needed=(), valid_for=valid_for)
    return UnknownNeeds(reason="its answer is not JSON")
