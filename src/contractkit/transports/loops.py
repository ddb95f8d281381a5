"""The loop that every stub of a process is served by, in a daemon thread of its own."""

import asyncio
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _LoopThread:
    """The process's loop. A forked child gets its own, since threads do not survive a fork."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="contractkit-stub", daemon=True).start()


_starting = threading.Lock()
_running: _LoopThread | None = None


def stub_loop() -> asyncio.AbstractEventLoop:
    """Give the loop, started when it is first asked for."""
    global _running
    with _starting:
        if _running is None or _running.process != os.getpid():
            _running = _LoopThread()
        return _running.loop


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the loop and give its result; called from any other thread."""
    return asyncio.run_coroutine_threadsafe(work, stub_loop()).result()
