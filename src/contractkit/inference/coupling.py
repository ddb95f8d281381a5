"""Coupling: the smallest sets of changes that are tolerated one by one and not together."""

from collections.abc import Generator
from typing import TypeAlias

from contractkit.inference.changes import Change

Verdicts: TypeAlias = tuple[tuple[Change, ...], ...]

_Asking: TypeAlias = Generator[tuple[Change, ...], bool, bool]


class _Exhausted(Exception):
    """More runs would be needed than are allowed."""


def conflicting_sets(changes: tuple[Change, ...], *, most: int) -> Generator[tuple[Change, ...], bool, Verdicts | None]:
    """Yield sets of changes to try together, be sent whether they were green, and return the minimal red ones.

    Each minimal set found is taken out of the way by leaving out one of its members in turn, until what is left is
    green (R. Reiter's tree of hitting sets, 1987). What was tried once is not tried again.

    Args:
        changes: All of them together are red, each alone is green.
        most: How many sets may be tried.

    Returns:
        The minimal sets in the order of their members; None where more tries would be needed.
    """
    search = _Search(changes, most)
    try:
        return (yield from search.all())
    except _Exhausted:
        return None


class _Search:
    def __init__(self, changes: tuple[Change, ...], most: int) -> None:
        self._changes = changes
        self._left = most
        self._known: dict[frozenset[Change], bool] = {frozenset(changes): False}
        self._found: list[frozenset[Change]] = []

    def all(self) -> Generator[tuple[Change, ...], bool, Verdicts]:
        pending: list[frozenset[Change]] = [frozenset()]
        seen: set[frozenset[Change]] = set()
        while pending:
            kept = pending.pop(0)
            if kept in seen:
                continue
            seen.add(kept)
            conflict = next((each for each in self._found if not each & kept), None)
            if conflict is None and not (yield from self._is_green(frozenset(self._changes) - kept)):
                conflict = yield from self._minimal(frozenset(self._changes) - kept)
                self._found.append(conflict)
            if conflict is not None:
                pending += [kept | {change} for change in self._ordered(conflict)]
        return tuple(self._ordered(each) for each in self._found)

    def _minimal(self, red: frozenset[Change]) -> Generator[tuple[Change, ...], bool, frozenset[Change]]:
        """Give a red set of which every half that can go has gone, then every single member."""
        size = len(red) // 2
        while size:
            for part in _parts(self._ordered(red), size):
                rest = red - part
                if rest and len(red) > 1 and part <= red and not (yield from self._is_green(rest)):
                    red = rest
            size = min(size, len(red)) // 2
        return red

    def _is_green(self, changes: frozenset[Change]) -> _Asking:
        if len(changes) < 2:
            return True  # each alone was green
        if changes not in self._known:
            if not self._left:
                raise _Exhausted
            self._left -= 1
            self._known[changes] = yield self._ordered(changes)
        return self._known[changes]

    def _ordered(self, changes: frozenset[Change]) -> tuple[Change, ...]:
        return tuple(change for change in self._changes if change in changes)


def _parts(changes: tuple[Change, ...], size: int) -> list[frozenset[Change]]:
    return [frozenset(changes[start : start + size]) for start in range(0, len(changes), size)]
