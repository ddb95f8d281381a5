"""Stretches: a long list is shown a part at a time, with links to what is before and after."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contractkit_broker.web import Call, encoded, read_count

MOST_ROWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of a long list: `shown` from `first` on, counted from 1, of `total`; links to what is before and after."""

    shown: Sequence[Any]
    first: int
    total: int
    before: str | None
    after: str | None


def stretch(
    call: Call,
    name: str,
    everything: Sequence[Any],
    load: Callable[[Sequence[Any]], Sequence[Any]] = lambda some: some,
    *,
    most: int = MOST_ROWS,
    first: int = 0,
) -> Stretch:
    """Give the part of a list that the query asks for, with what is only loaded for what is shown.

    The links keep what else the query says. `first` is where a part begins that nothing was asked of.
    """
    asked = read_count(call.parameter(name))
    start = min(first if asked is None else asked, max(len(everything) - 1, 0))
    end = start + most
    rest = "".join(f"{encoded(key)}={encoded(value)}&" for key, value in call.query if key != name)

    def at(place: int) -> str:
        return f"{call.own_url}?{rest}{name}={place}#{name}"

    return Stretch(
        shown=load(everything[start:end]),
        first=start + 1,
        total=len(everything),
        before=at(max(start - most, 0)) if start else None,
        after=at(end) if end < len(everything) else None,
    )
