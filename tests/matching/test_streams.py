"""Streams: a message that may come any number of times is compared with every one that came, where it came."""

import pytest

from contractkit.exact_json import Json
from contractkit.matching import compile_comparison
from contractkit.model import (
    Event,
    HalfClosed,
    JsonBody,
    LocatedRules,
    Received,
    RpcCall,
    Rule,
    Sent,
    Status,
    parse_location,
)
from contractkit.results import ABSENT, Mismatch

OK = Status(code="OK")


def sent(value: Json = 0) -> Sent:
    return Sent(message=JsonBody({"id": value}))


def received(value: Json) -> Received:
    return Received(message=JsonBody({"sku": value}))


def stream(*events: Event) -> RpcCall:
    return RpcCall(procedure="shop.Stock/Watch", events=events)


def rules(**attributes: Json) -> tuple[LocatedRules, ...]:
    at = parse_location("events[2]")
    return (
        LocatedRules(location=at, rules=(Rule("type", attributes),)),
        LocatedRules(location=at / "message", rules=(Rule("type"),)),
    )


EXPECTED = stream(sent(), HalfClosed(), received("A"), OK)


def compared(*events: Event, expected: RpcCall = EXPECTED, **attributes: Json) -> tuple[Mismatch, ...]:
    return compile_comparison(expected.parts(), rules(**attributes))(stream(*events).parts())


def places(mismatches: tuple[Mismatch, ...]) -> list[str]:
    return [str(each.location) for each in mismatches]


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_any_number_of_messages_fits(count: int) -> None:
    assert compared(sent(), HalfClosed(), *[received("B")] * count, OK) == ()


def test_every_message_is_compared_with_the_example_where_it_came() -> None:
    found = compared(sent(), HalfClosed(), received("B"), received(1), received("C"), received(None), OK)
    assert found == (
        Mismatch(
            location=parse_location("events[3].message.sku"),
            expected="A",
            actual=1,
            rule="type",
            sentence='a string, for example "A"',
        ),
        Mismatch(
            location=parse_location("events[5].message.sku"),
            expected="A",
            actual=None,
            rule="type",
            sentence='a string, for example "A"',
        ),
    )


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_status_is_compared_where_it_came(count: int) -> None:
    found = compared(sent(), HalfClosed(), *[received("B")] * count, Status(code="ABORTED"))
    assert places(found) == [f"events[{2 + count}].status"]


def test_a_status_that_did_not_come_is_missed_behind_the_messages() -> None:
    found = compared(sent(), HalfClosed(), received("B"), received("B"))
    assert places(found) == ["events[4].status", "events[4].status_message", "events[4].trailers"]
    assert found[0].actual is ABSENT


def test_the_order_of_the_half_close_counts() -> None:
    assert places(compared(sent(), received("B"), received("B"), HalfClosed(), OK)) == [
        "events[1]",
        "events[3].status",
        "events[3].status_message",
        "events[3].trailers",
        "events[1].message",
        "events[3]",
        "events[4].status",
        "events[4].status_message",
        "events[4].trailers",
    ]


def test_what_the_consumer_sends_behind_the_messages_is_none_of_them() -> None:
    expected = stream(sent(1), sent(1), received("A"), sent(2), HalfClosed(), OK)
    assert compared(sent(1), sent(1), received("B"), received("C"), sent(2), HalfClosed(), OK, expected=expected) == ()
    assert places(compared(sent(1), sent(1), sent(3), HalfClosed(), OK, expected=expected)) == ["events[2].message.id"]


def test_messages_expected_behind_them_keep_their_turns() -> None:
    expected = stream(sent(), HalfClosed(), received("A"), received("last"), OK)
    assert compared(sent(), HalfClosed(), received("B"), received("C"), received("last"), OK, expected=expected) == ()
    assert places(compared(sent(), HalfClosed(), received("B"), received("C"), OK, expected=expected)) == [
        "events[3].message.sku"
    ]


def test_bounds_hold_for_the_number_of_messages() -> None:
    assert compared(sent(), HalfClosed(), received("B"), received("B"), OK, min=1, max=2) == ()
    assert compared(sent(), HalfClosed(), OK, min=1) == (
        Mismatch(
            location=parse_location("events[2]"),
            expected=[],
            actual=[],
            rule="type",
            sentence="a list of at least 1 element",
        ),
    )
    assert places(compared(sent(), HalfClosed(), *[received("B")] * 3, OK, max=2)) == ["events[2]"]


def test_without_the_rule_the_number_is_that_of_the_example() -> None:
    compare = compile_comparison(EXPECTED.parts(), rules()[1:])
    assert places(compare(stream(sent(), HalfClosed(), received("B"), received("B"), OK).parts())) == [
        "events[3].status",
        "events[3].status_message",
        "events[3].trailers",
        "events[3].message",
        "events[4].status",
        "events[4].status_message",
        "events[4].trailers",
    ]
