"""Calls whose messages stayed bytes, since they are no messages of their type: nothing is taken for unaffected."""

import pytest

from contractkit.impact import ConsumerInfo, analyse
from contractkit.model import BinaryBody, Contract, HalfClosed, Interaction, JsonBody, Received, RpcCall, Sent, Status
from contractkit.sources import read_definition

PROTO = """\
syntax = "proto3"; package a;
message Asked { string sku = 1; Inner inner = 2; } message Inner { int32 n = 1; } message Told { string id = 1; }
service Orders { rpc Get(Asked) returns (Told); }
"""
UNREAD = BinaryBody(b"\xff\xff", "application/protobuf;message=.a.Told")
READ = JsonBody({}, "application/protobuf;message=.a.Asked")


@pytest.mark.parametrize(
    ("sent", "received", "found"),
    [
        (READ, READ, []),
        (UNREAD, READ, [("at risk", "not-analysable", "events[*].message", "request.field.removed")]),
        (READ, UNREAD, []),
    ],
)
def test_what_is_in_bytes_is_at_risk_once_its_type_changes(
    sent: JsonBody | BinaryBody, received: JsonBody | BinaryBody, found: list[tuple[str, ...]]
) -> None:
    old, new = (
        read_definition(text.encode(), source="orders.proto").protobuf
        for text in (PROTO, PROTO.replace("int32 n = 1;", ""))
    )
    events = (Sent(message=sent), HalfClosed(), Received(message=received), Status(code="OK"))
    call = RpcCall(procedure="a.Orders/Get", events=events)
    contract = Contract(
        consumer="web", provider="orders", interactions=(Interaction(key="k", description="d", exchange=call),)
    )
    (consumer,) = analyse(old, new, [(contract, ConsumerInfo())]).consumers
    assert found == [
        (each.verdict.value, each.worry.code, str(each.worry.location), each.worry.change and each.worry.change.rule)
        for each in consumer.findings
    ]
