"""Kinds of volatile values: what a drawn value looks like, and what stands for all of its kind."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contractkit.exact_json import Json
from contractkit.model import Rule

_UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_DATE = r"\d{4}-\d{2}-\d{2}"
_MOMENT = re.compile(rf"{_DATE}([T ])(\d{{2}}):\d{{2}}(:\d{{2}})?(?:[.](\d{{1,9}}))?(Z|[+-]\d{{2}}:\d{{2}})?")
_HEX = re.compile("[0-9a-f]{16,128}")
_EPOCHS = (
    (1_000_000_000, 10_000_000_000),
    (1_000_000_000_000, 10_000_000_000_000),
)  # seconds and milliseconds: 2001-2286
_NEAR = timedelta(seconds=2)  # clocks are read before a test's first line, and rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """What a value is like: the rule and the generator of its kind, and an example that depends on its place alone."""

    what: str
    rule: Rule
    example: Json
    generator: tuple[str, Mapping[str, Json]] | None = None


def like_of(value: Json, place: str) -> Like | None:
    """Give what a value is like that was drawn; None where its form says nothing."""
    return next((like for kind in _KINDS if (like := kind(value, place)) is not None), None)


def _uuid(value: Json, place: str) -> Like | None:
    if not isinstance(value, str) or not re.fullmatch(_UUID, value):
        return None
    example = str(UUID(hashlib.sha256(place.encode()).hexdigest()[:32], version=4))
    generator = ("Uuid", {"format": "lower-case-hyphenated"})
    return Like(what="a UUID", rule=Rule("regex", {"regex": _UUID}), example=example, generator=generator)


def _moment(value: Json, _place: str) -> Like | None:
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    between, _, seconds, fraction, offset = found.groups()
    digits = len(fraction or "")
    example = f"2000-01-01{between}00:00{':00' if seconds else ''}{'.' + digits * '0' if digits else ''}"
    shown = f"yyyy-MM-dd{chr(39)}T{chr(39)}" if between == "T" else "yyyy-MM-dd "
    java = f"{shown}HH:mm{':ss' if seconds else ''}{'.' + digits * 'S' if digits else ''}"
    if offset is not None:
        example, java = f"{example}{'Z' if offset == 'Z' else '+00:00'}", f"{java}{'XXX' if offset == 'Z' else 'xxx'}"
    pattern = re.sub(r"\d", r"\\d", re.sub(r"[.+]", r"[\g<0>]", example))
    pattern = pattern.removesuffix(r"[+]\d\d:\d\d") + (r"[+-]\d\d:\d\d" if offset not in (None, "Z") else "")
    rule = Rule("regex", {"regex": pattern})
    return Like(what="a time of day", rule=rule, example=example, generator=("DateTime", {"format": java}))


def _date(value: Json, _place: str) -> Like | None:
    if not isinstance(value, str) or not re.fullmatch(_DATE, value):
        return None
    generator = ("Date", {"format": "yyyy-MM-dd"})
    return Like(what="a date", rule=Rule("regex", {"regex": _DATE}), example="2000-01-01", generator=generator)


def _token(value: Json, place: str) -> Like | None:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        return None
    digits = len(value)
    example = (hashlib.sha256(place.encode()).hexdigest() * 2)[:digits]
    pattern = f"[0-9a-f]{{{digits}}}"
    rule = Rule("regex", {"regex": pattern})
    return Like(what="a token", rule=rule, example=example, generator=("Regex", {"regex": pattern}))


def _epoch(value: Json, _place: str) -> Like | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    first = next((first for first, last in _EPOCHS if first <= value < last), None)
    return None if first is None else Like(what="a time in a number", rule=Rule("integer"), example=first)


_KINDS: tuple[Callable[[Json, str], Like | None], ...] = (_uuid, _moment, _date, _token, _epoch)
"""What drawn values look like; the first that fits counts."""


def is_of_clock(value: Json, began: datetime, ended: datetime) -> bool:
    """Say whether a value tells a moment that was not over when the run began, or the date of its begin or its end."""
    moment = _moment_of(value, began)
    if moment is None:
        return isinstance(value, str) and value in {
            str(there.date()) for each in (began, ended) for there in (each, each.astimezone())
        }
    return began - _NEAR <= moment <= began + timedelta(hours=1)


def _moment_of(value: Json, began: datetime) -> datetime | None:
    try:
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            found = datetime.fromisoformat(value)
            return found if found.tzinfo is not None else _nearest(found, began)
        if isinstance(value, int) and not isinstance(value, bool):
            (seconds, _), (millis, _) = _EPOCHS
            scale = 1000 if value >= millis else 1
            return datetime.fromtimestamp(value / scale, tz=began.tzinfo) if value >= seconds else None
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _nearest(naive: datetime, began: datetime) -> datetime:
    """Give a time without a zone in UTC or in the local one, whichever is nearer to now."""
    return min((naive.replace(tzinfo=began.tzinfo), naive.astimezone()), key=lambda each: abs(each - began))
