"""Stopping: how a command that serves is asked to end, and what it does again and again until then."""

import signal
import threading
from collections.abc import Callable

LOOK_SECONDS = 0.25
"""How often there is a look at what may have changed."""


def told_to_stop() -> threading.Event:
    """Give what is set when the process is asked to end, by SIGINT or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    return stopped


def until(stopped: threading.Event, look: Callable[[], None] | None = None) -> None:
    """Wait until the process is asked to end; where there is something to look at, do so several times a second."""
    seconds = 3600.0 if look is None else LOOK_SECONDS  # a wait without end could not be interrupted on Windows
    while not stopped.wait(timeout=seconds):
        if look is not None:
            look()
