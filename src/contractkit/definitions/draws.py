"""Draws: numbers that look random and depend on nothing but a seed and a place.

A place draws for itself, so a member added to a schema leaves the values of its siblings as they were: recorded
contracts stay quiet. Nothing here depends on the process, the platform or the hash seed.
"""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")

_MASK = 2**64 - 1


class Draw:
    """A short stream of numbers: equal for equal seed and place."""

    def __init__(self, seed: str, place: str) -> None:
        digest = hashlib.blake2b(f"{seed}\n{place}".encode(), digest_size=8).digest()
        self._state = int.from_bytes(digest, "big")

    def below(self, limit: int) -> int:
        """Give a number from 0 up to, not including, a limit of at most 2**64."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) & _MASK  # Knuth's MMIX
        mixed = self._state ^ (self._state >> 33)
        return ((mixed * 0xFF51AFD7ED558CCD) & _MASK) % limit

    def between(self, least: int, most: int) -> int:
        """Give a number from `least` to `most`, both possible."""
        return least + self.below(min(most - least + 1, _MASK))

    def pick(self, items: Sequence[Item]) -> Item:
        """Give one of the items."""
        return items[self.below(len(items))]

    def hexadecimal(self, digits: int) -> str:
        """Give so many hexadecimal digits."""
        return "".join(self.pick("0123456789abcdef") for _ in range(digits))
