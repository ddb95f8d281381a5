"""A loop's thread comes to the processor of the thread that waits for it, and stays where it cannot know it."""

import os
import threading
from collections.abc import Iterator

import pytest

from contractkit.transports import processors
from contractkit.transports.processors import Companion

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system moves no threads")


@pytest.fixture
def waiting() -> Iterator[threading.Thread]:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    yield thread
    done.set()
    thread.join()


def places(thread: threading.Thread) -> set[int]:
    assert thread.native_id is not None
    return os.sched_getaffinity(thread.native_id)


def test_it_comes_to_where_the_caller_runs(waiting: threading.Thread) -> None:
    allowed = os.sched_getaffinity(0)
    companion = Companion(waiting)
    try:
        seen = []
        for processor in sorted(allowed):
            os.sched_setaffinity(0, {processor})
            companion.come()
            seen.append(places(waiting))
    finally:
        os.sched_setaffinity(0, allowed)

    assert seen == [{processor} for processor in sorted(allowed)]


def test_it_stays_where_nobody_says_where_the_caller_runs(
    waiting: threading.Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = places(waiting)
    monkeypatch.setattr(processors, "_processor_finder", lambda: None)

    Companion(waiting).come()

    assert places(waiting) == before


def test_a_thread_that_has_ended_is_left_alone(waiting: threading.Thread) -> None:
    ended = threading.Thread(target=lambda: None)
    ended.start()
    ended.join()

    Companion(ended).come()
