"""Events of remote procedure calls in words: `the 2nd message received`."""

from collections.abc import Set

from contractkit.model import Cancelled, Event, HalfClosed, Location, Received, RpcCall, Sent, Status

_PLACES = {
    "status": "the status",
    "status_message": "the text of the status",
    "details": "the details of the status",
    "trailers": "the trailers",
}


def event_in_words(call: RpcCall, location: Location, repeated: Set[int] = frozenset()) -> str:
    """Give which event of a call a location lies in, or an empty text where it lies in none.

    A message at the place of an event of another kind, or behind the last, is one that came beyond those expected.
    What lies behind a message that may come any number of times is where it really was.

    Args:
        call: What is expected.
        location: The place of a mismatch.
        repeated: The places of the messages that may come any number of times.
    """
    first, number, *rest = (*location.steps, "", "")
    if first != "events" or not isinstance(number, int):
        return ""
    start = min(repeated, default=number + 1)
    if number >= start:
        return _in_stream(call, start, number, str(rest[0]))
    event = call.events[number] if number < len(call.events) else None
    match event:
        case Sent():
            return f"the {_among(call, number, Sent)}message sent"
        case Received():
            return f"the {_among(call, number, Received)}message received"
        case HalfClosed():
            return "the half-close"
        case _ if rest[0] == "message":
            return f"the {ordinal(_beyond(call, number))} message received"
        case Cancelled():
            return "the end of the call"
    return _PLACES.get(str(rest[0]), "the end of the call")


def _in_stream(call: RpcCall, start: int, number: int, part: str) -> str:
    """Give the event where any number of messages may have come from the place `start` on, one behind the other."""
    if part == "":
        return "the messages received"
    before = sum(isinstance(event, Received) for event in call.events[:start])
    return _PLACES.get(part, f"the {ordinal(before + 1 + number - start)} message received")


def ordinal(number: int) -> str:
    """Give `1st`, `2nd`, `3rd`, `4th` … of a number counted from 1."""
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _among(call: RpcCall, number: int, kind: type[Event]) -> str:
    """Give an event's ordinal among those of its kind and a blank; empty where it is the only one."""
    places = [place for place, event in enumerate(call.events) if isinstance(event, kind)]
    return f"{ordinal(places.index(number) + 1)} " if len(places) > 1 else ""


def _beyond(call: RpcCall, number: int) -> int:
    """Give which of all messages received it was that came beyond those expected."""
    expected = sum(isinstance(event, Received) for event in call.events)
    ends = [place for place, event in enumerate(call.events) if isinstance(event, Status | Cancelled)]
    return expected + 1 + number - (ends[0] if ends else len(call.events))
