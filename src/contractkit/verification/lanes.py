"""Lanes: a lane replays one interaction after another, and has a thread of its own for what may block.

What is kept per thread (Django's connections) or per lane (a schema of a database) is then met by one interaction at
a time, while the lanes run beside each other.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar, copy_context
from typing import Any, TypeAlias, TypeVar

Returned = TypeVar("Returned")

LANE = "contractkit-lane-"
"""How the names of the lanes' threads start."""

_Work: TypeAlias = Callable[[], None]


class Lane:
    """One lane; its thread is started by the first call and does not keep the process from ending."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._work: queue.SimpleQueue[_Work | None] | None = None

    async def call(self, function: Callable[[], Returned]) -> Returned:
        """Call a function on the lane's thread, in a copy of the task's context, and give what it returned.

        A call that is given up (a time-out) keeps the thread that it holds, and the lane goes on with a new one.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Returned] = loop.create_future()
        context = copy_context()

        def work() -> None:
            try:
                settle: Callable[[], None] = _settling(future, context.run(function))
            except BaseException as error:
                settle = _failing(future, error)
            with suppress(RuntimeError):  # the loop has ended: nobody waits any more
                loop.call_soon_threadsafe(settle)

        self._queue().put(work)
        try:
            return await future
        except asyncio.CancelledError:
            self.close()
            raise

    def close(self) -> None:
        """Let the thread end once it has done what it does."""
        if self._work is not None:
            self._work.put(None)
            self._work = None

    def _queue(self) -> "queue.SimpleQueue[_Work | None]":
        if self._work is None:
            self._work = queue.SimpleQueue()
            name = f"{LANE}{self.number}"
            threading.Thread(target=_serve, args=(self._work,), name=name, daemon=True).start()
        return self._work


this_lane: ContextVar[Lane | None] = ContextVar("this_lane", default=None)
"""The lane of the interaction that is being replayed."""


def current_worker() -> int:
    """Give the number of the lane that replays the running interaction, 0 outside of any.

    State handlers, and an application in process, find with it the data that `isolation="worker"` gives them alone.
    """
    lane = this_lane.get()
    return 0 if lane is None else lane.number


def _serve(work: "queue.SimpleQueue[_Work | None]") -> None:
    while (each := work.get()) is not None:
        each()
        del each  # what it returned is not kept until the next


def _settling(future: "asyncio.Future[Any]", returned: object) -> Callable[[], None]:
    return lambda: None if future.done() else future.set_result(returned)


def _failing(future: "asyncio.Future[Any]", error: BaseException) -> Callable[[], None]:
    if isinstance(error, StopIteration):  # which a future does not carry
        error = RuntimeError(f"StopIteration: {error}")
    return lambda: None if future.done() else future.set_exception(error)
