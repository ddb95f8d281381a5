"""Generators: what makes values in an example's place, when a request goes to a provider."""

# ruff: noqa: A002  (arguments have the names that the Pact specification gives attributes)

from typing import Any, Literal, TypeVar

from contractkit.matchers.kinds import UUID_FORMATS
from contractkit.matchers.moments import DATE, DATETIME, TIME, java_format
from contractkit.matchers.records import Generator, Matcher, refused, without_none
from contractkit.matchers.scalars import UuidFormat
from contractkit.model import Rule

T = TypeVar("T")

DataType = Literal["STRING", "INTEGER", "DECIMAL", "BOOLEAN", "RAW"]

_DATA_TYPES: dict[type, DataType] = {str: "STRING", int: "INTEGER", float: "DECIMAL", bool: "BOOLEAN"}


def integer(*, min: int = 0, max: int = 10) -> Generator:
    """Make integers from `min` to `max`, both included."""
    if type(min) is int and type(max) is int and min > max:
        raise refused("generate.integer", f"an integer of at least {min}", max, at="max")
    return Generator(name="RandomInt", attributes={"min": min, "max": max})


def decimal(digits: int = 10) -> Generator:
    """Make decimals of so many digits."""
    return Generator(name="RandomDecimal", attributes={"digits": digits})


def hexadecimal(digits: int = 10) -> Generator:
    """Make texts of so many hexadecimal digits."""
    return Generator(name="RandomHexadecimal", attributes={"digits": digits})


def string(size: int = 10) -> Generator:
    """Make texts of so many letters and digits."""
    return Generator(name="RandomString", attributes={"size": size})


def boolean() -> Generator:
    """Make booleans."""
    return Generator(name="RandomBoolean")


def regex(pattern: str) -> Generator:
    """Make texts that fit a pattern."""
    return Generator(name="Regex", attributes={"regex": pattern})


def uuid(format: UuidFormat = "lower-case-hyphenated") -> Generator:
    """Make UUIDs."""
    if format not in UUID_FORMATS:
        raise refused("generate.uuid", ", ".join(UUID_FORMATS), format, at="format")
    return Generator(name="Uuid", attributes={"format": format})


def date(format: str = DATE, *, expression: str | None = None) -> Generator:
    """Make today's date, moved by an expression such as `+ 1 week` or `next monday`; forms as matchers take them."""
    return _moment("Date", format, expression)


def time(format: str = TIME, *, expression: str | None = None) -> Generator:
    """Make the time now, moved by an expression such as `+ 1 hour`."""
    return _moment("Time", format, expression)


def datetime(format: str = DATETIME, *, expression: str | None = None) -> Generator:
    """Make the moment now, moved by an expression such as `tomorrow @ + 1 hour`."""
    return _moment("DateTime", format, expression)


def provider_state(expression: str) -> Generator:
    """Take a value that the provider's state gave: `${id}`, or a text around such names."""
    return Generator(name="ProviderState", attributes={"expression": expression})


def mock_server_url(pattern: str, example: str) -> Generator:
    """Put the stub's own URL before what the first group of a pattern catches in the example."""
    return Generator(name="MockServerURL", attributes={"regex": pattern, "example": example})


def from_provider_state(expression: str, example: T) -> Matcher[T]:
    """Match the example's type, and let a value that the provider's state gives take its place in a request.

    Args:
        expression: `${id}`: a parameter of a state, or what its handler returned; or a text around such names.
        example: What tests see.
    """
    if not isinstance(expression, str) or not expression:
        raise refused("from_provider_state", "an expression such as ${id}", expression, at="expression")
    attributes: dict[str, Any] = {"expression": expression, "dataType": _DATA_TYPES.get(type(example))}
    made = Generator(name="ProviderState", attributes=without_none(attributes))
    return Matcher(rules=(Rule("type"),), example=example, generator=made)


def stub_url(pattern: str, example: str) -> Matcher[str]:
    """Match URLs that fit a pattern; in the answer of the stub, the URL leads back to the stub.

    Args:
        pattern: With a group for the path: `.*(/orders/[0-9]+)`.
        example: A URL that fits.
    """
    rules = (Rule("regex", {"regex": pattern}),)
    return Matcher(rules=rules, example=example, generator=mock_server_url(pattern, example))


def _moment(name: str, format: str, expression: str | None) -> Generator:
    if not isinstance(format, str) or not format:
        raise refused(f"generate.{name.lower()}", "a Java pattern, or one of strftime", format, at="format")
    return Generator(name=name, attributes=without_none({"format": java_format(format), "expression": expression}))
