"""Whole exchanges of every kind are compared part by part, with every mismatch at its location."""

from contractkit.matching import compile_comparison
from contractkit.model import (
    Cancelled,
    HalfClosed,
    HttpCall,
    HttpRequest,
    HttpResponse,
    JsonBody,
    LocatedRules,
    Received,
    RpcCall,
    Rule,
    Sent,
    Status,
    TextBody,
    parse_location,
)
from contractkit.results import ABSENT, Mismatch


def rule(place: str, name: str, **attributes: object) -> LocatedRules:
    return LocatedRules(location=parse_location(place), rules=(Rule(name, attributes),))


def places(mismatches: tuple[Mismatch, ...]) -> list[str]:
    return [str(mismatch.location) for mismatch in mismatches]


CALL = HttpCall(
    request=HttpRequest(method="POST", path="/orders", body=JsonBody({"sku": "A"})),
    response=HttpResponse(status=201, headers={"location": ("/orders/1",)}, body=JsonBody({"id": 1})),
)
STREAM = RpcCall(
    procedure="shop.Orders/Watch",
    events=(Sent(message=JsonBody({"id": 1})), Received(message=JsonBody({"state": "open"})), Status(code="OK")),
)


def test_both_sides_of_a_call_are_compared_in_order() -> None:
    actual = HttpCall(
        request=HttpRequest(method="PUT", path="/orders", body=JsonBody({"sku": 5, "more": 1})),
        response=HttpResponse(status=200, body=JsonBody({"id": "1"})),
    )
    assert places(compile_comparison(CALL.parts(), ())(actual.parts())) == [
        "request.method",
        "request.body.sku",
        "request.body.more",
        "response.status",
        "response.headers.location",
        "response.body.id",
    ]


def test_rules_of_the_other_side_do_not_matter() -> None:
    compare = compile_comparison(CALL.response.parts(), (rule("request.body.id", "type"),))
    assert places(
        compare(HttpResponse(status=201, headers={"location": ("/orders/1",)}, body=JsonBody({"id": 2})).parts())
    ) == ["response.body.id"]


def test_the_same_headers_are_judged_anew_where_a_rule_speaks_of_them() -> None:
    actual = HttpResponse(status=201, headers={"location": ("/orders/2",)}, body=JsonBody({"id": 1})).parts()
    expected = CALL.response.parts()
    other = HttpResponse(status=201, headers={"location": ("/orders/2",)}, body=JsonBody({"id": 1})).parts()
    assert places(compile_comparison(expected, ())(actual)) == ["response.headers.location"]
    assert places(compile_comparison(expected, (rule("response.headers.location", "type"),))(actual)) == []
    assert places(compile_comparison(expected, (rule("response.headers.*", "type"),))(actual)) == []
    assert places(compile_comparison(other, ())(actual)) == []
    assert places(compile_comparison(expected, (rule("response.body", "type"),))(actual)) == [
        "response.headers.location"
    ]


def test_a_rule_on_the_content_type_takes_over_from_the_comparison_of_types() -> None:
    expected = HttpResponse(status=200, headers={"content-type": ("text/plain",)}, body=TextBody("x", "text/plain"))
    actual = HttpResponse(status=200, headers={"content-type": ("text/csv",)}, body=TextBody("x", "text/csv"))
    assert places(compile_comparison(expected.parts(), ())(actual.parts())) == [
        "response.headers['content-type']",
        "response.body",
    ]
    on_type = rule("response.headers['content-type']", "regex", regex="text/.*")
    assert compile_comparison(expected.parts(), (on_type,))(actual.parts()) == ()


def test_events_of_a_stream_are_compared_one_by_one() -> None:
    actual = RpcCall(
        procedure="shop.Orders/Watch",
        events=(
            Sent(message=JsonBody({"id": 1, "all": True})),
            Received(message=JsonBody({"state": "shipped", "at": "now"})),
            Status(code="NOT_FOUND"),
        ),
    )
    compare = compile_comparison(STREAM.parts(), (rule("events[1].message.state", "regex", regex="open|shipped"),))
    assert places(compare(actual.parts())) == ["events[0].message.all", "events[2].status"]


def test_a_rule_may_speak_of_every_event() -> None:
    expected = RpcCall(procedure="p", events=tuple(Received(message=JsonBody({"n": n})) for n in (1, 2)))
    actual = RpcCall(procedure="p", events=tuple(Received(message=JsonBody({"n": n})) for n in (7, 8)))
    assert compile_comparison(expected.parts(), (rule("events[*].message", "type"),))(actual.parts()) == ()


def test_events_that_lack_or_come_on_top_are_mismatches() -> None:
    cancelled = RpcCall(
        procedure="shop.Orders/Watch", events=(STREAM.events[0], Cancelled(), HalfClosed(), Cancelled())
    )
    assert compile_comparison(STREAM.parts(), ())(cancelled.parts()) == (
        Mismatch(
            location=parse_location("events[1].message"),
            expected={"state": "open"},
            actual=ABSENT,
            rule="equality",
            sentence="the message",
        ),
        *(
            Mismatch(
                location=parse_location(f"events[2].{name}"),
                expected=value,
                actual=ABSENT,
                rule="equality",
                sentence=sentence,
            )
            for name, value, sentence in (
                ("status", "OK", "the status"),
                ("status_message", "", "the status message"),
                ("trailers", {}, "the trailers"),
            )
        ),
        *(
            Mismatch(
                location=parse_location(f"events[{number}]"),
                expected=ABSENT,
                actual=value,
                rule="equality",
                sentence="nothing further",
            )
            for number, value in ((1, "cancelled"), (2, "half-closed"), (3, "cancelled"))
        ),
    )
