"""A re-run is ended whatever the code catches that it runs; what nothing ends takes its process with it, in words."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from pytest_contractkit import watching
from pytest_contractkit.stopping import Force, Overlong
from pytest_contractkit.watching import Watch

pytestmark = pytest.mark.slow
pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_PAUSE", 0.02)


def bare_except() -> None:
    while True:
        try:  # noqa: SIM105
            sum(range(9))
        except:  # noqa: E722
            pass


def nested() -> None:
    while True:
        try:
            while True:
                try:
                    try:  # noqa: SIM105
                        time.sleep(1000)
                    except:  # noqa: E722
                        pass
                except BaseException:
                    continue
        except BaseException:
            pass


def suppressing() -> None:
    while True:
        with contextlib.suppress(BaseException):
            threading.Event().wait()


def finally_in_circles() -> None:
    try:
        bare_except()
    finally:
        nested()


def asynchronous() -> None:
    async def poll() -> None:
        while True:
            try:  # noqa: SIM105
                await asyncio.sleep(0)
            except:  # noqa: E722
                pass

    asyncio.run(poll())


LOOPS = (bare_except, nested, suppressing, finally_in_circles, asynchronous)


@pytest.mark.parametrize("loop", LOOPS, ids=lambda each: each.__name__)
def test_a_loop_that_catches_everything_is_ended(loop: Callable[[], None]) -> None:
    watch = Watch(0.0)
    with watch:
        watch.too_many_calls()
        watch.too_many_calls()
        loop()
    assert watch.was_overlong


def test_what_nothing_ends_is_told_with_its_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_FORCES", (Force.ONCE,))
    told: list[int] = []
    watch = Watch(0.0)
    with watch:
        watch.stuck = told.append
        watch.too_many_calls()
        watch.too_many_calls()
        while not told:
            with contextlib.suppress(BaseException):
                time.sleep(0.01)
    assert set(told) == {threading.get_ident()}


def test_what_ends_in_time_is_let_be() -> None:
    watch = Watch(0.0)
    with watch:
        watch.too_many_calls()
        watch.end_if_late(time.monotonic() + 9)
    assert not watch.was_overlong


TEST = """\
import client

def test_total(contract_stub):
    client.wait(contract_stub("orders").url)
"""

WAITING = """\
import httpx, signal

def wait(url):
    order = httpx.get(f"{url}/orders/7").json()
    while "total" not in order:
        try:
            BODY
        except:
            pass
"""

HASTY = """\
import pathlib, sys
from pytest_contractkit import watching

sys.path.insert(0, str(pathlib.Path(__file__).parent))
watching._PAUSE, watching._LEAST_SECONDS = 0.02, 2.0
"""


def waiting(project: Any, body: str) -> Any:
    project.write("conftest.py", HASTY)
    project.write("client.py", WAITING.replace("BODY", body))
    project.write("test_shop.py", TEST)
    return project


def test_a_test_that_had_to_be_stopped_passes_and_the_summary_says_why_its_needs_are_unknown(
    project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_LEAST_SECONDS", 1.0)
    result = waiting(project, "httpx.codes").run("--contract-needs=auto")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "needs: 1 test run again * times, 1 unknown",
            "test_shop.py::test_total did not end when it was run again and was stopped, so its needs are unknown: "
            'let its loop end, or mark it @pytest.mark.contract(needs="off")',
        ]
    )


def test_what_is_to_be_ended_just_as_it_ends_is_watched_no_more(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    watches: list[Watch] = []

    def late(watch: Watch, *raised: object) -> bool:
        watches.append(watch)
        watch.was_overlong = True
        raise Overlong

    monkeypatch.setattr(Watch, "__exit__", late)
    project.tests(project.getting("test_one", 7))
    result = project.run("--contract-needs=auto")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["test_shop.py::test_one did not end when it was run again and was stopped*"])
    assert watches != []
    assert watching._WATCHER._watches == []


def test_a_process_that_nothing_makes_end_is_ended_in_words(project: Any) -> None:
    deaf = waiting(project, "signal.signal(signal.SIGURG, signal.SIG_IGN), signal.pause()")
    result = deaf.run_apart("--contract-needs=auto")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert [line for line in result.errlines if line] == [
        "This test was run again with a changed answer, does not end, and nothing makes it end: the process is ended.",
        "  test   test_shop.py::test_total",
        "  at     client.py:7",
        'Mark the test with @pytest.mark.contract(needs="off"), so that it is not run again; or let its loop end: '
        "`except Exception` where it has a bare `except`, a limit of attempts.",
    ]
