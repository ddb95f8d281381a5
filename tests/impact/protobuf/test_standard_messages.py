"""Standard messages as what a procedure takes or gives, and what a `google.protobuf.Any` carries."""

from collections.abc import Callable

import pytest
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message_factory import GetMessageClass

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.exact_json import Json
from contractkit.impact import ImpactReport
from contractkit.model import InferredNeeds, Interaction, Need, parse_location

Record = Callable[..., Interaction]
ReportOn = Callable[..., ImpactReport]

IMPORTS = " ".join(
    f'import "google/protobuf/{name}.proto";'
    for name in ("any", "duration", "empty", "struct", "timestamp", "wrappers")
)
TYPES = """message Note { string value = 1; } message Number { int64 value = 1; }
message Box { google.protobuf.Any any = 1; string label = 2; }"""
BINARY, JSON = "application/protobuf;message=.shop.v1.Thing", "application/json"


def shop(taken: str, given: str, more: str = "") -> str:
    types = [name if name in ("Note", "Number", "Box") else f"google.protobuf.{name}" for name in (taken, given)]
    procedure = f"rpc Call({types[0]}) returns ({types[1]});"
    return f'syntax = "proto3"; package shop.v1; {IMPORTS} {TYPES} {more} service Shop {{ {procedure} }}'


def told(report: ImpactReport) -> list[tuple[str, str, str]]:
    return [(each.verdict.value, each.worry.code, str(each.worry.location)) for each in report.findings]


MESSAGE = "events[*].message"
MISREAD = [("broken", "misread", MESSAGE)]
TRUNCATED = [("broken", "truncated", MESSAGE)]
OTHERWISE = [("at risk", "read-otherwise", MESSAGE)]


@pytest.mark.parametrize(
    ("old", "new", "value", "in_binary", "in_json"),
    [
        ("StringValue", "Int64Value", "x", MISREAD, MISREAD),
        ("StringValue", "Note", "x", [], MISREAD),
        ("StringValue", "Number", "x", MISREAD, MISREAD),
        ("Note", "StringValue", {"value": "x"}, [], MISREAD),
        ("Int64Value", "Int32Value", 2**33, TRUNCATED, TRUNCATED),
        ("Int32Value", "Int64Value", 5, [], []),
        ("Int32Value", "StringValue", 0, [], []),
        ("Timestamp", "Duration", {"seconds": 5}, OTHERWISE, MISREAD),
        ("Struct", "Note", {"value": "x"}, MISREAD, MISREAD),
        ("Note", "Struct", {"value": "x"}, [("broken", "misread", f"{MESSAGE}.value")], OTHERWISE),
        ("ListValue", "Struct", ["x"], MISREAD, MISREAD),
        ("Empty", "Note", {}, [], []),
    ],
)
def test_a_standard_message_that_is_sent_is_read_as_what_took_its_place(
    old: str,
    new: str,
    value: Json,
    in_binary: list[tuple[str, str, str]],
    in_json: list[tuple[str, str, str]],
    report_on: ReportOn,
    record: Record,
) -> None:
    found = {
        media_type: told(report_on(shop(old, "Empty"), shop(new, "Empty"), record(value, {}, media_type=media_type)))
        for media_type in (BINARY, JSON)
    }
    expected = {BINARY: in_binary, JSON: in_json}
    assert found == {
        media_type: [(verdict, f"request.{code}", place) for verdict, code, place in rows]
        for media_type, rows in expected.items()
    }


def test_a_standard_message_that_comes_back_is_needed_whole(report_on: ReportOn, record: Record) -> None:
    old, new = shop("Empty", "StringValue"), shop("Empty", "Int64Value")
    needing = InferredNeeds(needed=(Need(location=parse_location("events[*].message")),))
    assert told(report_on(old, new, record({}, "x", needs=needing))) == [("broken", "response.misread", MESSAGE)]
    assert told(report_on(old, new, record({}, "x", needs=InferredNeeds(needed=())))) == []


DETAIL = "message Detail { string reason = 1; }"
PACKED = {"any": {"@type": "type.googleapis.com/shop.v1.Detail", "reason": "x"}, "label": "y"}


@pytest.mark.parametrize("now", ["", "message Reason { string reason = 1; }"])
def test_what_an_any_carries_has_to_be_defined_by_its_name(now: str, report_on: ReportOn, record: Record) -> None:
    old, new = shop("Box", "Box", DETAIL), shop("Box", "Box", now)
    assert told(report_on(old, new, record(PACKED, {}))) == [("at risk", "request.ignored", f"{MESSAGE}.any")]
    assert told(report_on(old, new, record({}, PACKED))) == [("at risk", "response.undeclared", f"{MESSAGE}.any")]
    details = record({}, None, details=(PACKED["any"],))
    assert told(report_on(old, new, details)) == [("at risk", "response.undeclared", "events[*].details[*]")]


@pytest.mark.parametrize("packed", [PACKED, {"any": {"@type": "x/google.protobuf.Any", "value": PACKED["any"]}}])
def test_in_json_a_type_that_is_gone_has_the_whole_request_refused(
    packed: dict[str, Json], report_on: ReportOn, record: Record, define: Callable[[str], ProtoDefinition]
) -> None:
    old, new = shop("Box", "Box", DETAIL), shop("Box", "Box")
    place = f"{MESSAGE}.any" if packed is PACKED else f"{MESSAGE}.any.value"
    assert told(report_on(old, new, record(packed, {}, media_type=JSON))) == [("broken", "request.refused", place)]
    assert told(report_on(old, new, record({}, packed, media_type=JSON))) == [("at risk", "response.undeclared", place)]
    assert is_read(define(old), packed)
    assert not is_read(define(new), packed)


def is_read(definition: ProtoDefinition, tree: dict[str, Json]) -> bool:
    """Say whether protobuf's parser of JSON takes a box, whatever it passes over."""
    pool = definition.files.pool
    box = GetMessageClass(pool.FindMessageTypeByName("shop.v1.Box"))()
    try:
        ParseDict(tree, box, ignore_unknown_fields=True, descriptor_pool=pool)
    except ParseError:
        return False
    return True


@pytest.mark.parametrize(
    ("now", "media_type", "sent", "received"),
    [
        ("", BINARY, ("at risk", "request.ignored", MESSAGE), ("at risk", "response.undeclared", MESSAGE)),
        ("", JSON, ("broken", "request.refused", MESSAGE), ("at risk", "response.undeclared", MESSAGE)),
        ("message Detail { int32 reason = 1; }", BINARY, ("broken", "request.misread", f"{MESSAGE}.reason"),
         ("broken", "response.misread", f"{MESSAGE}.reason")),
    ],
)  # fmt: skip
def test_an_any_that_is_the_whole_message_is_looked_into(
    now: str,
    media_type: str,
    sent: tuple[str, str, str],
    received: tuple[str, str, str],
    report_on: ReportOn,
    record: Record,
) -> None:
    tree = PACKED["any"]
    taken = report_on(shop("Any", "Empty", DETAIL), shop("Any", "Empty", now), record(tree, {}, media_type=media_type))
    given = report_on(shop("Empty", "Any", DETAIL), shop("Empty", "Any", now), record({}, tree, media_type=media_type))
    assert (told(taken), told(given)) == ([sent], [received])


def test_who_needs_nothing_of_an_any_does_not_miss_its_type(report_on: ReportOn, record: Record) -> None:
    old, new = shop("Box", "Box", DETAIL), shop("Box", "Box")
    needing = InferredNeeds(needed=(Need(location=parse_location("events[*].message.label")),))
    assert told(report_on(old, new, record({}, PACKED, needs=needing))) == []


def test_what_neither_definition_knows_is_passed_over(report_on: ReportOn, record: Record) -> None:
    assert told(report_on(shop("Box", "Box"), shop("Box", "Box"), record(PACKED, PACKED))) == []
