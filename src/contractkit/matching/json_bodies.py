"""JSON: an expected value and the rules of its places, compiled into nested functions that give every failure.

The steps are those of the Pact specification's body matching: kinds first, then the rules on a container itself, then
its members, each under the rules of its own place. A function knows only the value it is given; a failure collects its
location on the way up, so that a body that fits costs nothing for places.
"""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import islice
from types import NoneType

from contractkit.exact_json import Json
from contractkit.matching.accepting import refuse
from contractkit.matching.checks import Shortcut, combined, compile_scalar, compile_test, missing, shortcut
from contractkit.matching.elements import compile_elements
from contractkit.matching.failures import MOST_MISMATCHES, Check, Failure, below, unexpected
from contractkit.matching.kept import FEW_KEPT, Kept
from contractkit.matching.members import Inner, inner_rules, name_checks, said_of_members
from contractkit.matching.rules import Members, kind_of
from contractkit.matching.sentences import KIND_WORDS
from contractkit.matching.shapes import Fits, fits_under
from contractkit.matching.variants import compile_variants
from contractkit.matching.weighting import OTHER_MEMBER, RuleList, Scope
from contractkit.results import ABSENT

_NO_SHORTCUT = Shortcut(NoneType, refuse)

DEEPEST = 100
"""Levels of nesting of an expected value; what lies deeper fails, and says so. Real bodies end far above."""


def compile_json(expected: Json, scope: Scope, *, is_open: bool, depth: int = 0, kept: Kept | None = None) -> Check:
    """Give the check of a JSON value.

    Args:
        expected: The example.
        scope: The rules at its place and below.
        is_open: Whether objects may carry members that the example does not have.
        depth: How many containers are around it.
        kept: How many checks may still be kept of the value that it is in.
    """
    if not isinstance(expected, dict | list):
        return compile_scalar(expected, scope.chosen)
    if depth >= DEEPEST:
        return _too_deep
    kept = Kept() if kept is None else kept
    if not kept.take():
        return lambda actual: compile_json(expected, scope, is_open=is_open, depth=depth, kept=Kept(FEW_KEPT))(actual)
    rules = scope.chosen

    def compile_members() -> Check:
        return _compile_members(expected, scope, _wrong_kind(expected, rules), is_open, depth, kept)

    fits = fits_under(scope)
    members = compile_members() if fits is None else _unless_it_fits(expected, fits, compile_members, is_open, depth)
    if fits is not None and not any(rule.attributes for rule in rules.rules):
        return members  # without bounds, nothing is asked of the container itself
    own = [*_own_checks(expected, rules), *_said_checks(expected, rules, is_open, depth, kept)]
    return _guarded(type(expected), _wrong_kind(expected, rules), combined(own, "AND"), members) if own else members


def _unless_it_fits(
    expected: Json, fits: Fits, compile_members: Callable[[], Check], is_open: bool, depth: int
) -> Check:
    """Give a check that is compiled when the first value comes that does not fit."""
    compiled: list[Check] = []

    def check(actual: Json) -> list[Failure] | None:
        if fits(expected, actual, is_open, DEEPEST - depth):
            return None
        if not compiled:
            compiled.append(compile_members())
        return compiled[0](actual)

    return check


def _compile_members(
    expected: dict[str, Json] | list[Json], scope: Scope, wrong_kind: Check, is_open: bool, depth: int, kept: Kept
) -> Check:
    inner = inner_rules(scope.chosen)

    def compile_member(place: Scope, example: Json) -> Check:
        at = place.replaced_by(inner) if inner else place
        return compile_json(example, at, is_open=is_open, depth=depth + 1, kept=kept)

    if isinstance(expected, dict):
        return _members_check(expected, scope, compile_member, is_open, wrong_kind, kept)
    if Members.VARIANTS in said_of_members(scope.chosen):
        return combined((), "AND")
    return compile_elements(expected, scope, compile_member, wrong_kind, kept)


def _said_checks(
    expected: dict[str, Json] | list[Json], rules: RuleList, is_open: bool, depth: int, kept: Kept
) -> list[Check]:
    """Give what the rules say of an object's names, or of elements wherever they stand."""
    if isinstance(expected, dict):
        return name_checks(rules, expected)
    return _variant_checks(expected, rules, is_open, depth, kept)


def _members_check(
    expected: dict[str, Json], scope: Scope, compile_member: Inner, is_open: bool, wrong_kind: Check, kept: Kept
) -> Check:
    said = said_of_members(scope.chosen)
    places = {key: scope.step(key) for key in expected}
    compiled = kept.remembering(lambda key: compile_member(places[key], expected[key]))
    if not said & {Members.FREE, Members.EACH_KEY, Members.EACH_VALUE}:
        is_closed = not is_open or Members.EQUAL in said
        return _fixed_members(expected, places, compiled, is_closed=is_closed, wrong_kind=wrong_kind)
    further: dict[str, Check] = {}
    for_all = None
    if expected and said & {Members.FREE, Members.EACH_VALUE}:
        first = next(iter(expected.values()))
        named = scope.named_steps() - expected.keys()
        further = {name: compile_member(scope.step(name), first) for name in named}
        for_all = compile_member(scope.step(OTHER_MEMBER), first)
    return _free_members(lambda key: compiled(key) if key in expected else further.get(key, for_all), wrong_kind)


def _fixed_members(
    expected: dict[str, Json],
    places: Mapping[str, Scope],
    compiled: Callable[[str], Check],
    *,
    is_closed: bool,
    wrong_kind: Check,
) -> Check:
    """Give the check of an object's own members; those that a shortcut decides are compiled when it does not."""
    cuts = {key: shortcut(value, places[key].chosen) or _NO_SHORTCUT for key, value in expected.items()}
    rows = tuple((key, *cut) for key, cut in cuts.items())

    def check(actual: dict[str, Json]) -> list[Failure] | None:
        if type(actual) is not dict:
            return wrong_kind(actual)
        found: list[Failure] | None = None
        failures: list[Failure] | None
        for key, kind, accepts in rows:
            if key not in actual:
                failures = missing(expected[key], places[key].chosen)
            else:
                value = actual[key]
                try:
                    if type(value) is kind and (accepts is None or accepts(value)):
                        continue
                except UnicodeEncodeError:  # half a surrogate pair, which no engine for patterns takes
                    pass
                failures = compiled(key)(value)
            if failures:
                found = found or []
                found += below(key, failures)
                if len(found) > MOST_MISMATCHES:
                    return found
        if is_closed and (found or len(actual) != len(rows)):
            return [*(found or ()), *_further_members(expected, actual)] or None
        return found

    return check


def _further_members(expected: dict[str, Json], actual: dict[str, Json]) -> list[Failure]:
    further = (unexpected(key, item, "no such member") for key, item in actual.items() if key not in expected)
    return list(islice(further, MOST_MISMATCHES + 1))


def _free_members(member_at: Callable[[str], Check | None], wrong_kind: Check) -> Check:
    def check(actual: dict[str, Json]) -> list[Failure] | None:
        if type(actual) is not dict:
            return wrong_kind(actual)
        found: list[Failure] = []
        for key, item in actual.items():
            member = member_at(key)
            if member is not None and (failures := member(item)):
                found += below(key, failures)
                if len(found) > MOST_MISMATCHES:
                    break
        return found or None

    return check


def _variant_checks(expected: list[Json], rules: RuleList, is_open: bool, depth: int, kept: Kept) -> list[Check]:
    def compile_item(example: Json, scope: Scope) -> Check:
        return compile_json(example, scope, is_open=is_open, depth=depth + 1, kept=kept)

    wanted = [rule for rule in rules.rules if kind_of(rule).members is Members.VARIANTS]
    return [check for rule in wanted for check in compile_variants(rule, expected, compile_item)]


def _own_checks(expected: Json, rules: RuleList) -> list[Check]:
    """Give what the rules say of the container itself; with `OR`, nothing as soon as one of them says nothing."""
    tests = [
        compile_test(rule, expected, partial(kind_of(rule).on_container, rule.attributes, rules.exact))
        for rule in rules.rules
    ]
    speaking = [test for test in tests if test is not None]
    if not speaking or (rules.combine == "OR" and len(speaking) < len(tests)):
        return []
    return [combined(speaking, rules.combine)]


def _guarded(kind: type, wrong_kind: Check, own: Check, members: Check) -> Check:
    """Give what is said of a container itself and of its members, behind the question for its kind."""

    def check(actual: Json) -> list[Failure] | None:
        if type(actual) is not kind:
            return wrong_kind(actual)
        found, inside = own(actual), members(actual)
        return [*found, *(inside or ())] if found else inside

    return check


def _wrong_kind(expected: Json, rules: RuleList) -> Check:
    rule = rules.rules[0].name if rules else "equality"
    return lambda actual: [Failure(expected, actual, rule, KIND_WORDS[type(expected)])]


def _too_deep(actual: Json) -> list[Failure]:
    return [
        Failure(ABSENT, actual, "equality", f"a value nested at most {DEEPEST} levels deep, as deep as is compared")
    ]
