"""The table of kinds: every rule and generator that a matcher may carry, with the attributes each takes.

The names are those of the Pact specification 4, *matching rules* and *generators*; what they mean is in
`contractkit.matching`. A matcher of any tool is read by these rows, and ours are written by them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute: whether a value will do, and in words what will."""

    fits: Callable[[Any], bool]
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleKind:
    """One kind of rule.

    Attributes:
        name: The rule's name in Pact files.
        attributes: What it takes beside the example, by name.
        required: Those of them without which it says nothing.
        aliases: Other spellings of the name.
        spreads: The elements of a list under it stand for any number of elements.
        generator: What makes an example where none is written; it takes the attributes of the same names.
    """

    name: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    spreads: bool = False
    generator: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorKind:
    """One kind of generator: its name in Pact files, and what it takes."""

    name: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    required: tuple[str, ...] = ()


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _are_rules(value: Any) -> bool:
    """Say whether these are rules for each name or value; one that needs its example has none there."""
    return isinstance(value, list) and bool(value) and all(each.get("match") != "arrayContains" for each in value)


def _is_statuses(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(type(each) is int for each in value)
    return value in STATUS_CLASSES


MOST_ADDED = 100_000
"""Elements that `min` adds to the lists of one tree, in all: who tests with more gives them."""

STATUS_CLASSES = ("info", "success", "redirect", "clientError", "serverError", "nonError", "error")
"""The classes of statuses that the rule `statusCode` names."""

UUID_FORMATS = ("simple", "lower-case-hyphenated", "upper-case-hyphenated", "URN")
"""The forms in which the generator `Uuid` writes."""

_TEXT = Attribute(fits=lambda value: isinstance(value, str), expected="a text")
_COUNT = Attribute(fits=_is_count, expected="a count, 0 or more")
_INTEGER = Attribute(fits=lambda value: type(value) is int, expected="an integer")
_RULES = Attribute(fits=_are_rules, expected="matchers, array_containing not among them")
_ANY = Attribute(fits=lambda _value: True, expected="anything")
_STATUS = Attribute(fits=_is_statuses, expected=f"one of {', '.join(STATUS_CLASSES)}, or a list of statuses")
_UUID = Attribute(fits=lambda value: value in UUID_FORMATS, expected=f"one of {', '.join(UUID_FORMATS)}")
_FORMAT = {"format": _TEXT}
_MOMENT = {"format": _TEXT, "expression": _TEXT}

_RULE_ROWS = (
    RuleKind(name="type", attributes={"min": _COUNT, "max": _COUNT}, spreads=True),
    RuleKind(name="equality"),
    RuleKind(name="regex", attributes={"regex": _TEXT}, required=("regex",), generator="Regex"),
    RuleKind(name="include", attributes={"value": _TEXT}, required=("value",)),
    RuleKind(name="integer", generator="RandomInt"),
    RuleKind(name="decimal", aliases=("real",), generator="RandomDecimal"),
    RuleKind(name="number", generator="RandomInt"),
    RuleKind(name="boolean", generator="RandomBoolean"),
    RuleKind(name="null"),
    RuleKind(name="date", attributes=_FORMAT, generator="Date"),
    RuleKind(name="time", attributes=_FORMAT, generator="Time"),
    RuleKind(name="datetime", attributes=_FORMAT, aliases=("timestamp",), generator="DateTime"),
    RuleKind(name="semver"),
    RuleKind(name="notEmpty", aliases=("not-empty",)),
    RuleKind(name="statusCode", attributes={"status": _STATUS}, aliases=("status-code",)),
    RuleKind(name="contentType", attributes={"value": _TEXT}, required=("value",), aliases=("content-type",)),
    RuleKind(name="values"),
    RuleKind(name="eachKey", attributes={"rules": _RULES}, required=("rules",), aliases=("each-key",)),
    RuleKind(
        name="eachValue", attributes={"rules": _RULES}, required=("rules",), aliases=("each-value",), spreads=True
    ),
    RuleKind(name="arrayContains", attributes={"variants": _ANY}, aliases=("array-contains",)),
)

_GENERATOR_ROWS = (
    GeneratorKind(name="RandomInt", attributes={"min": _INTEGER, "max": _INTEGER}),
    GeneratorKind(name="RandomDecimal", attributes={"digits": _COUNT}),
    GeneratorKind(name="RandomHexadecimal", attributes={"digits": _COUNT}),
    GeneratorKind(name="RandomString", attributes={"size": _COUNT}),
    GeneratorKind(name="RandomBoolean"),
    GeneratorKind(name="Regex", attributes={"regex": _TEXT}, required=("regex",)),
    GeneratorKind(name="Uuid", attributes={"format": _UUID}),
    GeneratorKind(name="Date", attributes=_MOMENT),
    GeneratorKind(name="Time", attributes=_MOMENT),
    GeneratorKind(name="DateTime", attributes=_MOMENT),
    GeneratorKind(name="ProviderState", attributes={"expression": _TEXT, "dataType": _TEXT}, required=("expression",)),
    GeneratorKind(name="MockServerURL", attributes={"regex": _TEXT, "example": _TEXT}, required=("regex", "example")),
)

RULE_KINDS: Mapping[str, RuleKind] = {spelling: row for row in _RULE_ROWS for spelling in (row.name, *row.aliases)}
"""The kinds of rules by every spelling."""

GENERATOR_KINDS: Mapping[str, GeneratorKind] = {row.name: row for row in _GENERATOR_ROWS}
"""The kinds of generators by name."""
