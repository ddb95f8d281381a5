"""Guesses: a plausible value for a field by its name and type, drawn by seed and place."""

import base64
from collections.abc import Callable, Mapping
from typing import Final

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor

from contractkit.definitions.draws import Draw
from contractkit.definitions.plausible import plausible_boolean, text_named, usual_integers, words_of
from contractkit.exact_json import Json

_INTEGERS: Final[Mapping[int, tuple[int, int]]] = {
    **dict.fromkeys((5, 15, 17), (-(2**31), 2**31 - 1)),  # int32, sfixed32, sint32
    **dict.fromkeys((3, 16, 18), (-(2**63), 2**63 - 1)),  # int64, sfixed64, sint64
    **dict.fromkeys((7, 13), (0, 2**32 - 1)),  # fixed32, uint32
    **dict.fromkeys((4, 6), (0, 2**64 - 1)),  # uint64, fixed64
}
"""The number that descriptors give an integer type, to the least and the largest value."""

_USUAL: Final[Mapping[str, tuple[int, int]]] = {
    "hours": (0, 23),
    "minutes": (0, 59),
    "nanos": (0, 0),
    "seconds": (0, 59),
    "latitude": (-900_000_000, 900_000_000),
    "longitude": (-1_800_000_000, 1_800_000_000),
}
"""Last words of integers to what is usual; degrees are counted in units of 1e-7, as maps do."""

_DEGREES: Final[Mapping[str, int]] = {"lat": 90, "latitude": 90, "lon": 180, "lng": 180, "longitude": 180}
_SHARES: Final = frozenset(("ratio", "probability", "share", "fraction", "confidence"))
_SETBACKS: Final = frozenset(
    (
        *("aborted", "canceled", "cancelled", "deleted", "denied", "disabled"),
        *("error", "errors", "exceeded", "expired", "failed", "failure", "failures"),
        *("invalid", "missing", "rejected", "unavailable", "violations"),
    )
)
"""Words of fields and of enum members that speak of something that went wrong."""

_PLACEHOLDERS: Final = frozenset(("unspecified", "unknown", "undefined", "unset", "invalid", "none", "unrecognized"))
"""Words of enum members that say nothing was chosen."""


def guess(field: FieldDescriptor, name: str, draw: Draw) -> Json:
    """Give a value for a scalar type in the tree form; `name` is the field's, or a map's."""
    if field.enum_type is not None:
        return _member(field.enum_type, draw)
    if field.type in _INTEGERS:
        return _integer(*_INTEGERS[field.type], name, draw)
    return _OTHERS[field.type](name, draw)


def guess_moment(name: str, draw: Draw) -> Json:
    """Give a Timestamp: a moment of 2025, or well in the future where the name speaks of an end."""
    low, high = usual_integers("expires") if {"expire", "expires", "expiry"} & set(words_of(name)) else _MOMENTS
    return {"seconds": draw.between(low, high), "nanos": 0}


def guess_span(name: str, draw: Draw) -> Json:
    """Give a Duration of up to a minute."""
    return {"seconds": draw.between(1, 60), "nanos": 0}


def is_ordinary(name: str) -> bool:
    """Say whether a name does not speak of something that went wrong, as `error` and `PERMISSION_DENIED` do."""
    return not (_SETBACKS & set(words_of(name)))


def _integer(least: int, most: int, name: str, draw: Draw) -> int:
    words = words_of(name)
    low, high = _USUAL.get(words[-1] if words else "") or usual_integers(name)
    low, high = max(least, low), min(most, high)
    return draw.between(low, high) if low <= high else draw.between(1, 99)


def _decimal(name: str, draw: Draw) -> float:
    words = words_of(name)
    degrees = _DEGREES.get(words[-1]) if words else None
    if degrees is not None:
        return draw.between(-degrees * 100 + 1, degrees * 100 - 1) / 100
    return draw.between(1, 99) / 100 if _SHARES & set(words) else draw.between(100, 9999) / 100


def _text(name: str, draw: Draw) -> str:
    words = words_of(name)
    if {"next", "token"} <= set(words):
        return ""  # the last page, so that clients which follow pages come to an end
    return text_named(name, draw)


def _bytes(name: str, draw: Draw) -> str:
    return base64.b64encode(text_named(name, draw).encode()).decode("ascii")


def _member(enum: EnumDescriptor, draw: Draw) -> str:
    """Give a member that says something, the first of its number."""
    first: dict[int, str] = {}
    for member in enum.values:
        first.setdefault(member.number, str(member.name))
    telling = [name for name in first.values() if not _PLACEHOLDERS & set(words_of(name))]
    ordinary = [name for name in telling if is_ordinary(name) and "not" not in words_of(name)]
    return draw.pick(ordinary or telling or list(first.values()))


_MOMENTS: Final = (1_735_689_600, 1_767_139_200)  # 2025, in Unix seconds
_OTHERS: Final[Mapping[int, Callable[[str, Draw], Json]]] = {
    FieldDescriptor.TYPE_DOUBLE: _decimal,
    FieldDescriptor.TYPE_FLOAT: _decimal,
    FieldDescriptor.TYPE_BOOL: lambda name, draw: plausible_boolean(name),
    FieldDescriptor.TYPE_STRING: _text,
    FieldDescriptor.TYPE_BYTES: _bytes,
}
