"""Places in use: what of its provider an interaction uses, and whether it needs it."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from contractkit.conformance.messages import referred_operation
from contractkit.model import (
    BinaryBody,
    Cancelled,
    EmptyBody,
    Exchange,
    HalfClosed,
    HttpCall,
    InferredNeeds,
    Interaction,
    JsonBody,
    Location,
    MissingBody,
    Part,
    RpcCall,
    Sent,
    Step,
    TextBody,
    Wildcard,
    base_media_type,
)

Needed: TypeAlias = bool | None
"""Whether a consumer needs a place: None where its needs were not inferred."""

SENT: Final = Location(("sent", Wildcard.INDEX, "message"))
"""A message that the consumer of a procedure sends, as usage names it; what both messages have is told apart so."""

RECEIVED: Final = Location(("received", Wildcard.INDEX, "message"))
"""One that it receives."""

_FORM: Final = "application/x-www-form-urlencoded"
_MESSAGE: Final = Location(("events", Wildcard.INDEX, "message"))
_WITHOUT_MEMBERS: Final = ("text/plain", "text/html", "application/octet-stream", "image/", "audio/", "video/")
"""What the media types of bodies start with of which no definition describes members."""


def together(said: Iterable[Needed]) -> Needed:
    """Give what several interactions of a consumer say: one that needs it decides, then one that does not know."""
    known = list(said)
    return True if True in known else None if None in known else False


def operation_of(interaction: Interaction) -> str:
    """Give the operation's name where the contract says it, else method and path, procedure or description.

    Contracts of other tools say of messages which operation of an AsyncAPI document carries them.
    """
    if interaction.operation:
        return interaction.operation
    match interaction.exchange:
        case HttpCall(request=request):
            return f"{request.method} {request.path}"
        case RpcCall(procedure=procedure):
            return procedure
        case _:
            return referred_operation(interaction) or interaction.description


def locations_of(interaction: Interaction) -> dict[Location, Needed]:
    """Give each place of an interaction, and whether it is needed; what is sent is needed.

    `request.body.*` stands for any place of a body that has members and is not looked into, such as XML.
    """
    needs = interaction.needs
    proved = isinstance(needs, InferredNeeds)
    found: dict[Location, Needed] = {}
    exchange = interaction.exchange
    for part in exchange.parts():
        if _may_hold_any(part.value):
            found[place_in_use(part.location / Wildcard.ANY, exchange)] = None
        for location in _of_part(part):
            found[place_in_use(location, exchange)] = True if proved or _is_sent(location, interaction) else None
    if isinstance(needs, InferredNeeds):
        found.update({place_in_use(place, exchange): False for place in (*needs.tolerated, *needs.untouched)})
        found.update({place_in_use(need.location, exchange): True for need in needs.needed})
        found.update({place_in_use(place, exchange): True for group in needs.any_of for place in group})
    return found


def place_in_use(location: Location, exchange: Exchange) -> Location:
    """Give a location as usage names it: elements as `[*]`, and the messages of a call by who sends them."""
    general = _general(location)
    if not isinstance(exchange, RpcCall) or general.steps[:3] != _MESSAGE.steps:
        return general
    sent: list[Step] = [number for number, event in enumerate(exchange.events) if isinstance(event, Sent)]
    return _sided(general, SENT if location.steps[1] in sent else RECEIVED)


@lru_cache(maxsize=16_384)
def _sided(location: Location, side: Location) -> Location:
    return side.under(location.steps[len(_MESSAGE.steps) :])


def _is_sent(location: Location, interaction: Interaction) -> bool:
    """Say whether the consumer sends what stands at a place; calling a procedure is sending its name."""
    match location.steps:
        case ("request" | "procedure" | "metadata", *_):
            return True
        case ("events", int(number), *_) if isinstance(interaction.exchange, RpcCall):
            return isinstance(interaction.exchange.events[number], Sent | HalfClosed | Cancelled)
    return False


@lru_cache(maxsize=16_384)
def _general(location: Location) -> Location:
    return location.generalised()


def _of_part(part: Part) -> Iterator[Location]:
    match part.value:
        case MissingBody():
            return
        case JsonBody(value=value):
            yield from _of_value(part.location, value)
        case TextBody() as body if (names := _fields_of(body)) is not None:
            yield from (part.location / name for name in names)
        case EmptyBody() | TextBody() | BinaryBody():
            yield part.location
        case Mapping() as fields:
            yield from (part.location / str(name) for name in fields)
        case _:
            yield part.location


def _of_value(at: Location, value: object) -> Iterator[Location]:
    match value:
        case dict() if value:
            for name, member in value.items():
                yield from _of_value(at / str(name), member)
        case list() if value:
            for element in value:
                yield from _of_value(at / Wildcard.INDEX, element)
        case _:
            yield at


def _may_hold_any(value: object) -> bool:
    """Say whether a body has members, and is not looked into."""
    match value:
        case TextBody() if _fields_of(value) is not None:
            return False
        case TextBody(media_type=media_type) | BinaryBody(media_type=media_type):
            return not base_media_type(media_type).startswith(_WITHOUT_MEMBERS)
    return False


def _fields_of(body: TextBody) -> tuple[str, ...] | None:
    """Give the names of a form's fields; None where it is none, or names stand for more than members of it."""
    if base_media_type(body.media_type) != _FORM:
        return None
    names = tuple(dict.fromkeys(name for name, _ in parse_qsl(body.text, keep_blank_values=True)))
    return None if any(set("[].") & set(name) for name in names) else names
