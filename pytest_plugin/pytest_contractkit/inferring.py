"""Inferring: after a test passed, what it needs of the answers is found out by running it again with changed ones."""

import random
import time
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from contractkit.errors import ContractkitError
from contractkit.inference import AnswerId, Came, Findings, ObservedAnswer, Run, needs_found, runs_of
from contractkit.model import Contract, InferredNeeds, Interaction, Location, Message, Needs, UnknownNeeds
from contractkit.recording import StubbedProvider, TestRecord
from contractkit.recording.observed_answers import can_be_changed, observed_answer
from contractkit.recording.pinned import has_place
from contractkit.recording.proofs import Proofs, digest_of
from contractkit.recording.serving_again import Again as ServedBefore
from contractkit.recording.serving_again import ServingAgain, has_no_body, served_before
from pytest_contractkit.executed import Executed
from pytest_contractkit.executed_tests import note_test
from pytest_contractkit.needs_settings import NeedsSettings, needs_settings
from pytest_contractkit.pins import stray_pins
from pytest_contractkit.plugin import RUN
from pytest_contractkit.reading import read_again
from pytest_contractkit.recorder import RECORDED, Recorded, recorder_of
from pytest_contractkit.repeating import why_not_repeated
from pytest_contractkit.rerunning import Again, tear_down_to_parent, unnoticed
from pytest_contractkit.watching import Watch
from pytest_contractkit.weak import WeakAssertions

_STARTED = pytest.StashKey["_Started"]()
_SPENT = pytest.StashKey[float]()
_MOST_CALLS = 4, 12
"""A re-run may ask for four times as many answers as were recorded, and twelve more."""


class _Started:
    """A test that is running: the state of `random` before it, what of the consumer's code ran, whether it passed."""

    def __init__(self, settings: NeedsSettings) -> None:
        self.settings = settings
        self.random_state = random.getstate()
        self.executed: Executed | None = None
        self.has_passed = False


class Inferring:
    """Watches tests that use a stub, and runs those that passed again."""

    def __init__(self) -> None:
        self._proofs = Proofs()
        self._weak = WeakAssertions()
        self._spent = 0.0
        self._left_out = 0
        self._limit = 0.0

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note what a test's fixtures run."""
        settings = needs_settings(item)
        if not _uses_stub(item) or settings is None or not (settings.is_on or settings.pinned):
            return (yield)
        started = item.stash[_STARTED] = _Started(settings)
        with note_test(item) as started.executed:
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note what a test runs."""
        started = item.stash.get(_STARTED, None)
        if started is None:
            return (yield)
        with note_test(item, started.executed):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Remember whether a test passed; the time that its re-runs took is not its own."""
        spent = item.stash.get(_SPENT, 0.0)
        if call.when == "teardown" and spent:
            call.stop, call.duration = call.stop - spent, max(0.0, call.duration - spent)
            del item.stash[_SPENT]
        report = yield
        started = item.stash.get(_STARTED, None)
        if started is not None and call.when == "call":
            started.has_passed = report.passed and not hasattr(report, "wasxfail")
        return report

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """Run a test again, once its own fixtures are torn down and before those that others share are."""
        started = item.stash.get(_STARTED, None)
        if started is None or not started.has_passed:
            return (yield)
        del item.stash[_STARTED]
        error: BaseException | None = None
        try:
            tear_down_to_parent(item)
        except KeyboardInterrupt:
            raise
        except BaseException as raised:
            error = raised
        recorded = item.stash.get(RECORDED, None)
        if recorded is not None:
            del item.stash[RECORDED]
        if error is None and recorded is not None and isinstance(item, pytest.Function):
            began = time.perf_counter()
            try:
                self._infer(item, started, recorded)
            except BaseException as raised:  # whatever it is, what others set up must be torn down
                error = raised
            item.stash[_SPENT] = time.perf_counter() - began
        result = yield
        if error is not None:
            raise error
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Say what is read for nothing, and what was left out for want of time."""
        session.config.stash[RUN].remarks += self._weak.remarks()
        if self._left_out:
            what = f"{self._left_out} test{'s' if self._left_out > 1 else ''}"
            session.config.stash[RUN].remarks.append(
                f"needs of {what} are not inferred yet: the {self._limit:g} seconds for re-runs were used up; "
                "run again to go on, or set --contract-needs-seconds"
            )

    def _infer(self, item: pytest.Function, started: _Started, recorded: Recorded) -> None:
        """Keep a test's record with what it was proved to need."""
        if not any(contract.interactions for contract in recorded.record.contracts):
            return
        test = _Test(item, started, recorded)
        record = _with_needs(recorded.record, self._needs_of(test))
        self._weak.note(record)
        recorder_of(item.config).keep(record)
        stray = [each for each in started.settings.pinned if not test.has_place(each)]
        if stray:
            pytest.fail(str(stray_pins(item.nodeid, stray)), pytrace=False)

    def _needs_of(self, test: "_Test") -> "_NeedsByKey":
        reason = why_not_repeated(test.item, test.settings)
        if reason is not None:
            return test.unknown(reason)
        valid_for = test.valid_for()
        known = self._proofs.known(test.recorded.contracts_directory, test.recorded.record.contracts, valid_for)
        if known is not None:
            return known
        limit = test.settings.seconds
        if limit is not None and self._spent >= limit:
            self._left_out, self._limit = self._left_out + 1, limit
            return test.unknown(f"not inferred yet: the {limit:g} seconds for re-runs were used up")
        began = time.monotonic()
        try:
            return test.inferred(valid_for)
        except ContractkitError as error:
            return test.unknown(f"what is legal cannot be told: {error.explanation.summary}")
        finally:
            self._spent += time.monotonic() - began


_NeedsByKey = Mapping[tuple[str, str], Needs]
"""Provider and key of an interaction to what the test needs of it."""


class _Test:
    """One test that passed, to be run again."""

    def __init__(self, item: pytest.Function, started: _Started, recorded: Recorded) -> None:
        self.item = item
        self.settings = started.settings
        self.recorded = recorded
        self._started = started
        self._interactions = [
            (contract.provider, interaction)
            for contract in recorded.record.contracts
            for interaction in contract.interactions
        ]

    def has_place(self, place: Location) -> bool:
        """Say whether any answer of the test has a place that it pins."""
        return any(has_place(each, place) for _, each in self._interactions)

    def unknown(self, reason: str) -> _NeedsByKey:
        """Give the same reason for every interaction."""
        return {
            (provider, each.key): UnknownNeeds(reason=reason, pinned=self._pinned(each))
            for provider, each in self._interactions
        }

    def _pinned(self, interaction: Interaction) -> tuple[Location, ...]:
        return tuple(each for each in self.settings.pinned if has_place(interaction, each))

    def valid_for(self) -> str:
        """Give the digest of everything that what is found will rest on."""
        executed = self._started.executed
        return digest_of(
            "" if executed is None else executed.digest(),
            [(self.recorded.providers[provider], each) for provider, each in self._interactions],
            self.settings.kinds,
            self.settings.pinned,
        )

    def inferred(self, valid_for: str) -> _NeedsByKey:
        """Run the test again and again, and give what that proves."""
        before = served_before(self._interactions)
        again = Again(self.item, self._started.random_state)
        with unnoticed(self.item):
            control, read = read_again(again, before, self._started.executed, self._interactions, most=self._most_calls)
        answers = [
            observed_answer(
                self._provider(name),
                each,
                self.settings.kinds,
                read=read.get(AnswerId(name, each.key)),
                pinned=self.settings.pinned,
            )
            for name, each in self._interactions
            if can_be_changed(each)
        ]
        found = self._findings(answers, again, before, control) if answers else None
        if isinstance(found, UnknownNeeds):
            return self.unknown(found.reason)
        by_key = {(each.id.provider, each.id.key): each for each in answers}
        return {
            (name, each.key): _needs(each, by_key.get((name, each.key)), found, valid_for)
            for name, each in self._interactions
        }

    def _provider(self, name: str) -> StubbedProvider:
        return self.recorded.providers[name]

    def _findings(
        self, answers: list[ObservedAnswer], again: Again, before: ServedBefore, control: Came | None
    ) -> Findings | UnknownNeeds:
        procedure = runs_of(answers, self.settings.kinds, most=self.settings.most_runs)
        took = 0.0
        try:
            run = next(procedure)
            if control is not None and not run.changes:  # it was run already, to see what it reads
                run = procedure.send(control)
            with unnoticed(self.item):
                while True:
                    came, seconds = self._came(again, before, run, took)
                    took = max(took, seconds)
                    run = procedure.send(came)
        except StopIteration as ended:
            result: Findings | UnknownNeeds = ended.value
            return result

    def _came(self, again: Again, before: ServedBefore, run: Run, took: float) -> tuple[Came, float]:
        watch = Watch(took)
        serving = ServingAgain(before, run.changes, most=self._most_calls, too_many=watch.too_many_calls)
        return again.run(serving, watch), watch.took

    @property
    def _most_calls(self) -> int:
        times, more = _MOST_CALLS
        return times * len(self._interactions) + more


def _needs(interaction: Interaction, answer: ObservedAnswer | None, found: Findings | None, valid_for: str) -> Needs:
    if answer is not None and found is not None:
        return needs_found(answer, found, valid_for=valid_for)
    if has_no_body(interaction):
        return InferredNeeds(needed=(), valid_for=valid_for)
    if isinstance(interaction.exchange, Message):
        return UnknownNeeds(reason="it is a message, of which no needs are found yet")
    return UnknownNeeds(reason="its answer is not JSON")


def _with_needs(record: TestRecord, needs: _NeedsByKey) -> TestRecord:
    contracts = tuple(_contract_with(contract, needs) for contract in record.contracts)
    return replace(record, contracts=contracts)


def _contract_with(contract: Contract, needs: _NeedsByKey) -> Contract:
    interactions = tuple(
        replace(
            each,
            evidence=tuple(
                replace(one, needs=needs.get((contract.provider, each.key), one.needs)) for one in each.evidence
            ),
        )
        for each in contract.interactions
    )
    return replace(contract, interactions=interactions)


def _uses_stub(item: pytest.Item) -> bool:
    return "contract_stub" in getattr(item, "fixturenames", ())


def start_inferring(config: pytest.Config) -> None:
    """Watch the tests of this process from now on."""
    if not config.pluginmanager.has_plugin("contractkit-inferring"):
        config.pluginmanager.register(Inferring(), "contractkit-inferring")
