"""What of a protobuf definition nobody needs, and how sure that is."""

from collections import Counter
from pathlib import Path
from typing import Any

from contractkit.impact.unused import unused_of
from contractkit.impact.usage import UsedPlace, used_places
from contractkit.impact.usage_values import used_values
from contractkit.model import (
    BinaryBody,
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
    Message,
    Need,
    Received,
    RpcCall,
    Sent,
    Status,
    TestReference,
    parse_location,
)
from contractkit.sources import load_definition, read_definition

PROTO = """\
syntax = "proto3"; package shop;
enum State { NEW = 0; PAID = 1; LOST = 2; }
message Asked { State state = 1; string note = 2; map<string, State> marks = 3; }
message Order { string id = 1; State kind = 2; repeated Order parts = 3; string note = 4; }
message Placed { string id = 1; State state = 2; }
service Orders { rpc Get(Asked) returns (Order); rpc Drop(Asked) returns (Order); }
"""
_IMPORT = 'package shop; import "google/api/annotations.proto";'
DEFINITION = read_definition(PROTO.encode(), source="shop.proto").protobuf
TEST = TestReference(node_id="test_a.py::test_a", file="test_a.py", line=3)


def contract(exchange: Exchange, *needed: Need, operation: str | None = None, name: str = "web") -> Contract:
    evidence = (Evidence(test=TEST, needs=InferredNeeds(needed=needed)),) if needed else ()
    one = Interaction(key="k", description="d", operation=operation, exchange=exchange, evidence=evidence)
    return Contract(consumer=name, provider="shop", interactions=(one,))


def call(sent: Any, received: Any) -> RpcCall:
    bodies = [each if isinstance(each, BinaryBody) else JsonBody(each) for each in (sent, received)]
    events = (Sent(message=bodies[0]), HalfClosed(), Received(message=bodies[1]), Status(code="OK"))
    return RpcCall(procedure="shop.Orders/Get", events=events)


def need(place: str, *members: str) -> Need:
    return Need(location=parse_location(place), members=members)


def free(*contracts: Contract, operation: str = "shop.Orders/Get") -> dict[str, str]:
    """Give how sure it is that each place of an operation may go."""
    found = unused_of(DEFINITION, used_places(contracts), used_values(contracts))
    return {each.location: each.sureness.value for each in found if each.operation == operation}


ANSWER = {"kind": "PAID", "parts": [{"id": "8"}]}
PROVED = contract(
    call({"state": "PAID", "marks": {"a": "LOST"}}, ANSWER),
    need("events[2].message.kind", "PAID"),
    need("events[2].message.parts[0].id"),
)


def test_what_was_proved_to_be_needed_stays_and_the_rest_may_go() -> None:
    assert free(PROVED) == {
        'sent[*].message.state = "LOST"': "proved",
        "sent[*].message.note": "proved",
        "received[*].message.id": "proved",
        'received[*].message.kind = "LOST"': "proved",
        "received[*].message.note": "proved",
    }
    assert free(PROVED, operation="shop.Orders/Drop") == {"": "proved"}


def test_what_was_served_to_a_consumer_with_unknown_needs_is_not_known() -> None:
    assert free(PROVED, contract(call({"state": "LOST"}, {"id": "7", "kind": "NEW"}), name="till")) == {
        "sent[*].message.note": "proved",
        "received[*].message.id": "unknown",
        'received[*].message.kind = "LOST"': "likely",
        "received[*].message.note": "likely",
    }


def test_what_was_published_without_who_sends_it_counts_for_both() -> None:
    rows = {"procedure": True, "events[*].message.note": None}
    places = [UsedPlace(operation="shop.Orders/Get", location=each, consumers={"web": rows[each]}) for each in rows]
    notes = {
        each.location: each.sureness.value for each in unused_of(DEFINITION, places, ()) if "note" in each.location
    }
    assert notes == {"sent[*].message.note": "unknown", "received[*].message.note": "unknown"}


def test_of_messages_in_bytes_nothing_is_proved() -> None:
    unread = BinaryBody(b"\xff", "application/protobuf;message=.shop.Asked")
    found = free(contract(call(unread, {"id": "7"}), need("events[2].message.id")))
    assert {place: sureness for place, sureness in found.items() if sureness == "proved"} == {}


def test_messages_that_are_emitted_are_looked_into_where_somebody_handles_them() -> None:
    message = Message(contents=JsonBody({"id": "7"}))
    handled = contract(message, need("message.contents.id"), operation="shop.Placed")
    assert free(handled, operation="shop.Placed") == {
        "message.contents.state": "proved",
        'message.contents.state = "PAID"': "proved",
        'message.contents.state = "LOST"': "proved",
    }
    assert free(handled, operation="shop.Order") == {}


def test_a_call_of_another_definition_says_nothing_of_this_one() -> None:
    elsewhere = RpcCall(procedure="other.Orders/Get", events=(Status(code="OK"),))
    assert free(contract(elsewhere)) == {"": "proved"}


def test_what_is_offered_over_http_is_at_best_likely_free_where_somebody_calls_so(tmp_path: Path) -> None:
    option = 'option (google.api.http) = { get: "/v1/orders" };'
    offered = PROTO.replace("rpc Drop(Asked) returns (Order);", f"rpc Drop(Asked) returns (Order) {{ {option} }}")
    (tmp_path / "shop.proto").write_text(offered.replace("package shop;", _IMPORT))
    definition = load_definition("shop.proto", root=tmp_path).protobuf
    http = HttpCall(request=HttpRequest(method="GET", path="/v1/orders"), response=HttpResponse(status=200))
    found = unused_of(definition, used_places([contract(http, name="till")]), ())
    assert [(each.operation, each.sureness.value, each.consumers) for each in found] == [
        ("shop.Orders/Get", "proved", ()),
        ("shop.Orders/Drop", "likely", ("till",)),
    ]


def test_of_messages_in_which_all_leads_to_all_the_nearest_fields_are_told() -> None:
    fields = " ".join(f"M{number} f{number} = {number + 1};" for number in range(12))
    messages = " ".join(f"message M{number} {{ {fields} }}" for number in range(12))
    text = f'syntax = "proto3"; package p; {messages} service S {{ rpc Get(M0) returns (M1); }}'
    definition = read_definition(text.encode(), source="p.proto").protobuf
    called = UsedPlace(operation="p.S/Get", location="procedure", consumers={"web": True})
    found = unused_of(definition, [called], ())
    places = Counter(each.location.count(".") - 1 for each in found)
    assert (places[1], places[2], places[3]) == (24, 264, 2640)
    assert max(places) == 4
