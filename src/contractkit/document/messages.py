"""Synchronous messages of version 4: a message that is sent, and the list of those that answer it."""

from contractkit.document.parts import Generators, Rules, message_of, write_message
from contractkit.document.reading import ObjectReader
from contractkit.exact_json import Json
from contractkit.model import Location, SynchronousMessages
from contractkit.results import ABSENT

_REQUEST, _RESPONSES = Location(("request",)), Location(("responses",))


def read_synchronous(reader: ObjectReader, *, specification: str) -> tuple[SynchronousMessages, Rules, Generators]:
    """Read the members `request` and `response` of an interaction; a single response counts as a list of one."""
    asked = message_of(reader.required_child("request"), specification=specification, place=_REQUEST)
    answers = [
        message_of(each, specification=specification, place=_RESPONSES / number)
        for number, each in enumerate(_responses(reader))
    ]
    exchange = SynchronousMessages(request=asked.part, responses=tuple(each.part for each in answers))
    parts = (asked, *answers)
    rules = tuple(rule for part in parts for rule in part.rules)
    return exchange, rules, tuple(generator for part in parts for generator in part.generators)


def write_synchronous(exchange: SynchronousMessages, rules: Rules, generators: Generators) -> dict[str, Json]:
    """Give such an exchange as the members of an interaction of version 4."""
    return {
        "request": write_message(exchange.request, rules, generators, _REQUEST),
        "response": [
            write_message(each, rules, generators, _RESPONSES / number)
            for number, each in enumerate(exchange.responses)
        ],
    }


def has_place(exchange: SynchronousMessages, location: Location) -> bool:
    """Say whether a location lies in the request or in a response that is there."""
    match location.steps:
        case ("request", *_):
            return True
        case ("responses", int(number), *_):
            return number < len(exchange.responses)
    return False


def _responses(reader: ObjectReader) -> list[ObjectReader]:
    if isinstance(reader.peek("response"), dict):
        return [reader.required_child("response")]
    if reader.is_object and "response" not in reader:
        reader.findings.wrong(reader.at("response"), "a list of messages", ABSENT)
    return list(reader.objects("response"))
