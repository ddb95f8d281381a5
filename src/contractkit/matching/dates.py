"""Dates: forms of dates and times as Java's `DateTimeFormatter` writes them, compiled to read and to write.

Each letter is a row: how its text looks, which numbers it may hold, and how it is written. Letters without a row are
refused by name, since a form that is only half understood would accept what it should not.
"""

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from contractkit.matching.accepting import UnusableRuleError

LONGEST_TEXT = 120
"""Characters of the longest text that is read as a date."""

_MONTHS = tuple(calendar.month_name)[1:]
_DAYS = tuple(calendar.day_name)
_TOKEN = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<letters>(?P<letter>[A-Za-z])(?P=letter)*)|(?P<other>.)", re.DOTALL)
_HALVES = ("AM", "PM")


@dataclass(frozen=True, slots=True)
class DateFormat:
    """A compiled form: whether a text `parses`, and how a moment is written (`write`)."""

    parses: Callable[[str], bool]
    write: Callable[[datetime], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """One letter of a form: a function from its repetition to the look of the text, bounds, and a writer."""

    look: Callable[[int], str | None]
    write: Callable[[datetime, int], str]
    low: int = 0
    high: int = 0


def _digits(most: int, exact_from: int = 2) -> Callable[[int], str | None]:
    def look(count: int) -> str | None:
        if count > most:
            return None
        return rf"[0-9]{{{count}}}" if count >= exact_from else rf"[0-9]{{1,{most}}}"

    return look


def _number_or_name(names: tuple[str, ...]) -> Callable[[int], str | None]:
    looks = {
        1: "[0-9]{1,2}",
        2: "[0-9]{2}",
        3: "|".join(name[:3] for name in names),
        4: "|".join(names),
    }
    return looks.get


def _year(count: int) -> str | None:
    return {1: "[+-]?[0-9]{1,9}", 2: "[0-9]{2}"}.get(count, f"[+-]?[0-9]{{{count},9}}" if count <= 9 else None)


def _offset_look(zulu: str) -> Callable[[int], str | None]:
    looks = {
        1: rf"{zulu}[+-][0-9]{{2}}(?:[0-9]{{2}})?",
        2: rf"{zulu}[+-][0-9]{{4}}",
        3: rf"{zulu}[+-][0-9]{{2}}:[0-9]{{2}}",
        4: rf"{zulu}[+-][0-9]{{4}}(?:[0-9]{{2}})?",
        5: rf"{zulu}[+-][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}})?",
    }
    return looks.get


def _rfc_offset_look(count: int) -> str | None:
    if count <= 3:
        return "[+-][0-9]{4}"
    return {4: "GMT(?:[+-][0-9]{2}:[0-9]{2})?", 5: "Z|[+-][0-9]{2}:[0-9]{2}"}.get(count)


def _padded(value: Callable[[datetime], int]) -> Callable[[datetime, int], str]:
    return lambda moment, count: f"{value(moment):0{count}d}"


def _named(value: Callable[[datetime], int], names: tuple[str, ...]) -> Callable[[datetime, int], str]:
    def write(moment: datetime, count: int) -> str:
        number = value(moment)
        return {3: names[number - 1][:3], 4: names[number - 1]}.get(count, f"{number:0{count}d}")

    return write


def _write_year(moment: datetime, count: int) -> str:
    return f"{moment.year % 100:02d}" if count == 2 else f"{moment.year:0{count}d}"


def _write_fraction(moment: datetime, count: int) -> str:
    return f"{moment.microsecond:06d}".ljust(count, "0")[:count]


def _write_offset(zulu: bool) -> Callable[[datetime, int], str]:
    def write(moment: datetime, count: int) -> str:
        offset = moment.utcoffset() or timedelta()
        if zulu and not offset:
            return "Z"
        hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
        sign = "-" if offset < timedelta() else "+"
        if count == 1 and not minutes:
            return f"{sign}{hours:02d}"
        return f"{sign}{hours:02d}{':' if count in (3, 5) else ''}{minutes:02d}"

    return write


def _write_rfc_offset(moment: datetime, count: int) -> str:
    if count == 4:
        return f"GMT{_write_offset(zulu=False)(moment, 3)}"
    return _write_offset(zulu=count == 5)(moment, 5 if count == 5 else 2)


def _zone(_count: int) -> str:
    return r"[A-Z][A-Za-z0-9_+:-]*(?:/[A-Za-z0-9_+-]+)*|[+-][0-9]{2}:[0-9]{2}"


def _write_zone(moment: datetime, _count: int) -> str:
    return moment.tzname() or "UTC"


def _hour(value: Callable[[int], int], low: int, high: int) -> _Letter:
    return _Letter(look=_digits(2), write=_padded(lambda moment: value(moment.hour)), low=low, high=high)


_MONTH = _Letter(look=_number_or_name(_MONTHS), write=_named(lambda moment: moment.month, _MONTHS), low=1, high=12)
_WEEKDAY = _Letter(
    look=lambda count: _number_or_name(_DAYS)(max(count, 3)),
    write=lambda moment, count: _named(lambda each: each.isoweekday(), _DAYS)(moment, max(count, 3)),
)
_ZONE = _Letter(look=_zone, write=_write_zone)
_YEAR = _Letter(look=_year, write=_write_year)

_LETTERS: Mapping[str, _Letter] = {
    "y": _YEAR,
    "u": _YEAR,
    "Y": _Letter(look=_year, write=lambda moment, count: f"{moment.isocalendar().year:0{count}d}"),
    "M": _MONTH,
    "L": _MONTH,
    "d": _Letter(look=_digits(2), write=_padded(lambda moment: moment.day), low=1, high=31),
    "D": _Letter(look=_digits(3), write=_padded(lambda moment: moment.timetuple().tm_yday), low=1, high=366),
    "w": _Letter(look=_digits(2), write=_padded(lambda moment: moment.isocalendar().week), low=1, high=53),
    "E": _WEEKDAY,
    "e": _Letter(look=_digits(1), write=_padded(lambda moment: moment.isoweekday()), low=1, high=7),
    "a": _Letter(
        look=lambda count: "AM|PM" if count == 1 else None, write=lambda moment, _: _HALVES[moment.hour // 12]
    ),
    "H": _hour(lambda hour: hour, 0, 23),
    "k": _hour(lambda hour: hour or 24, 1, 24),
    "K": _hour(lambda hour: hour % 12, 0, 11),
    "h": _hour(lambda hour: hour % 12 or 12, 1, 12),
    "m": _Letter(look=_digits(2), write=_padded(lambda moment: moment.minute), high=59),
    "s": _Letter(look=_digits(2), write=_padded(lambda moment: moment.second), high=59),
    "S": _Letter(look=_digits(9, exact_from=1), write=_write_fraction, high=999_999_999),
    "n": _Letter(look=_digits(9, 10), write=_padded(lambda moment: moment.microsecond * 1000), high=999_999_999),
    "X": _Letter(look=_offset_look("Z|"), write=_write_offset(zulu=True)),
    "x": _Letter(look=_offset_look(""), write=_write_offset(zulu=False)),
    "Z": _Letter(look=_rfc_offset_look, write=_write_rfc_offset),
    "z": _ZONE,
    "V": _ZONE,
    "G": _Letter(look=lambda count: "AD|BC" if count <= 3 else None, write=lambda _moment, _count: "AD"),
}
_OFFSETS = frozenset("XxZ")


@lru_cache(maxsize=512)
def compile_format(pattern: str) -> DateFormat:
    """Give the compiled form of a Java pattern such as `yyyy-MM-dd'T'HH:mm:ssXXX`.

    Raises:
        UnusableRuleError: The pattern holds a letter, or a repetition of one, that is not known.
    """
    looks: list[str] = []
    letters: list[str] = []
    writers: list[Callable[[datetime], str]] = []
    for token in _TOKEN.finditer(pattern):
        if token["letters"] is None:
            looks.append(_literal_look(token, pattern))
            writers.append(_literal_writer(token))
            continue
        name, count = token["letter"], len(token["letters"])
        letter, look = _known_letter(name, count, pattern)
        looks.append(f"(?P<g{len(letters)}>{look})")
        letters.append(name)
        writers.append(lambda moment, write=letter.write, count=count: write(moment, count))  # type: ignore[misc]
    return DateFormat(
        _reader("".join(looks), letters, pattern), lambda moment: "".join(each(moment) for each in writers)
    )


def _known_letter(name: str, count: int, pattern: str) -> tuple[_Letter, str]:
    letter = _LETTERS.get(name)
    look = letter.look(count) if letter else None
    if letter is None or look is None:
        raise UnusableRuleError(f"its format {pattern} holds {name * count}, which contractkit does not know")
    return letter, look


def _literal_look(token: re.Match[str], pattern: str) -> str:
    match token["other"]:
        case None:
            return re.escape(_unquoted(token))
        case "[":
            return "(?:"
        case "]":
            return ")?"
        case "'" | "{" | "}" | "#" as reserved:
            raise UnusableRuleError(f"its format {pattern} holds {reserved} in a place where Java allows none")
        case other:
            return re.escape(other)


def _literal_writer(token: re.Match[str]) -> Callable[[datetime], str]:
    text = _unquoted(token) if token["other"] is None else token["other"].strip("[]")
    return lambda _moment: text


def _unquoted(token: re.Match[str]) -> str:
    return (token["quoted"] or "'").replace("''", "'")


def _reader(look: str, letters: list[str], pattern: str) -> Callable[[str], bool]:
    try:
        compiled = re.compile(look, re.IGNORECASE)
    except re.error as error:
        raise UnusableRuleError(f"its format {pattern} has brackets that do not pair") from error

    def parses(text: str) -> bool:
        if len(text) > LONGEST_TEXT:
            return False
        found = compiled.fullmatch(text)
        return found is not None and _is_possible(letters, found.groups())

    return parses


def _is_possible(letters: list[str], texts: tuple[str | None, ...]) -> bool:
    read = {letter: text for letter, text in zip(letters, texts, strict=True) if text is not None}
    return all(_is_in_bounds(letter, text) for letter, text in read.items()) and _is_a_day(read)


def _is_in_bounds(letter: str, text: str) -> bool:
    if letter in _OFFSETS:
        digits = re.sub(r"[^0-9]", "", text)
        return int(digits[:2] or 0) <= 18 and int(digits[2:4] or 0) <= 59
    row = _LETTERS[letter]
    return not row.high or not text.isdecimal() or row.low <= int(text) <= row.high


def _is_a_day(read: Mapping[str, str]) -> bool:
    year, month, day = read.get("y") or read.get("u"), read.get("M") or read.get("L"), read.get("d")
    if month is None or day is None:
        return True
    number = int(month) if month.isdecimal() else 1 + [name[:3] for name in _MONTHS].index(month[:3].title())
    if year is None:
        return int(day) <= calendar.monthrange(2000, number)[1]
    whole = int(year) + (2000 if len(year) == 2 else 0)
    if int(day) > calendar.monthrange(2000 + whole % 400, number)[1]:
        return False
    weekday = read.get("E")
    if weekday is None or not 1 <= whole <= 9999:
        return True
    return _DAYS[date(whole, number, int(day)).weekday()].lower().startswith(weekday.lower())
