"""Sharing: who asks the same at once is given one answer, and it was looked up after each of them had asked."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Shared(Generic[Answer]):
    """Works on one question at a time, and once for all who asked it meanwhile. Belongs to one event loop."""

    def __init__(self) -> None:
        self._open: dict[Hashable, asyncio.Task[Answer]] = {}  # asked, and not yet worked on: others may join
        self._working: dict[Hashable, asyncio.Task[Answer]] = {}

    async def answer(self, question: Hashable, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """Give what the work gives, done once for all who ask the question before it begins.

        Raises:
            Exception: What the work raised, to all of them.
        """
        joined = self._open.get(question)
        if joined is None:
            joined = self._open[question] = asyncio.create_task(self._take_turn(question, work))
        return await asyncio.shield(joined)  # others wait for it, too, when one goes away

    async def _take_turn(self, question: Hashable, work: Callable[[], Awaitable[Answer]]) -> Answer:
        if question in self._working:
            await asyncio.wait([self._working[question]])
        mine = self._working[question] = self._open.pop(question)  # who asks from now on may know of a later change
        try:
            return await work()
        finally:
            if self._working.get(question) is mine:
                del self._working[question]
