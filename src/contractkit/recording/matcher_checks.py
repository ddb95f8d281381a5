"""Matchers where they are recorded: examples that are not written are made, contradictions are refused."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any

from contractkit.errors import MatcherError
from contractkit.exact_json import Json, show_json
from contractkit.matchers.kinds import RULE_KINDS
from contractkit.matchers.records import Matcher
from contractkit.matchers.unfolding import MakeExample, Unfolded
from contractkit.matching.accepting import UnusableRuleError
from contractkit.matching.comparison import compile_comparison
from contractkit.matching.dates import compile_format
from contractkit.matching.generated_values import GENERATORS, Making
from contractkit.matching.patterns import compile_pattern, translate_pattern
from contractkit.matching.rules import read_rule, sentence_of
from contractkit.model import BinaryBody, Body, JsonBody, LocatedRules, Location, Part, PartKind, Rule, Wildcard
from contractkit.results import ABSENT, Absent

_HERE = Location(("value",))
_SOME_DAY = datetime(2024, 7, 20, 14, 30, tzinfo=UTC)
"""The moment of examples that nobody wrote: the same each run, since no clock may change a contract."""


def examples_from(synthesised: Json | Absent, at: Location) -> MakeExample:
    """Give what makes examples that are not written: the stub's own value where it fits, else one that is generated.

    Args:
        synthesised: The value that the stub would answer, or `ABSENT`.
        at: Where it stands.
    """

    def make(matcher: Matcher[Any], place: Location) -> Json:
        value = _value_at(synthesised, place.steps[len(at.steps) :])
        generated = cache(lambda: _generated(matcher, place))
        if value is not ABSENT and matcher.rules and all(_accepts(rule, value, generated) for rule in matcher.rules):
            return value
        return generated()

    return make


def check_matched(what: str, unfolded: Unfolded, at: Location, *, is_text: bool = False) -> None:
    """Refuse matchers that no verifier can judge by, and examples that do not fit their own matchers.

    Args:
        what: Where they were written, as in `the reply to getOrder`.
        unfolded: What they say.
        at: Where the whole value stands.
        is_text: The value is text by nature: a header, a parameter, a path.

    Raises:
        MatcherError: The place, what was expected and what was received.
    """
    for located in unfolded.rules:
        for rule in _with_inner(located.rules):
            _check_usable(what, rule, located.location)
    if is_text and not isinstance(unfolded.value, str):
        raise MatcherError(
            f"A value in {what} is no text.",
            details=[
                ("at", str(at)),
                ("expected", "a text, a number or a boolean"),
                ("received", show_json(unfolded.value)),
            ],
        )
    value, kind = (unfolded.value, PartKind.WORD) if is_text else (_body_of(unfolded.value), PartKind.BODY)
    parts = (Part(location=at, kind=kind, value=value, is_open=True),)
    rules = unfolded.rules if is_text else _kept_exact(unfolded, at)
    details: list[tuple[str, str]] = []
    mismatches = compile_comparison(parts, rules)(parts)
    for mismatch in mismatches:
        received = "nothing" if mismatch.actual is ABSENT else show_json(mismatch.actual)
        details += [("at", str(mismatch.location)), ("expected", mismatch.sentence), ("received", received)]
    if details:
        raise MatcherError(
            f"An example in {what} does not fit its own matcher.",
            details=details,
            next_step=_turned_round(rules, [each.actual for each in mismatches])
            or "Write an example that the matcher accepts.",
        )


def _body_of(value: Any) -> Body:
    return BinaryBody(value) if isinstance(value, bytes) else JsonBody(value)


def check_message(what: str, unfolded: Unfolded, at: Location) -> None:
    """Refuse matchers of a message as `check_matched` does, and those that do not stand for fields of its tree.

    Args:
        what: Where they were written.
        unfolded: What they say, with the whole message as it is sent as the value.
        at: Where it stands.

    Raises:
        MatcherError: A field is spelled otherwise than in the definition, or a message is matched exactly.
    """
    for place in sorted(unfolded.places):
        value = _value_at(unfolded.value, place.steps[len(at.steps) :])
        if value is ABSENT:
            raise MatcherError(
                f"A matcher in {what} stands for no field of the message.",
                details=[("at", str(place)), ("expected", "the field as the definition spells it, set in the message")],
            )
    for located in unfolded.rules:
        value = _value_at(
            unfolded.value, [0 if step is Wildcard.INDEX else step for step in located.location.steps[len(at.steps) :]]
        )
        if isinstance(value, dict) and any(rule.name == "equality" for rule in located.rules):
            raise MatcherError(
                f"A matcher in {what} wants exactly a message.",
                details=[("at", str(located.location)), ("expected", "equal_to(…) on the fields that matter")],
                next_step="A message has fields that nobody wrote: their defaults.",
            )
    check_matched(what, unfolded, at)


def _kept_exact(unfolded: Unfolded, at: Location) -> tuple[LocatedRules, ...]:
    """Give the rules over a `type` for the whole, as an expectation has it, so that lists without rules are free."""
    if any(each.location == at for each in unfolded.rules):
        return unfolded.rules
    return (LocatedRules(location=at, rules=(Rule("type"),)), *unfolded.rules)


def _check_usable(what: str, rule: Rule, at: Location) -> None:
    pattern, form = rule.attributes.get("regex"), rule.attributes.get("format")
    try:
        if isinstance(pattern, str) and translate_pattern(pattern).needs_backtracking:
            raise MatcherError(
                f"A pattern in {what} cannot be run by every verifier.",
                details=[
                    ("at", str(at)),
                    ("expected", "a pattern without look-around, back-references and possessive repetition"),
                    ("received", pattern),
                ],
                next_step="Say it with alternatives and classes.",
            )
        if isinstance(pattern, str):
            compile_pattern(pattern)
        if isinstance(form, str) and rule.name in ("date", "time", "datetime"):
            compile_format(form)
    except UnusableRuleError as error:
        raise MatcherError(
            f"A matcher in {what} cannot be used.",
            details=[("at", str(at)), ("matcher", rule.name), ("problem", str(error))],
        ) from None


def _with_inner(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Give rules, and the rules that stand in them."""
    for rule in rules:
        yield rule
        yield from map(read_rule, rule.attributes.get("rules", ()))
        for variant in rule.attributes.get("variants", ()):
            for each in variant["rules"].values():
                yield from map(read_rule, each["matchers"])


def _turned_round(rules: Iterable[LocatedRules], examples: Iterable[object]) -> str:
    """Say that pattern and example changed places, where they did."""
    patterns = [rule.attributes.get("regex") for located in rules for rule in located.rules]
    pairs = [(pattern, each) for pattern in patterns for each in examples]
    turned = any(isinstance(each, str) and isinstance(it, str) and _fits_turned(it, each) for it, each in pairs)
    return "Have pattern and example changed places? It is regex(pattern, example)." if turned else ""


def _fits_turned(example: str, pattern: str) -> bool:
    try:
        return compile_pattern(pattern)(example)
    except UnusableRuleError:
        return False


def _accepts(rule: Rule, value: Json, generated: Callable[[], Json]) -> bool:
    """Say whether a rule accepts a value where no example is written; a `type` is that of what is generated."""
    example = generated() if rule.name == "type" else value
    expected = (Part(location=_HERE, kind=PartKind.BODY, value=JsonBody(example), is_open=True),)
    actual = (Part(location=_HERE, kind=PartKind.BODY, value=JsonBody(value), is_open=True),)
    return not compile_comparison(expected, (LocatedRules(location=_HERE, rules=(rule,)),))(actual)


def _generated(matcher: Matcher[Any], place: Location) -> Json:
    made = matcher.generator
    makers = [(made.name, made.attributes)] if made is not None else []
    for rule in matcher.rules:
        name = RULE_KINDS[rule.name].generator
        makers += [(name, rule.attributes)] if name is not None else []
    usable = [each for each in makers if each[0] not in ("ProviderState", "MockServerURL")]
    if not usable:
        said = " and ".join(sentence_of(rule, None) for rule in matcher.rules) or "a value"
        raise MatcherError(
            "A matcher needs an example.", details=[("at", str(place)), ("expected", said)], next_step="Write one."
        )
    name, attributes = usable[0]
    making = Making(context={}, random=Random(str(place)), now=_SOME_DAY, is_request=True)
    try:
        return GENERATORS[name](attributes, making, None)
    except UnusableRuleError as error:
        raise MatcherError(
            "No example could be made for a matcher.",
            details=[("at", str(place)), ("problem", str(error))],
            next_step="Write one.",
        ) from None


def _value_at(value: Any, steps: Iterable[Any]) -> Any:
    for step in steps:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return ABSENT
    return value
