"""Matchers of dates and times, in the patterns of Java or of `strftime`."""

# ruff: noqa: A002  (arguments have the names that the Pact specification gives attributes)

import datetime as dt
import re
from typing import Any

from contractkit.errors import MatcherError
from contractkit.matchers.records import Generator, Matcher, matcher_of, refused
from contractkit.results import ABSENT, Absent

DATE, TIME, DATETIME = "yyyy-MM-dd", "HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ssXXX"

_DIRECTIVES = {
    "a": "EEE",
    "A": "EEEE",
    "b": "MMM",
    "B": "MMMM",
    "d": "dd",
    "f": "SSSSSS",
    "G": "YYYY",
    "H": "HH",
    "I": "hh",
    "j": "DDD",
    "m": "MM",
    "M": "mm",
    "p": "a",
    "S": "ss",
    "u": "e",
    "V": "ww",
    "y": "yy",
    "Y": "yyyy",
    "z": "Z",
    "Z": "z",
    ":z": "XXX",
}
"""Directives of `strftime` (Python's documentation of `datetime`) to letters of Java's `DateTimeFormatter`.

What depends on the locale (`%c`, `%x`, `%X`) or has no letter (`%U`, `%w`, `%W`) is not here.
"""

_TOKEN = re.compile(r"%(?P<directive>:?.)|(?P<literal>[^%]+)", re.DOTALL)


def date(
    example: dt.date | str | Absent = ABSENT, format: str = DATE, *, generator: Generator | None = None
) -> Matcher[str]:
    """Match dates of a form.

    Args:
        example: A date, or its text.
        format: A Java pattern such as `dd.MM.yyyy`, or one of `strftime` such as `%d.%m.%Y`.
        generator: How a value is made in its place.
    """
    return _moment("date", example, dt.date, format, generator)


def time(
    example: dt.time | str | Absent = ABSENT, format: str = TIME, *, generator: Generator | None = None
) -> Matcher[str]:
    """Match times of a form; the arguments are those of `date`."""
    return _moment("time", example, dt.time, format, generator)


def datetime(
    example: dt.datetime | str | Absent = ABSENT, format: str = DATETIME, *, generator: Generator | None = None
) -> Matcher[str]:
    """Match moments of a form, with the time zone where none is named; the arguments are those of `date`."""
    return _moment("datetime", example, dt.datetime, format, generator)


def java_format(format: str) -> str:
    """Give a form as Java writes it: what holds a `%` is read as one of `strftime`.

    Raises:
        MatcherError: A directive has no letter in Java.
    """
    if "%" not in format:
        return format
    return "".join(_translated(found, format) for found in _TOKEN.finditer(format))


def _translated(found: re.Match[str], format: str) -> str:
    directive = found["directive"]
    if directive is None:
        return _literal(found["literal"] or "%")
    if directive == "%":
        return "%"
    if directive not in _DIRECTIVES:
        raise MatcherError(
            f"The format {format} holds %{directive}, which no Java pattern says.",
            details=[("at", "format"), ("expected", ", ".join(f"%{each}" for each in _DIRECTIVES))],
        )
    return _DIRECTIVES[directive]


def _literal(text: str) -> str:
    """Give a text as it stands in a Java pattern: what has a meaning there in quotes, quotes doubled."""
    return re.sub(r"[A-Za-z\[\]{}#']+", lambda found: "'" + found[0].replace("'", "''") + "'", text)


def _moment(name: str, example: Any, kind: type, format: object, generator: Generator | None) -> Matcher[str]:
    if not isinstance(format, str) or not format:
        raise refused(name, "a Java pattern, or one of strftime", format, at="format")
    wanted = java_format(format)
    if not isinstance(example, kind) or (kind is dt.date and isinstance(example, dt.datetime)):
        if example is not ABSENT and not isinstance(example, str):
            raise refused(name, f"a {name} or its text", example)
        return matcher_of(name, example, generator, format=wanted)
    return matcher_of(name, _written(name, example, format), generator, format=wanted)


def _written(name: str, example: Any, format: str) -> str:
    """Give the text of a moment. Java patterns other than ours are not written: Python has no writer for them."""
    if "%" in format:
        return str(example.strftime(format))
    if format not in (DATE, TIME, DATETIME):
        raise refused(name, f"its text, as {format} writes it", example, next_step="Or give the format in strftime's.")
    if format == DATETIME and example.tzinfo is None:
        raise refused(name, "a moment with its time zone, since the format writes one", example)
    return str(example.isoformat(**({} if format == DATE else {"timespec": "seconds"})))
