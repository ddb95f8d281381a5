"""The table of matching rules: one row per rule of the Pact specification, with its names, functions and sentence.

A new rule is a row here, its function in `scalars`, `dates`, `patterns` or `magic`, and a case in `contracts/cases`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from contractkit.exact_json import Json, show_json
from contractkit.matching import containers, scalars, sentences
from contractkit.matching.accepting import Accepts, Attributes, Subject
from contractkit.model import Rule, name_of_rule

Sentence: TypeAlias = Callable[[Attributes, Json], str]
OnContainer: TypeAlias = Callable[[Attributes, bool], Accepts]


class Members(Enum):
    """What a rule that sits on an object or a list says about the members in it."""

    EXPECTED = "those of the example, each under its own rules; a list may be of any length"
    EQUAL = "those of the example and no others"
    FREE = "any; each is compared with the example's first"
    EACH_KEY = "any whose name passes the inner rules"
    EACH_VALUE = "any; each value passes the inner rules"
    VARIANTS = "at least one that fits each variant"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleKind:
    """One row: how a rule judges a scalar and a container, and how it is said.

    Attributes:
        name: The rule's name in Pact files.
        on_scalar: Makes the test of a scalar from the rule's attributes and the subject it is compared for.
        sentence: Says in words what the rule expects, from its attributes and the example.
        on_container: Makes the test of an object or a list from the attributes and whether the rule sits exactly on it.
        members: What the rule says about the members of a container.
        cascades: Whether the rule also holds for everything below its place.
        aliases: Other spellings found in files.
        reads_text: Whether it judges the text of a scalar, as JSON writes numbers and booleans.
        passing_kind: Gives, from the example, a Python type of which every value passes, so that it need not be tested.
    """

    name: str
    on_scalar: Callable[[Attributes, Subject], Accepts]
    sentence: Sentence
    on_container: OnContainer = containers.elements_alone
    members: Members = Members.EXPECTED
    cascades: bool = True
    aliases: tuple[str, ...] = ()
    reads_text: bool = False
    passing_kind: Callable[[Json], type | None] = scalars.no_kind


_ROWS = (
    RuleKind(
        name="equality",
        on_scalar=scalars.equal,
        sentence=sentences.exactly,
        on_container=containers.accepted,
        members=Members.EQUAL,
    ),
    RuleKind(
        name="type",
        on_scalar=scalars.same_kind,
        sentence=sentences.of_kind,
        on_container=containers.within_bounds,
        aliases=("min-type", "max-type", "min", "max", "minType", "maxType", "minmax-type"),
        passing_kind=scalars.kind_of_example,
    ),
    RuleKind(
        name="regex",
        on_scalar=scalars.matching,
        sentence=sentences.of_pattern,
        on_container=containers.accepted,
        reads_text=True,
    ),
    RuleKind(name="include", on_scalar=scalars.including, sentence=sentences.including, reads_text=True),
    RuleKind(name="number", on_scalar=scalars.number, sentence=sentences.number, passing_kind=scalars.kind_of_number),
    RuleKind(name="integer", on_scalar=scalars.integer, sentence=sentences.integer, passing_kind=scalars.always_int),
    RuleKind(
        name="decimal",
        on_scalar=scalars.decimal,
        sentence=sentences.decimal,
        aliases=("real",),
        passing_kind=scalars.always_float,
    ),
    RuleKind(name="boolean", on_scalar=scalars.boolean, sentence=sentences.boolean, passing_kind=scalars.always_bool),
    RuleKind(name="null", on_scalar=scalars.null, sentence=sentences.null, on_container=containers.refused),
    RuleKind(name="date", on_scalar=scalars.date, sentence=sentences.date),
    RuleKind(name="time", on_scalar=scalars.time, sentence=sentences.time),
    RuleKind(name="datetime", on_scalar=scalars.datetime, sentence=sentences.datetime, aliases=("timestamp",)),
    RuleKind(name="semver", on_scalar=scalars.semantic_version, sentence=sentences.semantic_version),
    RuleKind(
        name="contentType",
        on_scalar=scalars.content_type,
        sentence=sentences.content_type,
        aliases=("content-type",),
    ),
    RuleKind(
        name="statusCode", on_scalar=scalars.status_code, sentence=sentences.status_code, aliases=("status-code",)
    ),
    RuleKind(
        name="notEmpty",
        on_scalar=scalars.not_empty,
        sentence=sentences.not_empty,
        on_container=containers.not_empty,
        aliases=("not-empty",),
    ),
    RuleKind(
        name="values",
        on_scalar=scalars.refused,
        sentence=sentences.of_container,
        on_container=containers.accepted,
        members=Members.FREE,
        cascades=False,
    ),
    RuleKind(
        name="eachKey",
        on_scalar=scalars.refused,
        sentence=sentences.of_container,
        on_container=containers.accepted,
        members=Members.EACH_KEY,
        cascades=False,
        aliases=("each-key",),
    ),
    RuleKind(
        name="eachValue",
        on_scalar=scalars.refused,
        sentence=sentences.of_container,
        on_container=containers.accepted,
        members=Members.EACH_VALUE,
        cascades=False,
        aliases=("each-value",),
    ),
    RuleKind(
        name="arrayContains",
        on_scalar=scalars.refused,
        sentence=sentences.of_container,
        on_container=containers.accepted,
        members=Members.VARIANTS,
        aliases=("array-contains",),
    ),
)

RULES: Mapping[str, RuleKind] = {row.name: row for row in _ROWS}
"""The table, by the name that messages and the manual use."""

_BY_SPELLING = {spelling: row for row in _ROWS for spelling in (row.name, *row.aliases)}
_UNKNOWN = RuleKind(
    name="unknown",
    on_scalar=scalars.refused,
    sentence=sentences.unknown_rule,
    on_container=containers.refused,
    cascades=False,
)
MOST_RULES = 100
"""Rules that are judged at one place; each costs a test of every value there."""

_CROWD = Rule("too many rules")


def bounded(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Give rules as they are, or in the place of too many one that accepts nothing and says so."""
    return rules if len(rules) <= MOST_RULES else (_CROWD,)


def kind_of(rule: Rule) -> RuleKind:
    """Give the row of a rule; a name that nobody knows (a plugin's) gets one that accepts nothing and says so."""
    return _BY_SPELLING.get(rule.name, _UNKNOWN)


def sentence_of(rule: Rule, example: Json) -> str:
    """Say in words what a rule expects, as in `an integer, for example 2`."""
    kind = kind_of(rule)
    if rule is _CROWD:
        return f"what at most {MOST_RULES} rules accept, as many as are judged at one place"
    return (
        sentences.unknown_rule({"name": rule.name}, example)
        if kind is _UNKNOWN
        else kind.sentence(rule.attributes, example)
    )


def read_rule(value: Mapping[str, Any]) -> Rule:
    """Give the rule in one of Pact's objects, `{"match": "regex", "regex": "…"}`; one that nothing names is unknown."""
    attributes = {key: item for key, item in value.items() if key != "match"}
    return Rule(name_of_rule(value) or show_json(value), attributes)
