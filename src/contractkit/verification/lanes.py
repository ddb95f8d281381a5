"""Lanes: a lane replays one interaction after another, and has a thread of its own for what may block.

What is kept per thread (Django's connections) or per lane (a schema of a database) is then met by one interaction at
a time, while the lanes run beside each other.
"""

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

Returned = TypeVar("Returned")

LANE = "contractkit-lane-"
"""How the names of the lanes' threads start."""

_Work: TypeAlias = Callable[[], None]


class OverdueError(Exception):
    """Something did not end within its time, and was given up."""


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Give a block so many seconds.

    Raises:
        OverdueError: They passed. A `TimeoutError` of the block's own is left as it is.
    """
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except TimeoutError:
        if limit.expired():
            raise OverdueError from None
        raise


class Lane:
    """One lane; its thread is started by the first call and does not keep the process from ending."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._work: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._turn: _Turn | None = None

    async def call(self, function: Callable[[], Returned], *, seconds: float | None = None) -> Returned:
        """Call a function on the lane's thread, in a copy of the task's context, and give what it returned.

        A call that is given up keeps the thread that it holds, and the lane goes on with a new one.

        Args:
            function: What may block.
            seconds: How long it may take from its start; what waits before it does not count.

        Raises:
            OverdueError: It took longer, and still runs.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Returned] = loop.create_future()
        started = asyncio.Event()
        context = copy_context()

        def work() -> None:
            with suppress(RuntimeError):  # the loop has ended: nobody waits any more
                if seconds is not None:
                    loop.call_soon_threadsafe(started.set)
                loop.call_soon_threadsafe(_outcome(future, context, function))

        self._put(work)
        try:
            if seconds is None:
                return await future
            await started.wait()
            async with within(seconds):
                return await future
        except (asyncio.CancelledError, OverdueError):
            self._abandon()
            raise

    def close(self) -> None:
        """Let the thread end once it has done what it does."""
        if self._turn is not None:
            self._work.put(None)
            self._turn = None

    def _put(self, work: _Work) -> None:
        if self._turn is None:
            self._turn = _Turn()
            arguments = (self._work, self._turn)
            threading.Thread(target=_serve, args=arguments, name=f"{LANE}{self.number}", daemon=True).start()
        self._work.put(work)

    def _abandon(self) -> None:
        """Leave the thread to what it does, and what waits to a new one."""
        if self._turn is not None:
            self._turn.is_over = True
            self._turn = None
        self._put(_nothing)


@dataclass(slots=True)
class _Turn:
    """The time in which a thread serves its lane."""

    is_over: bool = False


this_lane: ContextVar[Lane | None] = ContextVar("this_lane", default=None)
"""The lane of the interaction that is being replayed."""


def current_worker() -> int:
    """Give the number of the lane that replays the running interaction, 0 outside of any.

    State handlers, and an application in process, find with it the data that `isolation="worker"` gives them alone.
    """
    lane = this_lane.get()
    return 0 if lane is None else lane.number


def _serve(work: "queue.SimpleQueue[_Work | None]", turn: _Turn) -> None:
    while not turn.is_over and (each := work.get()) is not None:
        each()
        del each  # what it returned is not kept until the next


def _outcome(
    future: "asyncio.Future[Returned]", context: Context, function: Callable[[], Returned]
) -> Callable[[], None]:
    """Call a function, and give what hands its outcome to who waits for it."""
    try:
        returned = context.run(function)
    except StopIteration as error:  # which a future does not carry
        return _failing(future, RuntimeError(f"StopIteration: {error}"))
    except BaseException as error:
        return _failing(future, error)
    return lambda: None if future.done() else future.set_result(returned)


def _failing(future: "asyncio.Future[Any]", error: BaseException) -> Callable[[], None]:
    return lambda: None if future.done() else future.set_exception(error)


def _nothing() -> None:
    """Wake a thread."""
