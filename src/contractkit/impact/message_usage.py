"""Usage of messages: what of a definition of messages nobody is known to need."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from contractkit.definitions.messages import MessageDefinition, headers_name_of
from contractkit.impact.usage import Unused, UsedPlace, doubted, unused
from contractkit.impact.usage_values import place_and_value, unused_values

_BODY: Final = "response.body"
_CONTENTS: Final = "message.contents"
_METADATA: Final = "message.metadata"
_ANY: Final = "message.*"
_SENT: Final = ("request.contents", "request.metadata")
_TYPED: Final = "message.metadata.contentType = "
_TYPE_OF_ANSWER: Final = "response.headers.content-type = "
_REPLIES: Final = "responses[*]."


def unused_of_messages(
    definition: MessageDefinition, places: Iterable[UsedPlace], values: Iterable[UsedPlace] = ()
) -> tuple[Unused, ...]:
    """Give what of messages nobody is known to need: a message, members of contents, headers, members of enumerations.

    A consumer whose contract names none of the messages may handle any of them, so because of it nothing is proved; nor
    is a header of a message that somebody handles, of which a contract need not hold all.

    Args:
        definition: The definition.
        places: What is used, by the names of messages, or of operations that carry them.
        values: Which values are, likewise. Where nobody knows of any, nothing is said of members of enumerations.
    """
    by_message: dict[str, list[UsedPlace]] = defaultdict(list)
    strangers: set[str] = set()
    known, of_values = list(places), list(values)
    for place in (*known, *of_values):
        names = _messages_of(definition, place)
        if names is None:
            strangers.update(place.consumers)
        for name in names or ():
            by_message[name].append(_as_message(place, name, is_sure=len(names or ()) == 1))
    found = [each for every in by_message.values() for place in every for each in _as_answer(place)]
    free = [
        *unused(definition.answers, (each for each in found if place_and_value(each.location)[1] is None)),
        *(unused_values(definition.answers, found) if of_values else ()),
    ]
    order = [*definition.names]
    return tuple(sorted(_told(definition, free, by_message, strangers), key=lambda each: order.index(each.operation)))


def _messages_of(definition: MessageDefinition, place: UsedPlace) -> tuple[str, ...] | None:
    """Give the messages of which a place may be: None where it is of messages and nobody can say of which."""
    named = (place.operation,) if place.operation in definition.names else ()
    carrying = definition.operations.get(place.operation)
    if place.location.startswith(_SENT):
        return None if carrying is None or not carrying.messages else carrying.messages
    if place.location.startswith(_REPLIES):
        return None if carrying is None or not carrying.replies else carrying.replies
    if not place.location.startswith("message."):
        return ()
    return tuple(dict.fromkeys((*named, *(carrying.messages if carrying is not None else ())))) or None


def _as_message(place: UsedPlace, name: str, *, is_sure: bool) -> UsedPlace:
    """Give a place of messages that are answered as one of a message; what it may not be of, it does not prove."""
    location = place.location.removeprefix("request.").removeprefix(_REPLIES).removeprefix("message.")
    consumers = place.consumers if is_sure else {each: said or None for each, said in place.consumers.items()}
    return UsedPlace(operation=name, location=f"message.{location}", consumers=consumers)


def _as_answer(place: UsedPlace) -> Iterator[UsedPlace]:
    """Give a place of a message as one of the answer that its definition reads it as.

    The content type that a consumer takes says that its values are known: each message has one, as an answer a status.
    """
    if place.location.startswith(_TYPED):
        yield replace(place, location=f"{_TYPE_OF_ANSWER}{place.location.removeprefix(_TYPED)}")
        return
    if place.location == _ANY:
        yield replace(place, location=f"{_BODY}.*")
        return
    for side, operation in ((_CONTENTS, place.operation), (_METADATA, headers_name_of(place.operation))):
        if place.location == side or place.location.startswith((f"{side}.", f"{side}[", f"{side} = ")):
            yield replace(place, operation=operation, location=f"{_BODY}{place.location.removeprefix(side)}")


def _told(
    definition: MessageDefinition,
    free: Iterable[Unused],
    by_message: dict[str, list[UsedPlace]],
    strangers: set[str],
) -> Iterator[Unused]:
    headers = {headers_name_of(name): name for name in definition.names}
    for each in free:
        name = headers.get(each.operation)
        if name is None:
            yield doubted(_moved(each, each.operation, _CONTENTS), strangers)
        elif by_message[name]:
            handlers = {consumer for place in by_message[name] for consumer in place.consumers}
            yield doubted(_moved(each, name, _METADATA), strangers | handlers)


def _moved(found: Unused, name: str, side: str) -> Unused:
    if not found.location:
        return replace(found, operation=name, location=side if side == _METADATA else "")
    return replace(found, operation=name, location=f"{side}{found.location.removeprefix(_BODY)}")
