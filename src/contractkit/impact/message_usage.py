"""Usage of messages: what of a definition of messages nobody is known to need."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from contractkit.definitions.messages import MessageDefinition, headers_name_of
from contractkit.impact.usage import Unused, UsedPlace, doubted, unused

_BODY: Final = "response.body"
_CONTENTS: Final = "message.contents"
_METADATA: Final = "message.metadata"


def unused_of_messages(definition: MessageDefinition, places: Iterable[UsedPlace]) -> tuple[Unused, ...]:
    """Give what of messages nobody is known to need: a whole message, members of its contents, headers.

    A consumer whose contract names none of the messages may handle any of them, so because of it nothing is proved; nor
    is a header of a message that somebody handles, of which a contract need not hold all.
    """
    by_message: dict[str, list[UsedPlace]] = defaultdict(list)
    for place in places:
        by_message[place.operation].append(place)
    strangers = {
        name
        for operation, found in by_message.items()
        if operation not in definition.names
        for name in _handlers(found)
    }
    translated = [each for found in by_message.values() for place in found for each in _as_answer(place)]
    headers = {headers_name_of(name): name for name in definition.names}
    result = []
    for each in unused(definition.answers, translated):
        name = headers.get(each.operation)
        if name is None:
            result.append(doubted(_moved(each, each.operation, _CONTENTS), strangers))
        elif by_message[name]:
            result.append(doubted(_moved(each, name, _METADATA), strangers | {*_handlers(by_message[name])}))
    return tuple(result)


def _handlers(places: Iterable[UsedPlace]) -> Iterator[str]:
    """Give the consumers of places of messages."""
    for place in places:
        if place.location.startswith("message."):
            yield from place.consumers


def _as_answer(place: UsedPlace) -> Iterator[UsedPlace]:
    """Give a place of a message as one of the answer that its definition reads it as."""
    for side, operation in ((_CONTENTS, place.operation), (_METADATA, headers_name_of(place.operation))):
        if place.location == side or place.location.startswith((f"{side}.", f"{side}[")):
            yield replace(place, operation=operation, location=f"{_BODY}{place.location.removeprefix(side)}")


def _moved(found: Unused, name: str, side: str) -> Unused:
    if not found.location:
        return replace(found, operation=name, location=side if side == _METADATA else "")
    return replace(found, operation=name, location=f"{side}{found.location.removeprefix(_BODY)}")
