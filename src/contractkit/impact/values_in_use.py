"""The values that an interaction uses, over each transport: statuses, content types, and short texts."""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Final, TypeAlias

from contractkit.conformance.uses import limits_at
from contractkit.exact_json import Json, dump_compact
from contractkit.impact.places_in_use import Needed, place_in_use
from contractkit.impact.served import served_trees
from contractkit.model import (
    Body,
    HttpCall,
    InferredNeeds,
    Interaction,
    JsonBody,
    Location,
    Message,
    Received,
    RpcCall,
    Sent,
    Status,
    SynchronousMessages,
    Wildcard,
    media_type_of,
)

LONGEST: Final = 40
"""Characters of a text that may be a member of an enumeration."""

ANY_VALUE: Final = "*"
"""Stands for what a rule of something sent allows beside what was recorded."""

UsedValue: TypeAlias = tuple[Location, str, Needed]
"""Where a value is used, the value in JSON or `ANY_VALUE`, and whether it is needed."""


class _Others(Enum):
    ANY = ANY_VALUE


_Used: TypeAlias = tuple[Location, Json | _Others, Needed]
_LONGEST_TYPE: Final = 80  # characters of a content type
_QUERY = Location(("request", "query"))
_EVENTS = Location(("events",))
_CONTENT_TYPE = "contentType"
_SEPARATOR = re.compile(r"[,| ]")  # of the styles that write a list as one value (OpenAPI 3.1 §4.8.12.3)


def values_in(interaction: Interaction) -> Iterator[UsedValue]:
    """Give the values that an interaction uses, at places as `place_in_use` names them; some may come twice.

    What is sent is needed, and so are statuses, content types of messages, and what is expected to the letter.
    """
    for location, value, needed in _values_in(interaction):
        place = place_in_use(location, interaction.exchange)
        yield place, ANY_VALUE if value is _Others.ANY else dump_compact(value).decode(), needed


def _values_in(interaction: Interaction) -> Iterator[_Used]:
    match interaction.exchange:
        case HttpCall() as call:
            yield from _of_http(interaction, call)
        case RpcCall() as call:
            yield from _of_procedure(interaction, call)
        case Message() as message:
            yield from _of_received(interaction, {Location(("message",)): message})
        case SynchronousMessages(request=request, responses=responses):
            yield from _of_sent(interaction, request, Location(("request",)))
            at = Location(("responses",))
            yield from _of_received(interaction, {at / number: each for number, each in enumerate(responses)})


def short(values: Iterable[Json]) -> Iterator[str]:
    """Give those values that are texts and may be members of an enumeration."""
    return (value for value in values if isinstance(value, str) and len(value) <= LONGEST)


def _of_http(interaction: Interaction, call: HttpCall) -> Iterator[_Used]:
    yield Location(("response", "status")), call.response.status, True
    for name, texts in call.request.query.items():
        yield from ((_QUERY / name, text, True) for text in _listed(texts))
        if _allows_others(_QUERY / name, interaction) or _allows_others(_QUERY / name / Wildcard.INDEX, interaction):
            yield _QUERY / name, _Others.ANY, True
    yield from _sent(interaction, Location(("request", "body")), call.request.body)
    at = Location(("response", "body"))
    yield from _answered(interaction, {at: call.response.body}, [(at, each) for each in _served(interaction)])


def _of_procedure(interaction: Interaction, call: RpcCall) -> Iterator[_Used]:
    answers: dict[Location, Body] = {}
    for number, event in enumerate(call.events):
        at = _EVENTS / number
        match event:
            case Sent(message=body):
                yield from _sent(interaction, at / "message", body)
            case Received(message=body):
                answers[at / "message"] = body
            case Status(code=code, details=details):
                yield from ((_EVENTS / Wildcard.INDEX / "status", each, True) for each in short([code]))
                answers[at / "details"] = JsonBody(list(details))
    expected = [event for event in call.events if isinstance(event, Received)]
    served = served_trees(interaction, len(expected))
    yield from _answered(interaction, answers, [(_EVENTS / Wildcard.INDEX / "message", each) for each in served])


def _of_sent(interaction: Interaction, message: Message, at: Location) -> Iterator[_Used]:
    yield from _content_type(message, at)
    yield from _sent(interaction, at / "contents", message.contents)
    yield from _sent(interaction, at / "metadata", JsonBody(_further(message)))


def _of_received(interaction: Interaction, messages: Mapping[Location, Message]) -> Iterator[_Used]:
    for at, message in messages.items():
        yield from _content_type(message, at)
        yield from _expected(interaction, at / "metadata", _further(message))
    contents = {at / "contents": message.contents for at, message in messages.items()}
    is_alone = isinstance(interaction.exchange, Message)
    served = [(at, each) for at in contents for each in _served(interaction)] if is_alone else []
    yield from _answered(interaction, contents, served)


def _content_type(message: Message, at: Location) -> Iterator[_Used]:
    said = message.metadata.get(_CONTENT_TYPE) or media_type_of(message.contents)
    if isinstance(said, str) and len(said) <= _LONGEST_TYPE:
        yield at / "metadata" / _CONTENT_TYPE, said, True


def _further(message: Message) -> dict[str, Json]:
    return {name: value for name, value in message.metadata.items() if name != _CONTENT_TYPE}


def _sent(interaction: Interaction, at: Location, body: Body) -> Iterator[_Used]:
    for place, text in _texts(at, body.value) if isinstance(body, JsonBody) else ():
        yield from ((place, each, True) for each in short([text]))
        if _allows_others(place, interaction):
            yield place, _Others.ANY, True


def _allows_others(place: Location, interaction: Interaction) -> bool:
    """Say whether a rule stands for other values of a place than the one that was recorded."""
    is_exact, _ = limits_at(place, interaction.rules)
    return not is_exact


def _answered(
    interaction: Interaction, expected: Mapping[Location, Body], served: Iterable[tuple[Location, Json]]
) -> Iterator[_Used]:
    """Give the values of answers: of those that were only served nothing is known, unless the needs are."""
    needs = interaction.needs
    if isinstance(needs, InferredNeeds):
        for need in needs.needed:
            yield from ((need.location, text, True) for text in short(need.members))
        return
    for at, body in expected.items():
        if isinstance(body, JsonBody):
            yield from _expected(interaction, at, body.value)
    for at, value in served:
        yield from ((place, each, None) for place, text in _texts(at, value) for each in short([text]))


def _expected(interaction: Interaction, at: Location, value: Json) -> Iterator[_Used]:
    for place, text in _texts(at, value):
        needed = None if _allows_others(place, interaction) else True
        yield from ((place, each, needed) for each in short([text]))


def _served(interaction: Interaction) -> Iterator[Json]:
    if isinstance(interaction.served, JsonBody):
        yield interaction.served.value


def _texts(at: Location, value: Json) -> Iterator[tuple[Location, str]]:
    match value:
        case dict():
            for name, member in value.items():
                yield from _texts(at / name, member)
        case list():
            for element in value:
                yield from _texts(at / Wildcard.INDEX, element)
        case str():
            yield at, value


def _listed(texts: Iterable[str | None]) -> Iterator[str]:
    """Give the values of a parameter, and the elements of a list that is written as one of them."""
    return short(dict.fromkeys(each for text in texts if text for each in (text, *_SEPARATOR.split(text))))
