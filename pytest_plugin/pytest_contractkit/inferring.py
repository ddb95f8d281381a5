"""Inferring: after a test passed, what it needs of the answers is found out by running it again with changed ones."""

import random
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from contractkit.inference import Kind
from contractkit.model import Contract, InferredNeeds
from contractkit.recording import TestRecord
from contractkit.recording.proofs import Proofs
from pytest_contractkit import tally
from pytest_contractkit.executed import Executed
from pytest_contractkit.executed_memory import Remembered
from pytest_contractkit.executed_tests import note_test
from pytest_contractkit.known_runs import KnownRuns
from pytest_contractkit.needs_settings import NeedsSettings, needs_settings, used_up
from pytest_contractkit.options import CHECK_DETERMINISTIC, is_on
from pytest_contractkit.passed import NeedsByKey, PassedTest
from pytest_contractkit.pins import stray_pins
from pytest_contractkit.plugin import RUN, Run
from pytest_contractkit.recorder import RECORDED, Recorded, recorder_of
from pytest_contractkit.repeating import why_not_repeated
from pytest_contractkit.rerunning import tear_down_to_parent
from pytest_contractkit.weak import WeakAssertions

_STARTED = pytest.StashKey["_Started"]()
_SPENT = pytest.StashKey[float]()


class _Started:
    """A test that is running: the state of `random` before it, what of the consumer's code ran, whether it passed."""

    def __init__(self, settings: NeedsSettings) -> None:
        self.settings = settings
        self.random_state = random.getstate()
        self.executed: Executed | None = None
        self.remembered: Remembered | None = None
        self.has_passed = False
        self.seconds = 0.0


class Inferring:
    """Watches tests that use a stub, and runs those that passed again."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._proofs = Proofs()
        self._known_runs = KnownRuns(run, self._proofs)
        self._weak = WeakAssertions()
        self._spent = 0.0
        self._varying: dict[str, str] = {}
        self._stopped: list[str] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note what a test's fixtures run."""
        settings = needs_settings(item)
        if not _uses_stub(item) or settings is None or not (settings.is_on or settings.pinned):
            return (yield)
        started = item.stash[_STARTED] = _Started(settings)
        started.remembered = self._known_runs.of(item, settings)
        if started.remembered is not None:
            return (yield)
        with note_test(item) as started.executed:
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note what a test runs."""
        started = item.stash.get(_STARTED, None)
        if started is None or started.remembered is not None:
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
        if started is not None and call.when != "teardown":
            started.seconds += call.duration
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
    def pytest_sessionfinish(self) -> None:
        """Say what is read for nothing, which tests record something else each time, and what is to be remembered."""
        self._run.learned += self._known_runs.learned()
        self._run.remarks += [*self._weak.remarks(), *self._varying_remarks(), *self._stopped_remarks()]

    def _infer(self, item: pytest.Function, started: _Started, recorded: Recorded) -> None:
        """Keep a test's record with what it was proved to need."""
        if not any(contract.interactions for contract in recorded.record.contracts):
            return
        test = PassedTest(
            item,
            recorded,
            started.settings,
            executed=started.executed,
            remembered=started.remembered,
            random_state=started.random_state,
            seconds=started.seconds,
        )
        record = _with_needs(recorded.record, self._needs_of(test))
        self._weak.note(record)
        recorder_of(item.config).keep(record)
        stray = [each for each in started.settings.pinned if not test.has_place(each)]
        if stray:
            pytest.fail(str(stray_pins(item.nodeid, stray)), pytrace=False)

    def _needs_of(self, test: PassedTest) -> NeedsByKey:
        reason = why_not_repeated(test.item, test.settings)
        if reason is not None:
            if test.settings.is_on:
                self._count(tally.UNKNOWN)
            return test.unknown(reason)
        known = self._found_before(test)
        if known is not None:
            return known
        limit = test.settings.seconds
        if limit is not None and self._spent >= limit:
            self._count(tally.LATE)
            return self._not_inferred(test, used_up(limit))
        began = time.monotonic()
        try:
            return self._proved(test)
        finally:
            self._spent += time.monotonic() - began

    def _known(self, test: PassedTest, kinds: Iterable[frozenset[Kind]]) -> NeedsByKey | None:
        """Give what earlier runs found by any of these kinds of changes."""
        directory, contracts = test.recorded.contracts_directory, test.recorded.record.contracts
        found = (self._proofs.known(directory, contracts, test.valid_for(each)) for each in kinds)
        return next((each for each in found if each is not None), None)

    def _found_before(self, test: PassedTest) -> NeedsByKey | None:
        """Give what earlier runs found; where a test ran something else than was remembered, that is noted first."""
        known = self._known(test, test.settings.sufficient) if test.has_run_as_remembered else None
        if test.remembered is None:
            self._known_runs.learn(test, known)
        elif known is None:
            self._known_runs.learn(test, None)
            reason = self._noted_again(test)
            if reason is not None:
                self._count(tally.UNKNOWN)
                return test.unknown(reason)
            known = self._known(test, test.settings.sufficient)
        if known is not None:
            self._count(tally.KNOWN)
        return known

    def _noted_again(self, test: PassedTest) -> str | None:
        from pytest_contractkit.proving import note_again

        return note_again(test)

    def _not_inferred(self, test: PassedTest, reason: str) -> NeedsByKey:
        """Give what an earlier run found by fewer kinds of changes, since that is better than nothing."""
        known = self._known(test, test.settings.better_than_nothing)
        if known is not None:
            return known
        self._count(tally.UNKNOWN)
        return test.unknown(reason)

    def _proved(self, test: PassedTest) -> NeedsByKey:
        from pytest_contractkit.proving import Proving, TooManyRuns  # only who has tests run again pays for it

        limit = test.settings.seconds
        proving = Proving(test, seconds=None if limit is None else limit - self._spent)
        found = proving.needs()
        self._count(tally.AGAIN)
        self._count(tally.RUNS, proving.runs)
        if proving.varying:
            self._varying[test.item.nodeid] = min(proving.varying)
        if proving.was_stopped:
            self._stopped.append(test.item.nodeid)
        if isinstance(found, TooManyRuns):
            self._count(found.counted_as)
            if found.counted_as == tally.STOPPED:
                self._count(tally.DUE, found.due)
            return self._not_inferred(test, found.reason)
        if not all(isinstance(each, InferredNeeds) for each in found.values()):
            self._count(tally.UNKNOWN)
        return found

    def _count(self, name: str, count: int = 1) -> None:
        tally.add(self._run.counts, name, count)

    def _varying_remarks(self) -> Iterator[str]:
        if not self._varying or is_on(self._run.config, CHECK_DETERMINISTIC):
            return
        (test, operation), *others = self._varying.items()
        more = f" ({len(others)} more test{'' if len(others) == 1 else 's'} do likewise)" if others else ""
        yield (
            f"{test} asks {operation} something else each time it runs{more}, so the contract changes each time: "
            "run once with --contract-check-deterministic, which makes rules of such values"
        )

    def _stopped_remarks(self) -> Iterator[str]:
        for test in self._stopped:
            yield (
                f"{test} did not end when it was run again and was stopped, so its needs are unknown: "
                'let its loop end, or mark it @pytest.mark.contract(needs="off")'
            )


def _with_needs(record: TestRecord, needs: NeedsByKey) -> TestRecord:
    contracts = tuple(_contract_with(contract, needs) for contract in record.contracts)
    return replace(record, contracts=contracts)


def _contract_with(contract: Contract, needs: NeedsByKey) -> Contract:
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
        config.pluginmanager.register(Inferring(config.stash[RUN]), "contractkit-inferring")
