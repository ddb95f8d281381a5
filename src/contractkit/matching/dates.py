"""Dates: forms of dates and times as Java's `DateTimeFormatter` writes them, compiled to read and to write.

Letters without a row in the table are refused by name, since a form that is only half understood would accept what it
should not.
"""

import calendar
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from contractkit.matching.accepting import UnusableRuleError
from contractkit.matching.date_letters import DAYS, LETTERS, MONTHS, Letter

LONGEST_TEXT = 120
"""Characters of the longest text that is read as a date."""

LONGEST_FORM = 200
"""Characters of the longest form."""

MOST_WAYS = 10_000
"""Ways in which one text can be read, counted from above: more would let a hostile form try them all."""

_TOKEN = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<letters>(?P<letter>[A-Za-z])(?P=letter)*)|(?P<other>.)", re.DOTALL)
_EVERY_MONTH = "28"
"""The last day, of two digits, that every month has."""

_YEARS, _ZONES = "yuYn", "zV"

_SHORT_MONTHS = tuple(name[:3] for name in MONTHS)
_DAY_PARTS = {"y": "year", "u": "year", "M": "month", "L": "month", "d": "day", "E": "weekday"}
"""The letters whose texts together must name a day of the calendar."""


@dataclass(frozen=True, slots=True)
class DateFormat:
    """A compiled form: whether a text `parses`, and how a moment is written (`write`)."""

    parses: Callable[[object], bool]
    write: Callable[[datetime], str]


@lru_cache(maxsize=512)
def compile_format(pattern: str) -> DateFormat:
    """Give the compiled form of a Java pattern such as `yyyy-MM-dd'T'HH:mm:ssXXX`.

    Raises:
        UnusableRuleError: The pattern holds a letter, or a repetition of one, that is not known.
    """
    if len(pattern) > LONGEST_FORM:
        raise UnusableRuleError(f"its format is longer than {LONGEST_FORM} characters")
    if _ways(pattern) > MOST_WAYS:
        raise UnusableRuleError(f"its format {pattern} can be read in too many ways")
    looks: list[str] = []
    writers: list[Callable[[datetime], str]] = []
    grouped: set[str] = set()
    for token in _TOKEN.finditer(pattern):
        if token["letters"] is None:
            looks.append(_literal_look(token, pattern))
            writers.append(_literal_writer(token))
        else:
            letter, look = _known_letter(token, pattern)
            looks.append(_grouped(look, _DAY_PARTS.get(token["letter"]), grouped))
            writers.append(_letter_writer(letter, len(token["letters"])))
    parses = _reader("".join(looks), pattern, grouped)
    return DateFormat(parses, lambda moment: "".join(write(moment) for write in writers))


def _ways(pattern: str) -> int:
    """Count in how many ways a text may be cut into the parts of a form.

    Parts of changing length are told apart by what stands between them; where nothing does, every cut is one way.
    What is optional is there or not, and the name of a zone ends anywhere.
    """
    ways, in_row = 1, []
    for token in _TOKEN.finditer(pattern):
        if token["letters"] is not None:
            in_row.append(_lengths(token["letter"], len(token["letters"])))
            ways *= LONGEST_TEXT if token["letter"] in _ZONES else 1
            continue
        ways *= 2 if token["other"] == "[" else 1
        ways *= _ways_in_row(in_row)
        in_row = []
    return ways * _ways_in_row(in_row)


def _ways_in_row(lengths: list[int]) -> int:
    changing = [each for each in lengths if each > 1]
    return math.prod(changing) if len(changing) > 1 else 1


def _lengths(letter: str, count: int) -> int:
    """Give an upper bound of the lengths that the text of a letter may have."""
    if letter in _YEARS:
        return 9 if count != 2 else 1
    return 1 if count == 2 or letter in "SaE" or (letter, count) == ("D", 3) else 3


def _known_letter(token: re.Match[str], pattern: str) -> tuple[Letter, str]:
    letter = LETTERS.get(token["letter"])
    look = letter.look(len(token["letters"])) if letter else None
    if letter is None or look is None:
        raise UnusableRuleError(f"its format {pattern} holds {token['letters']}, which contractkit does not know")
    return letter, look


def _grouped(look: str, group: str | None, grouped: set[str]) -> str:
    if group is None or group in grouped:
        return f"(?:{look})"
    grouped.add(group)
    return f"(?P<{group}>{look})"


def _letter_writer(letter: Letter, count: int) -> Callable[[datetime], str]:
    return lambda moment: letter.write(moment, count)


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


def _reader(look: str, pattern: str, grouped: set[str]) -> Callable[[object], bool]:
    try:
        read = re.compile(look, re.IGNORECASE | re.ASCII).fullmatch
    except re.error as error:
        raise UnusableRuleError(f"its format {pattern} has brackets that do not pair") from error
    has_day, has_weekday = {"month", "day"} <= grouped, "weekday" in grouped

    def parses(text: object) -> bool:
        if type(text) is not str or len(text) > LONGEST_TEXT:
            return False
        found = read(text)
        if found is None or not has_day or (not has_weekday and (found["day"] or "") <= _EVERY_MONTH):
            return found is not None
        return _is_a_day(**found.groupdict())

    return parses


def _is_a_day(month: str | None, day: str | None, year: str | None = None, weekday: str | None = None) -> bool:
    """Say whether the parts that were read name a day that exists; a year of two digits is one of this century."""
    if month is None or day is None:
        return True
    month_number = int(month) if month.isdecimal() else _SHORT_MONTHS.index(month[:3].title()) + 1
    year_number = 2000 if year is None else int(year) + (2000 if len(year) == 2 else 0)
    if int(day) > calendar.monthrange(2000 + year_number % 400, month_number)[1]:
        return False
    if weekday is None or year is None or not 1 <= year_number <= 9999:
        return True
    return DAYS[date(year_number, month_number, int(day)).weekday()].lower().startswith(weekday.lower())
