"""Letters of date forms: for each one that Java's `DateTimeFormatter` knows and we do, its look and its writer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

Look: TypeAlias = Callable[[int], str | None]
"""From how often a letter is repeated to the regular expression of its text; None where Java knows none."""

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter: the look of its text, and what it makes of a moment, both by how often it is repeated."""

    look: Look
    write: Callable[[datetime, int], str]


def _two(one: str, both: str) -> Look:
    return {1: one, 2: both}.get


def _names(names: tuple[str, ...]) -> dict[int, str]:
    return {3: "|".join(name[:3] for name in names), 4: "|".join(names)}


def _year(count: int) -> str | None:
    return {1: "[+-]?[0-9]{1,9}", 2: "[0-9]{2}"}.get(count, f"[+-]?[0-9]{{{count},9}}" if count <= 9 else None)


def _offset(zulu: str) -> Look:
    hours, minutes = "[+-](?:0[0-9]|1[0-8])", "[0-5][0-9]"
    return {
        1: f"{zulu}{hours}(?:{minutes})?",
        2: f"{zulu}{hours}{minutes}",
        3: f"{zulu}{hours}:{minutes}",
        4: f"{zulu}{hours}{minutes}(?:{minutes})?",
        5: f"{zulu}{hours}:{minutes}(?::{minutes})?",
    }.get


def _rfc_offset(count: int) -> str | None:
    if count <= 3:
        return _offset("")(2)
    return {4: f"GMT(?:{_offset('')(3)})?", 5: _offset("Z|")(3)}.get(count)


def _zone(_count: int) -> str:
    return r"[A-Z][A-Za-z0-9_+:-]*(?:/[A-Za-z0-9_+-]+)*|[+-][0-9]{2}:[0-9]{2}"


def _number(look: Look, value: Callable[[datetime], int]) -> Letter:
    return Letter(look=look, write=lambda moment, count: f"{value(moment):0{count}d}")


def _write_year(moment: datetime, count: int) -> str:
    return f"{moment.year % 100:02d}" if count == 2 else f"{moment.year:0{count}d}"


def _write_month(moment: datetime, count: int) -> str:
    name = MONTHS[moment.month - 1]
    return {3: name[:3], 4: name}.get(count, f"{moment.month:0{count}d}")


def _write_quarter(moment: datetime, count: int) -> str:
    quarter = (moment.month + 2) // 3
    return f"Q{quarter}" if count == 3 else f"{quarter:0{count}d}"


def _write_weekday(moment: datetime, count: int) -> str:
    name = DAYS[moment.weekday()]
    return name if count == 4 else name[:3]


def _write_fraction(moment: datetime, count: int) -> str:
    return f"{moment.microsecond:06d}".ljust(count, "0")[:count]


def _write_offset(moment: datetime, count: int) -> str:
    offset = moment.utcoffset() or timedelta()
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    sign = "-" if offset < timedelta() else "+"
    if count == 1 and not minutes:
        return f"{sign}{hours:02d}"
    return f"{sign}{hours:02d}{':' if count in (3, 5) else ''}{minutes:02d}"


def _write_zulu_offset(moment: datetime, count: int) -> str:
    return _write_offset(moment, count) if moment.utcoffset() else "Z"


def _write_rfc_offset(moment: datetime, count: int) -> str:
    if count == 4:
        return f"GMT{_write_offset(moment, 3)}"
    return _write_zulu_offset(moment, 3) if count == 5 else _write_offset(moment, 2)


_SIXTY = _two("[1-5][0-9]|0?[0-9]", "[0-5][0-9]")
_MONTH = Letter(look=({1: "1[0-2]|0?[1-9]", 2: "0[1-9]|1[0-2]"} | _names(MONTHS)).get, write=_write_month)
_YEAR = Letter(look=_year, write=_write_year)
_ZONE = Letter(look=_zone, write=lambda moment, _count: moment.tzname() or "UTC")
_DAY_OF_YEAR = {
    1: "36[0-6]|3[0-5][0-9]|[12][0-9][0-9]|0{0,2}[1-9]|0?[1-9][0-9]",
    3: "[0-2][0-9][0-9]|3[0-5][0-9]|36[0-6]",
}
_QUARTER = Letter(look={1: "[1-4]", 2: "0[1-4]", 3: "Q[1-4]"}.get, write=_write_quarter)

LETTERS: Mapping[str, Letter] = {
    "y": _YEAR,
    "u": _YEAR,
    "Y": _number(_year, lambda moment: moment.isocalendar().year),
    "M": _MONTH,
    "L": _MONTH,
    "d": _number(_two("[12][0-9]|3[01]|0?[1-9]", "0[1-9]|[12][0-9]|3[01]"), lambda moment: moment.day),
    "D": _number(_DAY_OF_YEAR.get, lambda moment: moment.timetuple().tm_yday),
    "Q": _QUARTER,
    "q": _QUARTER,
    "w": _number(
        _two("[1-4][0-9]|5[0-3]|0?[1-9]", "0[1-9]|[1-4][0-9]|5[0-3]"), lambda moment: moment.isocalendar().week
    ),
    "E": Letter(look=lambda count: _names(DAYS).get(max(count, 3)), write=_write_weekday),
    "e": _number({1: "[1-7]"}.get, datetime.isoweekday),
    "a": Letter(look={1: "AM|PM"}.get, write=lambda moment, _count: "AM" if moment.hour < 12 else "PM"),
    "H": _number(_two("1[0-9]|2[0-3]|0?[0-9]", "[01][0-9]|2[0-3]"), lambda moment: moment.hour),
    "k": _number(_two("1[0-9]|2[0-4]|0?[1-9]", "0[1-9]|1[0-9]|2[0-4]"), lambda moment: moment.hour or 24),
    "K": _number(_two("1[01]|0?[0-9]", "0[0-9]|1[01]"), lambda moment: moment.hour % 12),
    "h": _number(_two("1[0-2]|0?[1-9]", "0[1-9]|1[0-2]"), lambda moment: moment.hour % 12 or 12),
    "m": _number(_SIXTY, lambda moment: moment.minute),
    "s": _number(_SIXTY, lambda moment: moment.second),
    "S": Letter(look=lambda count: f"[0-9]{{{count}}}" if count <= 9 else None, write=_write_fraction),
    "n": _number({1: "[0-9]{1,9}"}.get, lambda moment: moment.microsecond * 1000),
    "X": Letter(look=_offset("Z|"), write=_write_zulu_offset),
    "x": Letter(look=_offset(""), write=_write_offset),
    "Z": Letter(look=_rfc_offset, write=_write_rfc_offset),
    "z": _ZONE,
    "V": _ZONE,
    "G": Letter(look=lambda count: "AD|BC" if count <= 3 else None, write=lambda _moment, _count: "AD"),
}
"""The letters, with the bounds of their numbers in their looks (Java 17, `DateTimeFormatter`, *Patterns*)."""
