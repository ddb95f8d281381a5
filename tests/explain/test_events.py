"""Events in words, and what the report of a verification says of remote procedure calls."""

import pytest

from contractkit.explain.events import event_in_words, ordinal
from contractkit.explain.verification import explain_verification
from contractkit.explain.verification_failures import place_in_words
from contractkit.model import (
    Cancelled,
    Contract,
    HalfClosed,
    Interaction,
    JsonBody,
    LocatedRules,
    Received,
    RpcCall,
    Rule,
    Sent,
    Status,
    parse_location,
)
from contractkit.results import ABSENT, ContractResult, InteractionResult, Mismatch

MESSAGE = JsonBody({"id": 7})
CHAT = RpcCall(
    procedure="shop.v1.Items/Watch",
    events=(
        Sent(message=MESSAGE),
        Received(message=MESSAGE),
        HalfClosed(),
        Received(message=MESSAGE),
        Status(code="OK"),
    ),
)
ENDED = RpcCall(procedure="shop.v1.Items/Watch", events=(Sent(message=MESSAGE), Received(message=MESSAGE), Cancelled()))


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("events[0].message.id", "the message sent"),
        ("events[1].message.id", "the 1st message received"),
        ("events[2]", "the half-close"),
        ("events[3].message", "the 2nd message received"),
        ("events[4].message", "the 3rd message received"),
        ("events[5].message.id", "the 4th message received"),
        ("events[4].status", "the status"),
        ("events[4].status_message", "the text of the status"),
        ("events[4].details[0].reason", "the details of the status"),
        ("events[4].trailers['trace-id']", "the trailers"),
        ("initial_metadata.tenant", ""),
    ],
)
def test_a_place_lies_in_an_event(place: str, words: str) -> None:
    assert event_in_words(CHAT, parse_location(place)) == words


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("events[0].message.id", "the message sent"),
        ("events[1].message.id", "the 1st message received"),
        ("events[5].message.id", "the 5th message received"),
        ("events[9].status", "the status"),
        ("events[9].details[0]", "the details of the status"),
        ("events[1]", "the messages received"),
    ],
)
def test_messages_of_any_number_are_counted_from_their_example(place: str, words: str) -> None:
    assert event_in_words(CHAT, parse_location(place), {1}) == words


def test_what_comes_instead_of_a_cancellation_is_named() -> None:
    assert [event_in_words(ENDED, parse_location(f"events[2].{part}")) for part in ("message", "status")] == [
        "the 2nd message received",
        "the end of the call",
    ]


def test_ordinals() -> None:
    assert [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        *("1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"),
    ]


def test_a_mismatch_among_any_number_of_messages_is_named_where_it_came() -> None:
    rules = (LocatedRules(location=parse_location("events[1]"), rules=(Rule("type"),)),)
    interaction = Interaction(key="a", description="Watch", exchange=CHAT, rules=rules)
    assert place_in_words(parse_location("events[4].message.id"), interaction) == (
        "events[4].message.id (the 4th message received)"
    )


def test_a_stream_without_messages_is_told_though_it_passed() -> None:
    interaction = Interaction(key="a", description="Watch id=7 answers OK", exchange=CHAT, operation=CHAT.procedure)
    result = InteractionResult(interaction=interaction, unchecked=(parse_location("events[1]"),))
    contract = Contract(consumer="web-shop", provider="shop", interactions=(interaction,))
    text = explain_verification("shop", [ContractResult(contract=contract, results=(result,))])
    assert "  unchecked     nothing of the messages at events[1] was checked: the provider sent none\n" in text
    assert text.startswith(
        "shop does what web-shop expects: 1 interaction passed. 1 interaction left messages of streams unchecked: the "
        "provider had none.\n\n"
    )


def reported(actual: str) -> str:
    interaction = Interaction(key="a", description="Watch id=7 answers OK", exchange=CHAT, operation=CHAT.procedure)
    mismatches = (
        Mismatch(
            location=parse_location("events[3].message"),
            expected={"id": 7},
            actual=ABSENT,
            rule="equality",
            sentence="the message",
        ),
        Mismatch(
            location=parse_location("events[4].status"),
            expected="OK",
            actual=actual,
            rule="equality",
            sentence='exactly "OK"',
        ),
    )
    contract = Contract(consumer="web-shop", provider="shop", interactions=(interaction,))
    result = InteractionResult(interaction=interaction, mismatches=mismatches)
    return explain_verification("shop", [ContractResult(contract=contract, results=(result,))])


def test_a_failed_call_names_procedure_and_events() -> None:
    assert (
        "web-shop cannot use the response of shop to shop.v1.Items/Watch.\n\n"
        "  interaction   Watch id=7 answers OK\n"
        "  at            events[3].message (the 2nd message received)\n"
        "  expected      the message\n"
        "  received      nothing\n"
        "  at            events[4].status (the status)\n"
        '  expected      exactly "OK"\n'
        '  received      "NOT_FOUND"\n\n'
        "Run this interaction alone:"
    ) in reported("NOT_FOUND")


def test_a_procedure_that_is_not_offered_is_said() -> None:
    step = "shop answers as if it did not offer shop.v1.Items/Watch: is the service added to its server?\n"
    assert step in reported("UNIMPLEMENTED")


def test_a_refusal_suggests_credentials() -> None:
    assert "Credentials are never recorded." in reported("UNAUTHENTICATED")
