"""Variants: the rule `arrayContains`, which wants several example elements somewhere in a list, in any order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from contractkit.exact_json import Json, show_json
from contractkit.matching.accepting import UnusableRuleError
from contractkit.matching.effort import try_element
from contractkit.matching.failures import Check, Failure
from contractkit.matching.rules import kind_of, read_rule
from contractkit.matching.sentences import for_example
from contractkit.matching.weighting import Scope, scope_of
from contractkit.model import LocatedGenerator, LocatedRules, Location, Rule, Step, parse_path

MOST_VARIANTS = 100
"""Variants of one rule. Each costs a search through the whole list."""


def compile_variants(rule: Rule, expected: Sequence[Json], compile_item: Callable[[Json, Scope], Check]) -> list[Check]:
    """Give a check of the whole list for each variant of an `arrayContains` rule.

    Args:
        rule: The rule; `variants` is a list of `{"index": …, "rules": …}`, the rules rooted at the element.
        expected: The example, whose element at `index` is what a variant looks for.
        compile_item: Compiles the check of one element.
    """
    variants = rule.attributes.get("variants")
    if not isinstance(variants, list):
        return [_refusal(rule, "its variants are no list")]
    if len(variants) > MOST_VARIANTS:
        return [_refusal(rule, f"it has more than {MOST_VARIANTS} variants")]
    return [_compile_variant(rule, variant, expected, compile_item) for variant in variants]


def rules_of_variants(rule: Rule) -> Iterator[tuple[int, tuple[LocatedRules, ...]]]:
    """Give of each variant that can be read the index of its example and its rules, rooted at the element."""
    variants = rule.attributes.get("variants")
    for variant in variants[:MOST_VARIANTS] if isinstance(variants, list) else ():
        index = variant.get("index", 0) if isinstance(variant, dict) else None
        if type(index) is int:
            try:
                yield index, _located(variant.get("rules") or {})
            except UnusableRuleError:
                continue


def _compile_variant(
    rule: Rule, variant: Json, expected: Sequence[Json], compile_item: Callable[[Json, Scope], Check]
) -> Check:
    try:
        example, scope = _example(variant, expected), scope_of(_located(variant.get("rules") or {}))
    except UnusableRuleError as error:
        return _refusal(rule, str(error))
    return _some(example, compile_item(example, scope), rule)


def _example(variant: Json, expected: Sequence[Json]) -> Json:
    index = variant.get("index", 0) if isinstance(variant, dict) else None
    if type(index) is not int or not 0 <= index < len(expected):
        raise UnusableRuleError(f"its variant {show_json(variant)} has no example")
    return expected[index]


def variant_generators(rules: Iterable[LocatedRules]) -> Iterator[LocatedGenerator]:
    """Give the generators that variants of `arrayContains` carry, each located at the variant's example.

    What cannot be understood is left out: comparing says what is wrong with such a rule.
    """
    for located in rules:
        for rule in located.rules:
            variants = rule.attributes.get("variants") if kind_of(rule).name == "arrayContains" else None
            for variant in variants[:MOST_VARIANTS] if isinstance(variants, list) else ():
                yield from _generators_of(variant, located.location)


def _generators_of(variant: Json, place: Location) -> Iterator[LocatedGenerator]:
    index = variant.get("index", 0) if isinstance(variant, dict) else None
    written = variant.get("generators") if isinstance(variant, dict) else None
    if type(index) is not int or not isinstance(written, dict):
        return
    for path, generator in written.items():
        if not isinstance(generator, dict) or not isinstance(name := generator.get("type"), str):
            continue
        steps = parse_path(path)
        if steps is None:
            continue
        attributes = {key: value for key, value in generator.items() if key != "type"}
        yield LocatedGenerator(location=place.under((index, *steps)), name=name, attributes=attributes)


def _located(rules: Json) -> tuple[LocatedRules, ...]:
    if not isinstance(rules, dict) or not all(map(_is_rule_list, rules.values())):
        raise UnusableRuleError(f"the rules of its variant are none: {show_json(rules)}")
    return tuple(
        LocatedRules(
            location=Location(_steps(path)),
            rules=tuple(read_rule(each) for each in written["matchers"]),
            combine="OR" if str(written.get("combine")).upper() == "OR" else "AND",
        )
        for path, written in rules.items()
    )


def _steps(path: str) -> tuple[Step, ...]:
    steps = parse_path(path)
    if steps is None:
        raise UnusableRuleError(f"{path} is no path" if path else "it has an empty path")
    return steps


def _is_rule_list(written: Json) -> bool:
    matchers = written.get("matchers") if isinstance(written, dict) else None
    return isinstance(matchers, list) and all(isinstance(each, dict) for each in matchers)


def _some(example: Json, check: Check, rule: Rule) -> Check:
    sentence = cache(lambda: for_example("a list with an element that fits", example))

    def check_some(actual: Json) -> list[Failure] | None:
        try:
            if any(is_fitting(item) for item in actual):
                return None
        except UnusableRuleError as error:
            return [Failure(example, actual, rule.name, f"{sentence()}, but {error}")]
        return [Failure(example, actual, rule.name, sentence())]

    def is_fitting(item: Json) -> bool:
        try_element()
        return not check(item)

    return check_some


def _refusal(rule: Rule, reason: str) -> Check:
    sentence = f"a list that the rule {rule.name} accepts, but {reason}"
    return lambda actual: [Failure(None, actual, rule.name, sentence)]
