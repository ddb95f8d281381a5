"""Watching: ends a re-run that goes on and on, since a changed answer may lead a consumer in circles."""

import ctypes
import threading
import time
from types import TracebackType

_LEAST_SECONDS = 10.0
_TIMES_AS_LONG = 20


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
        """End it, since no test that ends asks for so many answers."""
        self.has_endless_calls = True
        self._end()

    def __enter__(self) -> None:
        self._timer = threading.Timer(self._seconds, self._end)
        self._timer.daemon = True
        self._timer.start()
        self._began = time.monotonic()

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None) -> bool:
        with self._lock:
            self._is_over = True
            if self.was_overlong:
                _raise_in(self._thread, None)
        self._timer.cancel()
        self.took = time.monotonic() - self._began
        return kind is not None and issubclass(kind, Overlong)

    def _end(self) -> None:
        with self._lock:
            if not self._is_over and not self.was_overlong:
                self.was_overlong = True
                _raise_in(self._thread, Overlong)


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Let a thread raise an error as soon as it runs Python again; None takes back one that it has not raised yet."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), ctypes.py_object(error) if error is not None else None
    )
