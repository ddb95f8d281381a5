"""The places of an interaction: every location that its request and its expected answer hold, with the value there."""

from collections.abc import Iterator, Mapping

from contractkit.exact_json import Json
from contractkit.model import (
    BinaryBody,
    EmptyBody,
    Interaction,
    JsonBody,
    Location,
    MissingBody,
    Part,
    TextBody,
)


def places_of(interaction: Interaction) -> Iterator[tuple[Location, Json]]:
    """Give each location with a value of its own, in the order of the parts; empty objects and lists included."""
    for part in interaction.exchange.parts():
        yield from _of_part(part)


def _of_part(part: Part) -> Iterator[tuple[Location, Json]]:
    match part.value:
        case MissingBody():
            return
        case EmptyBody():
            yield part.location, ""
        case JsonBody(value=value):
            yield from _of_value(part.location, value)
        case TextBody(text=text):
            yield part.location, text
        case BinaryBody(data=data):
            yield part.location, f"{len(data)} bytes"
        case Mapping() as fields:
            for name, values in fields.items():
                yield part.location / str(name), list(values) if isinstance(values, tuple) else values
        case value:
            yield part.location, value


def _of_value(at: Location, value: Json) -> Iterator[tuple[Location, Json]]:
    match value:
        case dict() if value:
            for name, member in value.items():
                yield from _of_value(at / name, member)
        case list() if value:
            for index, element in enumerate(value):
                yield from _of_value(at / index, element)
        case _:
            yield at, value
