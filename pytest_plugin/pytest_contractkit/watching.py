"""Watching: ends a re-run that goes on and on, since a changed answer may lead a consumer in circles."""

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType

from pytest_contractkit.stopping import Force, Overlong, stopping_here

_LEAST_SECONDS = 10.0
_TIMES_AS_LONG = 20
_PAUSE = 0.5
_FORCES = (Force.ONCE, *[Force.IN_PROJECT] * 5, *[Force.IN_LIBRARIES] * 10)
"""What is tried, one after the other, for as long as a pause each."""

_MOST_TIMES_LEFT = 10
"""How often what comes next in a run that was ended, such as a fixture's teardown, has its own time again."""


class Watch:
    """Ends what the present thread does within it: when that takes too long, or asks for too many answers.

    Attributes:
        was_overlong: It was ended.
        has_endless_calls: It was for its many calls, which proves something; of mere time nothing is concluded.
        stuck: Called from another thread, with the number of the one that nothing makes end.
    """

    def __init__(self, seconds: float) -> None:
        """Take how long the run took that was like this one, in seconds."""
        self.was_overlong = False
        self.has_endless_calls = False
        self.stuck: Callable[[int], None] | None = None
        self._seconds = max(_LEAST_SECONDS, _TIMES_AS_LONG * seconds)
        self._thread = threading.get_ident()
        self._stopping = stopping_here()
        self._lock = threading.Lock()
        self._is_over = False
        self._hook = sys.unraisablehook
        self._tries = 0
        self._times_left = 0
        self._began = 0.0
        self.took = 0.0

    def too_many_calls(self) -> None:
        """Note that no test that ends asks for so many answers; when this is said again, end it.

        To end a thread from outside may leave a lock of a client's locked, so that it is done where nothing else helps.
        """
        if self.has_endless_calls and not self._tries:
            self._end()
        self.has_endless_calls = True

    def end_if_late(self, now: float) -> None:
        """End it if its time is up, and once more if it was ended and goes on; `now` is of the monotonic clock."""
        if self._stopping.has_left and self._times_left < _MOST_TIMES_LEFT:
            self._times_left += 1
            self._stopping.has_left = False
            self._tries, self._began = 0, now
        if self._tries or now - self._began > self._seconds:
            self._end()

    def left(self) -> None:
        """Note that what was ended is over, and that what cleans up behind it has as much time again."""
        if self.was_overlong:
            with self._lock:
                self._stopping.left()
                self._tries, self._began = 0, time.monotonic()

    def __enter__(self) -> None:
        self._began = time.monotonic()
        self._stopping.begin()
        _WATCHER.watch(self)

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None) -> bool:
        self.end()
        return kind is not None and issubclass(kind, Overlong)

    def end(self) -> None:
        """Watch no more; said again where what was to end it came only as it was left, and kept it from being done."""
        with self._lock:
            self._is_over = True
            self._stopping.end()
            if self.was_overlong:
                sys.unraisablehook = self._hook
        _WATCHER.forget(self)
        self.took = time.monotonic() - self._began

    def _end(self) -> None:
        with self._lock:
            if self._is_over:
                return
            if not self.was_overlong:  # what is ended in the middle of a destructor is nobody's error
                self.was_overlong, sys.unraisablehook = True, _ignore
            self._tries += 1
            if self._tries <= len(_FORCES):
                self._stopping.stop(_FORCES[self._tries - 1])
            elif self.stuck is not None:
                self.stuck(self._thread)


def _ignore(unraisable: object) -> None:
    """Let an error that could be raised nowhere be."""


class _Watcher:
    """Looks at the watches that run from a thread of its own, one for all of them."""

    def __init__(self) -> None:
        self._watches: list[Watch] = []
        self._thread: threading.Thread | None = None

    def watch(self, watch: Watch) -> None:
        """Look at a watch from now on."""
        self._watches.append(watch)
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._look, name="contractkit-watcher", daemon=True)
            self._thread.start()

    def forget(self, watch: Watch) -> None:
        """Look at it no more."""
        self._watches = [each for each in self._watches if each is not watch]

    def _look(self) -> None:
        while True:
            time.sleep(_PAUSE)
            for watch in self._watches:
                watch.end_if_late(time.monotonic())


_WATCHER = _Watcher()
