"""Draws: numbers that look random and depend on nothing but a seed and a place.

A place draws for itself, so a member added to a schema leaves the values of its siblings as they were: recorded
contracts stay quiet. Nothing here depends on the process, the platform or the hash seed.
"""

from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from typing import Final, Self, TypeVar

Item = TypeVar("Item")

MASK: Final = 2**64 - 1
"""What keeps the lowest 64 bits of a number."""

SPREAD: Final = 0x9E3779B97F4A7C15
"""An odd number of 64 bits; multiplied by it, close numbers end far apart (Knuth, The Art of Programming, 6.4)."""

_FACTOR: Final = 6364136223846793005  # Knuth's MMIX
_SUMMAND: Final = 1442695040888963407
_MIX: Final = 0xFF51AFD7ED558CCD  # of MurmurHash3's finaliser
_LANE: Final = 16  # bytes that hold the product of two numbers of 64 bits
_DIGITS: Final = bytes(b"0123456789abcdef"[(byte & 15) * 0xD & 15] for byte in range(256))


def number_of(text: str) -> int:
    """Give the number of 64 bits that a text stands for."""
    return number_of_bytes(text.encode())


def number_of_bytes(data: bytes) -> int:
    """Give the same of a text in UTF-8."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")


def origin_of(seed: str) -> blake2b:
    """Give what the places of a seed are drawn from: the seed and a line break, hashed once for all of them."""
    return blake2b(f"{seed}\n".encode(), digest_size=8)


def mixed(number: int, place: int) -> int:
    """Give what a place below another draws; both are numbers of 64 bits, and the highest bits are mixed best."""
    return ((number ^ place) * SPREAD) & MASK


class Draw:
    """A short stream of numbers: equal for equal seed and place."""

    __slots__ = ("_state",)

    def __init__(self, seed: str, place: str) -> None:
        self._state = number_of(f"{seed}\n{place}")

    @classmethod
    def of(cls, number: int) -> Self:
        """Give the stream that a number of 64 bits begins."""
        made = cls.__new__(cls)
        made._state = number
        return made

    def start(self, origin: blake2b, place: bytes) -> None:
        """Become the stream of a seed, of which the origin is, and of a place in UTF-8."""
        hashed = origin.copy()
        hashed.update(place)
        self._state = int.from_bytes(hashed.digest(), "big")

    def below(self, limit: int) -> int:
        """Give a number from 0 up to, not including, a limit of at most 2**64."""
        self._state = state = (self._state * _FACTOR + _SUMMAND) & MASK
        return (((state ^ (state >> 33)) * _MIX) & MASK) % limit

    def between(self, least: int, most: int) -> int:
        """Give a number from `least` to `most`, both possible."""
        limit = most - least + 1
        self._state = state = (self._state * _FACTOR + _SUMMAND) & MASK  # `below`, without a call for each
        return least + (((state ^ (state >> 33)) * _MIX) & MASK) % (limit if limit < MASK else MASK)

    def pick(self, items: Sequence[Item]) -> Item:
        """Give one of the items."""
        self._state = state = (self._state * _FACTOR + _SUMMAND) & MASK  # likewise
        return items[(((state ^ (state >> 33)) * _MIX) & MASK) % len(items)]

    def hexadecimal(self, digits: int) -> str:
        """Give so many hexadecimal digits, each as `below(16)` would: all its steps are made in one multiplication.

        A step leaves the lowest four bits of `(state ^ state >> 33) * 0x…CD`, which only bits 0 to 3 and 33 to 36 of
        the state decide: those of its first byte, and of its fifth from the second bit on.
        """
        if not digits:
            return ""
        factors, summands = _steps(digits)
        states = (self._state * factors + summands).to_bytes(_LANE * digits, "little")
        self._state = int.from_bytes(states[-_LANE:-8], "little")
        first, fifth = (int.from_bytes(states[at::_LANE], "little") for at in (0, 4))
        return (first ^ fifth >> 1).to_bytes(digits, "little").translate(_DIGITS).decode()


@cache
def _steps(count: int) -> tuple[int, int]:
    """Give what takes a state to each of its next ones: the factors side by side, and the summands likewise."""
    factor, summand, factors, summands = 1, 0, 0, 0
    for step in range(count):
        factor, summand = factor * _FACTOR & MASK, (summand * _FACTOR + _SUMMAND) & MASK
        factors |= factor << 8 * _LANE * step
        summands |= summand << 8 * _LANE * step
    return factors, summands
