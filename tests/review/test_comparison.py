"""What differs between two contracts, and what that asks of the provider."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from contractkit.document import dump_contract, load_contract
from contractkit.model import (
    Contract,
    Evidence,
    HalfClosed,
    InferredNeeds,
    Interaction,
    JsonBody,
    Location,
    Need,
    Received,
    RpcCall,
    Sent,
    Status,
    TestReference,
    parse_location,
)
from contractkit.review.comparison import compare_contracts
from contractkit.review.records import Difference, Effect, Kind
from tests.review.pact_files import http, pact_file

Make: TypeAlias = Callable[..., Contract]
TYPE, INTEGER = {"match": "type"}, {"match": "integer"}


def differences(before: Contract, after: Contract) -> tuple[Difference, ...]:
    """Give what differs in the only interaction of two contracts."""
    [change] = compare_contracts(before, after).changes
    assert change.kind is Kind.CHANGED
    return change.differences


def value(effect: Effect, location: str, before: str | None, after: str | None) -> Difference:
    return Difference(what="value", effect=effect, before=before, after=after, location=parse_location(location))


def rule(effect: Effect, location: str, before: str, after: str) -> Difference:
    return Difference(what="rule", effect=effect, before=before, after=after, location=parse_location(location))


def variants(*rules: dict[str, Any]) -> dict[str, Any]:
    """Give an `arrayContains` with a variant for each example element, of which the rules by path are given."""
    listed = [
        {"index": index, "rules": {path: {"matchers": [one]} for path, one in each.items()}}
        for index, each in enumerate(rules)
    ]
    return {"match": "arrayContains", "variants": listed}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            http({"total": 1}),
            http({"total": 2}),
            value(Effect.OTHER, "response.body.total", "1", "2"),
        ),
        (
            http({"total": 1}, rules={"$.total": TYPE}),
            http({"total": 2}, rules={"$.total": TYPE}),
            value(Effect.EXAMPLE, "response.body.total", "1", "2"),
        ),
        (
            http({"total": 1}, rules={"$.total": TYPE}),
            http({"total": "1"}, rules={"$.total": TYPE}),
            value(Effect.OTHER, "response.body.total", "1", '"1"'),
        ),
        (
            http({"total": 1}, rules={"$": TYPE}),
            http({"total": 1, "state": "new"}, rules={"$": TYPE}),
            value(Effect.STRICTER, "response.body.state", None, '"new"'),
        ),
        (
            http({"total": 1, "state": "new"}),
            http({"total": 1}),
            value(Effect.LOOSER, "response.body.state", '"new"', None),
        ),
        (
            http({"a": 1}, rules={"$": {"match": "values"}}),
            http({"a": 1, "b": 1}, rules={"$": {"match": "values"}}),
            value(Effect.EXAMPLE, "response.body.b", None, "1"),
        ),
        (
            http({"lines": [1]}),
            http({"lines": [1, 2]}),
            value(Effect.OTHER, "response.body.lines[1]", None, "2"),
        ),
        (
            http({"lines": [1]}, rules={"$.lines": TYPE}),
            http({"lines": [1, 2]}, rules={"$.lines": TYPE}),
            value(Effect.EXAMPLE, "response.body.lines[1]", None, "2"),
        ),
        (
            http({"total": None}),
            http({}),
            value(Effect.LOOSER, "response.body.total", "null", None),
        ),
        (http(), http({"total": 1}), value(Effect.STRICTER, "response.body", None, '{"total":1}')),
        (http({"total": 1}), http(), value(Effect.LOOSER, "response.body", '{"total":1}', None)),
        (http(""), http(), value(Effect.LOOSER, "response.body", "an empty body", None)),
        (http(status=200), http(status=204), value(Effect.OTHER, "response.status", "200", "204")),
        (
            http(response={"headers": {"X-Rate": ["1"]}}),
            http(response={"headers": {"x-rate": "2"}}),
            value(Effect.OTHER, "response.headers['x-rate']", '"1"', '"2"'),
        ),
        (
            http(),
            http(response={"headers": {"X-Rate": ["1"]}}),
            value(Effect.STRICTER, "response.headers['x-rate']", None, '"1"'),
        ),
        (http(path="/a"), http(path="/b"), value(Effect.OTHER, "request.path", '"/a"', '"/b"')),
        (
            http(request={"query": {"page": ["1"]}}),
            http(request={"query": {"page": ["1", "2"]}}),
            value(Effect.OTHER, "request.query.page", '"1"', '["1","2"]'),
        ),
        (http(asked={"n": 1}), http(asked={}), value(Effect.OTHER, "request.body.n", "1", None)),
        (
            http(asked={"n": 1}, asking_rules={"$.n": TYPE}),
            http(asked={"n": 2}, asking_rules={"$.n": TYPE}),
            value(Effect.EXAMPLE, "request.body.n", "1", "2"),
        ),
        (
            http({"n": 1}, rules={"$.n": INTEGER}),
            http({"n": 1}, rules={"$.n": TYPE}),
            rule(Effect.LOOSER, "response.body.n", "an integer", "any of this type"),
        ),
        (
            http({"n": 1}, rules={"$.n": INTEGER}),
            http({"n": 1}),
            rule(Effect.STRICTER, "response.body.n", "an integer", "exactly the example"),
        ),
        (
            http({"n": 1}, rules={"$": TYPE}),
            http({"n": 1}, rules={"$": TYPE, "$.n": INTEGER}),
            rule(Effect.STRICTER, "response.body.n", "any of this type", "an integer"),
        ),
        (
            http({"a": {"b": 1}}, rules={"$.a.b": INTEGER}),
            http({"a": {"b": 1}}, rules={"$.a": TYPE}),
            rule(Effect.LOOSER, "response.body.a.b", "an integer", "any of this type"),
        ),
        (
            http(request={"query": {"q": ["1"]}, "matchingRules": {"query": {"q[0]": {"matchers": [TYPE]}}}}),
            http(request={"query": {"q": ["1"]}, "matchingRules": {"query": {"q": {"matchers": [INTEGER]}}}}),
            rule(Effect.LOOSER, "request.query.q[0]", "any of this type", "an integer"),
        ),
        (
            http({"a": 1, "b": [2]}, rules={"$": TYPE}),
            http({"a": 1, "b": [2]}, rules={"$": TYPE, "$.b": TYPE | {"min": 1}}),
            rule(Effect.STRICTER, "response.body.b", "any of this type", "at least 1 like this"),
        ),
        (
            http([{"n": 1}], rules={"$": TYPE, "$[0].n": INTEGER}),
            http([{"n": 1}], rules={"$": TYPE, "$[*].n": INTEGER}),
            rule(Effect.STRICTER, "response.body[*].n", "any of this type", "an integer"),
        ),
        (
            http({"a": {"b": 1}}, rules={"$": TYPE}),
            http({"a": {"b": 1}}, rules={"$": TYPE, "$.a": {"match": "equality"}, "$.a.b": TYPE}),
            rule(Effect.STRICTER, "response.body.a", "any of this type", "exactly this"),
        ),
        (
            http({"a": {"k": 1}}, rules={"$.a": {"match": "eachValue", "rules": [INTEGER]}}),
            http({"a": {"k": 1}}, rules={"$.a": {"match": "eachValue", "rules": [TYPE]}}),
            rule(Effect.LOOSER, "response.body.a", "an integer", "any of this type"),
        ),
        (
            http([{"a": 1}], rules={"$": variants({"$.a": INTEGER})}),
            http([{"a": 1}], rules={"$": variants({"$.a": TYPE})}),
            rule(Effect.LOOSER, "response.body[0].a", "an integer", "any of this type"),
        ),
        (
            http([{"a": 1}, 2], rules={"$": variants({"$.a": TYPE})}),
            http([{"a": 1}, 2], rules={"$": variants({"$.a": TYPE}, {"$": INTEGER})}),
            rule(Effect.OTHER, "response.body", "holds 1 of these in any order", "holds 2 of these in any order"),
        ),
        (
            http({"a": 1}, rules={"$": TYPE, "$.gone": INTEGER}),
            http({"a": 1}, rules={"$": TYPE, "$.gone": {"match": "number"}}),
            rule(Effect.LOOSER, "response.body.gone", "an integer", "a number"),
        ),
        (
            http(asked={"n": 1}, asking_rules={"$.n": TYPE}),
            http(asked={"n": 1}, asking_rules={"$.n": INTEGER}),
            rule(Effect.LOOSER, "request.body.n", "any of this type", "an integer"),
        ),
        (
            http({"n": 1}, rules={"$.n": {"combine": "OR", "matchers": [INTEGER, {"match": "null"}]}}),
            http({"n": 1}, rules={"$.n": {"combine": "AND", "matchers": [INTEGER]}}),
            rule(Effect.STRICTER, "response.body.n", "an integer or null", "an integer"),
        ),
        (
            http(providerStates=[{"name": "order exists", "params": {"id": 7}}]),
            http(providerStates=[{"name": "order exists", "params": {"id": 8}}]),
            Difference(what="state", effect=Effect.OTHER, before="order exists (id: 7)", after="order exists (id: 8)"),
        ),
        (
            http(pending=True),
            http(),
            Difference(
                what="pending", effect=Effect.STRICTER, before="a failure blocks nobody", after="a failure counts"
            ),
        ),
        (
            http(description="an order"),
            http(description="the order"),
            Difference(what="description", effect=Effect.EVIDENCE, before="an order", after="the order"),
        ),
        (
            http(comments={"text": ["see the wiki"]}),
            http(),
            Difference(what="comment", effect=Effect.EVIDENCE, before="see the wiki", after=None),
        ),
        (
            http(request={"generators": {"path": {"type": "Uuid"}}}),
            http(),
            Difference(
                what="generator",
                effect=Effect.OTHER,
                before="made by Uuid",
                after=None,
                location=parse_location("request.path"),
            ),
        ),
        (
            http(
                {"id": "7"},
                response={"body": {"content": {"id": "7"}}, "generators": {"body": {"$.id": {"type": "Uuid"}}}},
            ),
            http({"id": "7"}),
            Difference(
                what="generator",
                effect=Effect.EXAMPLE,
                before="made by Uuid",
                after=None,
                location=parse_location("response.body.id"),
            ),
        ),
        (
            http(pluginConfiguration={"csv": {"columns": 2}}),
            http(pluginConfiguration={"csv": {"columns": 3}}),
            Difference(
                what="content",
                effect=Effect.OTHER,
                before="other descriptors, transport, plugin settings or order of the query",
                after="these",
            ),
        ),
    ],
)
def test_a_difference_is_told_with_what_it_asks_of_the_provider(
    contract: Make, before: Any, after: Any, expected: Difference
) -> None:
    assert differences(contract(before), contract(after)) == (expected,)


def test_a_value_that_only_widened_rules_accept_is_told_beside_the_rule(contract: Make) -> None:
    before, after = contract(http({"n": 1})), contract(http({"n": 2}, rules={"$.n": TYPE}))
    assert differences(before, after) == (
        value(Effect.LOOSER, "response.body.n", "1", "2"),
        rule(Effect.LOOSER, "response.body.n", "exactly the example", "any of this type"),
    )


def test_the_rule_of_a_new_member_is_told_with_its_value(contract: Make) -> None:
    before = contract(http({"lines": [{"sku": "A"}]}, rules={"$.lines": TYPE}))
    after = contract(http({"lines": [{"sku": "A", "count": 1}]}, rules={"$.lines": TYPE, "$.lines[*].count": INTEGER}))
    assert differences(before, after) == (
        value(Effect.STRICTER, "response.body.lines[0].count", None, "1 (an integer)"),
    )


def test_bodies_of_other_media_types_are_told_apart(contract: Make) -> None:
    xml = {"content": "<order id='7'><line/></order>", "contentType": "application/xml"}
    other = {"content": "<order id='8'><line/><line/></order>", "contentType": "text/xml"}
    before, after = (contract(http(response={"body": body})) for body in (xml, other))
    assert differences(before, after) == (
        Difference(
            what="media type",
            effect=Effect.OTHER,
            before="application/xml",
            after="text/xml",
            location=parse_location("response.body"),
        ),
        value(Effect.OTHER, "response.body.order['@id']", '"7"', '"8"'),
        value(Effect.OTHER, "response.body.order.line", '{"#text":""}', '[{"#text":""},{"#text":""}]'),
    )


def test_bytes_are_told_by_their_digest(contract: Make) -> None:
    before, after = (
        contract(http(response={"body": {"content": text, "contentType": "image/png", "encoded": "base64"}}))
        for text in ("AAAA", "AAAB")
    )
    assert differences(before, after) == (
        value(
            Effect.OTHER,
            "response.body",
            '"3 bytes, sha256 709e80c88487"',
            '"3 bytes, sha256 cf7605ed1bc7"',
        ),
    )


def test_interactions_that_came_and_went_are_named(contract: Make) -> None:
    kept = http({"id": 7})
    gone, new = http(description="gone", method="DELETE", status=204), http(description="new", path="/other")
    found = compare_contracts(contract(kept, gone), contract(kept, new))
    assert [(each.kind, each.interaction.description, each.effects) for each in found.changes] == [
        (Kind.ADDED, "new", (Effect.STRICTER,)),
        (Kind.REMOVED, "gone", (Effect.LOOSER,)),
    ]
    assert (found.same, found.effects) == (1, (Effect.STRICTER, Effect.LOOSER))


def test_equal_interactions_are_paired_whatever_they_are_called(contract: Make) -> None:
    before = contract(http({"a": 1}, key="one"), http({"b": 1}, description="second", key="two"))
    after = contract(http({"b": 1}, description="renamed", key="2"), http({"a": 1}, key="1"))
    found = compare_contracts(before, after)
    assert [[(each.what, each.before, each.after) for each in change.differences] for change in found.changes] == [
        [("key", "one", "1")],
        [("description", "second", "renamed"), ("key", "two", "2")],
    ]
    assert found.effects == (Effect.EVIDENCE,)


def test_of_several_interactions_of_one_name_those_with_the_same_request_are_paired(contract: Make) -> None:
    before = contract(http({"id": 7}, path="/orders/7", key="a"), http({"id": 8}, path="/orders/8", key="b"))
    after = contract(http({"id": "8"}, path="/orders/8", key="c"), http({"id": "7"}, path="/orders/7", key="d"))
    found = compare_contracts(before, after)
    assert [each.differences[0] for each in found.changes] == [
        value(Effect.OTHER, "response.body.id", "8", '"8"'),
        value(Effect.OTHER, "response.body.id", "7", '"7"'),
    ]


def test_a_version_3_file_and_its_version_4_rewrite_do_not_differ(contract: Make) -> None:
    old = {
        "description": "an order",
        "providerState": "order exists",
        "request": {"method": "get", "path": "/orders/7", "query": "page=1&page=2", "headers": {"Accept": "a/b, c/d"}},
        "response": {
            "status": 200,
            "headers": {"Content-Type": "application/json"},
            "body": {"lines": [{"on": "2026-11-21"}]},
            "matchingRules": {
                "body": {
                    "$.lines": {"matchers": [{"min": "1"}]},
                    "$.lines[*].on": {"matchers": [{"date": "yyyy-MM-dd"}]},
                },
                "header": {"Content-Type": {"matchers": [{"match": "regex", "regex": "application/.*"}]}},
            },
        },
    }
    new = http(
        key="of another tool",
        providerStates=[{"name": "order exists"}],
        request={"query": {"page": ["1", "2"]}, "headers": {"accept": ["a/b", "c/d"]}},
        response={
            "headers": {"content-type": ["application/json"]},
            "body": {"content": {"lines": [{"on": "2026-11-21"}]}, "contentType": "application/json"},
            "matchingRules": {
                "body": {
                    "$['lines']": {"combine": "AND", "matchers": [{"match": "type", "min": 1}]},
                    "$.lines[*].on": {"matchers": [{"match": "date", "format": "yyyy-MM-dd"}]},
                },
                "header": {"$.Content-Type": {"matchers": [{"match": "regex", "regex": "application/.*"}]}},
            },
        },
    )
    found = compare_contracts(contract(old, version="3.0.0"), contract(new))
    assert (found.is_same, found.same) == (True, 1)


def test_files_of_other_tools_do_not_differ_from_what_we_write_of_them(test_data: Any) -> None:
    samples = Path(__file__).parents[2] / "contracts/samples"
    files = [*test_data("conformance/pact-compat/fixtures").glob("pact-broker_*.json"), *samples.glob("*.json")]
    assert len(files) >= 7
    for file in files:
        read = load_contract(file.read_bytes(), origin=file.name)
        found = compare_contracts(read, load_contract(dump_contract(read), origin=file.name))
        assert (found.head, found.changes) == ((), ()), file.name


def a_stream(*events: Any) -> Contract:
    call = RpcCall(procedure="orders.v1.Orders/Watch", events=(Sent(message=JsonBody({"id": 7})), *events))
    one = Interaction(key="0123456789abcdef", description="Watch answers OK", exchange=call)
    return Contract(consumer="web-shop", provider="orders", interactions=(one,))


def test_a_message_more_in_a_stream_is_one_difference() -> None:
    new, paid, done = (
        Received(message=JsonBody({"state": "new"})),
        Received(message=JsonBody({"state": "paid"})),
        Status(code="OK"),
    )
    assert differences(a_stream(HalfClosed(), new, done), a_stream(HalfClosed(), new, paid, done)) == (
        Difference(
            what="event",
            effect=Effect.STRICTER,
            before=None,
            after='a message received: {"state":"paid"}',
            location=Location(("events", 3)),
        ),
    )
    assert differences(a_stream(HalfClosed(), new, done), a_stream(new, done)) == (
        Difference(
            what="event",
            effect=Effect.OTHER,
            before="the consumer sends no more",
            after=None,
            location=Location(("events", 1)),
        ),
    )


def test_messages_and_status_of_a_call_are_compared_in_place() -> None:
    before = a_stream(Received(message=JsonBody({"state": "new"})), Status(code="OK"))
    after = a_stream(Received(message=JsonBody({"state": "paid"})), Status(code="NOT_FOUND", message="no order"))
    assert differences(before, after) == (
        value(Effect.OTHER, "events[1].message.state", '"new"', '"paid"'),
        value(Effect.OTHER, "events[2].status", '"OK"', '"NOT_FOUND"'),
        value(Effect.OTHER, "events[2].status_message", '""', '"no order"'),
    )


def test_a_message_s_new_name_is_what_its_provider_is_asked_for(contract: Make) -> None:
    message = {"type": "Asynchronous/Messages", "contents": {"content": {"id": 7}}, "metadata": {"topic": "orders"}}
    before = contract({**message, "description": "an order was placed"})
    after = contract({**message, "description": "an order came", "metadata": {"topic": "new-orders"}})
    found = compare_contracts(before, after)
    assert [(each.kind, each.interaction.description) for each in found.changes] == [
        (Kind.ADDED, "an order came"),
        (Kind.REMOVED, "an order was placed"),
    ]
    renamed = contract({**message, "description": "an order came"})
    [change] = compare_contracts(before, renamed).changes
    assert change.differences == (
        Difference(what="description", effect=Effect.OTHER, before="an order was placed", after="an order came"),
    )


def test_answers_of_synchronous_messages_are_compared_one_by_one(contract: Make) -> None:
    def question(asked: int, *answers: int) -> Contract:
        written = [{"contents": {"content": {"n": each}}} for each in answers]
        sent = {"contents": {"content": {"n": asked}}}
        return contract(
            {"type": "Synchronous/Messages", "description": "a question", "request": sent, "response": written}
        )

    assert differences(question(1, 1), question(2, 2, 3)) == (
        value(Effect.OTHER, "request.contents.n", "1", "2"),
        value(Effect.OTHER, "responses[0].contents.n", "1", "2"),
        value(Effect.STRICTER, "responses[1].contents", None, '{"n":3}'),
    )


def test_needs_and_tests_are_evidence(contract: Make) -> None:
    plain = contract(http({"id": 7, "total": 1}))
    [one] = plain.interactions

    def recorded(line: int, *needed: str) -> Contract:
        needs = InferredNeeds(needed=tuple(Need(location=parse_location(each)) for each in needed))
        test = TestReference(node_id="tests/test_a.py::test_total", file="tests/test_a.py", line=line)
        return replace(plain, interactions=(replace(one, evidence=(Evidence(test=test, needs=needs),)),))

    assert differences(recorded(3, "response.body.id"), recorded(9, "response.body.total")) == (
        Difference(what="need", effect=Effect.EVIDENCE, before="response.body.id", after="response.body.total"),
        Difference(
            what="test",
            effect=Effect.EVIDENCE,
            before="tests/test_a.py:3   tests/test_a.py::test_total",
            after="tests/test_a.py:9   tests/test_a.py::test_total",
        ),
    )


def test_the_head_counts_too(contract: Make) -> None:
    unread = {"type": "Of/Tomorrow", "description": "a dream"}
    before, after = contract(http()), contract(http(), unread, consumer={"name": "app"})
    assert compare_contracts(before, after).head == (
        Difference(what="consumer", effect=Effect.OTHER, before="web-shop", after="app"),
        Difference(
            what="interaction that is not read",
            effect=Effect.OTHER,
            before=None,
            after='a dream: {"description":"a dream","type":"Of/Tomorrow"}',
        ),
    )


def test_a_contract_does_not_differ_from_itself(contract: Make) -> None:
    data = pact_file(http({"id": 7}), http({"id": 7}), http(description="other"))
    once, again = (load_contract(data, origin="orders.json") for _ in range(2))
    assert compare_contracts(once, again).is_same


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"$.a.b": INTEGER}, {"$.a.*": INTEGER}),
        ({"$": TYPE}, {"$": TYPE, "$.a.b": TYPE}),
        ({"$.a": TYPE, "$.a.b": INTEGER}, {"$.a.b": INTEGER}),
        ({"$.a.b": INTEGER}, {"$['a']['b']": {"match": "integer"}}),
        (
            {"$.a.b": {"matchers": [TYPE, {"match": "include", "value": "1"}]}},
            {"$.a.b": {"matchers": [{"match": "include", "value": "1"}, TYPE]}},
        ),
        ({"$.a.b": {"combine": "OR", "matchers": [TYPE]}}, {"$.a.b": {"combine": "AND", "matchers": [TYPE]}}),
        ({"$": {"match": "min", "min": 2}, "$.a.b": TYPE}, {"$": {"match": "type", "min": 2}, "$.a.b": TYPE}),
    ],
)
def test_rules_that_accept_the_same_do_not_differ_however_they_are_written(
    contract: Make, before: dict[str, Any], after: dict[str, Any]
) -> None:
    example = {"a": {"b": 1}}
    compared = compare_contracts(contract(http(example, rules=before)), contract(http(example, rules=after)))
    assert compared.changes == ()
    assert compared.is_same
