"""Matchers and generators as records: an example, the rules by which other values may stand for it, and a generator."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from contractkit.errors import MatcherError
from contractkit.exact_json import Json
from contractkit.matchers.kinds import GENERATOR_KINDS, RULE_KINDS, Attribute
from contractkit.model import Rule
from contractkit.results import ABSENT, Absent

T_co = TypeVar("T_co", covariant=True)
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """How a value is made when it leaves: its Pact name (`Uuid`, `ProviderState`, …) with its attributes."""

    name: str
    attributes: Mapping[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kind = GENERATOR_KINDS[self.name]
        check_attributes(f"The generator {self.name}", self.attributes, kind.attributes, kind.required)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher(Generic[T_co]):
    """An example and the rules by which other values may stand for it.

    `example & example` of two matchers is one with the rules of both, all of which must hold.

    Attributes:
        rules: Matching rules under their Pact names.
        example: A JSON value, in which further matchers may stand; `ABSENT` where the stub shall choose one.
        generator: How a value is made in the example's place.
    """

    rules: tuple[Rule, ...]
    example: Any = ABSENT
    generator: Generator | None = None

    def __post_init__(self) -> None:
        if self.generator is not None and not isinstance(self.generator, Generator):
            expected = "one of generate, such as generate.uuid()"
            raise refused("A matcher", expected, self.generator, at="generator")
        for rule in self.rules:
            kind = RULE_KINDS[rule.name]
            check_attributes(f"The matcher {rule.name}", rule.attributes, kind.attributes, kind.required)

    def __and__(self, other: "Matcher[Other]") -> "Matcher[T_co]":
        if not isinstance(other, Matcher):
            return NotImplemented
        return Matcher(
            rules=(*self.rules, *other.rules),
            example=other.example if self.example is ABSENT else self.example,
            generator=self.generator or other.generator,
        )


def matcher_of(
    name: str, example: object | Absent = ABSENT, generator: Generator | None = None, **attributes: Json
) -> Matcher[Any]:
    """Give the matcher of one rule; attributes that are None are left out."""
    return Matcher(rules=(Rule(name, without_none(attributes)),), example=example, generator=generator)


def without_none(attributes: Mapping[str, Json]) -> dict[str, Json]:
    """Give the attributes that were written."""
    return {name: value for name, value in attributes.items() if value is not None}


def inner_rule(rule: Rule) -> Json:
    """Give a rule as it stands in another rule, and in files."""
    return {"match": rule.name, **rule.attributes}


def check_attributes(
    what: str, given: Mapping[str, Json], known: Mapping[str, Attribute], required: tuple[str, ...]
) -> None:
    """Refuse attributes that are not known, missing ones, and values that will not do."""
    for name, value in given.items():
        if name not in known:
            expected = ", ".join(known) or "no attributes"
            raise MatcherError(
                f"{what} takes no attribute {name}.",
                details=[("expected", expected), ("received", f"{name}={value!r}")],
            )
        if not known[name].fits(value):
            raise refused(what, known[name].expected, value, at=name)
    for name in required:
        if name not in given:
            raise MatcherError(f"{what} lacks its attribute {name}.", details=[("expected", known[name].expected)])


def refused(what: str, expected: str, received: object, *, at: str = "example", next_step: str = "") -> MatcherError:
    """Give the error of a value that a matcher cannot be made with."""
    rows = [("at", at), ("expected", expected), ("received", repr(received))]
    return MatcherError(f"{what} cannot be made of this.", details=rows, next_step=next_step)
