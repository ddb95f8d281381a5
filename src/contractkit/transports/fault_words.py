"""Words for faults: what tests, settings and headers say of them, read and refused in one way."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from contractkit.errors import UsageError, suggestion
from contractkit.exact_json import show_json
from contractkit.transports.faults import Fault

HEADER: Final = "x-contractkit-fault"
"""The request header that asks for a fault, where the stub allows it: `status=503; latency=200ms`."""

LONGEST: Final = 600.0
"""Seconds of the longest latency."""

STATUS_NAMES: Final = (
    *("CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS"),
    *("PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED"),
    *("INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
)
"""The gRPC statuses of calls that fail."""

_SECONDS: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|)\s*")
_COUNTING: Final = frozenset({"every", "times"})


def fault_of(said: object, *, at: str) -> Fault:
    """Give the fault that named values say.

    Args:
        said: `latency` (seconds as a number, a pair of them, `"200ms"`, `"0.1s-0.5s"`), `reset`, `bytes_per_second`,
            `malformed`, `status`, `every`, `times`; None and what is left out says nothing.
        at: What is said where, for messages.

    Raises:
        UsageError: A name is not known, a value is none of its kind, two exclude each other, or nothing is said.
    """
    if not isinstance(said, Mapping):
        raise _wrong(at, 'names with values, for example {"status": 503, "every": 10}', said)
    known = {name: value for name, value in said.items() if value is not None}
    for name in known:
        if name not in _READERS:
            raise UsageError(
                f"{at} is no fault: {show_json(str(name))} is not known.", next_step=suggestion(str(name), _READERS)
            )
    fault = Fault(**{name: _READERS[name](value, f"{at}, {name}") for name, value in known.items()})
    if not known.keys() - _COUNTING:
        names = ", ".join(name for name in _READERS if name not in _COUNTING)
        raise UsageError(f"{at} says no fault.", next_step=f"Say what goes wrong: {names}.")
    if fault.reset is not None and (fault.malformed or fault.bytes_per_second or fault.status is not None):
        raise UsageError(
            f"{at} contradicts itself: where the connection is reset, nothing else is answered.",
            next_step="Say reset alone, or with latency.",
        )
    return fault


def read_fault(text: str) -> Fault:
    """Give the fault that a header says: `status=503; latency=200ms`.

    Raises:
        UsageError: It is no fault. `every` and `times` are refused: each request speaks for itself.
    """
    pieces = [each.strip() for each in re.split("[;,]", text) if each.strip()]
    pairs = [each.partition("=") for each in pieces]
    said = {name.strip(): value.strip().strip('"') for name, _, value in pairs}
    for name in _COUNTING & said.keys():
        raise UsageError(
            f"The header {HEADER} is no fault: {show_json(name)} is not known.",
            next_step="A request speaks for itself: leave it out, or count in the settings.",
        )
    return fault_of({name: _number(value) for name, value in said.items()}, at=f"The header {HEADER}")


def check_status(fault: Fault, operation: str, *, is_rpc: bool) -> None:
    """Refuse a fault that the transport of an operation cannot have.

    Raises:
        UsageError: The status is one of the other transport, or gRPC has no such fault.
    """
    if fault.status is not None and isinstance(fault.status, str) is not is_rpc:
        expected = 'the name of a gRPC status, for example "UNAVAILABLE"' if is_rpc else "a status such as 503"
        raise _wrong(f"The fault of {operation}, status", expected, fault.status)
    if is_rpc and (fault.bytes_per_second or fault.malformed):
        raise UsageError(
            f"The fault of {operation} cannot be: it is called over gRPC, whose library writes the bytes of messages.",
            next_step="Say latency, status or reset.",
        )


def _number(text: str) -> str | int:
    return int(text) if text.isascii() and text.isdigit() else text


def _latency(value: object, at: str) -> tuple[float, float]:
    parts = value.split("-") if isinstance(value, str) else value if isinstance(value, tuple | list) else (value,)
    found = [_seconds(each) for each in parts]
    if len(found) in (1, 2) and all(each is not None for each in found):
        least, most = found[0], found[-1]
        if least is not None and most is not None and least <= most <= LONGEST:
            return (least, most)
    expected = f'seconds up to {LONGEST:g}: 0.5, (0.1, 0.5), "200ms" or "100ms-500ms"'
    raise _wrong(at, expected, value)


def _seconds(value: object) -> float | None:
    if isinstance(value, str):
        found = _SECONDS.fullmatch(value)
        return None if found is None else float(found[1]) / (1000 if found[2] == "ms" else 1)
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    return None


def _one_of(*words: str) -> Callable[[object, str], Any]:
    def read(value: object, at: str) -> Any:
        if value in words:
            return value
        raise _wrong(at, " or ".join(show_json(each) for each in words), value)

    return read


def _count(value: object, at: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise _wrong(at, "an integer of at least 1", value)


def _status(value: object, at: str) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool) and 200 <= value <= 599:
        return value
    if isinstance(value, str) and value in STATUS_NAMES:
        return value
    raise _wrong(at, 'a status from 200 to 599, or over gRPC a name such as "UNAVAILABLE"', value)


_READERS: Final[Mapping[str, Callable[[object, str], Any]]] = {
    "latency": _latency,
    "reset": _one_of("before-headers", "after-headers"),
    "bytes_per_second": _count,
    "malformed": _one_of("truncated", "wrong-length"),
    "status": _status,
    "every": _count,
    "times": _count,
}
"""The name of a value to what reads it."""


def _wrong(at: str, expected: str, received: object) -> UsageError:
    try:
        shown = show_json(received)
    except (TypeError, ValueError):
        shown = repr(received)
    return UsageError("The fault cannot be used.", details=[("at", at), ("expected", expected), ("received", shown)])
