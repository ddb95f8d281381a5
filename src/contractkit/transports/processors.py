"""Processors: a loop's thread kept on the processor of the thread that waits for its answers.

Of the threads of one interpreter only one runs at a time. A test's client and the loop that answers it take turns, and
where they are on different processors, each turn first waits for the other processor to wake up and to fetch what the
one before had at hand: a fifth of what a call costs. Nothing else of the process is moved.
"""

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache


class Companion:
    """A thread that can be brought to where another one runs."""

    def __init__(self, thread: threading.Thread) -> None:
        """Take a thread that has started."""
        self._thread = thread
        self._processor: int | None = None

    def come(self) -> None:
        """Come to the calling thread's processor; where the system or the interpreter knows no such thing, stay."""
        find = _processor_finder()
        processor = find() if find is not None else None
        if processor is None or processor == self._processor or self._thread.native_id is None:
            return
        with suppress(OSError):
            os.sched_setaffinity(self._thread.native_id, {processor})
            self._processor = processor


@cache
def _processor_finder() -> Callable[[], int] | None:
    """Give what says where the calling thread runs: Linux alone, and not where threads run side by side."""
    runs_one_at_a_time = getattr(sys, "_is_gil_enabled", lambda: True)()
    if not hasattr(os, "sched_setaffinity") or not runs_one_at_a_time:
        return None
    import ctypes

    try:
        found: Callable[[], int] = ctypes.PyDLL(None).sched_getcpu
    except (OSError, AttributeError):
        return None
    return found if found() >= 0 else None
