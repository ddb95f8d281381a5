"""Scripts: what is sent of a faulted answer, step by step, over a socket and in process alike."""

import asyncio
import socket
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from contractkit.transports.faults import DueFault, Fault

_PIECES_PER_SECOND: Final = 10
_SETTLING: Final = 0.01  # seconds that sent bytes have to leave before a reset, which drops what has not left
_LINGER: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Wait:
    """Send nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Write:
    """Send bytes."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the connection, so that the client hears of an error and not of an end."""


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection."""


Step: TypeAlias = Wait | Write | Reset | Close


def cut(data: bytes, fault: Fault) -> tuple[bytes, int]:
    """Give what is sent of a body, and the length that is said of it; a whole body where it is not malformed."""
    half = data[: len(data) // 2]
    match fault.malformed:
        case "truncated":
            return half, len(half)
        case "wrong-length":
            return half, max(len(data), 1)  # of an empty body too more is said than comes
    return data, len(data)


def script(head: bytes, data: bytes, due: DueFault) -> Iterator[Step]:
    """Give the steps of an answer: its head and what is sent of its body."""
    fault = due.fault
    if due.seconds:
        yield Wait(due.seconds)
    if fault.reset == "before-headers":
        yield Reset()
        return
    yield Write(head)
    if fault.reset == "after-headers":
        yield Wait(_SETTLING)
        yield Reset()
        return
    yield from _slowly(data, fault.bytes_per_second) if fault.bytes_per_second else (Write(data),)
    if fault.malformed == "wrong-length":
        yield Close()


async def play(transport: asyncio.Transport, steps: Iterable[Step]) -> None:
    """Send an answer step by step, until it is over or the connection is."""
    for step in steps:
        if transport.is_closing():
            return
        match step:
            case Wait(seconds=seconds):
                await asyncio.sleep(seconds)
            case Write(data=data):
                transport.write(data)
            case Reset():
                _reset(transport)
            case Close():
                transport.close()


def _slowly(data: bytes, bytes_per_second: int) -> Iterator[Step]:
    size = max(1, bytes_per_second // _PIECES_PER_SECOND)
    for start in range(0, len(data), size):
        piece = data[start : start + size]
        yield Wait(len(piece) / bytes_per_second)
        yield Write(piece)


def _reset(transport: asyncio.Transport) -> None:
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
    transport.abort()
