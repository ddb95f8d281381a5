"""The loops that the stubs of a process are served by, each in a daemon thread of its own.

HTTP has one of uvloop where that is installed (it has none for Windows): a new connection costs it a third. gRPC brings
an engine of its own, which gains nothing from it, and has asyncio's.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from contractkit.transports.processors import Companion

T = TypeVar("T")


class _LoopThread:
    """A loop of the process. A forked child gets its own, since threads do not survive a fork."""

    def __init__(self, protocol: str) -> None:
        self.process = os.getpid()
        self.loop = _new_loop(protocol)
        thread = threading.Thread(target=self.loop.run_forever, name=f"contractkit-{protocol}", daemon=True)
        thread.start()
        self.companion = Companion(thread)


_starting = threading.Lock()
_running: dict[str, _LoopThread] = {}


def stub_loop(protocol: str) -> asyncio.AbstractEventLoop:
    """Give the loop of all stubs of a protocol, `http` or `grpc`, started when it is first asked for."""
    with _starting:
        if protocol not in _running or _running[protocol].process != os.getpid():
            _running[protocol] = _LoopThread(protocol)
        return _running[protocol].loop


def bring_near(protocol: str) -> None:
    """Bring the loop of a protocol, if it runs, to the processor of the calling thread, which will wait for it."""
    running = _running.get(protocol)
    if running is not None:
        running.companion.come()


def wait_for(work: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop) -> T:
    """Run a coroutine on a loop and give its result; called from any other thread."""
    return asyncio.run_coroutine_threadsafe(work, loop).result()


def _new_loop(protocol: str) -> asyncio.AbstractEventLoop:
    if protocol == "http":
        with suppress(ImportError):
            import uvloop

            return uvloop.new_event_loop()
    return asyncio.new_event_loop()
