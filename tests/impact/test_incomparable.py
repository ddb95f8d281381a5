"""What cannot be compared is never unaffected: bodies that are no JSON, operations that only one definition knows."""

from typing import Any

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from contractkit.impact import ConsumerInfo, analyse
from contractkit.impact.repairs import edits_of
from contractkit.model import (
    Body,
    Contract,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    MissingBody,
    TextBody,
)

ORDER: Any = {
    "type": "object",
    "required": ["id", "total"],
    "properties": {"id": {}, "total": {"type": ["number", "null"]}},
}
REFERENCE = {"$ref": "#/components/schemas/Order"}


EMPTY = OpenApiDefinition(
    Documents({"d": {"openapi": "3.1.0", "info": {"title": "orders"}, "paths": {}}}, "d"), source="d"
)


def document(operations: Any, order: Any) -> Any:
    return {
        "openapi": "3.1.0",
        "info": {"title": "orders", "version": "1"},
        "paths": {"/orders": operations},
        "components": {"schemas": {"Order": order}},
    }


def definition(order: Any, used: Any) -> OpenApiDefinition:
    content = {"application/xml": {"schema": used}}
    operations = {
        "get": {"responses": {"200": {"description": "it", "content": content}}},
        "post": {"requestBody": {"content": content}, "responses": {"204": {"description": "taken"}}},
    }
    return OpenApiDefinition(Documents({"d": document(operations, order)}, "d"), source="d")


def places(order: Any, used: Any = REFERENCE) -> list[str]:
    """Give where somebody is at risk who receives and who sends a body of XML."""
    body = TextBody(text="<order/>", media_type="application/xml")
    received = HttpCall(request=HttpRequest(method="GET", path="/orders"), response=HttpResponse(status=200, body=body))
    sent = HttpCall(request=HttpRequest(method="POST", path="/orders", body=body), response=HttpResponse(status=204))
    interactions = tuple(
        Interaction(key=str(number), description="it", exchange=each) for number, each in enumerate((received, sent))
    )
    contract = Contract(consumer="web-shop", provider="orders", interactions=interactions)
    [consumer] = analyse(definition(ORDER, REFERENCE), definition(order, used), [(contract, ConsumerInfo())]).consumers
    return [f"{each.verdict.value}: {each.worry.location} {each.worry.code}" for each in consumer.findings]


@pytest.mark.parametrize(
    "members", [{"id": {}, "total": {"type": "string"}}, {**ORDER["properties"], "title": {"type": "string"}}]
)
def test_who_sends_or_receives_what_is_described_otherwise_is_at_risk_even_behind_a_reference(members: Any) -> None:
    assert places({**ORDER, "properties": members}) == [
        "at risk: response.body not-analysable",
        "at risk: request.body not-analysable",
    ]


@pytest.mark.parametrize(
    ("order", "used"),
    [
        (ORDER, ORDER),
        (ORDER, {"allOf": [REFERENCE]}),
        ({**ORDER, "description": "as bought", "required": ["total", "id"]}, REFERENCE),
        ({**ORDER, "properties": {"total": {"type": ["null", "number"]}, "id": {}}}, REFERENCE),
    ],
)
def test_what_is_only_written_elsewhere_or_in_another_order_hurts_nobody(order: Any, used: Any) -> None:
    assert places(order, used) == []


@pytest.mark.parametrize(("status", "expected"), [(200, []), (418, ["response.status"])])
def test_an_operation_that_only_the_new_definition_has_is_held_against_it(status: int, expected: list[str]) -> None:
    call = HttpCall(request=HttpRequest(method="GET", path="/orders"), response=HttpResponse(status=status))
    interaction = Interaction(key="a", description="it", exchange=call)
    contract = Contract(consumer="web-shop", provider="orders", interactions=(interaction,))
    [consumer] = analyse(EMPTY, definition(ORDER, REFERENCE), [(contract, ConsumerInfo())]).consumers
    assert [each.worry.sentence for each in consumer.findings] == [
        f"GET /orders reaches no operation of the old definition, and the new one does not bear out {place}"
        for place in expected
    ]


JSON = JsonBody({"id": 7})
CSV = TextBody("id", media_type="text/csv")


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (418, MissingBody(), ("response.status", "neither definition declares status 418")),
        (200, CSV, ("response.headers['content-type']", "neither definition declares the media type that is expected")),
        (404, JSON, None),  # declared without a body: what is weak stays as weak
        (200, TextBody("<order/>", media_type="application/xml"), None),
    ],
)
def test_an_answer_that_neither_definition_knows_is_never_unaffected(
    status: int, body: Body, told: tuple[str, str] | None
) -> None:
    content = {"application/xml": {"schema": REFERENCE}}
    answers = {"200": {"description": "it", "content": content}, "404": {"description": "none"}}
    same = OpenApiDefinition(Documents({"d": document({"get": {"responses": answers}}, ORDER)}, "d"), source="d")
    call = HttpCall(request=HttpRequest(method="GET", path="/orders"), response=HttpResponse(status=status, body=body))
    interaction = Interaction(key="a", description="it", exchange=call)
    contract = Contract(consumer="web-shop", provider="orders", interactions=(interaction,))
    found = analyse(same, same, [(contract, ConsumerInfo())]).findings
    assert [(str(each.worry.location), each.worry.sentence, each.worry.code) for each in found] == (
        [] if told is None else [(told[0], f"{told[1]}, so nothing can be said of what comes", "not-analysable")]
    )


def test_a_mistake_that_ends_a_comparison_is_the_cause_of_who_calls_it_and_hurts_nobody_else() -> None:
    broken = {"200": {"description": "it", "content": {"application/json": {"schema": {"$ref": "#/nowhere"}}}}}
    right = {"200": {"description": "it", "content": {"application/json": {"schema": REFERENCE}}}}
    old, new = (
        OpenApiDefinition(Documents({"d": document(each, ORDER)}, "d"), source="d")
        for each in ({"get": {"responses": right}}, {"get": {"responses": broken}})
    )
    call = HttpCall(request=HttpRequest(method="GET", path="/orders"), response=HttpResponse(status=200, body=JSON))
    interaction = Interaction(key="a", description="it", exchange=call)
    report = analyse(old, new, [(Contract(consumer="a", provider="b", interactions=(interaction,)), ConsumerInfo())])
    [change] = [each.worry.change.rule for each in report.findings if each.worry.change is not None]
    assert (change, report.theoretical, next(edits_of(report.findings[0], []))["where"]) == (
        "operation.incomparable",
        (),
        "contractkit-exemptions.toml",
    )


def typed(**types: str) -> OpenApiDefinition:
    """Give a definition whose parameter `limit` and members of its answer are of types, numbers else."""
    schemas = {name: {"type": types.get(name, "number")} for name in ("limit", "total", "id", *types)}
    operation = {
        "parameters": [{"name": "limit", "in": "query", "schema": schemas.pop("limit")}],
        "responses": {
            "200": {"description": "it", "content": {"application/json": {"schema": {"properties": schemas}}}}
        },
    }
    return OpenApiDefinition(Documents({"d": document({"get": operation}, ORDER)}, "d"), source="d")


@pytest.mark.parametrize("before", ["number", "nubmer"])
@pytest.mark.parametrize(
    ("mistaken", "sent", "body", "is_judged"),
    [
        ("total", {"limit": ("7",)}, {"id": 7}, True),
        ("total", {"limit": ("7",)}, {"id": 7, "total": 12.5}, False),
        ("limit", {"limit": ("7",)}, {"id": 7}, False),
        ("limit", {}, {"id": 7}, True),
    ],
)
def test_a_type_that_is_none_leaves_nobody_unaffected_who_uses_what_has_it(
    before: str, mistaken: str, sent: Any, body: Any, is_judged: bool
) -> None:
    call = HttpCall(
        request=HttpRequest(method="GET", path="/orders", query=sent),
        response=HttpResponse(status=200, body=JsonBody(body)),
    )
    again = tuple(Interaction(key=key, description=key, exchange=call) for key in "ab")  # the second may be passed over
    contract = Contract(consumer="web-shop", provider="orders", interactions=again)
    old, new = typed(**{mistaken: before}), typed(**{mistaken: "nubmer"})
    [consumer] = analyse(old, new, [(contract, ConsumerInfo())]).consumers
    said = 'a definition cannot be used here: "nubmer" is no type of a schema; did you mean number?'
    assert [(each.verdict.value, each.worry.sentence) for each in consumer.findings] == (
        [] if is_judged else [("at risk", said)] * 2
    )


def test_a_mistaken_type_beside_it_spares_nobody_who_needs_what_went() -> None:
    new = typed(sum="nubmer")
    answer = new.documents.root.value["paths"]["/orders"]["get"]["responses"]["200"]
    del answer["content"]["application/json"]["schema"]["properties"]["total"]
    body = JsonBody({"id": 7, "total": 12.5})
    call = HttpCall(request=HttpRequest(method="GET", path="/orders"), response=HttpResponse(status=200, body=body))
    interaction = Interaction(key="a", description="it", exchange=call)
    contract = Contract(consumer="web-shop", provider="orders", interactions=(interaction,))
    [finding] = analyse(typed(), new, [(contract, ConsumerInfo())]).findings
    assert (finding.verdict.value, str(finding.worry.location)) == ("broken", "response.body.total")


TAKEN: Any = {"a": {"type": "integer"}, "list": {"type": "array", "items": {"properties": {"c": {"type": "string"}}}}}


@pytest.mark.parametrize(("sent", "is_judged"), [({"a": 1}, True), ({"a": 1, "list": []}, True),
                                                 ({"list": [{}]}, True), ({"list": [{"c": "x"}]}, False)])  # fmt: skip
@pytest.mark.parametrize("is_new", [True, False])
def test_a_type_that_is_none_in_a_body_leaves_aside_who_does_not_send_it(
    sent: Any, is_judged: bool, is_new: bool
) -> None:
    mistaken = {**TAKEN, "list": {"type": "array", "items": {"properties": {"c": {"type": "strng"}}}}}
    old, new = (
        {"post": {"requestBody": {"content": {"application/json": {"schema": {"properties": each}}}},
                  "responses": {"204": {"description": "taken"}}}}
        for each in (TAKEN if is_new else mistaken, mistaken)
    )  # fmt: skip
    request = HttpRequest(method="POST", path="/orders", body=JsonBody(sent))
    call = HttpCall(request=request, response=HttpResponse(status=204))
    again = tuple(Interaction(key=key, description=key, exchange=call) for key in "ab")
    before, after = (OpenApiDefinition(Documents({"d": document(each, ORDER)}, "d"), source="d") for each in (old, new))
    contract = Contract(consumer="web-shop", provider="orders", interactions=again)
    [consumer] = analyse(before, after, [(contract, ConsumerInfo())]).consumers
    assert [each.worry.code for each in consumer.findings] == ([] if is_judged else ["not-analysable"] * 2)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"type": "nubmer", "default": 1}, {"type": "nubmer", "default": 2}, [("default 1", "default 2")]),
        ({"type": "number"}, {"type": "nubmer", "default": 2}, [("no default", "default 2")]),
        ({"type": "number", "default": 1}, {"type": "nubmer", "default": 1}, []),
    ],
)
@pytest.mark.parametrize("place", ["query", "body"])
def test_a_type_that_is_none_spares_nobody_who_is_left_to_another_default(
    place: str, before: Any, after: Any, found: list[tuple[str, str]]
) -> None:
    old, new = (definition_that_takes(place, each) for each in (before, after))
    request = HttpRequest(method="POST", path="/orders", body=JsonBody({"a": 1}))
    call = HttpCall(request=request, response=HttpResponse(status=204))
    contract = Contract(
        consumer="web-shop",
        provider="orders",
        interactions=(Interaction(key="a", description="a", exchange=call),),
    )
    worries = [each.worry for each in analyse(old, new, [(contract, ConsumerInfo())]).findings]
    assert [(each.code, str(each.location), each.before, each.after) for each in worries] == [
        ("request.default", f"request.{place}.limit", *each) for each in found
    ]


def definition_that_takes(place: str, schema: Any) -> OpenApiDefinition:
    """Give a definition of an operation that takes `limit` in the query or the body."""
    parameters = [{"name": "limit", "in": "query", "schema": schema}] if place == "query" else []
    members = {"a": {"type": "integer"}, **({"limit": schema} if place == "body" else {})}
    operation = {
        "parameters": parameters,
        "requestBody": {"content": {"application/json": {"schema": {"properties": members}}}},
        "responses": {"204": {"description": "taken"}},
    }
    return OpenApiDefinition(Documents({"d": document({"post": operation}, ORDER)}, "d"), source="d")
