"""Messages of protobuf that are emitted unasked, under two definitions: judged as answers are, by what is needed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.impact import ConsumerImpact, ConsumerInfo, analyse
from contractkit.impact.protobuf import ProcedureJudgement
from contractkit.locking.legality import recheck
from contractkit.model import (
    Contract,
    Evidence,
    InferredNeeds,
    Interaction,
    JsonBody,
    Location,
    Message,
    Need,
    TestReference,
    UnknownNeeds,
    parse_location,
)
from contractkit.recording.message_interactions import interaction_of_message
from contractkit.recording.proto_messages import made_proto_message

Define = Callable[[str], ProtoDefinition]

OLD = """syntax = "proto3"; package shop.v1;
message OrderPlaced { int64 id = 1; string note = 2; repeated Line lines = 3; optional string coupon = 4; }
message Line { string sku = 1; }
message Other { string name = 1; }
"""

TEST = TestReference(node_id="test_packing.py::test_it", file="test_packing.py", line=7)


@pytest.fixture
def placed(define: Define) -> Interaction:
    """An order that was placed, as its handler's test leaves it in a contract."""
    made = made_proto_message(define(OLD), "OrderPlaced", contents={"lines": [{"sku": "lamp"}], "coupon": "X"})
    return interaction_of_message(made, states=(), pending=False, test=TEST)


def contract_of(interaction: Interaction) -> Contract:
    return Contract(consumer="packing", provider="orders", interactions=(interaction,))


def needing(interaction: Interaction, *places: str) -> Interaction:
    needed = tuple(Need(location=parse_location(f"message.contents.{each}")) for each in places)
    tolerated = (Location(("message", "contents", "note")),)
    needs = InferredNeeds(needed=needed, tolerated=tolerated)
    return replace(interaction, evidence=(Evidence(test=TEST, needs=needs),))


def impact_of(define: Define, interaction: Interaction, new: str) -> ConsumerImpact:
    report = analyse(define(OLD), define(new), [(contract_of(interaction), ConsumerInfo())])
    [consumer] = report.consumers
    return consumer


def told(consumer: ConsumerImpact) -> list[tuple[str, str, str]]:
    worries = [each.worry for each in consumer.findings]
    return [(each.verdict.value, each.code, str(each.location)) for each in worries]


def test_a_removed_field_breaks_who_needs_it_and_nobody_else(define: Define, placed: Interaction) -> None:
    without_lines = OLD.replace("repeated Line lines = 3;", "")
    needs_lines = needing(placed, "id", "lines[*].sku")
    [finding] = impact_of(define, needs_lines, without_lines).findings
    assert (finding.worry.verdict.value, finding.worry.code) == ("broken", "response.undeclared")
    assert str(finding.worry.location) == "message.contents.lines"
    assert finding.worry.change is not None
    assert (finding.worry.change.rule, finding.worry.change.operation, str(finding.worry.change.location)) == (
        "response.field.removed",
        "shop.v1.OrderPlaced",
        "message.contents.lines",
    )
    assert told(impact_of(define, needing(placed, "id"), without_lines)) == []
    assert told(impact_of(define, needs_lines, OLD.replace("string note = 2;", ""))) == []


def test_where_needs_are_unknown_what_is_expected_counts(define: Define, placed: Interaction) -> None:
    assert isinstance(placed.needs, UnknownNeeds)
    assert told(impact_of(define, placed, OLD.replace("string note = 2;", ""))) == [
        ("broken", "response.undeclared", "message.contents.note")
    ]


def test_a_message_that_is_gone_breaks_its_consumers(define: Define, placed: Interaction) -> None:
    consumer = impact_of(define, placed, OLD.replace("message OrderPlaced", "message OrderMade"))
    assert told(consumer) == [("broken", "message.removed", "message")]


def test_one_that_neither_definition_has_is_at_risk(define: Define, placed: Interaction) -> None:
    other = OLD.replace("OrderPlaced", "OrderMade")
    [consumer] = analyse(define(other), define(other + " "), [(contract_of(placed), ConsumerInfo())]).consumers
    assert told(consumer) == [("at risk", "not-analysable", "message")]
    [consumer] = analyse(define(other), define(OLD), [(contract_of(placed), ConsumerInfo())]).consumers
    assert told(consumer) == []


def test_a_message_of_json_is_left_aside(define: Define, placed: Interaction) -> None:
    plain = Interaction(key="a", description="an event", exchange=Message(contents=JsonBody({"id": 1})))
    judgement = ProcedureJudgement(define(OLD), define(OLD))
    assert (judgement.speaks_of(plain), judgement.speaks_of(placed)) == (False, True)


def test_a_recorded_message_is_held_against_the_definition_as_it_is_now(define: Define, placed: Interaction) -> None:
    found = recheck([contract_of(placed)], [(None, define(OLD.replace("string note = 2;", "")))])
    assert [(each.level.value, str(each.location)) for each in found.concerns] == [
        ("no longer legal", "message.contents.note")
    ]
    assert recheck([contract_of(placed)], [(None, define(OLD))]).concerns == ()
