"""Re-running: a test that passed is run again, in the fixtures that its class, module and session have set up already.

The same item as its own successor would set nothing up again, and the real next one would tear down fixtures of its
module; so the stack of what is set up is taken down to the item's parent before each run and after it. Nobody else
hears of it: nothing is reported, printed, logged, warned of or timed, and no debugger stops.
"""

import contextlib
import gc
import io
import logging
import os
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any, TypeAlias

import pytest
from _pytest.logging import caplog_handler_key

from contractkit.errors import ContractkitError, UnusedExpectationError
from contractkit.inference import Came, Raised, Where
from contractkit.recording.serving_again import ServingAgain
from pytest_contractkit.raising import error_in, where_raised
from pytest_contractkit.recorder import AGAIN, take_session_errors
from pytest_contractkit.stopping import Overlong
from pytest_contractkit.stuck import end_process
from pytest_contractkit.watching import Watch

_Noting: TypeAlias = Callable[[], AbstractContextManager[object]]
_OUTER = (KeyboardInterrupt, pytest.exit.Exception)


class Again:
    """Runs one item again, as often as asked."""

    def __init__(self, item: pytest.Function, random_state: object, *, noting: _Noting = nullcontext) -> None:
        """Take the item, torn down to its parent, and the state of `random` before it ran first.

        `noting` gives what its setup and its call run in.
        """
        self._item = item
        self._random = random_state
        self._noting = noting

    def run(self, serving: ServingAgain, watch: Watch) -> Came:
        """Give what came of a run in which the stubs serve as `serving` has it."""
        item = self._item
        item.stash[AGAIN] = serving
        random.setstate(self._random)  # type: ignore[arg-type]
        watch.stuck = partial(end_process, item)
        error: BaseException | None = None
        try:
            with watch:
                error = _attempt(item, self._noting, left=watch.left)
                if watch.was_overlong:
                    error = None
                    _let_go(watch)
        except Overlong:
            watch.end()
        finally:
            del item.stash[AGAIN]
        if watch.has_endless_calls:
            endless = Raised(where=Where.OUTSIDE, error="endless calls")
            return Came(raised=endless, served=frozenset(serving.served))
        if watch.was_overlong:
            return Came(served=frozenset(serving.served), hung=True)
        raised = None if error is None else _raised(error, item)
        return Came(raised=raised, served=frozenset(serving.served), asked_anew=frozenset(serving.asked_anew))


@contextlib.contextmanager
def unnoticed(item: pytest.Function) -> Iterator[None]:
    """Keep what runs meanwhile from reports, logs, warnings, the terminal, debuggers and later tests' randomness."""
    sections, properties = item._report_sections[:], item.user_properties[:]
    state, hook, current = random.getstate(), sys.breakpointhook, os.environ.get("PYTEST_CURRENT_TEST")
    sys.breakpointhook = lambda *args, **options: None
    os.environ["PYTEST_CURRENT_TEST"] = f"{item.nodeid} (call)"
    try:
        with _no_output(item.config), _no_logs(item), warnings.catch_warnings(record=True):
            yield
    finally:
        sys.breakpointhook = hook
        random.setstate(state)
        item._report_sections[:], item.user_properties[:] = sections, properties
        if current is None:
            os.environ.pop("PYTEST_CURRENT_TEST", None)
        else:
            os.environ["PYTEST_CURRENT_TEST"] = current


def tear_down_to_parent(item: pytest.Item) -> None:
    """Tear down what belongs to an item alone; raises what its fixtures raise then."""
    setup_state: Any = item.session._setupstate
    setup_state.teardown_exact(item.parent)


def run_once(item: pytest.Function) -> BaseException | None:
    """Run an item as it ran first, so that it records anew; give why that was red."""
    return _attempt(item)


def _attempt(
    item: pytest.Function, noting: _Noting = nullcontext, *, left: Callable[[], None] = lambda: None
) -> BaseException | None:
    """Give why a run was red: what its setup, its call or its teardown raised, or its stubs refused.

    `left` is called between setup and call, and teardown.
    """
    error: BaseException | None = None
    _renew(item)
    try:
        setup_state: Any = item.session._setupstate
        with noting():
            setup_state.setup(item)
            item.runtest()
        error = _collected_error(item) or _refused(item)
    except _OUTER:
        tear_down_to_parent(item)
        raise
    except BaseException as raised:
        error = raised
    left()
    try:
        tear_down_to_parent(item)
    except _OUTER:
        raise
    except BaseException as raised:
        error = error or raised
    return error


def _let_go(watch: Watch) -> None:
    """Let coroutines that were left in the middle end here, where that is watched too, not in a later test."""
    watch.left()
    gc.collect()


def _renew(item: pytest.Function) -> None:
    """Give an item fixtures and an instance of its class anew."""
    item._initrequest()
    handler = item.stash.get(caplog_handler_key, None)
    if handler is not None:
        handler.reset()
    if isinstance(item.parent, pytest.Class):
        for name in ("_obj", "_instance"):
            item.__dict__.pop(name, None)
    if hasattr(item, "addSubTest"):  # a unittest.TestCase reports its subtests as they end
        item.addSubTest = _collecting_subtests(item)


def _collecting_subtests(item: Any) -> Any:
    def collect(test_case: object, test: object, exc_info: Any) -> None:
        if exc_info is not None:
            item._addexcinfo(exc_info)

    return collect


def _collected_error(item: Any) -> BaseException | None:
    """Give what a unittest.TestCase collected, where others raise."""
    collected = item.__dict__.pop("_excinfo", None) or ()
    return next((each.value for each in collected), None)


def _refused(item: pytest.Item) -> BaseException | None:
    return next(iter(take_session_errors(item)), None)


def _raised(error: BaseException, item: pytest.Function) -> Raised:
    error = error_in(error)
    if isinstance(error, ContractkitError):  # what the stub says of the consumer, or of the test
        is_of_test = isinstance(error, UnusedExpectationError)
        return Raised(where=Where.TEST if is_of_test else Where.OUTSIDE, error=type(error).__name__)
    return Raised(where=where_raised(error, item.path), error=type(error).__name__)


@contextlib.contextmanager
def _no_output(config: pytest.Config) -> Iterator[None]:
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    is_capturing = capture is not None and capture.is_globally_capturing()
    before = capture.read_global_capture() if is_capturing else ("", "")
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        if is_capturing:
            sys.stdout.flush()
            sys.stderr.flush()
            capture.read_global_capture()
            sys.stdout.write(before[0])
            sys.stderr.write(before[1])


@contextlib.contextmanager
def _no_logs(item: pytest.Item) -> Iterator[None]:
    """Let `caplog` work, and nothing else hear what is logged."""
    root, handler = logging.getLogger(), item.stash.get(caplog_handler_key, None)
    handlers, level = root.handlers[:], root.level
    kept = None if handler is None else (handler.records, handler.stream)
    root.handlers[:] = [each for each in handlers if each is handler]
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        if handler is not None and kept is not None:
            handler.records, handler.stream = kept
