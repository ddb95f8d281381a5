"""Alignment: the events of two calls laid beside each other, so that one more message is one difference."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher

from contractkit.model import (
    Cancelled,
    Event,
    HalfClosed,
    Interaction,
    LocatedGenerator,
    LocatedRules,
    Location,
    Received,
    RpcCall,
    Sent,
    Status,
)
from contractkit.review.records import Difference, Effect
from contractkit.review.trees import body_tree, show_tree


def align_events(before: Interaction, after: Interaction) -> tuple[Interaction, Interaction, tuple[Difference, ...]]:
    """Give two calls with the events that both have, at the places they have afterwards, and what the others are.

    Interactions that are no calls, and calls of the same kinds of events, come back as they are.
    """
    if not isinstance(before.exchange, RpcCall) or not isinstance(after.exchange, RpcCall):
        return before, after, ()
    olds, news = ([type(event).__name__ for event in each.events] for each in (before.exchange, after.exchange))
    if olds == news:
        return before, after, ()
    blocks = SequenceMatcher(a=olds, b=news, autojunk=False).get_matching_blocks()
    shared = {block.a + step: block.b + step for block in blocks for step in range(block.size)}
    kept = {place: place for place in shared.values()}
    differences = (*_lost(before.exchange, shared), *_gained(after.exchange, kept))
    return _moved(before, before.exchange, shared), _moved(after, after.exchange, kept), differences


def _lost(call: RpcCall, shared: Mapping[int, int]) -> Iterator[Difference]:
    for place, event in enumerate(call.events):
        if place not in shared:
            effect = Effect.LOOSER if isinstance(event, Received) else Effect.OTHER
            at = Location(("events", place))
            yield Difference(what="event", effect=effect, before=_words(event), after=None, location=at)


def _gained(call: RpcCall, kept: Mapping[int, int]) -> Iterator[Difference]:
    for place, event in enumerate(call.events):
        if place not in kept:
            effect = Effect.STRICTER if isinstance(event, Received) else Effect.OTHER
            at = Location(("events", place))
            yield Difference(what="event", effect=effect, before=None, after=_words(event), location=at)


def _moved(interaction: Interaction, call: RpcCall, places: Mapping[int, int]) -> Interaction:
    """Give an interaction with some of its events, each with its rules and generators at another place."""
    events = [HalfClosed() for _ in range(max(places.values(), default=-1) + 1)]
    moved: list[Event] = list(events)
    for old, new in places.items():
        moved[new] = call.events[old]
    rules = [_rules_at(each, places) for each in interaction.rules]
    generators = [_generator_at(each, places) for each in interaction.generators]
    return replace(
        interaction,
        exchange=replace(call, events=tuple(moved)),
        rules=tuple(each for each in rules if each is not None),
        generators=tuple(each for each in generators if each is not None),
    )


def _rules_at(located: LocatedRules, places: Mapping[int, int]) -> LocatedRules | None:
    location = _location_at(located.location, places)
    return None if location is None else replace(located, location=location)


def _generator_at(located: LocatedGenerator, places: Mapping[int, int]) -> LocatedGenerator | None:
    location = _location_at(located.location, places)
    return None if location is None else replace(located, location=location)


def _location_at(location: Location, places: Mapping[int, int]) -> Location | None:
    match location.steps:
        case ("events", int(place), *rest):
            return Location(("events", places[place], *rest)) if place in places else None
    return location


def _words(event: Event) -> str:
    match event:
        case Sent(message=body):
            return f"a message sent: {show_tree(body_tree(body))}"
        case Received(message=body):
            return f"a message received: {show_tree(body_tree(body))}"
        case HalfClosed():
            return "the consumer sends no more"
        case Cancelled():
            return "the consumer gives up"
        case Status(code=code):
            return f"the status {code}"
