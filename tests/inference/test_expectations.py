"""From needs to what is expected of the provider: what is needed is kept, what is tolerated left out."""

from typing import Any

from contractkit.model import (
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    Location,
    MissingBody,
    Need,
    Rule,
    TestReference,
    UnknownNeeds,
    parse_location,
)
from contractkit.recording.needed import expect_needed

BODY = Location(("response", "body"))
TYPE = Rule("type")
SERVED = {
    "id": 7,
    "name": "bo",
    "nickname": "b",
    "note": None,
    "lines": [{"sku": "a", "price": 1}, {"sku": "b", "price": 2}],
    "customer": {"name": "c", "age": 3},
}
PROMISED = {"id": 7, "name": "bo", "lines": [{"sku": "a", "price": 1}], "customer": {"name": "c"}}
"""What is expected while needs are unknown: the definition promises so much."""


def at(text: str) -> Location:
    return parse_location(f"response.body.{text}")


def need(text: str, **more: Any) -> Need:
    return Need(location=at(text), **{"non_null": True, **more})


def evidence(*needs: Any) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(test=TestReference(node_id=f"test_{number}", file="t.py", line=1), needs=each)
        for number, each in enumerate(needs)
    )


def recorded(*needs: Any, expected: Any = PROMISED, rules: tuple[LocatedRules, ...] = ()) -> Interaction:
    response = HttpResponse(status=200, headers={"content-type": ("application/json",)}, body=JsonBody(expected))
    return Interaction(
        key="k",
        description="getOrder answers 200",
        exchange=HttpCall(request=HttpRequest(method="GET", path="/orders/7"), response=response),
        rules=(LocatedRules(location=BODY, rules=(TYPE,)), *rules),
        served=JsonBody(SERVED),
        evidence=evidence(*needs),
    )


def expected(*needs: Any, **more: Any) -> tuple[Any, dict[str, tuple[Rule, ...]]]:
    """Give the expected body, and the rules below it by location."""
    interaction = expect_needed(recorded(*needs, **more))
    assert isinstance(interaction.exchange, HttpCall)
    body = interaction.exchange.response.body
    rules = {str(each.location): each.rules for each in interaction.rules if each.location != BODY}
    return (body.value if isinstance(body, JsonBody) else body), rules


def test_while_needs_are_unknown_nothing_changes() -> None:
    interaction = recorded(UnknownNeeds())
    assert expect_needed(interaction) is interaction


def test_a_body_that_was_read_is_expected_to_be_json_although_no_member_is_needed() -> None:
    assert expected(InferredNeeds(needed=(), tolerated=(at("id"),))) == ({}, {})
    assert expected(InferredNeeds(needed=(), weak=(at("id"),)), expected=[]) == ([], {})


def test_of_a_body_that_was_never_read_nothing_is_expected() -> None:
    assert expected(InferredNeeds(needed=(), tolerated=(at("id"),), untouched=(at("id"),))) == (MissingBody(), {})


def test_what_is_needed_stays_by_type() -> None:
    assert expected(InferredNeeds(needed=(need("id"), need("nickname")))) == ({"id": 7, "nickname": "b"}, {})


def test_where_nothing_of_the_body_is_needed_nothing_of_it_is_expected() -> None:
    assert expected(InferredNeeds(needed=())) == (MissingBody(), {})


def test_of_a_list_one_element_stays_with_what_is_needed_of_it() -> None:
    needs = InferredNeeds(needed=(need("lines"), need("lines[*].price")))
    assert expected(needs) == ({"lines": [{"price": 1}]}, {})


def test_a_list_that_must_hold_an_element_has_a_least_number() -> None:
    needs = InferredNeeds(needed=(need("lines", non_empty=True, at_most=3),))
    assert expected(needs) == ({"lines": [{}]}, {"response.body.lines": (Rule("type", {"min": 1, "max": 3}),)})


def test_some_members_are_a_pattern() -> None:
    needs = InferredNeeds(needed=(need("name", members=("bo", "a.b")),))
    assert expected(needs) == ({"name": "bo"}, {"response.body.name": (Rule("regex", {"regex": r"^(bo|a\.b)$"}),)})


def test_null_that_is_tolerated_is_allowed() -> None:
    needs = InferredNeeds(needed=(need("name", non_null=False),))
    assert expected(needs) == ({"name": "bo"}, {"response.body.name": (TYPE, Rule("null"))})


def test_of_several_that_stand_in_for_each_other_the_promised_ones_stay() -> None:
    needs = InferredNeeds(needed=(), any_of=((at("name"), at("nickname")),))
    assert expected(needs) == ({"name": "bo"}, {})


def test_what_is_needed_inside_of_what_may_lack_stays_where_it_is_promised() -> None:
    needs = InferredNeeds(needed=(need("customer.name"), need("customer.age")), tolerated=(at("customer"),))
    assert expected(needs) == ({"customer": {"name": "c"}}, {})


def test_a_matcher_of_the_test_stays_whatever_is_needed() -> None:
    rule = LocatedRules(location=at("id"), rules=(Rule("integer"),))
    assert expected(InferredNeeds(needed=()), rules=(rule,)) == ({"id": 7}, {"response.body.id": (Rule("integer"),)})


def test_tests_that_record_one_interaction_need_together_what_each_needs() -> None:
    one = InferredNeeds(needed=(need("id"),), tolerated=(at("name"),))
    other = InferredNeeds(needed=(need("name"),), tolerated=(at("id"),))
    assert expected(one, other) == ({"id": 7, "name": "bo"}, {})


def test_if_the_needs_of_one_test_are_unknown_those_of_all_are() -> None:
    assert expected(InferredNeeds(needed=()), UnknownNeeds()) == (PROMISED, {})


def test_what_was_expected_once_stays_when_it_is_asked_again() -> None:
    needs = InferredNeeds(
        needed=(need("name", members=("bo",)), need("lines", non_empty=True), need("id", non_null=False))
    )
    once = expect_needed(recorded(needs))
    assert expect_needed(once) == once
