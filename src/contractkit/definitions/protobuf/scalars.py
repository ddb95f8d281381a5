"""Scalars: how each scalar type of protobuf stands in a tree, and which values a tree may give for it."""

import base64
import binascii
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor

from contractkit.errors import suggestion
from contractkit.exact_json import Json


class Unfit(ValueError):
    """A value is not of the type. `expected` says in words what is."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Scalar:
    """One scalar type: `read` gives the tree's value of a message's, None where they are the same; `write` the reverse.

    `write` raises `Unfit`. `default` is what the tree holds where nothing was sent.
    """

    read: Callable[[Any], Json] | None
    write: Callable[[Any], Any]
    default: Json


_SHORTEST: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_LARGEST_FLOAT: Final = 3.4028235677973366e38  # what still rounds to a finite float of 32 bits
_MOST_NEAR: Final = 12  # members of an enum that a message lists


def _integer(bits: int, *, signed: bool) -> Scalar:
    least, most = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    expected = f"an integer of {bits} bits" if signed else f"an integer of {bits} bits that is not negative"

    def write(value: Any) -> int:
        number = _whole(value)
        if number is None or not least <= number <= most:
            raise Unfit(expected)
        return number

    return Scalar(None, write, 0)


def _whole(value: Any) -> int | None:
    """Give the integer that a value says, also as text or as a decimal without fraction (JSON mapping of proto3)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and len(value) < 32:
        digits = value.removeprefix("-")
        return int(value) if digits.isascii() and digits.isdigit() else None
    return None


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise Unfit("true or false")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit("a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unfit("a string of whole Unicode characters") from None
    return value


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, str):
        try:
            standard = value.translate({ord("-"): "+", ord("_"): "/"}).rstrip("=")
            return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
        except (binascii.Error, ValueError):
            pass
    raise Unfit("bytes in base64")


def _number(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise Unfit("a number of 64 bits") from None
    if isinstance(value, str):
        if value in _SHORTEST:
            return _SHORTEST[value]
        try:
            found = float(value)
        except ValueError:
            raise Unfit("a number") from None
        if math.isfinite(found) and value == value.strip() and "_" not in value:
            return found
    raise Unfit("a number")


def _short_number(value: Any) -> float:
    number = _number(value)
    if math.isfinite(number) and abs(number) >= _LARGEST_FLOAT:
        raise Unfit("a number of 32 bits")
    return number


def _read_number(value: float) -> Json:
    if math.isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def _read_short_number(value: float) -> Json:
    """Give the shortest decimal that is this float of 32 bits: 0.1, not 0.10000000149011612."""
    if not math.isfinite(value):
        return _read_number(value)
    for digits in (6, 7, 8):
        short = float(f"{value:.{digits}g}")
        if abs(short) < _LARGEST_FLOAT and struct.unpack("<f", struct.pack("<f", short))[0] == value:
            return short
    return float(f"{value:.9g}")


def _read_bytes(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


_INT32, _INT64 = _integer(32, signed=True), _integer(64, signed=True)
_UINT32, _UINT64 = _integer(32, signed=False), _integer(64, signed=False)

SCALARS: Final[dict[int, Scalar]] = {
    FieldDescriptor.TYPE_DOUBLE: Scalar(_read_number, _number, 0.0),
    FieldDescriptor.TYPE_FLOAT: Scalar(_read_short_number, _short_number, 0.0),
    FieldDescriptor.TYPE_INT32: _INT32,
    FieldDescriptor.TYPE_SINT32: _INT32,
    FieldDescriptor.TYPE_SFIXED32: _INT32,
    FieldDescriptor.TYPE_INT64: _INT64,
    FieldDescriptor.TYPE_SINT64: _INT64,
    FieldDescriptor.TYPE_SFIXED64: _INT64,
    FieldDescriptor.TYPE_UINT32: _UINT32,
    FieldDescriptor.TYPE_FIXED32: _UINT32,
    FieldDescriptor.TYPE_UINT64: _UINT64,
    FieldDescriptor.TYPE_FIXED64: _UINT64,
    FieldDescriptor.TYPE_BOOL: Scalar(None, _boolean, False),
    FieldDescriptor.TYPE_STRING: Scalar(None, _text, ""),
    FieldDescriptor.TYPE_BYTES: Scalar(_read_bytes, _bytes, ""),
}
"""The scalar types but enums, by the number that descriptors give a type."""


def enum_scalar(enum: EnumDescriptor) -> Scalar:
    """Give how an enum stands in a tree: members by name (the first of aliases), numbers that have none as they are."""
    names: dict[int, str] = {}
    for member in enum.values:
        names.setdefault(member.number, member.name)
    numbers = {member.name: member.number for member in enum.values}
    listed = ", ".join([member.name for member in enum.values][:_MOST_NEAR])
    expected = f"one of {listed}{', …' if len(enum.values) > _MOST_NEAR else ''}"

    def read(number: int) -> Json:
        return names.get(number, number)

    def write(value: Any) -> int:
        if isinstance(value, str) and value in numbers:
            return numbers[value]
        number = None if isinstance(value, str) else _whole(value)
        if number is not None and -(2**31) <= number < 2**31 and (not enum.is_closed or number in names):
            return number
        near = suggestion(value, numbers) if isinstance(value, str) else ""
        raise Unfit(f"{expected}. {near}" if near.startswith("Did you mean") else expected)

    return Scalar(read, write, names[0] if 0 in names else enum.values[0].name)
