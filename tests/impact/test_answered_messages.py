"""Who breaks when what is said of messages that are answered changes: the first is sent, the others are received."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contractkit.cli.compared import source_of
from contractkit.impact import ConsumerInfo, analyse
from contractkit.impact.text import explain_impact
from contractkit.model import (
    Contract,
    Interaction,
    JsonBody,
    LocatedRules,
    Message,
    Rule,
    SynchronousMessages,
    TextBody,
    parse_location,
)
from contractkit.sources.messages import load_messages, read_messages

OLD = """\
asyncapi: 3.0.0
info: {title: Orders, version: '1'}
channels:
  requests:
    address: orders.requests
    messages: {PlaceOrder: {$ref: '#/components/messages/PlaceOrder'}}
  replies:
    messages: {Placed: {$ref: '#/components/messages/Placed'}}
operations:
  placeOrder:
    action: receive
    channel: {$ref: '#/channels/requests'}
    reply:
      channel: {$ref: '#/channels/replies'}
components:
  messages:
    PlaceOrder:
      headers: {type: object, properties: {tenant: {type: string}}}
      payload: {type: object, required: [sku], properties: {sku: {type: string}, count: {type: integer}}}
    Placed:
      payload: {type: object, required: [id], properties: {id: {type: integer}}}
"""

REPLY = "    reply:\n      channel: {$ref: '#/channels/replies'}\n"


def asked(sent: Any = None, *, operation: str = "placeOrder", **metadata: Any) -> Interaction:
    """Give the contract's interaction: an order that is sent, and the answer with its number."""
    references: Mapping[str, Any] = {"references": {"AsyncAPI": {"operationId": operation}}}
    return Interaction(
        key="a",
        description="an order is placed",
        exchange=SynchronousMessages(
            request=Message(contents=JsonBody(sent or {"sku": "lamp", "count": 2}), metadata=metadata),
            responses=(Message(contents=JsonBody({"id": 7})),),
        ),
        rules=(LocatedRules(location=parse_location("responses[0].contents.id"), rules=(Rule("integer"),)),),
        kept={"comments": references},
    )


def judged(tmp_path: Path, new: str, interaction: Interaction, old: str = OLD) -> list[tuple[str, str, str]]:
    """Give verdict, code and place of what gets worse for a consumer that sends orders."""
    for name, text in (("old.yaml", old), ("new.yaml", new)):
        (tmp_path / name).write_text(text)
    before, after = (load_messages(name, root=tmp_path) for name in ("old.yaml", "new.yaml"))
    contract = Contract(consumer="web-shop", provider="orders", interactions=(interaction,))
    (consumer,) = analyse(before, after, [(contract, ConsumerInfo())]).consumers
    return [(each.verdict.value, each.worry.code, str(each.worry.location)) for each in consumer.findings]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("lamp", "lamp", []),
        ("[sku]", "[sku, colour]", [("broken", "request.missing", "request.contents.colour")]),
        ("count: {type: integer}", "count: {maximum: 1}", [("broken", "request.refused", "request.contents.count")]),
        (", count: {type: integer}", "", [("at risk", "request.ignored", "request.contents.count")]),
        ("id: {type: integer}", "id: {type: string}", [("broken", "response.disjoint", "responses[0].contents.id")]),
        ("required: [id], ", "", [("at risk", "response.may-be-absent", "responses[0].contents.id")]),
        ("sku: {type: string}", "sku: {}, x: {type: string}", []),
        ("tenant: {type: string}", "tenant: {enum: [b]}", [("broken", "request.refused", "request.metadata.tenant")]),
        ("{type: object, properties: {tenant", "{type: object, required: [user], properties: {tenant",
         [("broken", "request.missing", "request.metadata.user")]),
        ("      headers: {type: object, properties: {tenant: {type: string}}}\n", "",
         [("at risk", "request.ignored", "request.metadata")]),
        ("orders.requests", "orders.asked", [("at risk", "message.channel-gone", "request")]),
        ("  placeOrder:", "  orderNow:", [("broken", "operation.gone", "request")]),
        (REPLY, "", [("at risk", "not-analysable", "responses[0]")]),
        ("messages: {Placed: {$ref: '#/components/messages/Placed'}}", "messages: {}",
         [("broken", "message.removed", "responses[0]")]),
        ("[sku]", "[sku, readOnly], allOf: [{properties: {readOnly: {type: string, readOnly: true}}}]",
         [("broken", "request.missing", "request.contents.readOnly")]),
        ("    PlaceOrder:\n", "    PlaceOrder:\n      contentType: application/vnd.shop+json\n",
         [("broken", "request.refused", "request.metadata.contentType")]),
        ("id: {type: integer}", "id: {$ref: '#/gone'}", [("at risk", "not-analysable", "responses[0]")]),
    ],
)  # fmt: skip
def test_a_change_hurts_the_side_that_it_is_of(
    tmp_path: Path, before: str, after: str, found: list[tuple[str, str, str]]
) -> None:
    assert judged(tmp_path, OLD.replace(before, after), asked(tenant="a")) == found


HEADERS = "      headers: {type: object, properties: {tenant: {type: string}}}\n"
DEMANDED = "      headers: {type: object, required: [user]}\n"


def test_headers_that_are_demanded_now_are_missed_where_metadata_are_known(tmp_path: Path) -> None:
    without, demanding = OLD.replace(HEADERS, ""), OLD.replace(HEADERS, DEMANDED)
    missed = "request.missing", "request.metadata.user"
    assert judged(tmp_path, demanding, asked(tenant="a"), old=without) == [("broken", *missed)]
    assert judged(tmp_path, demanding, asked(), old=without) == [("at risk", *missed)]
    assert judged(tmp_path, demanding, asked()) == [("at risk", *missed)]
    assert judged(tmp_path, without, asked()) == []


def test_what_a_rule_stands_for_may_be_refused_though_the_example_is_taken(tmp_path: Path) -> None:
    rule = LocatedRules(location=parse_location("request.contents.count"), rules=(Rule("integer"),))
    interaction = asked()
    wider = replace(interaction, rules=(rule, *interaction.rules))
    narrower = OLD.replace("count: {type: integer}", "count: {type: integer, maximum: 5}")
    assert judged(tmp_path, narrower, interaction) == []
    assert judged(tmp_path, narrower, wider) == [("at risk", "request.rule-wider", "request.contents.count")]


def test_a_request_that_may_be_either_message_is_at_risk_where_one_is_hurt(tmp_path: Path) -> None:
    either = OLD.replace("PlaceOrder'}}", "PlaceOrder'}, Other: {$ref: '#/components/messages/Other'}}")
    other = "    Other: {payload: {type: object, properties: {sku: {type: string}, count: {}}}}\n"
    assert judged(tmp_path, either + other.replace("{}", "{maximum: 1}"), asked(), old=either + other) == [
        ("at risk", "request.refused", "request.contents.count")
    ]


def test_what_no_definition_knows_is_said_and_what_only_the_new_one_knows_is_no_harm(tmp_path: Path) -> None:
    unknown = OLD.replace("  placeOrder:", "  orderNow:")
    assert judged(tmp_path, unknown, asked(), old=unknown) == [("at risk", "not-analysable", "request")]
    assert judged(tmp_path, OLD, asked(), old=unknown) == []
    assert judged(tmp_path, OLD, asked({"count": 1}), old=unknown) == [("at risk", "not-analysable", "request")]
    silent = OLD.replace(REPLY, "")
    assert judged(tmp_path, OLD, asked(), old=silent) == [("at risk", "not-analysable", "responses[0]")]


def test_contents_that_are_no_json_are_at_risk_once_they_are_described_otherwise(tmp_path: Path) -> None:
    avro = OLD.replace("    PlaceOrder:\n", "    PlaceOrder:\n      contentType: avro/binary\n")
    changed = avro.replace("[sku]", "[sku, colour]")
    assert judged(tmp_path, changed, asked(), old=avro) == [("at risk", "not-analysable", "request.contents")]
    assert judged(tmp_path, avro, asked(), old=avro) == []
    said = SynchronousMessages(request=Message(contents=TextBody("a lamp")), responses=())
    assert judged(tmp_path, OLD.replace("[sku]", "[sku, colour]"), replace(asked(), exchange=said)) == [
        ("at risk", "not-analysable", "request.contents")
    ]


def test_a_finding_names_the_operation_and_the_change_on_both_sides(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(OLD)
    (tmp_path / "new.yaml").write_text(OLD.replace("[sku]", "[sku, colour]"))
    before, after = (read_messages(name, root=tmp_path) for name in ("old.yaml", "new.yaml"))
    contract = Contract(consumer="web-shop", provider="orders", interactions=(asked(),))
    report = analyse(
        before.definition,
        after.definition,
        [(contract, ConsumerInfo())],
        old_source=source_of(before),
        new_source=source_of(after),
    )
    assert explain_impact(report).split("\n\n")[2:4] == [
        "web-shop can no longer send placeOrder.",
        "  interaction   an order is placed\n"
        "  at            request.contents.colour\n"
        "  was           accepted\n"
        '  becomes       refused: expected the member "colour"\n'
        '  means         the consumer does not send the member "colour", which is demanded now\n'
        "  change        it was not declared and is required now (request.member.added-required)\n"
        "  old           old.yaml:19\n"
        "  new           new.yaml:19\n"
        "  fingerprint   8e6c775887fcb390",
    ]
