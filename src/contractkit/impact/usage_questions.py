"""Questions about usage: which operations and places a name means that somebody wrote."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from contractkit.errors import nearest_names, suggestion
from contractkit.model import Location, Wildcard

_BODIES: Final = (
    "request.body",
    "response.body",
    "message.contents",
    "request.contents",
    "responses[*].contents",
    "sent[*].message",
    "received[*].message",
    "events[*].message",
)
"""What holds members: who asks for `lines[*].sku` means that of any of these."""

_SIDE: Final = re.compile(r"^(sent|received)(?=\[\*\]\.)")
"""What the messages of a call begin with: who asks for `events[*].message.sku` means those of both sides."""

_EVENT: Final = re.compile(r"^events(?=\[\*\]\.message)")
"""The same, where no side is named."""

_SEPARATOR: Final = re.compile(r"([./])")
_NUMBER: Final = re.compile(r"\[[0-9]+\]")


def operations_named(asked: str, known: Iterable[str]) -> frozenset[str]:
    """Give the operations that a name means: its own, else the procedures of which it is the end.

    `Inventory/GetStock` and `GetStock` mean `shop.v1.Inventory/GetStock`, as they do in tests.
    """
    names = frozenset(known)
    if asked in names:
        return frozenset((asked,))
    ends = (f"/{asked}", f".{asked}") if "/" in asked else (f"/{asked}",)
    return frozenset(each for each in names if " " not in each and each.endswith(ends))


def operation_suggested(asked: str, known: Iterable[str]) -> str:
    """Give `Did you mean …?` with the operations that a name nearly means, else those that there are.

    Of a procedure the end counts, as long as what was asked for: `GetStok` is near `shop.v1.Inventory/GetStock`.
    """
    names = sorted(known)
    count = len(_SEPARATOR.split(asked))
    by_end: dict[str, list[str]] = {}
    for name in names:
        parts = _SEPARATOR.split(name) if " " not in name else [name]
        by_end.setdefault("".join(parts[-count:]), []).append(name)
    near = [name for end in nearest_names(asked, by_end) for name in by_end[end]]
    return f"Did you mean {' or '.join(near[:3])}?" if near else suggestion(asked, names)


def places_named(asked: str) -> tuple[str, ...]:
    """Give the places as usage has them that a location may mean: of a call's messages both sides', if it names none.

    Args:
        asked: `response.body.lines[*].sku`, also with the number of an element; `events[*].message.sku` is written of
            messages that are sent and received, as mismatches name them.
    """
    place = _NUMBER.sub("[*]", asked)
    sides = ("sent", "received") if _EVENT.match(place) else ()
    return tuple(dict.fromkeys((asked, place, *(_EVENT.sub(side, place) for side in sides))))


def lies_in(place: str, asked: str) -> bool:
    """Say whether a place is the one asked for, or in it.

    Args:
        place: As usage gives it, elements of lists as `[*]`, with a value or without.
        asked: `response.body.lines[*].sku`, also with the number of an element; below a body also without that,
            `lines[0].sku`, and as a JSON pointer (RFC 6901), `/lines/0/sku`.
    """
    wanted = location_of_pointer(asked) if asked.startswith("/") else _NUMBER.sub("[*]", asked)
    below = (f"{wanted}.", f"{wanted}[", f"{wanted} = ")
    named = (place, _SIDE.sub("events", place), *_in_bodies(place))
    return any(each == wanted or each.startswith(below) for each in named)


def location_of_pointer(pointer: str) -> str:
    """Give a JSON pointer below a body as locations are written: `/lines/0/sku` is `lines[*].sku`."""
    steps = (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])
    return str(Location(tuple(Wildcard.INDEX if step in ("*", "-") or step.isdecimal() else step for step in steps)))


def _in_bodies(place: str) -> Iterator[str]:
    for body in _BODIES:
        if place.startswith((f"{body}.", f"{body}[")):
            yield place.removeprefix(body).removeprefix(".")
