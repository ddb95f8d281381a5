"""Bisecting: the few of many things that suffice to make something happen (Zeller, "Yesterday, my program worked")."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def smallest(items: Sequence[Item], suffices: Callable[[Sequence[Item]], bool]) -> tuple[Item, ...]:
    """Give a subset that suffices, of which nothing can be left out; orders are kept.

    Args:
        items: All of them, which suffice together.
        suffices: Tries some. It is asked about twice the logarithm of their number times where one of them does it
            alone.
    """
    kept, parts = tuple(items), 2
    while len(kept) > 1:
        size = -(-len(kept) // parts)
        chunks = [kept[start : start + size] for start in range(0, len(kept), size)]
        chunk = next((each for each in chunks if suffices(each)), None)
        if chunk is not None:
            kept, parts = chunk, 2
            continue
        rests = ([item for other in chunks if other is not each for item in other] for each in chunks)
        rest = next((each for each in rests if len(chunks) > 2 and suffices(each)), None)
        if rest is not None:
            kept, parts = tuple(rest), max(parts - 1, 2)
        elif size == 1:
            break
        else:
            parts = min(parts * 2, len(kept))
    return kept
