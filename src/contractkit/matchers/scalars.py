"""Matchers of single values: numbers, texts, booleans, null, and one of several."""

# ruff: noqa: A002  (arguments have the names that the Pact specification gives attributes)

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal, TypeAlias, TypeVar, overload
from uuid import UUID

from contractkit.exact_json import dump_compact
from contractkit.matchers.kinds import STATUS_CLASSES
from contractkit.matchers.records import Generator, Matcher, matcher_of, refused
from contractkit.model import Rule
from contractkit.results import ABSENT, Absent

T = TypeVar("T")

UuidFormat: TypeAlias = Literal["simple", "lower-case-hyphenated", "upper-case-hyphenated", "URN"]

_GROUPS = r"{0}{{8}}(-{0}{{4}}){{3}}-{0}{{12}}"
_UUIDS = {
    None: _GROUPS.format("[0-9a-fA-F]"),
    "simple": "[0-9a-fA-F]{32}",
    "lower-case-hyphenated": _GROUPS.format("[0-9a-f]"),
    "upper-case-hyphenated": _GROUPS.format("[0-9A-F]"),
    "URN": "urn:uuid:" + _GROUPS.format("[0-9a-f]"),
}
_FLAGS = ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s"), (re.VERBOSE, "x"))


@overload
def like(example: Matcher[T], *, generator: Generator | None = None) -> Matcher[T]: ...
@overload
def like(example: T, *, generator: Generator | None = None) -> Matcher[T]: ...
def like(example: Any, *, generator: Generator | None = None) -> Matcher[Any]:
    """Match any value of the example's type; the members of an object must be there, a list may be of any length.

    Args:
        example: A JSON value; matchers may stand in it.
        generator: How a value is made in its place.
    """
    return matcher_of("type", example, generator)


def equal_to(example: T) -> Matcher[T]:
    """Match exactly this value. In an object no further member may come."""
    return matcher_of("equality", example)


def regex(
    pattern: str | re.Pattern[str], example: str | Absent = ABSENT, *, generator: Generator | None = None
) -> Matcher[str]:
    """Match texts that as a whole fit a pattern.

    Args:
        pattern: A regular expression that no look-around, back-reference or possessive repetition is in: any Pact
            verifier must be able to run it.
        example: A text that fits; where none is written, the stub makes one.
        generator: How a value is made in its place.
    """
    return matcher_of("regex", _text("regex", example), generator, regex=_pattern(pattern))


def string(example: str | Absent = ABSENT, *, generator: Generator | None = None) -> Matcher[str]:
    """Match any text; the stub's own where no example is written."""
    if example is ABSENT:
        return matcher_of("type", ABSENT, generator or Generator(name="RandomString", attributes={"size": 10}))
    return matcher_of("type", _text("string", example), generator)


def include(part: str, example: str | Absent = ABSENT) -> Matcher[str]:
    """Match texts that contain a part; the part itself is the example where none is written."""
    return matcher_of("include", part if example is ABSENT else _text("include", example), value=part)


def integer(example: int | Absent = ABSENT, *, generator: Generator | None = None) -> Matcher[int]:
    """Match integers."""
    if example is not ABSENT and type(example) is not int:
        raise refused("integer", "an integer", example)
    return matcher_of("integer", example, generator)


def decimal(example: float | Decimal | Absent = ABSENT, *, generator: Generator | None = None) -> Matcher[float]:
    """Match numbers written with a fraction, as `12.5` and `12.0` are and `12` is not."""
    value = float(example) if isinstance(example, Decimal) else example
    if value is not ABSENT and type(value) is not float:
        raise refused("decimal", "a number with a fraction, such as 12.0", example)
    return matcher_of("decimal", value, generator)


def number(example: int | float | Decimal | Absent = ABSENT, *, generator: Generator | None = None) -> Matcher[float]:
    """Match numbers, integers and decimals alike."""
    value = float(example) if isinstance(example, Decimal) else example
    if value is not ABSENT and type(value) not in (int, float):
        raise refused("number", "a number", example)
    return matcher_of("number", value, generator)


def boolean(example: bool | Absent = ABSENT, *, generator: Generator | None = None) -> Matcher[bool]:
    """Match `true` and `false`."""
    if example is not ABSENT and type(example) is not bool:
        raise refused("boolean", "True or False", example)
    return matcher_of("boolean", example, generator)


def null() -> Matcher[None]:
    """Match null, and nothing else."""
    return matcher_of("null", None)


def uuid(
    example: str | UUID | Absent = ABSENT, *, format: UuidFormat | None = None, generator: Generator | None = None
) -> Matcher[str]:
    """Match UUIDs; with hyphens and in any case where no form is named."""
    if format not in _UUIDS:
        raise refused("uuid", ", ".join(name for name in _UUIDS if name), format, at="format")
    made = generator or (Generator(name="Uuid", attributes=_uuid_attributes(format)) if example is ABSENT else None)
    text = str(example) if isinstance(example, UUID) else _text("uuid", example)
    return matcher_of("regex", text, made, regex=_UUIDS[format])


def semver(example: str = "1.0.0") -> Matcher[str]:
    """Match semantic versions with their three numbers (semver.org 2.0.0)."""
    return matcher_of("semver", _text("semver", example))


@overload
def one_of(*values: str) -> Matcher[str]: ...
@overload
def one_of(*values: int) -> Matcher[int]: ...
@overload
def one_of(*values: float) -> Matcher[float]: ...
def one_of(*values: Any) -> Matcher[Any]:
    """Match one of several texts, numbers or booleans of one kind; the first is the example."""
    kinds = {type(value) for value in values}
    if len(kinds) != 1 or not kinds <= {str, int, float, bool}:
        raise refused("one_of", "texts, integers, decimals or booleans, all of one kind", values, at="values")
    texts = [value if isinstance(value, str) else dump_compact(value).decode() for value in values]
    pattern = Rule("regex", {"regex": "|".join(map(_quoted, texts))})
    rules = (pattern,) if kinds == {str} else (Rule("type"), pattern)
    return Matcher(rules=rules, example=values[0])


def status(wanted: str | Iterable[int] = "success", example: int | Absent = ABSENT) -> Matcher[int]:
    """Match a class of statuses, or some statuses, where a reply takes its status.

    Args:
        wanted: `info`, `success`, `redirect`, `clientError`, `serverError`, `nonError`, `error`, or statuses.
        example: The status that the stub answers. The first of the list, or the lowest that the operation declares in
            the class, where none is written.
    """
    if not isinstance(wanted, str | Iterable):
        raise refused("status", "a class of statuses, or a list of statuses", wanted, at="wanted")
    listed = wanted if isinstance(wanted, str) else list(wanted)
    first = listed[0] if isinstance(listed, list) and listed and example is ABSENT else example
    if isinstance(listed, str) and listed not in STATUS_CLASSES:
        raise refused("status", f"one of {', '.join(STATUS_CLASSES)}, or a list of statuses", wanted, at="wanted")
    return matcher_of("statusCode", first, status=listed)


def content_type(media_type: str, example: bytes | str | Absent = ABSENT) -> Matcher[Any]:
    """Match data whose first bytes show a media type, as `image/png`.

    Args:
        media_type: What the data shall be.
        example: Data of that type: bytes as a whole body, base64 in JSON.
    """
    return matcher_of("contentType", example, value=media_type)


def _pattern(pattern: object) -> str:
    if isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
        letters = "".join(letter for flag, letter in _FLAGS if pattern.flags & flag)
        return f"(?{letters}){pattern.pattern}" if letters else str(pattern.pattern)
    if not isinstance(pattern, str):
        raise refused("regex", "a regular expression as text or compiled", pattern, at="pattern")
    return pattern


def _text(what: str, example: object) -> str | Absent:
    if example is ABSENT or isinstance(example, str):
        return example
    raise refused(what, "a text", example)


def _uuid_attributes(format: UuidFormat | None) -> dict[str, str]:
    return {"format": format} if format is not None else {}


def _quoted(text: str) -> str:
    """Give a pattern for exactly this text, in the dialects of Java, Oniguruma and Rust alike."""
    return "".join(f"\\{each}" if each in r"\.[]{}()*+-?^$|" else each for each in text)
