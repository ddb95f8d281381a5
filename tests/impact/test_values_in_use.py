"""The values that contracts use over gRPC and in messages: statuses, content types and members of enumerations."""

from pathlib import Path
from typing import Any

import pytest

from contractkit.impact.message_usage import unused_of_messages
from contractkit.impact.unused import unused_of
from contractkit.impact.usage import UsedPlace, used_places
from contractkit.impact.usage_values import used_values
from contractkit.model import (
    BinaryBody,
    Body,
    Contract,
    Evidence,
    Exchange,
    HalfClosed,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    Message,
    MissingBody,
    Need,
    Received,
    RpcCall,
    Rule,
    Sent,
    Status,
    SynchronousMessages,
    TestReference,
    TextBody,
    parse_location,
)
from contractkit.sources import read_definition
from contractkit.sources.messages import load_messages

TEST = TestReference(node_id="test_shop.py::test_it", file="test_shop.py", line=9)
CALL = RpcCall(
    procedure="shop.Orders/List",
    events=(
        Sent(message=JsonBody({"state": "PAID", "note": "x" * 41})),
        HalfClosed(),
        Received(message=JsonBody({"orders": [{"kind": "GIFT", "tag": "a"}]})),
        Status(code="OUT_OF_RANGE", details=({"@type": "x/shop.Why", "reason": "late"},)),
    ),
)
ANY_TAG = LocatedRules(location=parse_location("events[2].message.orders[*].tag"), rules=(Rule("type"),))


def contract(exchange: Exchange, operation: str | None = None, **more: Any) -> Contract:
    interaction = Interaction(key="k", description="d", operation=operation, exchange=exchange, **more)
    return Contract(consumer="web", provider="shop", interactions=(interaction,))


def said(places: tuple[UsedPlace, ...]) -> dict[str, object]:
    return {each.location: each.consumers["web"] for each in places}


def test_a_call_uses_its_status_what_it_sends_and_what_it_expects_to_the_letter() -> None:
    served = JsonBody({"orders": [{"kind": "GIFT", "extra": "LATE"}]})
    assert said(used_values([contract(CALL, rules=(ANY_TAG,), served=served)])) == {
        'events[*].status = "OUT_OF_RANGE"': True,
        'sent[*].message.state = "PAID"': True,
        'received[*].message.orders[*].kind = "GIFT"': True,
        'received[*].message.orders[*].tag = "a"': None,
        'received[*].message.orders[*].extra = "LATE"': None,
        'events[*].details[*].reason = "late"': True,
        "events[*].details[*]['@type'] = \"x/shop.Why\"": True,
    }


def test_of_proved_needs_the_members_that_are_coped_with_count() -> None:
    kind = parse_location("events[2].message.orders[0].kind")
    needs = InferredNeeds(needed=(Need(location=kind, members=("GIFT", "PLAIN")),))
    assert said(used_values([contract(CALL, evidence=(Evidence(test=TEST, needs=needs),))])) == {
        'events[*].status = "OUT_OF_RANGE"': True,
        'sent[*].message.state = "PAID"': True,
        'received[*].message.orders[*].kind = "GIFT"': True,
        'received[*].message.orders[*].kind = "PLAIN"': True,
    }


def test_what_is_sent_over_grpc_is_needed() -> None:
    places = said(used_places([contract(CALL)]))
    assert {place for place, needed in places.items() if needed} == {
        "procedure",
        "events[*]",
        "sent[*].message.state",
        "sent[*].message.note",
    }


def test_a_need_at_an_event_that_is_none_of_the_call_is_one_of_what_is_received() -> None:
    needs = InferredNeeds(needed=(Need(location=parse_location("events[99].message.id")),))
    places = said(used_places([contract(CALL, evidence=(Evidence(test=TEST, needs=needs),))]))
    assert places["received[*].message.id"] is True


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (TextBody("sku=a&count=2&sku=b", "application/x-www-form-urlencoded"), {"sku": True, "count": True}),
        (TextBody("lines[0]=a", "application/x-www-form-urlencoded"), {"": True, "*": None}),
        (TextBody("<a/>", "text/xml; charset=utf-8"), {"": True, "*": None}),
        (BinaryBody(b"1", "multipart/form-data"), {"": True, "*": None}),
        (TextBody("a"), {"": True}),
        (BinaryBody(b"a", "image/png"), {"": True}),
    ],
)
def test_a_body_that_is_not_looked_into_may_hold_any_member(body: Body, found: dict[str, object]) -> None:
    call = HttpCall(request=HttpRequest(method="POST", path="/", body=body), response=HttpResponse(status=204))
    places = said(used_places([contract(call)]))
    below = {
        place.removeprefix("request.body").removeprefix("."): needed
        for place, needed in places.items()
        if place.startswith("request.body")
    }
    assert below == found


FORM = """\
openapi: 3.1.0
info: {title: Shop, version: '1'}
paths:
  /orders:
    post:
      operationId: order
      requestBody:
        content:
          text/xml: {schema: {properties: {sku: {type: string}}}}
          application/x-www-form-urlencoded: {schema: {properties: {sku: {type: string}, note: {type: string}}}}
      responses: {'204': {description: done}}
"""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (TextBody("sku=a", "application/x-www-form-urlencoded"), [("request.body.note", "proved")]),
        (TextBody("<a/>", "text/xml"), [("request.body.sku", "likely"), ("request.body.note", "likely")]),
    ],
)
def test_fields_of_forms_are_used_and_of_xml_nothing_is_proved(body: Body, found: list[tuple[str, str]]) -> None:
    definition = read_definition(FORM.encode(), source="shop.yaml").openapi
    call = HttpCall(request=HttpRequest(method="POST", path="/orders", body=body), response=HttpResponse(status=204))
    contracts = [contract(call, "order")]
    free = unused_of(definition, used_places(contracts), used_values(contracts))
    assert [(each.location, each.sureness.value) for each in free] == found


def test_a_rule_of_what_is_sent_stands_for_any_member() -> None:
    definition = read_definition(SENT.encode(), source="shop.yaml").openapi
    request = HttpRequest(
        method="POST", path="/", query={"by": ("*",), "way": ("up",)}, body=JsonBody({"kind": "gift", "tag": "x" * 41})
    )
    call = HttpCall(request=request, response=HttpResponse(status=204))
    places = "request.query.by[0]", "request.body.kind", "request.body.tag"
    rules = tuple(LocatedRules(location=parse_location(place), rules=(Rule("type"),)) for place in places)
    sent = [contract(call, "order", rules=rules)]
    assert said(used_values(sent)) == {
        "response.status = 204": True,
        'request.query.by = "*"': True,
        "request.query.by = *": True,
        'request.query.way = "up"': True,
        'request.body.kind = "gift"': True,
        "request.body.kind = *": True,
        "request.body.tag = *": True,
    }
    free = unused_of(definition, used_places(sent), used_values(sent))
    assert [(each.location, each.sureness.value) for each in free] == [
        ('request.query.way = "down"', "proved"),
        ('request.query.by = "name"', "likely"),
        ('request.body.kind = "plain"', "likely"),
    ]


def test_of_schemas_in_which_all_leads_to_all_the_nearest_members_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contractkit.impact.usage.MOST_PLACES", 60)
    members = ", ".join(f"f{number}: {{$ref: '#/components/schemas/S{number}'}}" for number in range(8))
    schemas = "".join(f"    S{number}: {{type: object, properties: {{{members}}}}}\n" for number in range(8))
    dense = STATES.replace("{properties: {state: {enum: [open, paid]}, note: {}}}", "{$ref: '#/components/schemas/S0'}")
    definition = read_definition(f"{dense}components:\n  schemas:\n{schemas}".encode(), source="shop.yaml").openapi
    called = UsedPlace(operation="getOrder", location="response.status", consumers={"web": True})
    depths = [each.location.count(".") - 1 for each in unused_of(definition, [called], ())]
    assert (depths.count(1), depths.count(2), max(depths)) == (8, 56, 4)


SENT = """\
openapi: 3.1.0
info: {title: Shop, version: '1'}
paths:
  /:
    post:
      operationId: order
      parameters:
        - {name: by, in: query, schema: {enum: ['*', name]}}
        - {name: way, in: query, schema: {enum: [up, down]}}
      requestBody:
        content: {application/json: {schema: {properties: {kind: {enum: [gift, plain]}, tag: {type: string}}}}}
      responses: {'204': {description: done}}
"""
STATES = """\
openapi: 3.1.0
info: {title: Shop, version: '1'}
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {properties: {state: {enum: [open, paid]}, note: {}}}}}
"""


@pytest.mark.parametrize("first", ["getOrder", "GET /orders/7"])
def test_what_contracts_say_of_one_operation_by_two_names_is_said_together(first: str) -> None:
    definition = read_definition(STATES.encode(), source="shop.yaml").openapi
    needed, tolerated = {"web": True, "till": False}, {"web": False}
    second = "GET /orders/7" if first == "getOrder" else "getOrder"
    free = unused_of(
        definition,
        [
            UsedPlace(operation=first, location="response.body.note", consumers=needed),
            UsedPlace(operation=second, location="response.body.note", consumers=tolerated),
        ],
        [
            UsedPlace(operation=first, location='response.body.state = "open"', consumers=needed),
            UsedPlace(operation=second, location='response.body.state = "open"', consumers=tolerated),
        ],
    )
    assert [(each.location, each.sureness.value) for each in free] == [
        ("response.body.state", "proved"),
        ('response.body.state = "paid"', "proved"),
    ]


def test_needs_that_only_some_tests_prove_prove_nothing_of_the_others() -> None:
    call = HttpCall(
        request=HttpRequest(method="GET", path="/orders/7"), response=HttpResponse(status=200, body=JsonBody({"id": 7}))
    )
    needs = InferredNeeds(needed=(Need(location=parse_location("response.body.id")),))
    proved = contract(call, "getOrder", evidence=(Evidence(test=TEST, needs=needs),))
    both = Contract(
        consumer="web",
        provider="shop",
        interactions=(*proved.interactions, *contract(call, "getOrder").interactions),
    )
    definition = read_definition(STATES.encode(), source="shop.yaml").openapi
    note = {
        each.sureness.value
        for each in unused_of(definition, used_places([both]), used_values([both]))
        if each.location == "response.body.note"
    }
    assert (said(used_places([both]))["response.*"], note) == (None, {"likely"})
    assert "response.*" not in said(used_places([proved]))


def test_an_operation_is_no_message_because_of_a_reference() -> None:
    call = HttpCall(request=HttpRequest(method="GET", path="/"), response=HttpResponse(status=200))
    kept = {"comments": {"references": {"AsyncAPI": {"operationId": "placeOrder"}}}}
    assert {each.operation for each in used_places([contract(call, kept=kept)])} == {"GET /"}


def test_messages_use_content_types_and_texts_on_either_side() -> None:
    sent = Message(contents=JsonBody({"kind": "GIFT"}), metadata={"contentType": "application/x", "tenant": "a"})
    answer = Message(contents=JsonBody({"state": "open"}))
    exchange = SynchronousMessages(request=sent, responses=(answer, Message(contents=MissingBody())))
    rules = (LocatedRules(location=parse_location("responses[0].contents"), rules=(Rule("type"),)),)
    assert said(used_values([contract(exchange, rules=rules)])) == {
        'request.contents.kind = "GIFT"': True,
        'request.metadata.contentType = "application/x"': True,
        'request.metadata.tenant = "a"': True,
        'responses[*].contents.state = "open"': None,
        'responses[*].metadata.contentType = "application/json"': True,
    }


EVENTS = """\
asyncapi: 3.0.0
channels: {orders: {messages: {Placed: {$ref: '#/components/messages/Placed'}}}}
operations:
  placeOrder: {action: receive, channel: {$ref: '#/channels/orders'}, reply: {channel: {$ref: '#/channels/orders'}}}
components:
  messages:
    Placed: {payload: {properties: {state: {enum: [open, paid, lost]}, note: {}}}}
"""


def test_members_of_enumerations_in_messages_may_go_where_nobody_copes_with_them(tmp_path: Path) -> None:
    (tmp_path / "events.yaml").write_text(EVENTS)
    definition = load_messages("events.yaml", root=tmp_path)
    needs = InferredNeeds(needed=(Need(location=parse_location("message.contents.state"), members=("open", "paid")),))
    message = Message(contents=JsonBody({"state": "open"}))
    known = contract(message, "Placed", evidence=(Evidence(test=TEST, needs=needs),))
    unknown = Contract(consumer="till", provider="shop", interactions=(contract(message, "Placed").interactions))

    def unused(*contracts: Contract) -> list[tuple[str, str, tuple[str, ...]]]:
        found = unused_of_messages(definition, used_places(contracts), used_values(contracts))
        return [(each.location, each.sureness.value, each.consumers) for each in found]

    member, note = 'message.contents.state = "lost"', "message.contents.note"
    assert unused(known) == [(note, "proved", ()), (member, "proved", ())]
    assert unused(known, unknown) == [(note, "likely", ("till",)), (member, "likely", ("till",))]


def test_what_messages_that_are_answered_use_is_not_free(tmp_path: Path) -> None:
    (tmp_path / "events.yaml").write_text(EVENTS)
    definition = load_messages("events.yaml", root=tmp_path)
    message = Message(contents=JsonBody({"state": "open"}))
    exchange = SynchronousMessages(request=message, responses=(message,))
    named = {"comments": {"references": {"AsyncAPI": {"operationId": "placeOrder"}}}}

    def unused(*contracts: Contract) -> list[tuple[str, str]]:
        found = unused_of_messages(definition, used_places(contracts))
        return [(each.location, each.sureness.value) for each in found]

    assert unused(contract(exchange, kept=named)) == [("message.contents.note", "likely")]
    assert unused(contract(exchange)) == [("", "likely")]  # of the whole message, since it may be any
