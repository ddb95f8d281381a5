"""Faults of matching rules, found as a contract file is read and before anything is compared."""

from collections.abc import Iterator
from functools import lru_cache

from contractkit.document import RuleFault
from contractkit.errors import nearest_names
from contractkit.exact_json import Json, dump_compact, read_json
from contractkit.matching.accepting import Subject, UnusableRuleError
from contractkit.matching.rules import RULES, kind_of, read_rule
from contractkit.model import Rule

_KINDS: tuple[tuple[str, type, str], ...] = (
    ("format", str, "no string"),
    ("rules", list, "no list"),
    ("variants", list, "no list"),
)
"""Attributes that are of one kind wherever they stand, and what another kind is told to be."""


def find_rule_fault(rule: Rule) -> RuleFault | None:
    """Give why a rule can judge nothing, None where it can be used; rules within it count as its own.

    Its name is unknown, its pattern or format cannot be compiled, an attribute is of the wrong kind.
    """
    return _fault(rule.name, dump_compact(dict(rule.attributes)))


@lru_cache(maxsize=1024)
def _fault(name: str, attributes: bytes) -> RuleFault | None:
    rule = Rule(name, read_json(attributes))
    kind = kind_of(rule)
    if kind.name not in RULES:
        near = nearest_names(name, RULES)
        return RuleFault(expected=f"a known rule ({' or '.join(near) if near else ', '.join(RULES)})", is_unknown=True)
    wrong = _wrong_attribute(rule)
    if wrong is not None:
        return RuleFault(expected=f"a rule that can be used ({wrong})")
    try:
        kind.on_scalar(rule.attributes, Subject(None))
        kind.on_container(rule.attributes, True)
    except UnusableRuleError as error:
        return RuleFault(expected=f"a rule that can be used ({error})")
    inner = (find_rule_fault(each) for each in _rules_within(rule))
    return next((fault for fault in inner if fault is not None), None)


def _wrong_attribute(rule: Rule) -> str | None:
    """Say which attribute of a rule is of the wrong kind, those of its variants included."""
    for name, kind, words in _KINDS:
        if not isinstance(rule.attributes.get(name, kind()), kind):
            return f"its `{name}` is {words}"
    for variant in _list(rule.attributes.get("variants")):
        if not isinstance(variant, dict) or type(variant.get("index", 0)) is not int:
            return "a variant is no object with an `index`"
        located = variant.get("rules", {})
        if not isinstance(located, dict) or not all(_is_rule_list(each) for each in located.values()):
            return "the rules of a variant are none"
    return None


def _is_rule_list(value: Json) -> bool:
    matchers = value.get("matchers") if isinstance(value, dict) else None
    return isinstance(matchers, list) and all(isinstance(each, dict) for each in matchers)


def _rules_within(rule: Rule) -> Iterator[Rule]:
    """Give the rules that a rule has for keys, values or variants."""
    yield from (read_rule(each) for each in _list(rule.attributes.get("rules")) if isinstance(each, dict))
    for variant in _list(rule.attributes.get("variants")):
        located = variant.get("rules") if isinstance(variant, dict) else None
        for written in located.values() if isinstance(located, dict) else ():
            matchers = _list(written.get("matchers")) if isinstance(written, dict) else []
            yield from (read_rule(each) for each in matchers if isinstance(each, dict))


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
