"""Scalars: how each rule judges a single value, compiled from its attributes.

Kinds are compared before values: Python's `True == 1 == 1.0` never decides. Values that come from text (paths, query
parameters, headers, forms, XML) are strings, so there a numeric rule reads the number that the text spells.
"""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

from contractkit.exact_json import Json, dump_compact, same_json
from contractkit.matching.accepting import Accepts, Attributes, Subject, UnusableRuleError, refuse
from contractkit.matching.dates import compile_format
from contractkit.matching.magic import has_content_type
from contractkit.matching.patterns import compile_pattern
from contractkit.matching.status_classes import STATUS_CLASSES

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_INTEGER = re.compile(r"-?[0-9]+")
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+([eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)")
_VERSION = re.compile(  # https://semver.org/spec/v2.0.0.html, section 2 and 9 to 11
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(-(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*)?"
    r"(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?"
)


def refused(_attributes: Attributes, _subject: Subject) -> Accepts:
    """Accept no scalar: the rule speaks of containers."""
    return refuse


def equal(_attributes: Attributes, subject: Subject) -> Accepts:
    """Accept the same value of the same kind."""
    example = subject.example
    return lambda actual: same_json(example, actual)


def same_kind(_attributes: Attributes, subject: Subject) -> Accepts:
    """Accept the example's kind; a number is an integer or a decimal. All text is of one kind."""
    kind = type(subject.example)
    kinds = (int, float) if kind in (int, float) else (kind,)
    return lambda actual: type(actual) in kinds


def no_kind(_example: Json) -> type | None:
    """Name no type: values must be tested."""
    return None


def kind_of_example(example: Json) -> type | None:
    """Name the example's own type."""
    return type(example)


def kind_of_number(example: Json) -> type | None:
    """Name the numeric type of the example."""
    return int if type(example) is int else float


def always_int(_example: Json) -> type | None:
    """Name the type of integers."""
    return int


def always_float(_example: Json) -> type | None:
    """Name the type of decimals."""
    return float


def always_bool(_example: Json) -> type | None:
    """Name the type of booleans."""
    return bool


def matching(attributes: Attributes, _subject: Subject) -> Accepts:
    """Accept text that, as a whole, matches the pattern."""
    pattern = attributes.get("regex")
    if not isinstance(pattern, str):
        raise UnusableRuleError("it has no pattern")
    return compile_pattern(pattern)


def including(attributes: Attributes, _subject: Subject) -> Accepts:
    """Accept text that contains the attribute `value`."""
    wanted = attributes.get("value")
    needle = text_of(wanted)
    if needle is None:
        raise UnusableRuleError("its value is no text")
    return lambda text: text is not None and needle in text


def number(_attributes: Attributes, subject: Subject) -> Accepts:
    """Accept a JSON number, or text that spells one."""
    return _numeric(subject, _NUMBER, lambda actual: type(actual) is int or type(actual) is float)


def integer(_attributes: Attributes, subject: Subject) -> Accepts:
    """Accept a number written without point or exponent."""
    return _numeric(subject, _INTEGER, lambda actual: type(actual) is int)


def decimal(_attributes: Attributes, subject: Subject) -> Accepts:
    """Accept a number written with a fraction or an exponent: not an integer, in JSON and in text alike."""
    return _numeric(subject, _DECIMAL, lambda actual: type(actual) is float)


def boolean(_attributes: Attributes, _subject: Subject) -> Accepts:
    """Accept a boolean, or the text `true` or `false`."""
    return lambda actual: type(actual) is bool or (type(actual) is str and actual in ("true", "false"))


def null(_attributes: Attributes, _subject: Subject) -> Accepts:
    """Accept null."""
    return lambda actual: actual is None


def not_empty(_attributes: Attributes, _subject: Subject) -> Accepts:
    """Accept all but null, an empty text, no bytes, and empty containers."""
    return lambda actual: actual is not None and actual not in ("", b"", [], {})


def semantic_version(_attributes: Attributes, _subject: Subject) -> Accepts:
    """Accept a semantic version 2.0.0 with its three numbers."""
    return lambda actual: type(actual) is str and len(actual) <= 256 and _VERSION.fullmatch(actual) is not None


def date(attributes: Attributes, _subject: Subject) -> Accepts:
    """Accept a date in the given form, `yyyy-MM-dd` where none is."""
    return _formatted(attributes, ("format", "date"), "yyyy-MM-dd")


def time(attributes: Attributes, _subject: Subject) -> Accepts:
    """Accept a time in the given form, `HH:mm:ss` where none is."""
    return _formatted(attributes, ("format", "time"), "HH:mm:ss")


def datetime(attributes: Attributes, _subject: Subject) -> Accepts:
    """Accept a date with time in the given form, `yyyy-MM-dd'T'HH:mm:ssXXX` where none is."""
    return _formatted(attributes, ("format", "datetime", "timestamp"), "yyyy-MM-dd'T'HH:mm:ssXXX")


def content_type(attributes: Attributes, _subject: Subject) -> Accepts:
    """Accept data whose first bytes show the given type; a JSON string may carry it in base64."""
    wanted = str(attributes.get("value"))
    return lambda actual: any(has_content_type(data, wanted) for data in _readings(actual))


def status_code(attributes: Attributes, _subject: Subject) -> Accepts:
    """Accept a status of the named class, or out of a list."""
    wanted = attributes.get("status", "success")
    if isinstance(wanted, list):
        allowed = frozenset(each for each in wanted if type(each) is int)
        return lambda actual: type(actual) is int and actual in allowed
    row = STATUS_CLASSES.get(str(wanted))
    if row is None:
        raise UnusableRuleError(f"it names a class of status that does not exist; known: {', '.join(STATUS_CLASSES)}")
    low, high = row.low, row.high
    return lambda actual: type(actual) is int and low <= actual <= high


def text_of(value: Any) -> str | None:
    """Give the text of a scalar as JSON writes it, a string without its quotes; None for what has no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if value is None or isinstance(value, dict | list):
        return None
    try:
        return dump_compact(value).decode()
    except ValueError:  # an integer of thousands of digits
        return None


def _numeric(subject: Subject, spelled: re.Pattern[str], is_number: Callable[[Any], bool]) -> Accepts:
    if not subject.is_text:
        return is_number
    return lambda actual: is_number(actual) or (isinstance(actual, str) and spelled.fullmatch(actual) is not None)


def _formatted(attributes: Attributes, keys: tuple[str, ...], default: str) -> Accepts:
    written = next((attributes[key] for key in keys if attributes.get(key)), default)
    return compile_format(str(written)).parses


def _readings(actual: Any) -> list[bytes]:
    if isinstance(actual, bytes):
        return [actual]
    if not isinstance(actual, str):
        return []
    try:
        return [base64.b64decode(actual, validate=True), actual.encode()]
    except (binascii.Error, ValueError):
        return [actual.encode()]
