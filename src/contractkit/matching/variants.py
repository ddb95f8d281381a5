"""Variants: the rule `arrayContains`, which wants several example elements somewhere in a list, in any order."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contractkit.exact_json import Json
from contractkit.matching.accepting import UnusableRuleError
from contractkit.matching.failures import Check, Failure
from contractkit.matching.rules import read_rule
from contractkit.matching.sentences import for_example
from contractkit.matching.weighting import Scope, scope_of
from contractkit.model import LocatedRules, Location, Rule, Step, Wildcard

_STEP = re.compile(
    r"\.(?P<any>\*)|\.(?P<name>[^.\[\]'\s*]+)|\[(?P<index>\d{1,9})\]|(?P<every>\[\*\])|\['(?P<quoted>.*?)'\]"
)


def compile_variants(rule: Rule, expected: Sequence[Json], compile_item: Callable[[Json, Scope], Check]) -> list[Check]:
    """Give a check of the whole list for each variant of an `arrayContains` rule.

    Args:
        rule: The rule; `variants` is a list of `{"index": …, "rules": …}`, the rules rooted at the element.
        expected: The example, whose element at `index` is what a variant looks for.
        compile_item: Compiles the check of one element.
    """
    variants = rule.attributes.get("variants") or ()
    checks = []
    for variant in variants:
        index = variant.get("index", 0)
        if not 0 <= index < len(expected):
            checks.append(_refusal(rule, f"its variant {index} has no example"))
            continue
        try:
            scope = scope_of(_located(variant.get("rules") or {}), Location())
        except UnusableRuleError as error:
            checks.append(_refusal(rule, str(error)))
            continue
        checks.append(_some(expected[index], compile_item(expected[index], scope), rule))
    return checks


def parse_path(text: str) -> tuple[Step, ...]:
    """Give the steps of a path such as `$.a[*]['b c']`.

    Raises:
        UnusableRuleError: The text is no path.
    """
    rest = text.removeprefix("$")
    rest = rest if rest.startswith((".", "[")) or not rest else f".{rest}"
    steps: list[Step] = []
    position = 0
    while position < len(rest):
        found = _STEP.match(rest, position)
        if found is None:
            raise UnusableRuleError(f"{text} is no path")
        steps.append(_step(found))
        position = found.end()
    return tuple(steps)


def _step(found: re.Match[str]) -> Step:
    if found["index"] is not None:
        return int(found["index"])
    if found["any"] is not None:
        return Wildcard.ANY
    return Wildcard.INDEX if found["every"] is not None else found["name"] or found["quoted"]


def _located(rules: Mapping[str, Any]) -> tuple[LocatedRules, ...]:
    return tuple(
        LocatedRules(
            location=Location(parse_path(path)),
            rules=tuple(read_rule(each) for each in written.get("matchers", ())),
            combine="OR" if written.get("combine") == "OR" else "AND",
        )
        for path, written in rules.items()
    )


def _some(example: Json, check: Check, rule: Rule) -> Check:
    def check_some(actual: Json) -> list[Failure] | None:
        if any(not check(item) for item in actual):
            return None
        return [Failure(example, actual, rule.name, for_example("a list with an element that fits", example))]

    return check_some


def _refusal(rule: Rule, reason: str) -> Check:
    sentence = f"a list that the rule {rule.name} accepts, but {reason}"
    return lambda actual: [Failure(None, actual, rule.name, sentence)]
