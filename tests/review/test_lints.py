"""What lint finds: a case for every rule of the table, and what it leaves alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contractkit.document import load_contract
from contractkit.model import (
    Contract,
    Evidence,
    InferredNeeds,
    LocatedRules,
    Need,
    Rule,
    TestReference,
    parse_location,
)
from contractkit.review.findings import Finding
from contractkit.review.lints import CANNOT_BE_SENT, LINTS, NOT_A_CONTRACT, NOT_USED, lint_contract
from tests.review.pact_files import http

TYPE, INTEGER = {"match": "type"}, {"match": "integer"}
UUID = {"match": "regex", "regex": "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"}
EXACT = "put the rule `type` there; values that count get `equality` or a `regex`"

Told = tuple[str, str | None, str, str]


def proved(*needs: dict[str, Any]) -> dict[str, Any]:
    """Give the annotations of an interaction of which each test was proved to need something."""
    tests = [{"nodeId": f"test_a.py::test_{n}", "file": "test_a.py", "line": n} for n in range(1, len(needs) + 1)]
    evidence = [{"test": test, "needs": {"kind": "inferred", **each}} for test, each in zip(tests, needs, strict=True)]
    return {"contractkit": {"evidence": evidence}}


def told(findings: Sequence[Finding]) -> list[Told]:
    """Give rule, location, why and edit of findings."""
    return [
        (each.lint.id, str(each.remark.location) if each.remark.location else None, each.remark.why, each.remark.edit)
        for each in findings
    ]


CASES: list[tuple[tuple[dict[str, Any], ...], Told]] = [
    (
        (http({"n": 1}, status=204),),
        (
            "impossible-body",
            "response.body",
            "is expected, and an answer of status 204 never has a body",
            "leave the body out",
        ),
    ),
    (
        (http({"n": 1}, rules={"$.n": {"match": "regex", "regex": "[a-z]+"}}),),
        (
            "failing-example",
            "response.body.n",
            "has the example 1, where its rule expects a value matching [a-z]+",
            "mend the example or the rule: one of them is wrong",
        ),
    ),
    (
        (http([{"a": 1}], rules={"$": {"match": "type", "min": 2}}),),
        (
            "example-of-other-length",
            "response.body",
            "has an example of 1 element, where its rule expects a list of at least 2 elements",
            "write as many elements as the rule wants: a stub hands out the example",
        ),
    ),
    (
        (http({"n": 1}, rules={"$": TYPE, "$.m": INTEGER}),),
        (
            "rule-reaches-nothing",
            "response.body.m",
            "has the rule 'an integer', and there is no such place in the example",
            "take the rule away, or correct its path",
        ),
    ),
    (
        (
            http(
                asked={"lines": [{"count": 1}, {"count": 2}]},
                asking_rules={"$.lines[*].count": INTEGER},
            ),
        ),
        (
            "rule-on-elements-only",
            "request.body.lines",
            "has no rule, though request.body.lines[*].count has: the list must have exactly 2 elements",
            "put the rule `type` at request.body.lines",
        ),
    ),
    (
        (http({"a": {"b": 1}}, rules={"$": TYPE, "$.a.*": INTEGER, "$.*.b": {"match": "number"}}),),
        (
            "rules-tie",
            "response.body.a.b",
            "is reached by response.body.a.* and response.body.*.b, which weigh the same: "
            "other verifiers may take either",
            "name the place in one of them, or take response.body.*.b away, which does not hold here",
        ),
    ),
    (
        (http({"n": "ab"}, rules={"$": TYPE, "$.n": {"match": "regex", "regex": "(?=a)ab"}}),),
        (
            "pattern-looks-around",
            "response.body.n",
            "has the pattern (?=a)ab, which looks around or back: it is tried for a quarter of a second",
            "write it without look-around, back-references and possessive quantifiers",
        ),
    ),
    (
        (http(request={"generators": {"header": {"X-Id": {"type": "Uuid"}}}}),),
        (
            "generator-reaches-nothing",
            "request.headers['x-id']",
            "has the generator Uuid, and there is no such place in the example",
            "take the generator away, or correct its path",
        ),
    ),
    (
        (http(request={"generators": {"path": {"type": "Random"}}}),),
        (
            "unknown-generator",
            "request.path",
            "has the generator Random, which contractkit does not know",
            "take one of Date, DateTime, MockServerURL, ProviderState, RandomBoolean, RandomDecimal, "
            "RandomHexadecimal, RandomInt, RandomString, Regex, Time, Uuid",
        ),
    ),
    (
        (http(response={"headers": {"Location": ["https://orders.example/orders/7"]}}),),
        (
            "exact-host",
            "response.headers.location",
            'must be exactly "https://orders.example/orders/7", which names a host',
            "put a `regex` there that leaves the host open, or `type`",
        ),
    ),
    (
        (http({"on": "2026-11-21T10:00:00Z"}),),
        (
            "exact-time",
            "response.body.on",
            'must be exactly "2026-11-21T10:00:00Z", which looks like a time',
            "put the rule `datetime`, `date` or `type` there",
        ),
    ),
    (
        (http({"created_at": 1795000000}),),
        (
            "exact-time",
            "response.body.created_at",
            "must be exactly 1795000000, which looks like a time",
            "put the rule `datetime`, `date` or `type` there",
        ),
    ),
    (
        (http({"customerId": 41}),),
        (
            "exact-identifier",
            "response.body.customerId",
            "must be exactly 41, which looks like an identifier",
            "put the rule `type`, `integer` or a `regex` there",
        ),
    ),
    (
        (http({"ref": "0f8fad5b-d9cb-469f-a165-70867728950e"}),),
        (
            "exact-identifier",
            "response.body.ref",
            'must be exactly "0f8fad5b-d9cb-469f-a165-70867728950e", which looks like an identifier',
            "put the rule `type`, `integer` or a `regex` there",
        ),
    ),
    (
        (http({"access_token": "s3cr3t"}, rules={"$.access_token": {"match": "equality"}}),),
        (
            "exact-token",
            "response.body.access_token",
            'must be exactly "s3cr3t", which looks like a token or a digest',
            "put the rule `type` or `notEmpty` there",
        ),
    ),
    (
        (http({"a": "x", "b": {"c": True}}),),
        (
            "exact-body",
            "response.body",
            "has no rule at all: each of its 2 values must be exactly the example's",
            EXACT,
        ),
    ),
    (
        (http({"lines": ["x"]}),),
        (
            "pinned-length",
            "response.body.lines",
            "must have exactly 1 element, as no rule says otherwise",
            "put the rule `type` there, with `min` where the consumer needs some",
        ),
    ),
    (
        (http({"lines": ["x"]}, rules={"$.lines": {"match": "type", "min": 1, "max": 1}}),),
        (
            "pinned-length",
            "response.body.lines",
            "has a rule whose `min` is its `max`",
            "leave `max` out, or both",
        ),
    ),
    (
        (http(response={"headers": {"Server": ["nginx"]}}),),
        (
            "needless-header",
            "response.headers.server",
            "is a header that servers and proxies add by themselves",
            "leave it out, unless the consumer reads it",
        ),
    ),
    (
        (http(request={"headers": {"User-Agent": ["curl"]}}),),
        (
            "needless-header",
            "request.headers['user-agent']",
            "is a header that clients add by themselves",
            "leave it out, unless the consumer reads it",
        ),
    ),
    (
        (
            http(
                {"n": 1},
                rules={"$": TYPE},
                comments=proved(
                    {
                        "needed": [{"location": "response.body.n"}],
                        "tolerated": ["response.body.note"],
                        "weak": ["response.body.note"],
                    }
                ),
            ),
        ),
        (
            "weak-assertion",
            "response.body.note",
            "is read by test_a.py::test_1 (test_a.py:1), which passes without it",
            "assert on what comes of it, or read it no more",
        ),
    ),
    (
        (
            http(
                {"n": 1, "lines": [{"sku": "a", "count": 2}]},
                rules={"$": TYPE},
                comments=proved(
                    {
                        "needed": [{"location": "response.body.n"}, {"location": "response.body.lines[*].sku"}],
                        "untouched": ["response.body.lines[*].count"],
                    }
                ),
            ),
        ),
        (
            "needless-expectation",
            "response.body.lines[0].count",
            "is expected, and every test of this interaction passes without it",
            "leave it out of what the test writes in reply(…), or pin it with needs=",
        ),
    ),
    (
        (http(description="an order"), http(description="no order", status=404)),
        (
            "contradicting-answers",
            None,
            "expects another answer to the same request in the same state as no order",
            "name the state in which each answer is given",
        ),
    ),
    (
        (http(description="an order"), http(description="the order")),
        ("repeated-interaction", None, "asks for the same as the order", "keep one of them"),
    ),
    (
        (http(path="/a"), http(path="/b")),
        (
            "shared-name",
            None,
            "has the description and the states of an order: other tools keep only one of them",
            "give each a description of its own",
        ),
    ),
    (
        tuple(http({"n": n}, description=f"order {n}", path=f"/orders/{n}") for n in range(1, 6)),
        (
            "many-of-one-shape",
            None,
            "has the shape of 4 others, which differ by their values alone: order 2, order 3, order 4, …",
            "keep one of each case that the consumer tells apart",
        ),
    ),
    (
        (http(description=" "),),
        (
            "no-description",
            None,
            "(GET /orders/7 -> 200) has no description, which is how other tools name it",
            "describe it",
        ),
    ),
]


@pytest.mark.parametrize(("interactions", "expected"), CASES, ids=[case[1][0] for case in CASES])
def test_each_rule_finds_its_case_and_nothing_else(
    contract: Callable[..., Contract], interactions: tuple[dict[str, Any], ...], expected: Told
) -> None:
    assert told(lint_contract(contract(*interactions))) == [expected]


def test_answers_to_head_have_no_body_and_those_without_content_may_say_so(contract: Callable[..., Contract]) -> None:
    [finding] = lint_contract(contract(http({"n": 1}, method="HEAD")))
    assert finding.remark.why == "is expected, and an answer to HEAD never has a body"
    assert lint_contract(contract(http(method="HEAD"))) == ()
    assert lint_contract(contract(http(response={"status": 304, "body": {"content": ""}}))) == ()
    assert lint_contract(contract(http(response={"status": 204, "body": {"content": None}}))) == ()


def test_every_rule_of_the_table_has_a_case() -> None:
    elsewhere = {NOT_A_CONTRACT.id, NOT_USED.id, CANNOT_BE_SENT.id, "too-many-rules"}
    assert {case[1][0] for case in CASES} | elsewhere == LINTS.keys()


def test_an_interaction_with_thousands_of_rules_is_not_followed(contract: Callable[..., Contract]) -> None:
    made = contract(http({"n": 1}))
    [one] = made.interactions
    rules = tuple(
        LocatedRules(location=parse_location(f"response.body.m{number}"), rules=(Rule("type"),))
        for number in range(2_001)
    )
    assert told(lint_contract(replace(made, interactions=(replace(one, rules=rules),)))) == [
        (
            "too-many-rules",
            None,
            "has rules at 2,001 locations, and at most 2,000 are followed to their places",
            "say with one rule at a list or an object what holds for all in it",
        )
    ]


@pytest.mark.parametrize(
    "interaction",
    [
        http({"id": 7, "on": "2026-11-21", "lines": [{"sku": "A"}]}, rules={"$": TYPE}),
        http({"id": 7}, path="/orders/7"),
        http({"customerId": "c-1"}, request={"query": {"customer": ["c-1"]}}),
        http({"orderId": 41}, providerStates=[{"name": "order exists", "params": {"id": 41}}]),
        http({"lines": []}),
        http({"state": "paid"}),
        http({"lines": [1]}, rules={"$.lines": {"match": "eachValue", "rules": [INTEGER]}}),
        http(response={"headers": {"content-type": ["application/json"], "x-total": ["2"]}}),
        http(
            response={
                "body": {"content": "<o><l n='1'/></o>", "contentType": "application/xml"},
                "matchingRules": {"body": {"$.o": {"matchers": [TYPE]}, "$.o.l['@n']": {"matchers": [INTEGER]}}},
            }
        ),
        http(
            response={
                "body": {"content": "a=1&b=2", "contentType": "application/x-www-form-urlencoded"},
                "matchingRules": {"body": {"$.a": {"matchers": [INTEGER]}}},
            }
        ),
        http(
            response={
                "body": {"content": {"items": [{"u": None}]}},
                "matchingRules": {"body": {"$.items[*].u": {"matchers": [UUID]}, "$.items": {"matchers": [TYPE]}}},
                "generators": {"body": {"$.items[*].u": {"type": "Uuid"}}},
            }
        ),
        http(
            response={
                "headers": {"ETag": ['"a1"'], "Server": ["nginx"]},
                "matchingRules": {
                    "header": {"ETag": {"matchers": [UUID | {"regex": ".*"}]}, "Server[0]": {"matchers": [TYPE]}}
                },
            }
        ),
        http({"n": 1}, rules={"$": TYPE, "$.n": {"combine": "OR", "matchers": [INTEGER, {"match": "null"}]}}),
        http(request={"generators": {"path": {"type": "ProviderState", "expression": "/orders/${id}"}}}),
    ],
)
def test_what_asks_for_nothing_odd_is_left_alone(
    contract: Callable[..., Contract], interaction: dict[str, Any]
) -> None:
    assert told(lint_contract(contract(interaction))) == []


def test_a_value_that_a_test_was_proved_to_need_may_be_exact(contract: Callable[..., Contract]) -> None:
    made = contract(http({"customerId": 41}))
    [one] = made.interactions
    place = parse_location("response.body.customerId")
    test = TestReference(node_id="tests/test_a.py::test_it", file="tests/test_a.py", line=3)

    def with_need(need: Need) -> Contract:
        evidence = Evidence(test=test, needs=InferredNeeds(needed=(need,)))
        return replace(made, interactions=(replace(one, evidence=(evidence,)),))

    assert told(lint_contract(with_need(Need(location=place, members=(41,))))) == []
    assert [each.lint.id for each in lint_contract(with_need(Need(location=place)))] == ["exact-identifier"]


def test_what_another_test_needs_is_neither_weak_nor_needless(contract: Callable[..., Contract]) -> None:
    spared = {"needed": [], "tolerated": ["response.body.n"], "weak": ["response.body.n"]}
    needing = {"needed": [{"location": "response.body.n"}]}
    beside = {"needed": [], "anyOf": [["response.body.n", "response.body.m"]]}
    for others in (needing, beside):
        assert told(lint_contract(contract(http({"n": 1}, rules={"$": TYPE}, comments=proved(spared, others))))) == []


def test_nothing_is_needless_while_the_needs_of_a_test_are_unknown(contract: Callable[..., Contract]) -> None:
    comments = proved({"needed": [], "tolerated": ["response.body.n"]}, {"needed": []})
    comments["contractkit"]["evidence"][1]["needs"] = {"kind": "unknown", "reason": "not inferred"}
    assert told(lint_contract(contract(http({"n": 1}, rules={"$": TYPE}, comments=comments)))) == []


def test_rules_can_be_left_out(contract: Callable[..., Contract]) -> None:
    made = contract(http({"customerId": 41, "on": "2026-11-21"}))
    ignored = ["exact-identifier", "exact-body"]
    assert [each.lint.id for each in lint_contract(made, ignored=ignored)] == ["exact-time"]


def test_the_contracts_of_this_project_are_clean() -> None:
    root = Path(__file__).parents[2]
    files = [*root.glob("contracts/samples/*.json"), *root.glob("examples/shop/*/contracts/*.json")]
    assert {"web-shop-orders.json", "courier-app-orders.json"} <= {file.name for file in files}
    for file in sorted(files):
        assert told(lint_contract(load_contract(file.read_bytes(), origin=file.name))) == [], file.name


def test_a_rule_for_the_far_end_of_a_huge_list_reaches_something(contract: Callable[..., Contract]) -> None:
    rules = {"$": TYPE, "$[2500]": INTEGER}
    assert told(lint_contract(contract(http([0] * 3_000, rules=rules)))) == []
