"""Passes: the same interactions replayed several times, in several orders, to find those that are not kept apart."""

import asyncio
import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from contractkit.errors import ContractkitError
from contractkit.model import Contract, Interaction
from contractkit.results import ContractResult, InteractionResult, Interference, Outcome
from contractkit.verification.bisecting import smallest
from contractkit.verification.trials import Trial, Trials, opened_trials
from contractkit.verification.verifier import Provider, SelectedContract, VerificationOptions, opened

MOST_EXPLAINED = 5
"""How many interactions that do not end alike are looked into; the others are most often disturbed by the same."""

_TRIES = 3  # of interactions that disturb one another only at the same time


@dataclass(frozen=True, slots=True, kw_only=True)
class Passes:
    """How often to replay: `repeat` times as planned, and once more shuffled by `seed` where that is there."""

    repeat: int = 1
    seed: int | None = None

    @property
    def count(self) -> int:
        """Give how often each interaction is replayed."""
        return self.repeat + (self.seed is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedSeveral:
    """The results of several passes joined, and what they show; `unexplained` counts what was not looked into."""

    results: tuple[ContractResult, ...]
    interferences: tuple[Interference, ...] = ()
    unexplained: int = 0


def verify_in_passes(
    selected: Sequence[SelectedContract], provider: Provider, options: VerificationOptions, passes: Passes
) -> PassedSeveral:
    """Replay the selected interactions as often as asked for.

    An interaction that does not pass every time as planned has the result of the first time that it did not, with how
    each time ended.

    Raises:
        NothingToCheckError: No interaction was selected, or none of the selected ones can be replayed.
        ProviderUnreachableError: Nothing answers at the provider's address.
    """
    if passes.seed is None:
        replayed = _Replayed(selected)
        asyncio.run(replayed.replay(provider, options, passes))
        return PassedSeveral(results=joined(replayed.planned))
    with opened_trials(selected, provider, options) as trials:
        replayed = _Replayed(selected)
        asyncio.run(replayed.replay(provider, options, passes))
        return _compared(replayed, trials)


class _Replayed:
    """What several passes gave."""

    def __init__(self, selected: Sequence[SelectedContract]) -> None:
        self.selected = tuple(selected)
        self.entries = [(each.contract, one) for each in selected for one in each.interactions]
        self.planned: list[tuple[ContractResult, ...]] = []
        self.shuffled: tuple[ContractResult, ...] = ()
        self.order: list[int] = []

    async def replay(self, provider: Provider, options: VerificationOptions, passes: Passes) -> None:
        async with opened(self.selected, provider, options) as run:
            for _ in range(passes.repeat):
                self.planned.append(await run.verify(self.selected))
                self.order += run.order
            if passes.seed is not None:
                shuffle = random.Random(passes.seed).sample
                self.shuffled = await run.verify(self.selected, lambda ready: shuffle(ready, len(ready)))
                self.order += run.order


def joined(planned: Sequence[tuple[ContractResult, ...]]) -> tuple[ContractResult, ...]:
    """Give the results of equal passes as one: of each interaction that which did not pass, with all its outcomes."""
    if len(planned) == 1:
        return planned[0]
    return tuple(_joined_contract(each) for each in zip(*planned, strict=True))


def _joined_contract(runs: Sequence[ContractResult]) -> ContractResult:
    columns = zip(*(each.results for each in runs), strict=True)
    return replace(runs[0], results=tuple(_joined_result(column) for column in columns))


def _joined_result(column: Sequence[InteractionResult]) -> InteractionResult:
    worst = next((each for each in column if each.outcome is not Outcome.PASSED), column[0])
    return replace(worst, runs=tuple(each.outcome for each in column))


def _compared(replayed: _Replayed, trials: Trials) -> PassedSeveral:
    """Look into the interactions that ended otherwise when they were shuffled."""
    results = joined(replayed.planned)
    before, after = _by_number(replayed.entries, results), _by_number(replayed.entries, replayed.shuffled)
    other = [
        number
        for number in before
        if (before[number].outcome is Outcome.PASSED) != (after[number].outcome is Outcome.PASSED)
    ]
    looked_into: list[Interference] = []
    suspects: list[tuple[int, ...]] = []  # what disturbed one most often disturbs the next
    with contextlib.suppress(ContractkitError):  # the provider does not start again: what was found is told
        for number in other[:MOST_EXPLAINED]:
            looked_into.append(_interference(replayed, trials, (number, before[number], after[number]), suspects))
    return PassedSeveral(
        results=results,
        interferences=tuple(looked_into),
        unexplained=len(other) - len(looked_into),
    )


def _by_number(
    entries: Sequence[tuple[Contract, Interaction]], results: Sequence[ContractResult]
) -> dict[int, InteractionResult]:
    """Give results by their interactions' places in the selection; what could not be replayed has none."""
    found = {id(each.interaction): each for one in results for each in one.results}
    return {number: found[id(one)] for number, (_, one) in enumerate(entries) if id(one) in found}


def _interference(
    replayed: _Replayed,
    trials: Trials,
    ended: tuple[int, InteractionResult, InteractionResult],
    suspects: list[tuple[int, ...]],
) -> Interference:
    victim, first, second = ended
    passed_first = first.outcome is Outcome.PASSED
    found = Interference(contract=replayed.entries[victim][0], result=second if passed_first else first)
    passes_alone = trials.passes(Trial(others=(), victim=victim))
    if passed_first and not passes_alone and not trials.are_fresh:
        return replace(found, remains=True)
    is_last_turn = passes_alone is passed_first  # that in which the others made the difference
    candidates = _ran_before(replayed.order, victim, is_last_turn=is_last_turn)
    for together in (False, True):
        search = _Search(trials=trials, victim=victim, passes_alone=passes_alone, together=together)
        searched = search.among(candidates, suspects)
        if searched:
            suspects.append(searched)
            others = tuple(replayed.entries[number] for number in searched)
            return replace(found, others=others, needs_others=not passes_alone, together=together)
    return replace(found, remains=passed_first and not passes_alone)


def _ran_before(order: Sequence[int], victim: int, *, is_last_turn: bool) -> tuple[int, ...]:
    """Give what ran before the last or the first turn of an interaction, each at its last turn before that."""
    turn = len(order) - 1 - order[::-1].index(victim) if is_last_turn else order.index(victim)
    return tuple(dict.fromkeys(order[:turn][::-1]))[::-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """The search for the fewest interactions with which one ends otherwise than alone."""

    trials: Trials
    victim: int
    passes_alone: bool
    together: bool

    def among(self, candidates: tuple[int, ...], suspects: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
        """Give them, none where not even all candidates make the difference; suspects are tried first."""
        if self.together:
            candidates = tuple(each for each in candidates if each != self.victim)
        known = (each for each in suspects if set(each) <= set(candidates) and self._makes_the_difference(each))
        found = next(known, None)
        if found is not None:
            return found
        if not candidates or not self._makes_the_difference(candidates):
            return ()
        return smallest(candidates, self._makes_the_difference)

    def _makes_the_difference(self, others: Sequence[int]) -> bool:
        trial = Trial(others=tuple(others), victim=self.victim, together=self.together)
        return any(self.trials.passes(trial) is not self.passes_alone for _ in range(_TRIES if self.together else 1))
