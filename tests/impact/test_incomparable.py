"""What cannot be compared is never unaffected: bodies that are no JSON, operations that only one definition knows."""

from typing import Any

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from contractkit.impact import ConsumerInfo, analyse
from contractkit.model import Contract, HttpCall, HttpRequest, HttpResponse, Interaction, TextBody

ORDER: Any = {
    "type": "object",
    "required": ["id", "total"],
    "properties": {"id": {}, "total": {"type": ["number", "null"]}},
}
REFERENCE = {"$ref": "#/components/schemas/Order"}


EMPTY = OpenApiDefinition(
    Documents({"d": {"openapi": "3.1.0", "info": {"title": "orders"}, "paths": {}}}, "d"), source="d"
)


def definition(order: Any, used: Any) -> OpenApiDefinition:
    content = {"application/xml": {"schema": used}}
    operations = {
        "get": {"responses": {"200": {"description": "it", "content": content}}},
        "post": {"requestBody": {"content": content}, "responses": {"204": {"description": "taken"}}},
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "orders", "version": "1"},
        "paths": {"/orders": operations},
        "components": {"schemas": {"Order": order}},
    }
    return OpenApiDefinition(Documents({"d": document}, "d"), source="d")


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
