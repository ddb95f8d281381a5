"""Faults of generators, found without making a value: a file is read that nobody sends anything of."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from contractkit.matching.accepting import Attributes, UnusableRuleError
from contractkit.matching.date_expressions import moment_of
from contractkit.matching.dates import compile_format
from contractkit.matching.generated_values import (
    FORMATS,
    LONGEST_RANDOM_TEXT,
    MOST_DIGITS,
    bounds_of,
    count_of,
    uuid_format,
)
from contractkit.matching.pattern_texts import first_group
from contractkit.matching.patterns import compile_pattern

_SOME_DAY = datetime(2024, 2, 29, tzinfo=UTC)


def generator_fault(name: str, attributes: Attributes) -> str | None:
    """Say why a generator can make nothing, as in `its min 9 is greater than its max 1`; None where it can.

    A name that is not in the table, such as one of a plugin, has no fault here.
    """
    check = _CHECKS.get(name)
    try:
        if check is not None:
            check(attributes)
    except UnusableRuleError as error:
        return str(error)
    return None


def _check_pattern(attributes: Attributes) -> None:
    pattern = attributes.get("regex")
    if not isinstance(pattern, str):
        raise UnusableRuleError("it has no pattern")
    compile_pattern(pattern)


def _check_moment(default: str, attributes: Attributes) -> None:
    compile_format(str(attributes.get("format") or default))
    moment_of(str(attributes.get("expression") or ""), _SOME_DAY)


def _check_url(attributes: Attributes) -> None:
    first_group(str(attributes.get("regex", "")), "")


def _check_expression(attributes: Attributes) -> None:
    if not attributes.get("expression"):
        raise UnusableRuleError("it has no expression")


_CHECKS: Mapping[str, Callable[[Attributes], object]] = {
    "RandomInt": bounds_of,
    "RandomDecimal": lambda attributes: count_of(attributes, "digits", MOST_DIGITS),
    "RandomHexadecimal": lambda attributes: count_of(attributes, "digits", LONGEST_RANDOM_TEXT),
    "RandomString": lambda attributes: count_of(attributes, "size", LONGEST_RANDOM_TEXT),
    "Regex": _check_pattern,
    "Uuid": uuid_format,
    **{name: partial(_check_moment, default) for name, default in FORMATS.items()},
    "ProviderState": _check_expression,
    "MockServerURL": _check_url,
}
