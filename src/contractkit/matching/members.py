"""Members: what the rules on a container say of the names and the values in it (`values`, `eachKey`, `eachValue`)."""

from collections.abc import Callable
from itertools import islice
from typing import TypeAlias

from contractkit.exact_json import Json, show_json
from contractkit.matching.checks import compile_scalar
from contractkit.matching.failures import MOST_MISMATCHES, Check, Failure, below
from contractkit.matching.rules import MOST_RULES, Members, bounded, kind_of, read_rule
from contractkit.matching.weighting import RuleList, Scope
from contractkit.model import Rule

Inner: TypeAlias = Callable[[Scope, Json], Check]
"""Compiles the check of a member from the scope of its place and its example."""


def said_of_members(rules: RuleList) -> frozenset[Members]:
    """Give what the rules of one place say of members; `equality` beside others counts unless they are alternatives."""
    said = frozenset(kind_of(rule).members for rule in rules.rules)
    return said - {Members.EQUAL} if rules.combine == "OR" and len(said) > 1 else said


def inner_rules(rules: RuleList) -> tuple[Rule, ...]:
    """Give the rules that `eachValue` lays on every value."""
    return _inner(rules, Members.EACH_VALUE)


def name_checks(rules: RuleList, expected: dict[str, Json]) -> list[Check]:
    """Give the checks that `eachKey` lays on the names of members; the rule or the object has an example."""
    inner = _inner(rules, Members.EACH_KEY)
    if not inner:
        return []
    examples = [rule.attributes.get("value") for rule in rules.rules if kind_of(rule).members is Members.EACH_KEY]
    example = examples[0] if isinstance(examples[0], str) else next(iter(expected), "")
    return [_each_name(compile_scalar(example, RuleList(inner), is_text=True))]


def _each_name(check_name: Check) -> Check:
    def check(actual: dict[str, Json]) -> list[Failure] | None:
        found: list[Failure] = []
        for name in actual:
            for failure in below(name, check_name(name) or []):
                failure.sentence = f"a member name that is {failure.sentence}"
                found.append(failure)
            if len(found) > MOST_MISMATCHES:
                break
        return found or None

    return check


def _inner(rules: RuleList, members: Members) -> tuple[Rule, ...]:
    written = [rule.attributes.get("rules") for rule in rules.rules if kind_of(rule).members is members]
    read = (
        _read(each) for inner in written for each in (inner if isinstance(inner, list) else [inner]) if each is not None
    )
    return bounded(tuple(islice(read, MOST_RULES + 1)))


def _read(written: Json) -> Rule:
    return read_rule(written) if isinstance(written, dict) else Rule(show_json(written))  # no such rule, so it fails
