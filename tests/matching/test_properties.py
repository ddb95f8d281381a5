"""Properties of matching that hold for all bodies."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractkit.matching import compile_comparison, explain_rules
from contractkit.matching.rules import RULES
from contractkit.matching.shapes import Fits, kinds_fit, values_fit
from contractkit.model import HttpRequest, HttpResponse, JsonBody, LocatedRules, Rule, Wildcard, parse_location
from contractkit.results import ABSENT, Mismatch

pytestmark = pytest.mark.slow

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
)
OBJECTS = st.dictionaries(st.text(max_size=4), VALUES, max_size=4)
NAMES = st.sampled_from(sorted({*RULES, "jwt"}))
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["regex", "value", "format", "min", "max", "status", "rules", "variants"]),
    st.sampled_from(["(a+)+$", "\\d+", "yyyy", 1, [], [{"match": "type"}], [{"index": 0}], "success"]),
)
STEPS = st.sampled_from([Wildcard.ANY, Wildcard.INDEX, 0, 1, "a", "0"])


def response(value: Any) -> HttpResponse:
    return HttpResponse(status=200, body=JsonBody(value))


def request(value: Any) -> HttpRequest:
    return HttpRequest(method="POST", path="/", body=JsonBody(value))


def compare(expected: Any, actual: Any, *rules: LocatedRules) -> tuple[Mismatch, ...]:
    return compile_comparison(response(expected).parts(), rules)(response(actual).parts())


@given(VALUES)
def test_a_value_matches_itself(value: Any) -> None:
    assert compare(value, value) == ()


@given(VALUES)
def test_a_value_matches_itself_by_kind(value: Any) -> None:
    rules = LocatedRules(location=parse_location("response.body"), rules=(Rule("type"),))
    assert compare(value, value, rules) == ()


@pytest.mark.parametrize(("fits", "rules"), [(kinds_fit, ("type",)), (values_fit, ())])
@given(expected=VALUES, actual=VALUES, is_open=st.booleans())
def test_what_fits_at_a_glance_is_what_compiled_checks_accept(
    fits: Fits, rules: tuple[str, ...], expected: Any, actual: Any, is_open: bool
) -> None:
    place = parse_location("response.body" if is_open else "request.body")
    far_below = place.under([*[Wildcard.ANY] * 12, "no such place"])  # so that no part has the same rules throughout
    elsewhere = LocatedRules(location=far_below, rules=(Rule("type"),))
    located = [LocatedRules(location=place, rules=(Rule(name),)) for name in rules]
    exchange = response if is_open else request
    compare_compiled = compile_comparison(exchange(expected).parts(), (elsewhere, *located))
    for value in (actual, expected, [expected, actual], {"a": expected, "b": actual}):
        found = compare_compiled(exchange(value).parts())
        assert fits(expected, value, is_open, 100) == (not found)


@given(OBJECTS, st.text(), VALUES)
def test_a_further_member_never_makes_a_response_fail(value: dict[str, Any], name: str, member: Any) -> None:
    assert compare(value, {name: member, **value}) == ()


@given(OBJECTS, st.text(), VALUES)
def test_a_further_member_always_makes_a_request_fail(value: dict[str, Any], name: str, member: Any) -> None:
    richer = {name: member, **value}
    found = compile_comparison(request(value).parts(), ())(request(richer).parts())
    place = parse_location("request.body") / name
    further = Mismatch(location=place, expected=ABSENT, actual=member, rule="equality", sentence="no such member")
    assert found == (() if name in value else (further,))


JSON_RULES = st.fixed_dictionaries({"match": NAMES | st.just("")}, optional={"value": VALUES, "rules": VALUES}) | VALUES


def written_for(example: Any) -> st.SearchStrategy[tuple[Any, Rule]]:
    """Give an example with a rule that every tool would write for it."""
    return st.sampled_from(
        [
            (example, Rule("type")),
            (example, Rule("equality")),
            (str(example), Rule("regex", {"regex": r"(?s:.)*"})),
            (f"a{example}b", Rule("include", {"value": str(example)})),
            (7, Rule("integer")),
            (7.5, Rule("decimal")),
            (-7, Rule("number")),
            (True, Rule("boolean")),
            (None, Rule("null")),
            ("2026-02-28", Rule("date")),
            ("23:59:59", Rule("time")),
            ("2026-02-28T23:59:59+01:00", Rule("datetime")),
            ("1.0.0-rc.1", Rule("semver")),
            ([7], Rule("notEmpty")),
            ([example], Rule("type", {"min": 1, "max": 1})),
            ({"a": example}, Rule("values")),
            ({"a": example}, Rule("eachKey", {"rules": [{"match": "regex", "regex": "[a-z]"}]})),
            ({"a": example, "b": example}, Rule("eachValue", {"rules": [{"match": "type"}]})),
            ([example, 1], Rule("arrayContains", {"variants": [{"index": 1}, {"index": 0}]})),
        ]
    )


RULED = VALUES.flatmap(written_for)


@given(st.dictionaries(st.text(max_size=4), RULED, max_size=4), st.booleans())
def test_every_example_matches_itself_under_its_own_rules(members: dict[str, Any], is_open: bool) -> None:
    value = {name: example for name, (example, _) in members.items()}
    side = response(value) if is_open else request(value)
    base = parse_location("response.body" if is_open else "request.body")
    rules = tuple(LocatedRules(location=base / name, rules=(rule,)) for name, (_, rule) in members.items())
    assert compile_comparison(side.parts(), rules)(side.parts()) == ()


@given(st.dictionaries(st.text(max_size=4), RULED, max_size=4), st.text(max_size=6), VALUES)
def test_a_further_member_changes_nothing_for_the_rules_beside_it(
    members: dict[str, Any], name: str, member: Any
) -> None:
    value = {key: example for key, (example, _) in members.items()}
    base = parse_location("response.body")
    rules = [LocatedRules(location=base / key, rules=(rule,)) for key, (_, rule) in members.items()]
    assert compare(value, {name: member, **value}, *rules) == ()


@given(VALUES, VALUES, st.lists(JSON_RULES, max_size=3))
def test_no_json_in_the_place_of_inner_rules_raises(expected: Any, actual: Any, inner: list[Any]) -> None:
    base = parse_location("response.body")
    variants = [{"index": 0, "rules": {"$": {"matchers": inner}}}, *inner]
    written = (
        Rule("eachKey", {"rules": inner}),
        Rule("eachValue", {"rules": inner}),
        Rule("arrayContains", {"variants": variants}),
    )
    for rule in written:
        found = compare(expected, actual, LocatedRules(location=base, rules=(rule,)))
        assert all(each.location.starts_with(base) for each in found)


@given(VALUES, VALUES, st.lists(st.tuples(st.lists(STEPS, max_size=3), NAMES, ATTRIBUTES), max_size=4))
def test_what_is_explained_is_what_was_compared(expected: Any, actual: Any, written: list[Any]) -> None:
    base = parse_location("response.body")
    rules = tuple(LocatedRules(location=base.under(steps), rules=(Rule(name, at),)) for steps, name, at in written)
    sides = response(expected).parts(), response(actual).parts()
    explained = explain_rules(sides[0], rules, sides[1])
    told = [mismatch for each in explained for mismatch in each.mismatches]
    compared = compile_comparison(sides[0], rules)(sides[1])
    assert sorted(map(str, told)) == sorted(map(str, compared))
    assert len({each.location for each in explained}) == len(explained)


@given(VALUES, VALUES)
def test_without_rules_two_values_match_both_ways_only_if_they_are_equal(left: Any, right: Any) -> None:
    def closed(expected: Any, actual: Any) -> bool:
        return not compile_comparison(request(expected).parts(), ())(request(actual).parts())

    assert closed(left, right) == closed(right, left)


@given(VALUES, VALUES, st.lists(st.tuples(st.lists(STEPS, max_size=3), NAMES, ATTRIBUTES), max_size=4))
def test_no_rule_on_any_value_raises(expected: Any, actual: Any, written: list[Any]) -> None:
    base = parse_location("response.body")
    rules = [LocatedRules(location=base.under(steps), rules=(Rule(name, at),)) for steps, name, at in written]
    assert all(each.location.starts_with(base) for each in compare(expected, actual, *rules))
