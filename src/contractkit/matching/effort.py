"""Effort: what one comparison may spend on the few things whose cost no size of a file or a body bounds.

Patterns and bodies are untrusted. A pattern that backtracks, or a large one on a long text, is paid for in seconds of
the processor; looking for variants in lists in elements tried. Whoever has spent it all accepts nothing more.
"""

import threading
from collections.abc import Callable
from time import thread_time

from contractkit.matching.accepting import UnusableRuleError

MOST_SECONDS = 1.0
"""Seconds of the processor that one comparison may spend on hard patterns and long texts, all together."""

MOST_TRIALS = 200_000
"""Elements that one comparison may try while it looks for variants in lists, all together."""


class _Effort(threading.local):
    """What the comparison that runs in this thread has spent; outside of one nothing is counted."""

    is_counted = False
    seconds = 0.0
    trials = 0


_effort = _Effort()


def begin_effort() -> None:
    """Start to count for a comparison in this thread."""
    _effort.is_counted, _effort.seconds, _effort.trials = True, 0.0, 0


def end_effort() -> None:
    """Stop counting in this thread."""
    _effort.is_counted = False


def timed(accepts: Callable[[str], bool], text: str) -> bool:
    """Give what a test says of a text, and count the time that it took.

    Raises:
        UnusableRuleError: The comparison has no time left for hard patterns.
    """
    if _effort.is_counted and _effort.seconds > MOST_SECONDS:
        raise UnusableRuleError(f"hard patterns have taken {MOST_SECONDS:g} s of this comparison already")
    start = thread_time()
    try:
        return accepts(text)
    finally:
        _effort.seconds += thread_time() - start


def try_element() -> None:
    """Count an element that is about to be tried.

    Raises:
        UnusableRuleError: The comparison has tried as many as it may.
    """
    _effort.trials += 1
    if _effort.is_counted and _effort.trials > MOST_TRIALS:
        raise UnusableRuleError(f"to find it, more than {MOST_TRIALS:,} elements would have to be tried")
