"""Faults: what goes wrong on purpose between a stub and its client, and which calls it happens to."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Final, Literal, TypeAlias

from contractkit.definitions.draws import Draw
from contractkit.model import HttpResponse

Reset: TypeAlias = Literal["before-headers", "after-headers"]
Malformed: TypeAlias = Literal["truncated", "wrong-length"]

EVERY_OPERATION: Final = "*"
"""What stands for every operation where one is named."""

_FINEST: Final = 1_000_000  # a range of seconds is drawn from in microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with an answer. Several things may; None where one does not.

    Attributes:
        latency: Seconds before anything is answered, from the least to the most.
        reset: The connection is reset, before the first byte of the answer or once its headers were sent.
        bytes_per_second: How fast the body comes.
        malformed: The body ends in its middle: `truncated` under a length that fits what is sent, so that JSON is
            broken; `wrong-length` under that of the whole body, so that the connection ends too early.
        status: The status that is answered: a number over HTTP, the name of a status over gRPC.
        every: Only each n-th call is faulted.
        times: After so many faulted calls there are no more; without end where None.
    """

    latency: tuple[float, float] | None = None
    reset: Reset | None = None
    bytes_per_second: int | None = None
    malformed: Malformed | None = None
    status: int | str | None = None
    every: int = 1
    times: int | None = None

    @property
    def is_whole(self) -> bool:
        """Say whether the client still gets the answer that there would have been, if only late."""
        return self.reset is None and self.malformed is None and self.status is None

    def __str__(self) -> str:
        said = [_latency(self.latency)] if self.latency is not None else []
        said += [f"status {self.status}"] if self.status is not None else []
        said += [f"reset {self.reset.replace('-', ' ')}"] if self.reset is not None else []
        said += [f"{self.bytes_per_second} bytes per second"] if self.bytes_per_second is not None else []
        said += [_MALFORMED[self.malformed]] if self.malformed is not None else []
        said += [f"every {self.every} calls"] if self.every > 1 else []
        said += [f"{self.times} times" if self.times > 1 else "once"] if self.times is not None else []
        return ", ".join(said)


_MALFORMED: Final = {"truncated": "truncated body", "wrong-length": "wrong length of the body"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFault:
    """The fault of one call. `seconds` is the latency that was drawn for it."""

    fault: Fault
    seconds: float = 0.0

    def __str__(self) -> str:
        said = replace(self.fault, every=1, times=None)
        return str(said if said.latency is None else replace(said, latency=(self.seconds, self.seconds)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultedResponse(HttpResponse):
    """A response with what goes wrong on its way; who knows of no faults sees the response."""

    due: DueFault


def faulted(response: HttpResponse, due: DueFault) -> FaultedResponse:
    """Give a response with what goes wrong on its way."""
    return FaultedResponse(status=response.status, headers=response.headers, body=response.body, due=due)


@dataclass(slots=True)
class _Row:
    """A fault of some operation, with how many of its calls came and were faulted."""

    fault: Fault
    came: int = 0
    faulted: int = 0
    is_told: bool = False
    is_added: bool = False

    def is_due(self) -> bool:
        """Count a call, and say whether it is faulted."""
        self.came += 1
        if self.came % self.fault.every or self.faulted == self.fault.times:
            return False
        self.faulted += 1
        return True


class Faults:
    """The faults of one provider's operations. Any thread may ask."""

    def __init__(self, by_operation: Mapping[str, Fault] | None = None, *, seed: str = "") -> None:
        """Take faults by the name of the operation, `*` for every one; `seed` decides what is drawn from ranges."""
        self._seed = seed
        self._lock = threading.Lock()
        self._calls: dict[str, int] = {}
        self._rows: dict[str, list[_Row]] = {}
        for operation, fault in (by_operation or {}).items():
            self.add(operation, fault)

    def __bool__(self) -> bool:
        return bool(self._rows)

    def add(self, operation: str, fault: Fault) -> None:
        """Let calls of an operation go wrong from now on; of several faults that are due the later one counts."""
        with self._lock:
            self._rows.setdefault(operation, []).append(_Row(fault))

    def replace_added(self, faults: Iterable[tuple[str, Fault]]) -> None:
        """Let these faults go wrong from now on in place of those that this added before, and beside all others."""
        with self._lock:
            rows = {name: [row for row in known if not row.is_added] for name, known in self._rows.items()}
            for operation, fault in faults:
                rows.setdefault(operation, []).append(_Row(fault, is_added=True))
            self._rows = {name: each for name, each in rows.items() if each}

    def next(self, operation: str) -> DueFault | None:
        """Count a call of an operation, and give what goes wrong with it, or None."""
        if not self._rows:
            return None
        with self._lock:
            self._calls[operation] = number = self._calls.get(operation, 0) + 1
            rows = (*self._rows.get(EVERY_OPERATION, ()), *self._rows.get(operation, ()))
            due = [row.fault for row in rows if row.is_due()]
        return due_fault(_joined(due), Draw(self._seed, f"{operation} {number}")) if due else None

    def take_unused(self) -> tuple[tuple[str, Fault], ...]:
        """Give the faults that no call has met, with their operations; each is given once."""
        with self._lock:
            found = [(name, row) for name, rows in self._rows.items() for row in rows if not row.faulted | row.is_told]
            for _, row in found:
                row.is_told = True
            return tuple((name, row.fault) for name, row in found)


def due_fault(fault: Fault, draw: Draw) -> DueFault:
    """Give the fault of one call, its latency drawn."""
    if fault.latency is None:
        return DueFault(fault=fault)
    least, most = (round(seconds * _FINEST) for seconds in fault.latency)
    return DueFault(fault=fault, seconds=draw.between(least, most) / _FINEST)


def _joined(faults: list[Fault]) -> Fault:
    first, *others = faults
    for each in others:
        said = {field.name: value for field in fields(each) if (value := getattr(each, field.name)) is not None}
        first = replace(first, **said)
    return first


def _latency(latency: tuple[float, float]) -> str:
    least, most = latency
    return f"latency {least:g} s" if least == most else f"latency {least:g} to {most:g} s"
