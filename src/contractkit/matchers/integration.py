"""Integration JSON: the form in which Pact's tools write examples and rules in one tree, read and written.

An object with `pact:matcher:type` is a matcher: its `value` is the example, its other members are the attributes of
the rule and, beside `pact:generator:type`, of the generator. A list of such objects as the type means that all rules
hold. Matchers of other tools are known by what they offer, never by importing them: `to_integration_json()` of
pact-python from version 3 on, `generate()` of its classic ones.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from contractkit.errors import MatcherError, suggestion
from contractkit.exact_json import Json
from contractkit.matchers.kinds import GENERATOR_KINDS, RULE_KINDS, RuleKind
from contractkit.matchers.records import Generator, Matcher, inner_rule
from contractkit.model import Rule
from contractkit.results import ABSENT

MATCHER, GENERATOR, CLASSIC = "pact:matcher:type", "pact:generator:type", "json_class"
SIGNS = frozenset({MATCHER, GENERATOR, CLASSIC})
"""Members by which an object is a matcher."""

_PLAIN = frozenset({str, int, float, bool, type(None), bytes, Decimal, dt.date, dt.datetime})
_CARRIED = frozenset({"include", "contentType"})
"""Rules whose own attribute is called `value`, as the example of other rules is."""

_UUID_NAMES = {"lowercase": "lower-case-hyphenated", "uppercase": "upper-case-hyphenated", "urn": "URN"}
"""Names of forms that pact-python has for the specification's own."""


def matcher_in(value: object) -> Matcher[Any] | None:
    """Give the matcher that a value is, ours or another tool's, or None."""
    if type(value) in _PLAIN:
        return None
    if isinstance(value, Matcher):
        return value
    if isinstance(value, Generator):
        return Matcher(rules=(), generator=value)
    if isinstance(value, Mapping):
        return _read_object(value)
    write = getattr(value, "to_integration_json", None)
    if callable(write) and not isinstance(value, type):
        return from_integration_json(write())
    if _is_classic(value):
        return _read_object(value.generate())  # type: ignore[attr-defined]
    return None


def from_integration_json(value: Mapping[str, Any]) -> Matcher[Any]:
    """Give the matcher that one object of integration JSON is.

    Raises:
        MatcherError: Its type, or an attribute, is not known or will not do.
    """
    written = value.get(MATCHER)
    parts = written if isinstance(written, list | tuple) else [value] if written is not None else []
    generator = _generator(value)
    taken = set(generator.attributes) if generator is not None else set()
    read = [_read_rule(each, taken if each is value else set()) for each in parts]
    examples = [value["value"]] if "value" in value and not _is_carried(value) else []
    examples += [example for _, example in read if example is not ABSENT]
    return Matcher(rules=tuple(rule for rule, _ in read), example=next(iter(examples), ABSENT), generator=generator)


def to_integration_json(tree: object) -> Json:
    """Give a tree of values and matchers as integration JSON."""
    matcher = matcher_in(tree)
    if matcher is not None:
        return _written(matcher)
    if isinstance(tree, Mapping):
        return {str(name): to_integration_json(value) for name, value in tree.items()}
    return [to_integration_json(each) for each in tree] if isinstance(tree, list | tuple) else tree


def _written(matcher: Matcher[Any]) -> Json:
    made = matcher.generator
    generator = {GENERATOR: made.name, **made.attributes} if made is not None else {}
    example = {} if matcher.example is ABSENT else {"value": to_integration_json(matcher.example)}
    match matcher.rules:
        case ():
            return {**generator, **example}
        case (Rule(name="arrayContains"),):
            return {MATCHER: "arrayContains", "variants": example.get("value", []), **generator}
        case (rule,) if rule.attributes.get("value", matcher.example) == matcher.example:
            return {**generator, MATCHER: rule.name, **_attributes(rule), **example}
    return {MATCHER: [{MATCHER: rule.name, **_attributes(rule)} for rule in matcher.rules], **example, **generator}


def _attributes(rule: Rule) -> dict[str, Json]:
    """Give the attributes of a rule; the rules in it are written as matchers."""
    inner = rule.attributes.get("rules")
    if not isinstance(inner, list):
        return dict(rule.attributes)
    renamed = [{MATCHER if key == "match" else key: value for key, value in each.items()} for each in inner]
    return {**rule.attributes, "rules": renamed}


def _read_object(value: Mapping[Any, Any]) -> Matcher[Any] | None:
    if MATCHER in value or GENERATOR in value:
        return from_integration_json(value)
    name = value.get(CLASSIC)
    if not isinstance(name, str) or not name.startswith("Pact::"):
        return None
    match value:
        case {"json_class": "Pact::SomethingLike", "contents": example}:
            return Matcher(rules=(Rule("type"),), example=example)
        case {"json_class": "Pact::ArrayLike", "contents": example}:
            return Matcher(rules=(Rule("type", {"min": value.get("min", 1)}),), example=[example])
        case {"json_class": "Pact::Term", "data": {"generate": example, "matcher": {"s": pattern}}}:
            return Matcher(rules=(Rule("regex", {"regex": pattern}),), example=example)
    raise MatcherError(
        f"The matcher {name} cannot be read.",
        details=[("expected", "Pact::SomethingLike, Pact::ArrayLike or Pact::Term, with its members")],
    )


def _is_classic(value: object) -> bool:
    """Say whether a value is one of pact-python 2's Like, EachLike and Term, whose base is its class Matcher."""
    bases = [each for each in type(value).__mro__ if each.__name__ == "Matcher"]
    return any(each.__module__.partition(".")[0] == "pact" for each in bases) and hasattr(value, "generate")


def _is_carried(value: Mapping[str, Any]) -> bool:
    name = value.get(MATCHER)
    return isinstance(name, str) and name in RULE_KINDS and RULE_KINDS[name].name in _CARRIED


def _read_rule(value: Any, taken: set[str]) -> tuple[Rule, Any]:
    """Give a rule, and the example beside it. Attributes that the generator has `taken` may belong to it alone."""
    written = value.to_integration_json() if hasattr(value, "to_integration_json") else value
    name = written.get(MATCHER) if isinstance(written, Mapping) else written
    kind = RULE_KINDS.get(name) if isinstance(name, str) else None
    if isinstance(name, str) and "(" in name:
        raise MatcherError(
            "A matching expression is not read.",
            details=[("at", MATCHER), ("received", name)],
            next_step='Write it as an object: {"pact:matcher:type": "integer", "value": 7}.',
        )
    if kind is None:
        known = sorted({each.name for each in RULE_KINDS.values()})
        raise MatcherError(
            f"The matcher {name!r} is not known.",
            details=[("at", MATCHER), ("expected", "the name of a matching rule, or a list of matchers")],
            next_step=suggestion(str(name), known),
        )
    members = written if isinstance(written, Mapping) else {}
    attributes = {
        key: _attribute(key, item)
        for key, item in members.items()
        if item is not None and key not in (MATCHER, GENERATOR, "value") and not _is_taken(key, kind, taken)
    }
    example = members.get("value", None if kind.name == "null" else ABSENT)
    if kind.name == "arrayContains":
        example = attributes.pop("variants", example)
    if kind.name in _CARRIED:
        attributes["value"] = example
        example = example if kind.name == "include" else ABSENT
    return Rule(kind.name, attributes), example


def _is_taken(name: str, kind: RuleKind, taken: set[str]) -> bool:
    """Say whether an attribute is the generator's alone: with one of its own, `type` bounds no list."""
    return name in taken and (name not in kind.attributes or kind.name == "type")


def _attribute(name: str, value: Any) -> Json:
    """Give an attribute; the matchers in `rules` as rules."""
    if name != "rules" or not isinstance(value, list | tuple):
        return value
    read = [matcher for each in value if (matcher := matcher_in(each)) is not None]
    return [inner_rule(rule) for matcher in read for rule in matcher.rules]


def _generator(value: Mapping[str, Any]) -> Generator | None:
    name = value.get(GENERATOR)
    if name is None:
        return None
    if name not in GENERATOR_KINDS:
        raise MatcherError(
            f"The generator {name!r} is not known.",
            details=[("at", GENERATOR), ("expected", ", ".join(GENERATOR_KINDS))],
            next_step=suggestion(str(name), GENERATOR_KINDS),
        )
    known = GENERATOR_KINDS[name].attributes
    attributes = {key: value[key] for key in known if value.get(key) is not None}
    if name == "Uuid" and attributes.get("format") in _UUID_NAMES:
        attributes["format"] = _UUID_NAMES[attributes["format"]]
    return Generator(name=name, attributes=attributes)
