"""Determinism: each contract test runs twice, and what it records is compared.

What a client draws anew for each request gets a rule and a stable example; anything else that differs fails the test,
with the place and what to do.
"""

import time
from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from contractkit.errors import RecordingError
from contractkit.exact_json import show_json
from contractkit.model import Contract, HttpCall
from contractkit.recording.repeatability import Difference, differences, pairs_of
from contractkit.recording.volatile import Steady, steady_places
from contractkit.results import ABSENT
from pytest_contractkit.configuration import marked_for
from pytest_contractkit.needs_settings import needs_settings
from pytest_contractkit.plugin import RUN
from pytest_contractkit.recorder import RECORDED, Recorded, recorder_of
from pytest_contractkit.repeating import why_not_repeated
from pytest_contractkit.rerunning import run_once, tear_down_to_parent, unnoticed
from pytest_contractkit.volatile import STEADY

_NAME = "contractkit-determinism"
_BEGAN = pytest.StashKey[datetime]()
_PASSED = pytest.StashKey[bool]()
_SPENT = pytest.StashKey[float]()
_MOST_TOLD = 10  # of one test


class Checking:
    """Runs every contract test that passed a second time."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Let a test record what it sends, whatever stood for that before."""
        if "contract_stub" in getattr(item, "fixturenames", ()):
            item.stash[STEADY] = {}
            item.stash[_BEGAN] = datetime.now(tz=UTC)
            item.stash[_PASSED] = False
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Remember whether a test passed; the time of its second run is not its own."""
        if call.when == "teardown":
            spent = item.stash.get(_SPENT, 0.0)
            call.stop, call.duration = call.stop - spent, max(0.0, call.duration - spent)
            item.stash[_SPENT] = 0.0
        report = yield
        if call.when == "call" and _BEGAN in item.stash:
            item.stash[_PASSED] = report.passed and not hasattr(report, "wasxfail")
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """Run a test again, once its own fixtures are torn down and before those that others share are."""
        if not item.stash.get(_PASSED, False) or not isinstance(item, pytest.Function):
            return (yield)
        began = time.perf_counter()
        error: BaseException | None = None
        said: str | None = None
        try:
            tear_down_to_parent(item)
        except KeyboardInterrupt:
            raise
        except BaseException as raised:
            error = raised
        if error is None:
            said = _checked(item)
        item.stash[_SPENT] = time.perf_counter() - began
        result = yield
        del item.stash[STEADY]
        if RECORDED in item.stash:  # items live as long as the run
            del item.stash[RECORDED]
        if error is not None:
            raise error
        if said is not None:
            pytest.fail(said, pytrace=False)
        return result


def start_checking(config: pytest.Config) -> None:
    """Check the tests of this process from now on."""
    if not config.pluginmanager.has_plugin(_NAME):
        config.pluginmanager.register(Checking(), _NAME)


def _checked(item: pytest.Function) -> str | None:
    """Give why a test is not deterministic; None where it is, or where that cannot be said."""
    recorded = item.stash.get(RECORDED, None)
    settings = needs_settings(item)
    if recorded is None or settings is None:
        return None
    if marked_for(item).get("needs") != "off":  # a test with side effects says so; the option speaks of inference alone
        settings = replace(settings, mode="auto")
    reason = why_not_repeated(item, settings)
    if reason is not None:
        item.config.stash[RUN].remarks.append(f"{item.nodeid} is not checked for what changes: {reason}")
        return None
    with unnoticed(item):
        return _compared(item, recorded)


def _compared(item: pytest.Function, recorded: Recorded) -> str | None:
    first, (error, second) = recorded, _again(item, recorded)
    if error is not None:
        _settle(item, recorded)
        return _not_twice(error)
    steady = _steady_in(first.record.contracts, second.record.contracts, item.stash[_BEGAN], datetime.now(tz=UTC))
    if steady:
        item.stash[STEADY] = steady
        runs = [_again(item, recorded) for _ in range(2)]
        if all(each is None for each, _ in runs):
            first, second = (run for _, run in runs)
            _tell_of(item, steady)
        else:
            item.stash[STEADY] = {}
    _settle(item, first)
    found = differences(first.record.contracts, second.record.contracts)
    return _not_the_same(found) if found else None


def _again(item: pytest.Function, before: Recorded) -> tuple[BaseException | None, Recorded]:
    """Run a test again; give why it was red, and what it recorded."""
    error = run_once(item)
    return error, item.stash.get(RECORDED, before)


def _settle(item: pytest.Item, recorded: Recorded) -> None:
    """Let one of the runs be what the test recorded."""
    item.stash[RECORDED] = recorded
    recorder_of(item.config).keep(recorded.record)


def _steady_in(
    first: tuple[Contract, ...], second: tuple[Contract, ...], began: datetime, ended: datetime
) -> Mapping[str, tuple[Steady, ...]]:
    found: dict[str, tuple[Steady, ...]] = {}
    for provider, one, other in pairs_of(first, second):
        if one is None or other is None:
            continue
        match one.exchange, other.exchange:
            case HttpCall(request=before), HttpCall(request=after):
                places = steady_places(before, after, str(one.operation), began=began, ended=ended)
                found[provider] = (*found.get(provider, ()), *places)
    return {provider: _once(places) for provider, places in found.items() if places}


def _once(places: tuple[Steady, ...]) -> tuple[Steady, ...]:
    return tuple({(each.operation, each.location): each for each in places}.values())


def _tell_of(item: pytest.Item, steady: Mapping[str, tuple[Steady, ...]]) -> None:
    remarks = item.config.stash[RUN].remarks
    for places in steady.values():
        for each in places:
            remarks.append(
                f"{item.nodeid}: {each.location} of {each.operation} is {each.what} that differs each run; "
                "it is recorded as a rule with a stable example"
            )


def _not_twice(error: BaseException) -> str:
    shown = str(error).strip().partition("\n")[0]
    return str(
        RecordingError(
            "This test passes once and fails when it is run again, so its contract depends on what ran before it.",
            details=[("received", f"{type(error).__name__}: {shown}" if shown else type(error).__name__)],
            next_step="Undo in a fixture what the test leaves behind, or check without it: --deselect.",
        )
    )


def _not_the_same(found: tuple[Difference, ...]) -> str:
    details = []
    for each in found[:_MOST_TOLD]:
        details += [
            ("at", f"{each.location} of {each.operation}, {each.provider}"),
            ("first run", _shown(each.values[0])),
            ("second run", _shown(each.values[1])),
            ("to do", each.advice),
        ]
    if len(found) > _MOST_TOLD:
        details.append(("more", f"{len(found) - _MOST_TOLD} further places"))
    return str(
        RecordingError("This test records something else each time it runs; so its contract changes.", details=details)
    )


def _shown(value: Any) -> str:
    return "nothing" if value is ABSENT else show_json(value, limit=80)
