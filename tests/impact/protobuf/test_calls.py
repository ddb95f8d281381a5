"""Calls under two protobuf definitions: what they use decides; what the definitions do not speak of is left aside."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.references import Documents
from contractkit.errors import DefinitionError
from contractkit.impact import ConsumerInfo, DefinitionSource, ImpactReport, Verdict, analyse
from contractkit.impact.formats import impact_as_markdown, impact_document
from contractkit.impact.protobuf.uses import uses_of
from contractkit.impact.text import explain_impact
from contractkit.model import (
    Contract,
    HalfClosed,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    Need,
    Received,
    RpcCall,
    Rule,
    Sent,
    Status,
    parse_location,
)

Record = Callable[..., Interaction]
ReportOn = Callable[..., ImpactReport]

SHOP = """syntax = "proto3"; package shop.v1;
message Item { string sku = 1; int32 count = 2; State state = 3; }
enum State { NEW = 0; SOLD = 1; }
message Thing { string id = 1; repeated Item items = 2; map<string, Item> by_name = 3; optional string note = 4; }
message Problem { string reason = 1; }
service Shop { rpc Call(Thing) returns (Thing); rpc Watch(Thing) returns (stream Thing); }
"""
ITEM = {"sku": "a", "count": 3, "state": "SOLD"}
THING = {"id": "7", "items": [ITEM], "by_name": {}}


def told(report: ImpactReport) -> list[tuple[str, str, str]]:
    return [(each.verdict.value, each.worry.code, str(each.worry.location)) for each in report.findings]


def needs(*places: str, any_of: tuple[tuple[str, ...], ...] = ()) -> InferredNeeds:
    return InferredNeeds(
        needed=tuple(Need(location=parse_location(place)) for place in places),
        any_of=tuple(tuple(parse_location(place) for place in group) for group in any_of),
    )


def test_a_removed_procedure_breaks_who_calls_it(report_on: ReportOn, record: Record) -> None:
    report = report_on(SHOP, SHOP.replace("rpc Call(Thing) returns (Thing);", ""), record(THING, THING))
    assert told(report) == [("broken", "operation.gone", "procedure")]
    assert "web-shop 4.1.0 can no longer send shop.v1.Shop/Call." in explain_impact(report)


def test_a_renamed_package_breaks_every_call(report_on: ReportOn, record: Record) -> None:
    calls = (record(THING, THING), record(THING, THING, procedure="shop.v1.Shop/Watch"))
    report = report_on(SHOP, SHOP.replace("package shop.v1", "package shop.v2"), *calls)
    assert told(report) == [("broken", "operation.gone", "procedure")] * 2
    assert [each.worry.change.rule for each in report.findings if each.worry.change] == ["package.removed"] * 2
    assert report.theoretical == ()


def test_another_streaming_kind_breaks_every_call(report_on: ReportOn, record: Record) -> None:
    report = report_on(SHOP, SHOP.replace("rpc Call(Thing)", "rpc Call(stream Thing)"), record(THING, THING))
    assert told(report) == [("broken", "procedure.streaming", "procedure")]


def test_a_procedure_that_only_the_new_definition_knows_is_no_worry(report_on: ReportOn, record: Record) -> None:
    assert report_on(SHOP.replace("rpc Call", "rpc Other"), SHOP, record(THING, THING)).verdict is Verdict.UNAFFECTED


def test_a_procedure_that_neither_knows_cannot_be_analysed(report_on: ReportOn, record: Record) -> None:
    report = report_on(SHOP, SHOP, record(THING, THING, procedure="shop.v1.Shop/Never"))
    assert told(report) == [("at risk", "not-analysable", "procedure")]


def test_places_in_lists_and_maps_are_written_in_the_one_notation(report_on: ReportOn, record: Record) -> None:
    received = {"id": "7", "items": [ITEM, ITEM], "by_name": {"first one": ITEM}}
    report = report_on(SHOP, SHOP.replace("string sku = 1", "bytes code = 9"), record({"id": "7"}, received))
    (finding,) = report.findings
    assert (str(finding.worry.location), [str(place) for place in finding.worry.also]) == (
        "events[*].message.items[*].sku",
        ["events[*].message.by_name['first one'].sku"],
    )
    assert (finding.worry.before, finding.worry.after) == ("string sku = 1", "not declared; number 1 is not reserved")


def test_what_is_not_needed_breaks_nobody_and_is_theoretical(report_on: ReportOn, record: Record) -> None:
    changed = SHOP.replace("int32 count = 2;", "reserved 2;")
    call = record({"id": "7"}, THING, needs=needs("events[2].message.items[0].sku"))
    report = report_on(SHOP, changed, call)
    assert (report.verdict, [change.rule for change in report.theoretical]) == (
        Verdict.UNAFFECTED,
        ["request.field.removed", "response.field.removed"],
    )


def test_a_theoretical_change_says_who_sends_the_message(report_on: ReportOn, record: Record) -> None:
    call = record({"id": "7"}, THING, needs=needs("events[2].message.id"))
    text = explain_impact(report_on(SHOP, SHOP.replace("optional string note = 4;", "reserved 4;"), call))
    said = "events[*].message.note: it was optional string note = 4, now not declared; number 4 is reserved"
    assert f"  shop.v1.Shop/Call sends {said} (and 1 further operation)\n" in text
    assert f"  shop.v1.Shop/Call gives {said} (and 1 further operation)\n" in text


def test_what_is_needed_breaks_its_reader(report_on: ReportOn, record: Record) -> None:
    changed = SHOP.replace("int32 count = 2;", "reserved 2;")
    call = record({"id": "7"}, THING, needs=needs("events[2].message.items[0].count"))
    assert told(report_on(SHOP, changed, call)) == [
        ("broken", "response.undeclared", "events[*].message.items[*].count")
    ]


def test_a_change_above_a_needed_place_breaks_it(report_on: ReportOn, record: Record) -> None:
    call = record({"id": "7"}, THING, needs=needs("events[2].message.items[0].count"))
    report = report_on(SHOP, SHOP.replace("repeated Item items = 2", "repeated Item items = 8"), call)
    assert told(report) == [("broken", "response.unheard", "events[*].message.items")]


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        (SHOP.replace("int32 count = 2;", "reserved 2;"), Verdict.UNAFFECTED),
        (SHOP.replace("string sku = 1; int32 count = 2;", "reserved 1, 2;"), Verdict.BROKEN),
    ],
)
def test_of_a_set_one_place_must_stay(changed: str, verdict: Verdict, report_on: ReportOn, record: Record) -> None:
    group = ("events[2].message.items[0].sku", "events[2].message.items[0].count")
    assert report_on(SHOP, changed, record({"id": "7"}, THING, needs=needs(any_of=(group,)))).verdict is verdict


@pytest.mark.parametrize(
    ("exact", "expected"),
    [
        ((), [("at risk", "response.undeclared", "events[*].message.items[*].count")]),
        (("events[2].message.items[0].count",), []),
    ],
)
def test_a_default_is_missed_only_where_other_values_may_come(
    exact: tuple[str, ...], expected: list[tuple[str, str, str]], report_on: ReportOn, record: Record
) -> None:
    call = record({"id": "7"}, {"items": [{"sku": "a", "count": 0}]}, exact=exact)
    assert told(report_on(SHOP, SHOP.replace("int32 count = 2;", "reserved 2;"), call)) == expected


def test_what_was_only_served_is_at_risk_while_needs_are_unknown(report_on: ReportOn, record: Record) -> None:
    call = record({"id": "7"}, {"id": "7"}, served={"id": "7", "note": "fragile"})
    report = report_on(SHOP, SHOP.replace("optional string note = 4;", "reserved 4;"), call)
    assert told(report) == [("at risk", "response.undeclared", "events[*].message.note")]


def test_a_new_value_is_at_risk_only_where_values_are_limited(report_on: ReportOn, record: Record) -> None:
    changed = SHOP.replace("SOLD = 1;", "SOLD = 1; LOST = 2;")
    free = record({"id": "7"}, THING)
    exact = record({"id": "7"}, THING, exact=["events[2].message.items[0].state"])
    assert told(report_on(SHOP, changed, free)) == []
    assert told(report_on(SHOP, changed, exact)) == [
        ("at risk", "response.may-be-another-value", "events[*].message.items[*].state")
    ]


def test_a_new_value_of_a_closed_enum_breaks_who_expects_one_exactly(report_on: ReportOn, record: Record) -> None:
    old = SHOP.replace('syntax = "proto3"', 'edition = "2023"').replace("optional ", "")
    old = old.replace("enum State {", "enum State { option features.enum_type = CLOSED;")
    exact = record({"id": "7"}, THING, exact=["events[2].message.items[0].state"])
    report = report_on(old, old.replace("SOLD = 1;", "SOLD = 1; LOST = 2;"), exact)
    assert told(report) == [("broken", "response.may-be-another-value", "events[*].message.items[*].state")]


@pytest.mark.parametrize(("exact", "verdict"), [((), "at risk"), (("events[2].message.items[0].state",), "broken")])
def test_a_value_that_is_gone(exact: tuple[str, ...], verdict: str, report_on: ReportOn, record: Record) -> None:
    report = report_on(SHOP, SHOP.replace("SOLD = 1;", ""), record({"id": "7"}, THING, exact=exact))
    assert told(report) == [(verdict, "response.value-gone", "events[*].message.items[*].state")]


def test_a_new_name_breaks_calls_in_json_alone(report_on: ReportOn, record: Record) -> None:
    changed = SHOP.replace("string sku = 1", "string code = 1")
    assert told(report_on(SHOP, changed, record({"id": "7"}, THING))) == []
    assert told(report_on(SHOP, changed, record({"id": "7"}, THING, media_type="application/json"))) == [
        ("broken", "response.unheard", "events[*].message.items[*].sku")
    ]


def test_details_of_a_status_are_read_by_their_type(report_on: ReportOn, record: Record) -> None:
    detail = {"@type": "type.googleapis.com/shop.v1.Problem", "reason": "sold out"}
    call = record({"id": "7"}, details=(detail,))
    report = report_on(SHOP, SHOP.replace("string reason = 1", "string reason = 2"), call)
    assert told(report) == [("broken", "response.unheard", "events[*].details[*].reason")]


def test_every_message_of_a_stream_counts(report_on: ReportOn, record: Record) -> None:
    call = record({"id": "7"}, procedure="shop.v1.Shop/Watch")
    body = JsonBody({"id": "", "items": [], "by_name": {}}, "application/protobuf;message=.shop.v1.Thing")
    second = JsonBody({"id": "8", "items": [], "by_name": {}}, "application/protobuf;message=.shop.v1.Thing")
    events = (
        Sent(message=body),
        HalfClosed(),
        Received(message=body),
        Received(message=second),
        Status(code="OK"),
    )
    stream = replace(call, exchange=RpcCall(procedure="shop.v1.Shop/Watch", events=events))
    report = report_on(SHOP, SHOP.replace("string id = 1", "string id = 5"), stream)
    assert told(report) == [("broken", "response.unheard", "events[*].message.id")]


def test_messages_of_any_number_are_used_like_those_of_a_fixed_one(report_on: ReportOn, record: Record) -> None:
    served = [{"id": "7"}, {"id": "8", "note": "fragile"}]
    call = record({}, {"id": "7"}, served=served, procedure="shop.v1.Shop/Watch")
    number = LocatedRules(location=parse_location("events[2]"), rules=(Rule("type"),))
    stream = replace(call, rules=(number, *call.rules))
    moved = SHOP.replace("string id = 1", "string id = 5")
    assert told(report_on(SHOP, moved, stream)) == [("broken", "response.unheard", "events[*].message.id")]
    without_note = SHOP.replace("optional string note = 4;", "reserved 4;")
    assert told(report_on(SHOP, without_note, stream)) == [("at risk", "response.undeclared", "events[*].message.note")]


def test_details_are_as_exact_beside_any_number_of_messages(record: Record) -> None:
    number = LocatedRules(location=parse_location("events[2]"), rules=(Rule("type"),))
    call = record({"id": "7"}, {"id": "7"})
    uses = uses_of(replace(call, rules=(number, *call.rules)))
    assert uses == uses_of(call)


def test_a_field_of_both_messages_is_told_with_who_sends_it(report_on: ReportOn, record: Record) -> None:
    report = report_on(SHOP, SHOP.replace("string id = 1;", "int32 id = 1;"), record({"id": "7"}, {"id": "7"}))
    rows = [line.split(" | ")[3] for line in impact_as_markdown(report).splitlines() if line.startswith("| broken")]
    assert rows == ["`events[*].message.id sent`", "`events[*].message.id received`"]


def http_call() -> Interaction:
    exchange = HttpCall(request=HttpRequest(method="GET", path="/orders"), response=HttpResponse(status=200))
    return Interaction(key="http", description="lists orders", exchange=exchange, operation="listOrders")


def test_http_interactions_are_left_aside_and_counted(report_on: ReportOn, record: Record) -> None:
    report = report_on(SHOP, SHOP, record({"id": "7"}, THING), http_call())
    assert "web-shop 4.1.0   unaffected   1 interaction; 1 HTTP interaction left aside" in explain_impact(report)
    assert "| web-shop 4.1.0 | unaffected | 1 unaffected, 1 HTTP interaction left aside |" in impact_as_markdown(report)
    assert [each["left_aside"] for each in impact_document(report)["consumers"]] == [{"HTTP": 1}]


def test_a_consumer_over_http_alone_is_never_called_unaffected(report_on: ReportOn) -> None:
    report = report_on(SHOP, SHOP, http_call())
    assert (report.consumers, [each.consumer for each in report.not_judged]) == ((), ["web-shop"])
    assert impact_document(report)["not_judged"] == [
        {"consumer": "web-shop", "contract": "", "left_aside": {"HTTP": 1}}
    ]


def test_calls_are_left_aside_by_an_openapi_pair(record: Record) -> None:
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}
    api = OpenApiDefinition(Documents({"d": document}, "d"))
    contract = Contract(consumer="web-shop", provider="shop", interactions=(record({}, THING),))
    report = analyse(api, api, [(contract, ConsumerInfo())])
    assert [each.aside_by_transport for each in report.not_judged] == [{"gRPC": 1}]


def test_definitions_of_two_kinds_are_not_compared(define: Callable[[str], ProtoDefinition]) -> None:
    api = OpenApiDefinition(Documents({"d": {"openapi": "3.1.0", "paths": {}}}, "d"))
    sources = {"old_source": DefinitionSource(name="api.yaml"), "new_source": DefinitionSource(name="shop.proto")}
    with pytest.raises(DefinitionError) as caught:
        analyse(api, define(SHOP), [], **sources)
    assert str(caught.value) == (
        "Definitions of two kinds cannot be compared.\n"
        "\n"
        "  old   api.yaml: OpenAPI\n"
        "  new   shop.proto: protobuf\n"
        "\n"
        "Name two definitions of one kind; an application with both is asked about once per kind."
    )


STATES = """syntax = "proto3"; package shop.v1;
enum State {{ NEW = 0; SOLD = 1; {} }}
message Thing {{ repeated State states = 1; }}
service Shop {{ rpc Call(Thing) returns (Thing); }}
"""


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (("NEW", "SOLD"), [("at risk", "response.may-be-another-value", "events[*].message.states")]),
        (("NEW", "SOLD", "LOST"), []),
        ((), []),
    ],
)
def test_a_new_member_concerns_who_copes_with_some_in_a_list(
    members: tuple[str, ...], expected: list[object], report_on: ReportOn, record: Record
) -> None:
    place = parse_location("events[*].message.states[*]")
    known = InferredNeeds(needed=(Need(location=place, members=members),))
    answer = {"states": ["SOLD"]}
    call = record({}, answer, served=answer, needs=known)
    assert told(report_on(STATES.format(""), STATES.format("LOST = 2;"), call)) == expected
