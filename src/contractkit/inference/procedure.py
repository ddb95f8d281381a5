"""The procedure: from run to run, which answers to change next, until it is known what the test needs.

It is a generator: it yields a `Run`, is sent what came of it, and returns its findings. It neither runs tests nor knows
what runs them. An unchanged control run comes first; each location is dropped alone, since dropping two of which each
is needed beside the other can be green; what was never read is dropped together; a last run drops together all that was
tolerated, and if that is red, the smallest sets that are not tolerated together are looked for.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from contractkit.inference.answers import ObservedAnswer
from contractkit.inference.changes import Change, Kind
from contractkit.inference.coupling import Verdicts, conflicting_sets
from contractkit.inference.plans import ALL_KINDS, AUTO_KINDS, Plan, most_runs, plan_of, shape_change
from contractkit.inference.runs import Came, Run, Where
from contractkit.model import UnknownNeeds

__all__ = ["ALL_KINDS", "AUTO_KINDS", "Findings", "most_runs", "runs_due", "runs_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the runs of one test proved.

    Attributes:
        proofs: Each change that was tried alone (those of longer lists also together), with what came of it.
        untouched: Drops of what was never read, which together were tolerated.
        conflicts: Minimal sets of drops that are tolerated one by one and not together.
        runs: How many runs there were.
    """

    proofs: tuple[tuple[Change, Came], ...]
    untouched: tuple[Change, ...]
    conflicts: tuple[tuple[Change, ...], ...]
    runs: int


Procedure: TypeAlias = Generator[Run, Came, Findings | UnknownNeeds]


def runs_of(answers: Sequence[ObservedAnswer], kinds: frozenset[Kind], *, most: int) -> Procedure:
    """Yield the runs to make of a test, and return what they proved, or why nothing is known.

    Args:
        answers: What the test was served, in the order of its calls.
        kinds: The changes to try.
        most: How many runs may be planned for one test.
    """
    plan = plan_of(answers, kinds)
    if plan.runs > most:
        return UnknownNeeds(reason=f"its answers have too many fields: {plan.runs} runs are due, {most} allowed")
    rounds = _Rounds(answers, plan, max(plan.runs + len(plan.longer), most_runs(plan.read, kinds)))
    try:
        return (yield from rounds.all())
    except _UnprovableError as reason:
        return UnknownNeeds(reason=str(reason))


def runs_due(answers: Sequence[ObservedAnswer], kinds: frozenset[Kind]) -> int:
    """Give how many runs are planned for a test, without those that what comes of them may call for."""
    return plan_of(answers, kinds).runs


class _UnprovableError(Exception):
    """Nothing can be proved of this test; the message says why, in a phrase."""


class _Rounds:
    """The rounds of one test."""

    def __init__(self, answers: Sequence[ObservedAnswer], plan: Plan, most: int) -> None:
        self._answers = {answer.id: answer for answer in answers}
        self._plan = plan
        self._most = most
        self._runs = 0
        self._proofs: list[tuple[Change, Came]] = []

    def all(self) -> Procedure:
        yield from self._control()
        untouched, doubted = yield from self._untouched()
        for change in (*doubted, *self._plan.single):
            yield from self._alone(change)
        yield from self._longer()
        yield from self._with_spare_runs()
        conflicts = yield from self._together(untouched)
        return Findings(proofs=tuple(self._proofs), untouched=untouched, conflicts=conflicts, runs=self._runs)

    def _go(self, *changes: Change) -> Generator[Run, Came, Came]:
        self._runs += 1
        came = yield Run(changes=changes)
        if came.hung:
            raise _UnprovableError("a run with a changed answer did not end")
        return came

    def _control(self) -> Generator[Run, Came, None]:
        came = yield from self._go()
        if came.raised is not None:
            raise _UnprovableError(f"it fails when it is run again ({came.raised.error})")
        for answer in self._answers.values():
            if answer.id not in came.served:
                raise _UnprovableError(
                    f"{answer.operation} is not called again with the same request when the test is run again"
                )

    def _alone(self, change: Change) -> Generator[Run, Came, Came]:
        came = yield from self._go(change)
        if change.answer not in came.served:
            operation = self._answers[change.answer].operation
            raise _UnprovableError(f"{operation} was not called in a run with a changed answer")
        self._proofs.append((change, came))
        return came

    def _untouched(self) -> Generator[Run, Came, tuple[tuple[Change, ...], tuple[Change, ...]]]:
        """Give the drops that were tolerated together, or, where one was read after all, those to try alone."""
        unread = self._plan.untouched
        if not unread:
            return (), ()
        came = yield from self._go(*unread)
        return (unread, ()) if came.is_green and came.served else ((), unread)

    def _longer(self) -> Generator[Run, Came, None]:
        longer = self._plan.longer
        if len(longer) > 1:
            came = yield from self._go(*longer)
            if came.is_green and {each.answer for each in longer} <= came.served:
                self._proofs += [(change, came) for change in longer]
                return
        for change in longer:
            yield from self._alone(change)

    def _with_spare_runs(self) -> Generator[Run, Came, None]:
        """Look closer at values that were refused, then at further members of enumerations, while runs are left."""
        refused = [change for change, came in self._proofs if change.kind is Kind.VALUE and is_refused(came)]
        shapes = (shape_change(self._answers[change.answer], change) for change in refused)
        for change in (*(each for each in shapes if each is not None), *self._plan.spare):
            if self._runs + 1 < self._most:  # one is kept for what is tolerated together
                yield from self._alone(change)

    def _together(self, untouched: tuple[Change, ...]) -> Generator[Run, Came, tuple[tuple[Change, ...], ...]]:
        alone = [change for change, came in self._proofs if change.kind is Kind.DROP and came.is_green]
        tolerated = (*alone, *untouched)
        if len(tolerated) < 2 or not alone:
            if any(not came.is_green for _, came in self._proofs):
                yield from self._control_again()
            return ()
        came = yield from self._go(*tolerated)
        if came.is_green:
            return ()
        yield from self._control_again()
        return (yield from self._conflicts(tuple(alone), untouched))

    def _control_again(self) -> Generator[Run, Came, None]:
        """Make sure that red runs were red for their own change, and not for what an earlier one left."""
        again = yield from self._go()
        if again.raised is not None:
            raise _UnprovableError(f"a run with changed answers left something behind ({again.raised.error})")

    def _conflicts(
        self, alone: tuple[Change, ...], untouched: tuple[Change, ...]
    ) -> Generator[Run, Came, tuple[tuple[Change, ...], ...]]:
        search = conflicting_sets((*alone, *untouched), most=2 * len(alone) + 16)
        verdicts: Verdicts | None = None
        try:
            asked = next(search)
            while True:
                came = yield from self._go(*asked)
                asked = search.send(came.is_green)
        except StopIteration as ended:
            verdicts = ended.value
        if verdicts is None:
            raise _UnprovableError("its fields are coupled in more ways than its runs can tell")
        return verdicts


def is_refused(came: Came) -> bool:
    """Say whether the consumer itself refused what it was served, not only an assertion of the test."""
    return came.raised is not None and came.raised.where is Where.OUTSIDE
