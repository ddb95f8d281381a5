"""JSON: an expected value and the rules of its places, compiled into nested functions that give every failure.

The steps are those of the Pact specification's body matching: kinds first, then the rules on a container itself, then
its members, each under the rules of its own place. A function knows only the value it is given; a failure collects its
location on the way up, so that a body that fits costs nothing for places.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from itertools import islice
from types import NoneType

from contractkit.exact_json import Json
from contractkit.matching.accepting import refuse
from contractkit.matching.checks import Shortcut, combined, compile_scalar, compile_test, missing, shortcut
from contractkit.matching.failures import MOST_MISMATCHES, Check, Failure, below
from contractkit.matching.members import Inner, inner_rules, name_checks, said_of_members
from contractkit.matching.rules import Members, kind_of
from contractkit.matching.sentences import KIND_WORDS
from contractkit.matching.shapes import Fits, fits_under
from contractkit.matching.variants import compile_variants
from contractkit.matching.weighting import OTHER_INDEX, OTHER_MEMBER, RuleList, Scope, index_in
from contractkit.model import Step
from contractkit.results import ABSENT

_NO_SHORTCUT = Shortcut(NoneType, refuse)

DEEPEST = 100
"""Levels of nesting of an expected value; what lies deeper fails, and says so. Real bodies end far above."""


def compile_json(expected: Json, scope: Scope, *, is_open: bool, depth: int = 0) -> Check:
    """Give the check of a JSON value.

    Args:
        expected: The example.
        scope: The rules at its place and below.
        is_open: Whether objects may carry members that the example does not have.
        depth: How many containers are around it.
    """
    if not isinstance(expected, dict | list):
        return compile_scalar(expected, scope.chosen)
    if depth >= DEEPEST:
        return _too_deep
    rules = scope.chosen
    wrong_kind = _wrong_kind(expected, rules)

    def compile_members() -> Check:
        return _compile_members(expected, scope, wrong_kind, is_open, depth)

    fits = fits_under(scope)
    members = compile_members() if fits is None else _unless_it_fits(expected, fits, compile_members, is_open, depth)
    own = [*_own_checks(expected, rules), *_said_checks(expected, rules, is_open, depth)]
    return _guarded(type(expected), wrong_kind, combined(own, "AND"), members) if own else members


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
    expected: dict[str, Json] | list[Json], scope: Scope, wrong_kind: Check, is_open: bool, depth: int
) -> Check:
    inner = inner_rules(scope.chosen)

    def compile_member(place: Scope, example: Json) -> Check:
        return compile_json(example, place.replaced_by(inner) if inner else place, is_open=is_open, depth=depth + 1)

    if isinstance(expected, dict):
        return _members_check(expected, scope, compile_member, is_open, wrong_kind)
    if Members.VARIANTS in said_of_members(scope.chosen):
        return combined((), "AND")
    return _items_check(expected, scope, compile_member, wrong_kind)


def _said_checks(expected: dict[str, Json] | list[Json], rules: RuleList, is_open: bool, depth: int) -> list[Check]:
    """Give what the rules say of an object's names, or of elements wherever they stand."""
    if isinstance(expected, dict):
        return name_checks(rules, expected)
    return _variant_checks(expected, rules, is_open, depth)


def _members_check(
    expected: dict[str, Json], scope: Scope, compile_member: Inner, is_open: bool, wrong_kind: Check
) -> Check:
    said = said_of_members(scope.chosen)
    places = {key: scope.step(key) for key in expected}
    if not said & {Members.FREE, Members.EACH_KEY, Members.EACH_VALUE}:
        is_closed = not is_open or Members.EQUAL in said
        return _fixed_members(expected, places, compile_member, is_closed=is_closed, wrong_kind=wrong_kind)
    members = {key: compile_member(places[key], value) for key, value in expected.items()}
    for_all = None
    if expected and said & {Members.FREE, Members.EACH_VALUE}:
        first = next(iter(expected.values()))
        named = scope.named_steps() - members.keys()
        members |= {name: compile_member(scope.step(name), first) for name in named}
        for_all = compile_member(scope.step(OTHER_MEMBER), first)
    return _free_members(members, for_all, wrong_kind)


def _fixed_members(
    expected: dict[str, Json],
    places: Mapping[str, Scope],
    compile_member: Inner,
    *,
    is_closed: bool,
    wrong_kind: Check,
) -> Check:
    """Give the check of an object's own members; those that a shortcut decides are compiled when it does not."""
    cuts = {key: shortcut(value, places[key].chosen) or _NO_SHORTCUT for key, value in expected.items()}
    compiled = cache(lambda key: compile_member(places[key], expected[key]))
    rows = tuple((key, *cut, compiled(key) if cut is _NO_SHORTCUT else None) for key, cut in cuts.items())

    def check(actual: dict[str, Json]) -> list[Failure] | None:
        if type(actual) is not dict:
            return wrong_kind(actual)
        found: list[Failure] | None = None
        failures: list[Failure] | None
        for key, kind, accepts, member in rows:
            if key not in actual:
                failures = missing(expected[key], places[key].chosen)
            else:
                value = actual[key]
                try:
                    if type(value) is kind and (accepts is None or accepts(value)):
                        continue
                except UnicodeEncodeError:  # half a surrogate pair, which no engine for patterns takes
                    pass
                failures = (member or compiled(key))(value)
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


def _free_members(members: Mapping[str, Check], for_all: Check | None, wrong_kind: Check) -> Check:
    def check(actual: dict[str, Json]) -> list[Failure] | None:
        if type(actual) is not dict:
            return wrong_kind(actual)
        found: list[Failure] = []
        for key, item in actual.items():
            member = members.get(key, for_all)
            if member is not None and (failures := member(item)):
                found += below(key, failures)
                if len(found) > MOST_MISMATCHES:
                    break
        return found or None

    return check


def _items_check(expected: list[Json], scope: Scope, compile_member: Inner, wrong_kind: Check) -> Check:
    items = [compile_member(scope.step(index), item) for index, item in enumerate(expected)]
    if not scope.chosen or Members.EQUAL in said_of_members(scope.chosen):
        return _fixed_items(expected, items, scope, wrong_kind)
    if not expected:
        return _uniform_items(combined((), "AND"), wrong_kind)
    named = {index for step in scope.named_steps() if (index := index_in(step)) is not None}
    special = {index: compile_member(scope.step(index), expected[0]) for index in sorted(named) if index >= len(items)}
    if len(items) == 1 and not special and 0 not in named:
        return _uniform_items(items[0], wrong_kind)
    other = compile_member(scope.step(OTHER_INDEX), expected[0])
    return _varied_items(dict(enumerate(items)) | special, other, wrong_kind)


def _fixed_items(expected: list[Json], items: Sequence[Check], scope: Scope, wrong_kind: Check) -> Check:
    count = len(items)

    def check(actual: list[Json]) -> list[Failure] | None:
        if type(actual) is not list:
            return wrong_kind(actual)
        found: list[Failure] = []
        for index, (item, value) in enumerate(zip(items, actual, strict=False)):
            if failures := item(value):
                found += below(index, failures)
                if len(found) > MOST_MISMATCHES:
                    return found
        if len(actual) != count:
            lacking, further = range(len(actual), count), range(count, len(actual))[: MOST_MISMATCHES + 1]
            found += [each for at in lacking for each in below(at, missing(expected[at], scope.step(at).chosen))]
            found += [unexpected(at, actual[at], "no further element") for at in further]
        return found or None

    return check


def _uniform_items(item: Check, wrong_kind: Check) -> Check:
    def check(actual: list[Json]) -> list[Failure] | None:
        if type(actual) is not list:
            return wrong_kind(actual)
        found: list[Failure] | None = None
        for index, value in enumerate(actual):
            if failures := item(value):
                found = found or []
                found += below(index, failures)
                if len(found) > MOST_MISMATCHES:
                    break
        return found

    return check


def _varied_items(items: Mapping[int, Check], other: Check, wrong_kind: Check) -> Check:
    def check(actual: list[Json]) -> list[Failure] | None:
        if type(actual) is not list:
            return wrong_kind(actual)
        found: list[Failure] = []
        for index, value in enumerate(actual):
            if failures := items.get(index, other)(value):
                found += below(index, failures)
                if len(found) > MOST_MISMATCHES:
                    break
        return found or None

    return check


def _variant_checks(expected: list[Json], rules: RuleList, is_open: bool, depth: int) -> list[Check]:
    def compile_item(example: Json, scope: Scope) -> Check:
        return compile_json(example, scope, is_open=is_open, depth=depth + 1)

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


def unexpected(step: Step, actual: object, sentence: str) -> Failure:
    """Give the failure of a value in a place where the example has none."""
    return Failure(ABSENT, actual, "equality", sentence, [step])


def _too_deep(actual: Json) -> list[Failure]:
    return [
        Failure(ABSENT, actual, "equality", f"a value nested at most {DEEPEST} levels deep, as deep as is compared")
    ]
