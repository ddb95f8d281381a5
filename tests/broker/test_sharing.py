"""Who asks the same at once is given one answer, and it was looked up after each of them had asked."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from contractkit_broker.sharing import Shared


class Work:
    """Gives the number of each turn, and ends a turn when it is let go."""

    def __init__(self) -> None:
        self.turns: Iterator[int] = count(1)
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)

    def __call__(self) -> int:
        turn = next(self.turns)
        self.begun.release()
        self.may_end.acquire()
        return turn


class Page:
    """A question that is the same for all, and notes when it is asked."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    def __hash__(self) -> int:
        self.asked.set()  # it is looked up now, and until that is done nobody begins to work
        return 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Page)


def test_those_who_ask_while_it_is_worked_on_share_the_next_answer() -> None:
    shared, work = Shared[int](), Work()
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(shared.answer, Page(), work)
        work.begun.acquire()
        pages = [Page(), Page(), Page()]
        later = [pool.submit(shared.answer, page, work) for page in pages]
        for page in pages:
            page.asked.wait()
        work.may_end.release(2)
        assert (first.result(), [each.result() for each in later]) == (1, [2, 2, 2])


def test_questions_that_differ_are_worked_on_at_once() -> None:
    shared, work = Shared[int](), Work()
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(shared.answer, each, work) for each in ("one", "other")]
        work.begun.acquire()
        work.begun.acquire()
        work.may_end.release(2)
        assert sorted(each.result() for each in both) == [1, 2]


def test_a_failure_is_everybodys_and_is_not_kept() -> None:
    def fail() -> int:
        raise ValueError("gone")

    shared = Shared[int]()
    with pytest.raises(ValueError, match="gone"):
        shared.answer("page", fail)
    assert shared.answer("page", lambda: 7) == 7
