"""Protobuf's encoding, read by hand: the fields of a message as numbers and values, whatever type it is of."""

from collections.abc import Iterator
from typing import TypeAlias

WireValue: TypeAlias = int | bytes
"""A varint as an int; everything else as its bytes: text, messages, groups, fixed widths, packed lists."""

_LONGEST_VARINT = 10
_DEEPEST_GROUP = 100


def wire_fields(data: bytes) -> Iterator[tuple[int, WireValue]]:
    """Give number and value of each field of an encoded message, in order (Protocol Buffers, encoding).

    Raises:
        ValueError: The bytes are no message.
    """
    position = 0
    while position < len(data):
        number, value, position = _field(data, position, 0)
        if number is None:
            raise ValueError("a group ends that did not begin")
        yield number, value


def _field(data: bytes, position: int, depth: int) -> tuple[int | None, WireValue, int]:
    """Give number, value and end of the field at a position; None for the end of a group."""
    key, position = _varint(data, position)
    number = key >> 3
    match key & 7:
        case 0:
            return number, *_varint(data, position)
        case 1:
            return number, *_slice(data, position, 8)
        case 2:
            return number, *_slice(data, *reversed(_varint(data, position)))
        case 3:
            return number, *_group(data, position, depth + 1)
        case 4:
            return None, number, position
        case 5:
            return number, *_slice(data, position, 4)
    raise ValueError(f"a field of the unknown wire type {key & 7}")


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for count in range(_LONGEST_VARINT):
        if position + count >= len(data):
            raise ValueError("the bytes end within a number")
        byte = data[position + count]
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value, position + count + 1
    raise ValueError("a number of more than ten bytes")


def _slice(data: bytes, position: int, size: int) -> tuple[bytes, int]:
    if position + size > len(data):
        raise ValueError("the bytes end within a field")
    return data[position : position + size], position + size


def _group(data: bytes, position: int, depth: int) -> tuple[bytes, int]:
    if depth > _DEEPEST_GROUP:
        raise ValueError("groups nested too deeply")
    start = end = position
    number: int | None = 0
    while number is not None:
        end = position
        number, _, position = _field(data, position, depth)
    return data[start:end], position
