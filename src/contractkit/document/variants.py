"""Variants of `arrayContains`, tried on the example that they stand beside: each has an element, its rules a place."""

from collections.abc import Iterable

from contractkit.document.reading import Findings, escaped
from contractkit.exact_json import Json
from contractkit.model import JsonBody, Rule, parse_path

_NAMES = ("arrayContains", "array-contains")


def follow_variants(rule: Rule, values: Iterable[object], findings: Findings, pointer: str) -> None:
    """Note variants whose element the example lacks, and warn of rules in them that reach nothing in it.

    What is no variant at all is not looked at here; it is a fault of the rule.

    Args:
        rule: Any rule; only `arrayContains` has variants.
        values: What the example has where the rule is written.
        findings: Takes what is noted.
        pointer: Where the rule stands in the file.
    """
    variants = rule.attributes.get("variants") if rule.name in _NAMES else None
    lists = [each for each in values if isinstance(each, list)] if isinstance(variants, list) else []
    if not lists or not isinstance(variants, list):
        return
    for number, variant in enumerate(variants):
        index = variant.get("index", 0) if isinstance(variant, dict) else None
        if type(index) is not int:
            continue
        place = f"{pointer}/variants/{number}"
        elements = [each[index] for each in lists if 0 <= index < len(each)]
        if elements:
            _follow_rules(variant, elements, findings, place)
        else:
            longest = max(map(len, lists))
            findings.wrong(f"{place}/index", f"the index of an element of the example, which has {longest}", index)


def _follow_rules(variant: dict[str, Json], elements: list[Json], findings: Findings, place: str) -> None:
    rules = variant.get("rules")
    for path in rules if isinstance(rules, dict) else ():
        steps = parse_path(path)
        if steps is not None:
            findings.follow_any([JsonBody(each) for each in elements], steps, f"{place}/rules/{escaped(path)}")
