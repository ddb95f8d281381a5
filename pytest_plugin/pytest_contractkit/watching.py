"""Watching: ends a re-run that goes on and on, since a changed answer may lead a consumer in circles."""

import threading
import time
from types import TracebackType

_LEAST_SECONDS = 10.0
_TIMES_AS_LONG = 20
_PAUSE = 0.5


class Overlong(BaseException):
    """The re-run was ended from outside."""


class Watch:
    """Ends what the present thread does within it: when that takes too long, or asks for too many answers.

    Attributes:
        was_overlong: It was ended.
        has_endless_calls: It was for its many calls, which proves something; of mere time nothing is concluded.
    """

    def __init__(self, seconds: float) -> None:
        """Take how long the run took that was like this one, in seconds."""
        self.was_overlong = False
        self.has_endless_calls = False
        self._seconds = max(_LEAST_SECONDS, _TIMES_AS_LONG * seconds)
        self._thread = threading.get_ident()
        self._lock = threading.Lock()
        self._is_over = False
        self._began = 0.0
        self.took = 0.0

    def too_many_calls(self) -> None:
        """Note that no test that ends asks for so many answers; when this is said again, end it.

        To end a thread from outside may leave a lock of a client's locked, so that it is done where nothing else helps.
        """
        if self.has_endless_calls:
            self._end()
        self.has_endless_calls = True

    def end_if_late(self, now: float) -> None:
        """End it if its time is up; `now` is a reading of the monotonic clock."""
        if now - self._began > self._seconds:
            self._end()

    def __enter__(self) -> None:
        self._began = time.monotonic()
        _WATCHER.watch(self)

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None) -> bool:
        with self._lock:
            self._is_over = True
            if self.was_overlong:
                _use_up(self._thread)
        _WATCHER.forget(self)
        self.took = time.monotonic() - self._began
        return kind is not None and issubclass(kind, Overlong)

    def _end(self) -> None:
        with self._lock:
            if not self._is_over and not self.was_overlong:
                self.was_overlong = True
                _raise_in(self._thread, Overlong)


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


def _use_up(thread: int) -> None:
    """Let what may still be pending in this thread be raised here.

    What is taken back instead leaves Python 3.11 signalled: the next function that is traced or profiled hangs.
    """
    try:
        _raise_in(thread, Overlong)
        while True:
            pass
    except Overlong:
        return


def _raise_in(thread: int, error: type[BaseException]) -> None:
    """Let a thread raise an error as soon as it runs Python again."""
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))
