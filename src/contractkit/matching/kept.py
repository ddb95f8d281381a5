"""Checks kept: how many of one expected value stay compiled, so that huge examples do not take many times their size.

The check of an element takes far more room than the number it is compiled from. Beyond some thousands of elements and
containers, further ones are compiled when a value is compared with them, and forgotten.
"""

from collections.abc import Callable
from dataclasses import dataclass

from contractkit.matching.failures import Check

MOST_KEPT = 20_000
"""Elements and containers of one expected value whose checks stay compiled."""

FEW_KEPT = 1_000
"""The same of a container further on, for the time that it is compared."""


@dataclass(slots=True)
class Kept:
    """How many checks may still be kept of a value that is being compiled."""

    left: int = MOST_KEPT

    def take(self) -> bool:
        """Count one check more, and say whether it may be kept."""
        self.left -= 1
        return self.left >= 0

    def remembering(self, compile_at: Callable[[str], Check]) -> Callable[[str], Check]:
        """Give a function that compiles the check of a member, and remembers it if it may be kept."""
        known: dict[str, Check] = {}

        def compiled(name: str) -> Check:
            check = known.get(name)
            if check is None:
                check = compile_at(name)
                if self.take():
                    known[name] = check
            return check

        return compiled
