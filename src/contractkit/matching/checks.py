"""Checks of single values: the rules of one place, compiled into one function that gives its failures."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from contractkit.exact_json import Json
from contractkit.matching.accepting import Accepts, Subject, UnusableRuleError, accept
from contractkit.matching.failures import Check, Failure
from contractkit.matching.patterns import PatternTest
from contractkit.matching.rules import kind_of, sentence_of
from contractkit.matching.scalars import text_of
from contractkit.matching.sentences import exactly, of_kind
from contractkit.matching.weighting import RuleList
from contractkit.model import Rule
from contractkit.results import ABSENT


def compile_scalar(example: Json, rules: RuleList, *, is_text: bool = False) -> Check:
    """Give the check of a value where the example is no container; without rules it must be equal."""
    if not rules:
        return equality(example)
    subject = Subject(example, is_text)
    return combined([_scalar_test(rule, subject) for rule in rules.rules], rules.combine)


class Shortcut(NamedTuple):
    """What decides for most values without a check: those of type `kind` pass, or those that `accepts` accepts too."""

    kind: type
    accepts: Callable[[Any], bool] | None = None


def shortcut(example: Json, rules: RuleList) -> Shortcut | None:
    """Give the shortcut of a place that holds no container, where there is one; why others fail, its check says."""
    if isinstance(example, dict | list):
        return None
    if not rules:
        return Shortcut(type(example), example.__eq__)
    if len(rules.rules) != 1:
        return None
    kind = kind_of(rules.rules[0])
    passing = kind.passing_kind(example)
    return _text_shortcut(rules.rules[0], example) if passing is None else Shortcut(passing)


def _text_shortcut(rule: Rule, example: Json) -> Shortcut | None:
    try:
        accepts = kind_of(rule).on_scalar(rule.attributes, Subject(example))
    except UnusableRuleError:
        return None
    quick = accepts.quick if isinstance(accepts, PatternTest) else accepts
    return None if quick is None else Shortcut(str, quick)


def equality(example: Json) -> Check:
    """Give the check that demands the same scalar, of the same kind."""
    kind = type(example)

    def check(actual: Json) -> list[Failure] | None:
        if actual == example and type(actual) is kind:
            return None
        return [Failure(example, actual, "equality", exactly({}, example))]

    return check


def combined(tests: Sequence[Check], combine: str) -> Check:
    """Give one check of several: all must pass, or with `OR` at least one."""
    if len(tests) == 1:
        return tests[0]

    def check_every(actual: Json) -> list[Failure] | None:
        return [failure for test in tests for failure in test(actual) or ()] or None

    def check_any(actual: Json) -> list[Failure] | None:
        found: list[Failure] = []
        for test in tests:
            failures = test(actual)
            if not failures:
                return None
            found += failures
        return [_either(found)] if all(not each.steps for each in found) else found

    return check_any if combine == "OR" else check_every


def compile_test(rule: Rule, example: Json, make: Callable[[], Accepts]) -> Check | None:
    """Give the check of one rule, or None where it accepts everything.

    A rule that cannot be used accepts nothing and says why.
    """
    try:
        accepts = make()
    except UnusableRuleError as error:
        sentence = f"a value that the rule {rule.name} accepts, but {error}"
        return lambda actual: [Failure(example, actual, rule.name, sentence)]
    return None if accepts is accept else _test(rule, example, accepts)


def _test(rule: Rule, example: Json, accepts: Accepts) -> Check:
    reads_text = kind_of(rule).reads_text and not isinstance(example, dict | list)
    sentence = cache(lambda: sentence_of(rule, example))

    def check(actual: Json) -> list[Failure] | None:
        try:
            if accepts(text_of(actual) if reads_text and type(actual) is not str else actual):
                return None
        except UnusableRuleError as error:
            return [Failure(example, actual, rule.name, f"{sentence()}, but {error}")]
        return [Failure(example, actual, rule.name, sentence())]

    return check


def missing(example: Json, rules: RuleList) -> list[Failure]:
    """Give the failure of a value that is not there."""
    if not rules:
        sentence = of_kind({}, example) if isinstance(example, dict | list) else exactly({}, example)
        return [Failure(example, ABSENT, "equality", sentence)]
    sentences = [sentence_of(rule, example) for rule in rules.rules]
    joint = " or " if rules.combine == "OR" else " and "
    return [Failure(example, ABSENT, rules.rules[0].name, joint.join(sentences))]


def _scalar_test(rule: Rule, subject: Subject) -> Check:
    check = compile_test(rule, subject.example, lambda: kind_of(rule).on_scalar(rule.attributes, subject))
    return check or _pass_all


def _pass_all(_actual: Json) -> list[Failure] | None:
    """Give no failure, whatever came."""
    return None


def _either(failures: Sequence[Failure]) -> Failure:
    first = failures[0]
    sentence = " or ".join(dict.fromkeys(each.sentence for each in failures))
    return Failure(first.expected, first.actual, first.rule, sentence)
