"""Guesses: plausible values for a field by its name and type, drawn by seed and place.

Name and type are looked at once per field; what that gives draws each value.
"""

import base64
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor

from contractkit.definitions.draws import Draw
from contractkit.definitions.plausible import plausible_boolean
from contractkit.definitions.usual_numbers import usual_integers
from contractkit.definitions.vocabulary import identifies, text_maker, words_of
from contractkit.exact_json import Json

Guess: TypeAlias = Callable[[Draw], Json]

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


def guesser(field: FieldDescriptor, name: str) -> Guess:
    """Give what draws values of a scalar type in the tree form; `name` is the field's, or a map's."""
    if field.enum_type is not None:
        return _member(field.enum_type)
    if field.type in _INTEGERS:
        return _between(*_bounds(*_INTEGERS[field.type], name))
    return _OTHERS[field.type](name)


def tells_apart(field: FieldDescriptor, name: str) -> bool:
    """Say whether values of a scalar type are what things are told apart by: texts such as ids, and large integers."""
    if field.type in _INTEGERS:
        low, high = _bounds(*_INTEGERS[field.type], name)
        return high - low >= 256
    return field.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES) and identifies(name)


def moment_guesser(name: str) -> Guess:
    """Give what draws a Timestamp: a moment of 2025, or well in the future where the name speaks of an end."""
    low, high = usual_integers("expires") if {"expire", "expires", "expiry"} & set(words_of(name)) else _MOMENTS
    return lambda draw: {"seconds": draw.between(low, high), "nanos": 0}


def span_guesser(name: str) -> Guess:
    """Give what draws a Duration of up to a minute."""
    return lambda draw: {"seconds": draw.between(1, 60), "nanos": 0}


def is_ordinary(name: str) -> bool:
    """Say whether a name does not speak of something that went wrong, as `error` and `PERMISSION_DENIED` do."""
    return not (_SETBACKS & set(words_of(name)))


def _bounds(least: int, most: int, name: str) -> tuple[int, int]:
    words = words_of(name)
    low, high = _USUAL.get(words[-1] if words else "") or usual_integers(name)
    low, high = max(least, low), min(most, high)
    return (low, high) if low <= high else (1, 99)


def _between(low: int, high: int) -> Guess:
    return lambda draw: draw.between(low, high)


def _decimal(name: str) -> Guess:
    words = words_of(name)
    degrees = _DEGREES.get(words[-1]) if words else None
    if degrees is not None:
        return _hundredths(-degrees * 100 + 1, degrees * 100 - 1)
    return _hundredths(1, 99) if _SHARES & set(words) else _hundredths(100, 9999)


def _hundredths(low: int, high: int) -> Guess:
    return lambda draw: draw.between(low, high) / 100


def _text(name: str) -> Guess:
    if {"next", "token"} <= set(words_of(name)):
        return lambda draw: ""  # the last page, so that clients which follow pages come to an end
    return text_maker(name)


def _bytes(name: str) -> Guess:
    make = text_maker(name)
    return lambda draw: base64.b64encode(make(draw).encode()).decode("ascii")


def _boolean(name: str) -> Guess:
    value = plausible_boolean(name)
    return lambda draw: value


def _member(enum: EnumDescriptor) -> Guess:
    """Give what draws a member that says something, the first of its number."""
    first: dict[int, str] = {}
    for member in enum.values:
        first.setdefault(member.number, str(member.name))
    telling = [name for name in first.values() if not _PLACEHOLDERS & set(words_of(name))]
    ordinary = [name for name in telling if is_ordinary(name) and "not" not in words_of(name)]
    members = tuple(ordinary or telling or first.values())
    return lambda draw: draw.pick(members)


_MOMENTS: Final = (1_735_689_600, 1_767_139_200)  # 2025, in Unix seconds
_OTHERS: Final[Mapping[int, Callable[[str], Guess]]] = {
    FieldDescriptor.TYPE_DOUBLE: _decimal,
    FieldDescriptor.TYPE_FLOAT: _decimal,
    FieldDescriptor.TYPE_BOOL: _boolean,
    FieldDescriptor.TYPE_STRING: _text,
    FieldDescriptor.TYPE_BYTES: _bytes,
}
