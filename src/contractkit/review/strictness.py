"""Strictness: whether one rule accepts nothing that another refuses, and so what a change of rules asks of whom.

The order is that of what rules accept in files of the wild, where a rule fits its example: `integer` within `number`
within `type`; the more bounds the less. Where two rules cannot be ordered (two patterns), neither is the stricter.
"""

from collections.abc import Sequence
from enum import Enum

from contractkit.matching.rules import kind_of
from contractkit.matching.status_classes import STATUS_CLASSES
from contractkit.matching.weighting import RuleList
from contractkit.model import Rule

_OF_A_KIND = frozenset(
    {"regex", "include", "number", "integer", "decimal", "boolean", "date", "time", "datetime", "semver", "contentType"}
)
"""Rules that only values of the example's kind pass, and not even all of those."""

_EXACT = Rule("equality")


class Order(Enum):
    """How what is accepted after a change relates to what was accepted before."""

    SAME = "same"
    WIDER = "wider"
    NARROWER = "narrower"
    UNRELATED = "unrelated"


def named(rule: Rule) -> Rule:
    """Give a rule under the one name that the manual uses for it; a rule nobody knows keeps its own."""
    name = kind_of(rule).name
    return rule if name in (rule.name, "unknown") else Rule(name, rule.attributes)


def order(before: RuleList, after: RuleList) -> Order:
    """Say whether the rules of a place now accept more, less, or something else; no rule stands for equality."""
    is_wider, is_narrower = _within(before, after), _within(after, before)
    if is_wider and is_narrower:
        return Order.SAME
    return Order.WIDER if is_wider else Order.NARROWER if is_narrower else Order.UNRELATED


def _within(inner: RuleList, outer: RuleList) -> bool:
    """Say whether all that the inner rules accept is accepted by the outer ones too."""
    every_inner = any if _is_and(inner) else all
    every_outer = all if _is_and(outer) else any
    if _is_and(inner) and _is_and(outer):  # each demand must follow from one that was there
        return all(any(_implies(each, wanted) for each in _rules(inner)) for wanted in _rules(outer))
    return every_inner(every_outer(_implies(each, wanted) for wanted in _rules(outer)) for each in _rules(inner))


def _implies(rule: Rule, wanted: Rule) -> bool:
    """Say whether a value that passes one rule passes the other as well."""
    have, want = named(rule), named(wanted)
    if have == want or have.name == "equality":
        return True
    match have.name, want.name:
        case "type", "type":
            return _is_within_bounds(have, want)
        case "statusCode", "statusCode":
            return _statuses(have) <= _statuses(want)
        case "integer" | "decimal", "number":
            return True
        case name, "type":
            return name in _OF_A_KIND and not want.attributes
    return False


def _is_within_bounds(have: Rule, want: Rule) -> bool:
    low, high = (have.attributes.get(name) for name in ("min", "max"))
    wanted_low, wanted_high = (want.attributes.get(name) for name in ("min", "max"))
    is_low_enough = wanted_low is None or (isinstance(low, int) and isinstance(wanted_low, int) and low >= wanted_low)
    is_high_enough = wanted_high is None or (
        isinstance(high, int) and isinstance(wanted_high, int) and high <= wanted_high
    )
    return is_low_enough and is_high_enough


def _statuses(rule: Rule) -> frozenset[int]:
    wanted = rule.attributes.get("status", "success")
    if isinstance(wanted, list):
        return frozenset(each for each in wanted if isinstance(each, int))
    row = STATUS_CLASSES.get(str(wanted))
    return frozenset() if row is None else frozenset(range(row.low, row.high + 1))


def _is_and(rules: RuleList) -> bool:
    return rules.combine == "AND" or len(rules.rules) < 2


def _rules(rules: RuleList) -> Sequence[Rule]:
    return rules.rules or (_EXACT,)
