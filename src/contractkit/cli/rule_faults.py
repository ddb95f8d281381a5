"""Faults of matching rules and generators, found as a contract file is read and before anything is compared."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from contractkit.document import RuleFault
from contractkit.document.rule_places import PATH_EXPRESSION
from contractkit.errors import nearest_names
from contractkit.exact_json import Json, dump_compact, read_json
from contractkit.matching.accepting import Subject, UnusableRuleError
from contractkit.matching.generator_faults import generator_fault
from contractkit.matching.rules import RULES, kind_of, read_rule
from contractkit.model import LocatedGenerator, Rule, name_of_rule, parse_path

_KINDS: tuple[tuple[str, type, str], ...] = (
    ("format", str, "no string"),
    ("rules", list, "no list"),
    ("variants", list, "no list"),
)
"""Attributes that are of one kind wherever they stand, and what another kind is told to be."""

_NEEDED = {"eachKey": "rules", "eachValue": "rules", "arrayContains": "variants"}
"""Attributes without which a rule says nothing."""


def find_rule_faults(rule: Rule) -> tuple[RuleFault, ...]:
    """Give everything for which a rule can judge nothing, rules within it included; nothing where it can be used.

    Its name is unknown, its pattern or format cannot be compiled, an attribute is of the wrong kind.
    """
    return _rule_faults(rule.name, dump_compact(dict(rule.attributes)))


def find_generator_faults(generator: LocatedGenerator) -> tuple[RuleFault, ...]:
    """Give why a generator can make nothing; nothing where it can, and where its name is not known."""
    return _generator_faults(generator.name, dump_compact(dict(generator.attributes)))


@lru_cache(maxsize=1024)
def _generator_faults(name: str, attributes: bytes) -> tuple[RuleFault, ...]:
    fault = generator_fault(name, read_json(attributes))
    return () if fault is None else (RuleFault(expected=f"a generator that can be used ({fault})"),)


@lru_cache(maxsize=1024)
def _rule_faults(name: str, attributes: bytes) -> tuple[RuleFault, ...]:
    rule = Rule(name, read_json(attributes))
    kind = kind_of(rule)
    if kind.name not in RULES:
        near = nearest_names(name, RULES)
        known = f"a known rule ({' or '.join(near) if near else ', '.join(RULES)})"
        return (RuleFault(expected=known, is_unknown=True),)
    own = _own_fault(rule)
    outer = () if own is None else (RuleFault(expected=f"a rule that can be used ({own})"),)
    return (*outer, *_inner_faults(rule), *_paths_in_variants(rule))


def _own_fault(rule: Rule) -> str | None:
    """Say why a rule itself cannot be used."""
    wrong = _wrong_attribute(rule)
    if wrong is not None:
        return wrong
    kind = kind_of(rule)
    try:
        kind.on_scalar(rule.attributes, Subject(None))
        kind.on_container(rule.attributes, True)
    except UnusableRuleError as error:
        return str(error)
    return None


def _wrong_attribute(rule: Rule) -> str | None:
    """Say which attribute of a rule is missing, or of the wrong kind, those of its variants included."""
    for name, kind, words in _KINDS:
        if not isinstance(rule.attributes.get(name, kind()), kind):
            return f"its `{name}` is {words}"
    needed = _NEEDED.get(kind_of(rule).name)
    if needed is not None and needed not in rule.attributes:
        return f"it has no `{needed}`"
    for variant in _list(rule.attributes.get("variants")):
        if not isinstance(variant, dict) or type(variant.get("index", 0)) is not int:
            return "a variant is no object with an `index`"
        located = variant.get("rules", {})
        if not isinstance(located, dict) or not all(map(_is_rule_list, located.values())):
            return "the rules of a variant are none"
    return None


def _is_rule_list(value: Json) -> bool:
    matchers = value.get("matchers") if isinstance(value, dict) else None
    return isinstance(matchers, list)


def _inner_faults(rule: Rule) -> Iterator[RuleFault]:
    """Give the faults of the rules that a rule has for keys, values or variants."""
    for at, written in _rules_within(rule):
        if not isinstance(written, dict):
            yield RuleFault(expected="a rule", at=at)
        elif name_of_rule(written) is None:
            yield RuleFault(expected="a rule with its `match`", at=at)
        else:
            for fault in find_rule_faults(read_rule(written)):
                yield replace(fault, at=(*at, *fault.at))


def _rules_within(rule: Rule) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """Give the rules within a rule as they are written, each with its place in it."""
    for number, written in enumerate(_list(rule.attributes.get("rules"))):
        yield ("rules", number), written
    for at, path, listed in _lists_in_variants(rule):
        matchers = _list(listed.get("matchers")) if isinstance(listed, dict) else []
        for number, written in enumerate(matchers):
            yield (*at, path, "matchers", number), written


def _paths_in_variants(rule: Rule) -> Iterator[RuleFault]:
    for at, path, _ in _lists_in_variants(rule):
        if parse_path(path) is None:
            yield RuleFault(expected=PATH_EXPRESSION, at=(*at, path), is_of_name=True)


def _lists_in_variants(rule: Rule) -> Iterator[tuple[tuple[str | int, ...], str, Json]]:
    """Give the rule lists of a rule's variants: the place of the object around each, its path and itself."""
    for number, variant in enumerate(_list(rule.attributes.get("variants"))):
        located = variant.get("rules") if isinstance(variant, dict) else None
        for path, listed in located.items() if isinstance(located, dict) else ():
            yield ("variants", number, "rules"), path, listed


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
