"""Sharing: who asks the same at once is given one answer, and it was looked up after each of them had asked."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Shared(Generic[Answer]):
    """Works on one question at a time, and once for all who asked it meanwhile. Safe to use from several threads."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._open: dict[Hashable, Future[Answer]] = {}  # asked, and not yet worked on: others may join
        self._working: dict[Hashable, threading.Lock] = {}

    def answer(self, question: Hashable, work: Callable[[], Answer]) -> Answer:
        """Give what the work gives, done once for all who ask the question before it begins.

        Raises:
            Exception: What the work raised, to all of them.
        """
        with self._changing:
            joined = self._open.get(question)
            mine: Future[Answer] = joined or self._open.setdefault(question, Future())
            turn = self._working.setdefault(question, threading.Lock())
        if joined is None:
            with turn:
                self._work(question, mine, work)
        return mine.result()

    def _work(self, question: Hashable, mine: "Future[Answer]", work: Callable[[], Answer]) -> None:
        with self._changing:  # who asks from now on may have changed something before that this work does not see
            del self._open[question]
        try:
            mine.set_result(work())
        except BaseException as error:
            mine.set_exception(error)
        with self._changing:
            if question not in self._open:  # nobody waits for a turn
                self._working.pop(question, None)
