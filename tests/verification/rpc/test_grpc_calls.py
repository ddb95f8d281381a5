"""Remote procedure calls of all four kinds, replayed against real servers: what fits passes, each fault has a place."""

import asyncio
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from contractkit.model import Cancelled, HalfClosed, Interaction, Status
from contractkit.results import ABSENT, InteractionResult, Mismatch, Outcome

Call = Callable[..., Interaction]
Verify = Callable[..., tuple[InteractionResult, ...]]
Answering = Callable[..., Callable[[Any], None]]

GUIDE = "routeguide.RouteGuide"
HERE = {"latitude": 409146138, "longitude": -746188906}
THERE = {"latitude": 407838351, "longitude": -746143763}


@pytest.fixture(scope="module")
def guide(route_guide: Any) -> Callable[[Any], None]:
    """A guide that knows two features, and repeats to everyone the notes left at a place."""
    pb2 = route_guide.pb2
    features = [pb2.Feature(name="Hill", location=HERE), pb2.Feature(name="Lake", location=THERE)]

    class Guide(route_guide.grpc.RouteGuideServicer):  # type: ignore[misc]
        async def GetFeature(self, request: Any, context: Any) -> Any:  # noqa: N802
            found = [each for each in features if each.location == request]
            if not found:
                await context.abort_with_status(rpc_status.to_status(no_feature()))
            await context.send_initial_metadata((("served-by", "guide"),))
            context.set_trailing_metadata((("trace-bin", b"\x01\x02"),))
            return found[0]

        async def ListFeatures(self, request: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
            for each in features:
                yield each

        async def RecordRoute(self, requests: Any, context: Any) -> Any:  # noqa: N802
            count = len([each async for each in requests])
            return pb2.RouteSummary(point_count=count, distance=12)

        async def RouteChat(self, requests: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
            async for note in requests:
                yield note

    return lambda server: route_guide.grpc.add_RouteGuideServicer_to_server(Guide(), server)


def no_feature() -> Any:
    detail = any_pb2.Any()
    detail.Pack(error_details_pb2.ResourceInfo(resource_type="feature", resource_name="0,0"))
    return status_pb2.Status(code=grpc.StatusCode.NOT_FOUND.value[0], message="no such feature", details=[detail])


NO_FEATURE = {
    "@type": "type.googleapis.com/google.rpc.ResourceInfo",
    "resource_type": "feature",
    "resource_name": "0,0",
    "owner": "",
    "description": "",
}


def mismatch(result: InteractionResult) -> list[tuple[str, object, object]]:
    return [(str(each.location), each.expected, each.actual) for each in result.mismatches]


def test_a_unary_call_passes_with_metadata_and_trailers(
    guide: Any, route_guide: Any, call: Call, verify: Verify, events: SimpleNamespace
) -> None:
    expected = (*events.unary(HERE, {"name": "Hill"})[:3], Status(code="OK", trailers={"trace-bin": "AQI="}))
    interaction = call(f"{GUIDE}/GetFeature", expected, by=route_guide, initial_metadata={"served-by": "guide"})
    [result] = verify(guide, interaction)
    assert (result.outcome, result.mismatches, result.error) == (Outcome.PASSED, (), None)


def test_metadata_and_trailers_that_differ_have_their_places(
    guide: Any, route_guide: Any, call: Call, verify: Verify, events: SimpleNamespace
) -> None:
    expected = (*events.unary(HERE, {"name": "Hill"})[:3], Status(code="OK", trailers={"trace-bin": "AQM="}))
    interaction = call(
        f"{GUIDE}/GetFeature", expected, by=route_guide, initial_metadata={"served-by": "me", "age": "1"}
    )
    [result] = verify(guide, interaction)
    assert mismatch(result) == [
        ("initial_metadata['served-by']", "me", "guide"),
        ("initial_metadata.age", "1", ABSENT),
        ("events[3].trailers['trace-bin']", "AQM=", "AQI="),
    ]


def test_an_error_passes_with_its_text_and_details(
    guide: Any, route_guide: Any, call: Call, verify: Verify, events: SimpleNamespace
) -> None:
    status = Status(code="NOT_FOUND", message="no such feature", details=(NO_FEATURE,))
    interaction = call(f"{GUIDE}/GetFeature", (events.sent({}), HalfClosed(), status), by=route_guide)
    [result] = verify(guide, interaction)
    assert result.mismatches == ()


def test_wrong_details_have_their_place(
    guide: Any, route_guide: Any, call: Call, verify: Verify, events: SimpleNamespace
) -> None:
    wanted = {**NO_FEATURE, "resource_name": "1,1"}
    status = Status(code="NOT_FOUND", details=(wanted,))
    interaction = call(f"{GUIDE}/GetFeature", (events.sent({}), HalfClosed(), status), by=route_guide)
    [result] = verify(guide, interaction)
    assert mismatch(result) == [("events[2].details[0].resource_name", "1,1", "0,0")]


def test_a_wrong_status_is_failed_with_what_lacks(
    guide: Any, route_guide: Any, call: Call, verify: Verify, events: SimpleNamespace
) -> None:
    [result] = verify(guide, call(f"{GUIDE}/GetFeature", events.unary({}, {"name": "Hill"}), by=route_guide))
    assert mismatch(result) == [
        ("events[2].message", {"name": "Hill"}, ABSENT),
        ("events[3].status", "OK", "NOT_FOUND"),
    ]


def test_a_server_stream_passes_and_one_in_another_order_does_not(
    guide: Any, route_guide: Any, call: Call, verify: Verify, events: SimpleNamespace
) -> None:
    hill, lake = events.received({"name": "Hill"}), events.received({"name": "Lake"})
    asked = (events.sent({"lo": HERE, "hi": THERE}), HalfClosed())
    as_served, swapped = verify(
        guide,
        call(f"{GUIDE}/ListFeatures", (*asked, hill, lake, Status(code="OK")), by=route_guide),
        call(f"{GUIDE}/ListFeatures", (*asked, lake, hill, Status(code="OK")), by=route_guide),
    )
    assert as_served.mismatches == ()
    assert mismatch(swapped) == [
        ("events[2].message.name", "Lake", "Hill"),
        ("events[3].message.name", "Hill", "Lake"),
    ]


def test_one_message_fewer_and_one_more_are_mismatches(
    guide: Any, route_guide: Any, call: Call, verify: Verify, events: SimpleNamespace
) -> None:
    hill, lake = events.received({"name": "Hill"}), events.received({"name": "Lake"})
    asked = (events.sent({}), HalfClosed())
    fewer, more = verify(
        guide,
        call(f"{GUIDE}/ListFeatures", (*asked, hill, lake, hill, Status(code="OK")), by=route_guide),
        call(f"{GUIDE}/ListFeatures", (*asked, hill, Status(code="OK")), by=route_guide),
    )
    assert mismatch(fewer) == [("events[4].message", {"name": "Hill"}, ABSENT)]
    assert mismatch(more) == [("events[3].message", ABSENT, {"name": "Lake", "location": THERE})]


def test_a_client_stream_is_sent_whole_before_it_is_answered(
    guide: Any, route_guide: Any, call: Call, verify: Verify, events: SimpleNamespace
) -> None:
    points = (events.sent(HERE), events.sent(THERE), HalfClosed())
    summary = {"point_count": 2, "feature_count": 0, "distance": 12, "elapsed_time": 0}
    [result] = verify(
        guide, call(f"{GUIDE}/RecordRoute", (*points, events.received(summary), Status(code="OK")), by=route_guide)
    )
    assert result.mismatches == ()


def test_a_chat_passes_in_turns(
    guide: Any, route_guide: Any, call: Call, verify: Verify, events: SimpleNamespace
) -> None:
    notes = [{"location": None or HERE, "message": text} for text in ("first", "second")]
    turns = [each for note in notes for each in (events.sent(note), events.received(note))]
    [result] = verify(guide, call(f"{GUIDE}/RouteChat", (*turns, HalfClosed(), Status(code="OK")), by=route_guide))
    assert result.mismatches == ()


def test_a_chat_that_answers_only_at_the_half_close_does_not_deadlock(
    route_guide: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    async def at_the_end(requests: Any, context: Any) -> AsyncIterator[bytes]:
        for note in [each async for each in requests]:
            yield note

    turns = [each for text in "ab" for each in (events.sent({"message": text}), events.received({"message": text}))]
    interaction = call(f"{GUIDE}/RouteChat", (*turns, HalfClosed(), Status(code="OK")), by=route_guide)
    [result] = verify(answering(RouteChat=at_the_end), interaction)
    assert (result.mismatches, result.error) == ((), None)


def test_a_cancellation_is_replayed_after_what_had_come(
    route_guide: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    cancelled: list[bool] = []

    async def forever(requests: Any, context: Any) -> AsyncIterator[bytes]:
        context.add_done_callback(lambda _: cancelled.append(True))
        yield route_guide.pb2.Feature(name="Hill").SerializeToString()
        await asyncio.Event().wait()

    expected = (events.sent({}), HalfClosed(), events.received({"name": "Hill"}), Cancelled())
    [result] = verify(answering(ListFeatures=forever), call(f"{GUIDE}/ListFeatures", expected, by=route_guide))
    assert (result.mismatches, result.error, cancelled) == ((), None, [True])


def test_a_call_is_cancelled_after_the_first_of_any_number_of_messages(
    route_guide: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    cancelled: list[bool] = []

    async def thrice(requests: Any, context: Any) -> AsyncIterator[bytes]:
        context.add_done_callback(lambda _: cancelled.append(True))
        for _ in range(3):
            yield route_guide.pb2.Feature(name="Hill").SerializeToString()
        await asyncio.Event().wait()

    expected = (events.sent({}), HalfClosed(), events.received({"name": "Hill"}), Cancelled())
    watching = call(f"{GUIDE}/ListFeatures", expected, by=route_guide, rules={"events[2]": "type"})
    [result] = verify(answering(ListFeatures=thrice), watching)
    assert (result.mismatches, result.error, cancelled) == ((), None, [True])


@pytest.mark.parametrize(
    ("number", "found"),
    [
        (0, [("events[2].status", "OK", "ABORTED")]),
        (1, [("events[3].status", "OK", "ABORTED")]),
        (
            20,
            [
                ("events[6].message.colour", "red", ABSENT),
                ("events[21].message.colour", "red", ABSENT),
                ("events[22].status", "OK", "ABORTED"),
            ],
        ),
    ],
)
def test_each_of_any_number_of_messages_is_compared_where_it_came(
    shop: Any,
    call: Call,
    verify: Verify,
    answering: Answering,
    events: SimpleNamespace,
    number: int,
    found: list[tuple[str, object, object]],
) -> None:
    async def watch(requests: Any, context: Any) -> AsyncIterator[bytes]:
        for turn in range(number):
            colour = {} if turn in (4, 19) else {"colour": f"shade {turn}"}
            yield shop.pb2.Item(id=turn, **colour).SerializeToString()
        await context.abort(grpc.StatusCode.ABORTED, "enough")

    expected = (events.sent({"id": 7}), HalfClosed(), events.received({"id": 7, "colour": "red"}), Status(code="OK"))
    watching = call("shop.v1.Items/WatchItem", expected, by=shop, rules={"events[2]": "type"})
    [result] = verify(answering(WatchItem=watch), watching)
    assert mismatch(result) == found


def test_lists_that_no_message_fills_are_unchecked(
    shop: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    async def watch(requests: Any, context: Any) -> AsyncIterator[bytes]:
        for turn in range(2):
            yield shop.pb2.Item(id=turn).SerializeToString()

    expected = (
        events.sent({"id": 7}),
        HalfClosed(),
        events.received({"id": 7, "parts": [{"sku": "A"}]}),
        Status(code="OK"),
    )
    watching = call("shop.v1.Items/WatchItem", expected, by=shop, rules={"events[2]": "type"})
    [result] = verify(answering(WatchItem=watch), watching)
    assert (result.mismatches, [str(place) for place in result.unchecked]) == ((), ["events[2].message.parts"])


def test_an_error_before_the_cancellation_is_a_mismatch(
    route_guide: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    async def refuse(requests: Any, context: Any) -> None:
        await context.abort(grpc.StatusCode.NOT_FOUND, "no such area")

    expected = (events.sent({}), HalfClosed(), events.received({"name": "Hill"}), Cancelled())
    [result] = verify(answering(ListFeatures=refuse), call(f"{GUIDE}/ListFeatures", expected, by=route_guide))
    assert mismatch(result) == [
        ("events[2].message", {"name": "Hill"}, ABSENT),
        ("events[3].status", ABSENT, "NOT_FOUND"),
    ]


def test_an_optional_field_that_is_unset_is_not_its_default(
    shop: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    async def colourless(requests: Any, context: Any) -> AsyncIterator[bytes]:
        yield shop.pb2.Item(id=7).SerializeToString()

    expected = events.unary({"id": 7}, {"id": 7, "colour": ""})
    [result] = verify(answering(GetItem=colourless), call("shop.v1.Items/GetItem", expected, by=shop))
    assert result.mismatches == (
        Mismatch(
            location=result.mismatches[0].location,
            expected="",
            actual=ABSENT,
            rule="equality",
            sentence='exactly ""',
        ),
    )
    assert str(result.mismatches[0].location) == "events[2].message.colour"


def test_a_wrong_field_deep_in_a_message_has_its_place(
    shop: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    async def item(requests: Any, context: Any) -> AsyncIterator[bytes]:
        yield shop.pb2.Item(id=7, parts=[{"sku": "TEA", "quantity": 1}, {"sku": "CUP"}]).SerializeToString()

    expected = events.unary({"id": 7}, {"parts": [{"sku": "TEA"}, {"sku": "POT"}]})
    [result] = verify(answering(GetItem=item), call("shop.v1.Items/GetItem", expected, by=shop))
    assert mismatch(result) == [("events[2].message.parts[1].sku", "POT", "CUP")]


def test_a_rule_holds_for_the_messages_of_a_stream(
    guide: Any, route_guide: Any, call: Call, verify: Verify, events: SimpleNamespace
) -> None:
    expected = (events.sent({}), HalfClosed(), *[events.received({"name": "any"})] * 2, Status(code="OK"))
    rules = {"events[2].message": "type", "events[3].message": "type"}
    [result] = verify(guide, call(f"{GUIDE}/ListFeatures", expected, by=route_guide, rules=rules))
    assert result.mismatches == ()


def test_a_procedure_that_the_provider_lacks_is_failed(
    route_guide: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    [result] = verify(answering(), call(f"{GUIDE}/GetFeature", events.unary({}, {"name": ""}), by=route_guide))
    assert result.outcome is Outcome.FAILED
    assert mismatch(result)[1] == ("events[3].status", "OK", "UNIMPLEMENTED")


def test_a_status_that_comes_while_messages_are_still_sent_is_the_provider_s(
    route_guide: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    async def refuse(requests: Any, context: Any) -> None:
        await anext(aiter(requests))
        await context.abort(grpc.StatusCode.NOT_FOUND, "no such area")

    expected = (*[events.sent(HERE)] * 50, HalfClosed(), Status(code="NOT_FOUND"))
    calls = [call(f"{GUIDE}/RecordRoute", expected, by=route_guide, description=str(number)) for number in range(20)]
    results = verify(answering(RecordRoute=refuse), *calls)
    assert {(each.outcome, each.reason) for each in results} == {(Outcome.PASSED, "")}
