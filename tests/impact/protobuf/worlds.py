"""Small worlds of remote procedures: a definition, a provider that sets every field it has, a consumer with needs.

A field keeps its identity through changes of its name, number and type, so that reality can be asked: does the other
side get, over bytes or JSON alone, what the one side meant? Nothing here asks contractkit.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

from google.protobuf.json_format import MessageToJson, Parse, ParseDict, ParseError
from google.protobuf.message import DecodeError, Message

from tests.impact.protobuf.world_changes import CHANGES
from tests.impact.protobuf.world_definitions import (
    Definition,
    Entries,
    Field,
    Value,
    classes,
    default_of,
    make_fields,
    meant,
    name_of,
    several,
    written,
)

Place: TypeAlias = tuple[int, ...]
"""The identities of the fields that lead to a value."""

_ANSWERS = 12  # that a provider gives


@dataclass(slots=True)
class World:
    """A definition, what a consumer sends and needs, what it was served, and the definition after `changes`.

    `needs` are places of the answer with the members that it copes with, none where any value will do.
    """

    old: Definition
    new: Definition
    sent: dict[int, Value]
    needs: dict[Place, tuple[str, ...]]
    served: dict[int, Value]
    changes: list[str] = field(default_factory=list)


def make_world(random: Random) -> World:
    """Make a definition, a consumer that works with it, and one to three changes."""
    counter = iter(range(1, 10_000))
    old = Definition(make_fields(random, counter, 0), make_fields(random, counter, 0))
    sent = {key: value for key, value in meant(old.request, random).items() if random.random() < 0.6}
    served = meant(old.response, random)
    places = [each for each in _places(old.response) if each[0][0] in served]
    chosen = random.sample(places, min(len(places), random.randint(1, 3)))
    needs = {place: _tolerated(leaf, random) for place, leaf in chosen}
    world = World(old=old, new=copy.deepcopy(old), sent=sent, needs=needs, served=served)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        name, change = random.choice(CHANGES)
        if change(world.new, random, counter):
            world.changes.append(name)
    return world


@dataclass(frozen=True, slots=True)
class Form:
    """How messages travel; `read` gives None for what its reader does not take."""

    write: Callable[[Message], bytes]
    read: Callable[[type[Message], bytes], Message | None]


def _read_bytes(reader: type[Message], data: bytes) -> Message | None:
    try:
        return reader.FromString(data)
    except (DecodeError, UnicodeDecodeError):
        return None


def _read_json(reader: type[Message], data: bytes) -> Message | None:
    try:
        return Parse(data, reader(), ignore_unknown_fields=True)
    except ParseError:
        return None


BINARY = Form(lambda message: message.SerializeToString(), _read_bytes)
JSON = Form(lambda message: MessageToJson(message).encode(), _read_json)


def failures(
    world: World,
    new: Definition,
    random: Random,
    messages: Sequence[dict[int, Value]] = (),
    form: Form = BINARY,
) -> float:
    """Replay the consumer against a provider of a definition, and give the share of calls in which it fails.

    It sends what was recorded, or by turns the messages that are given.
    """
    if (new.procedure, new.streams) != (world.old.procedure, world.old.streams):
        return 1.0
    old_classes, new_classes = classes(world.old), classes(new)
    arrivals = [
        _arrives(world, each, new, (old_classes[0], new_classes[0]), form) for each in messages or (world.sent,)
    ]
    failed = 0
    for number in range(_ANSWERS):
        values = meant(new.response, random)
        data = form.write(ParseDict(written(new.response, values), new_classes[1]()))
        does_cope = copes(world, new, values, form.read(old_classes[1], data))
        failed += not (arrivals[number % len(arrivals)] and does_cope)
    return failed / _ANSWERS


def _arrives(
    world: World, sent: dict[int, Value], new: Definition, sides: tuple[type[Message], type[Message]], form: Form
) -> bool:
    writer, reader = sides
    read = form.read(reader, form.write(ParseDict(written(world.old.request, sent), writer())))
    places = _leaves(sent, world.old.request)
    return read is not None and all(
        _is_read(_at(read, new.request, place), list(_meant_at(sent, world.old.request, place))) for place in places
    )


def _is_read(got: list[tuple[Value, Field]], said: list[tuple[Value, Field]]) -> bool:
    if any(each.label == "single" for _, each in said):
        return _same(_told(got), _told(said))
    return _same(got, said)


def _told(values: list[tuple[Value, Field]]) -> list[tuple[Value, Field]]:
    """Give what is more than a default: one without presence is not on the wire, whatever its reader makes of that."""
    return [(value, each) for value, each in values if value != default_of(each)]


def _leaves(values: dict[int, Value], fields: list[Field]) -> set[Place]:
    """Give the places of a message at which something is said: a default without presence is not on the wire."""
    found: set[Place] = set()
    for each in fields:
        value = values.get(each.identity)
        if each.label == "single" and value == default_of(each):
            continue
        for one in [] if value is None else several(value):
            below = _leaves(one, each.inner) if isinstance(one, dict) else {()}
            found |= {(each.identity, *rest) for rest in below}
    return found


def copes(world: World, new: Definition, values: dict[int, Value], read: Message | None) -> bool:
    """Say whether the consumer, who read an answer, got what a provider of a definition meant by it."""
    if read is None:
        return False
    for place, members in world.needs.items():
        got = _at(read, world.old.response, place)
        if not _same(got, list(_meant_at(values, new.response, place))):
            return False
        if members and any(name_of(value, leaf) not in members for value, leaf in got):
            return False
    return True


def _same(got: list[tuple[Value, Field]], meant_: list[tuple[Value, Field]]) -> bool:
    """Say whether all that was meant was read."""
    return (
        bool(got)
        and len(got) == len(meant_)
        and all(
            _plain(*read) == _plain(*said) or _is_news(said, read[1]) for read, said in zip(got, meant_, strict=True)
        )
    )


def _is_news(said: tuple[Value, Field], reader: Field) -> bool:
    """Say whether a reader knows no such member of an enum: what it reads is a number that means nothing else."""
    return said[1].kind == reader.kind == "enum" and name_of(*said) not in reader.members


def _plain(value: Value, leaf: Field) -> Value:
    """Give a value so that those of two types can be compared: members by name, numbers and texts by what they say."""
    if leaf.kind == "enum":
        return name_of(value, leaf)
    return value.encode() if isinstance(value, str) else int(value) if isinstance(value, bool) else value


def _places(fields: list[Field], above: Place = ()) -> Iterator[tuple[Place, Field]]:
    """Give the places that always hold a value: none of a oneof."""
    for each in fields:
        if each.label != "chosen":
            place = (*above, each.identity)
            yield from _places(each.inner, place) if each.kind == "message" else [(place, each)]


def _at(message: Message, fields: list[Field], place: Place) -> list[tuple[Value, Field]]:
    """Give the values that code reads at a place, each with the field that holds it."""
    each = next((one for one in fields if one.identity == place[0]), None)
    if each is None:
        return []
    if each.label in ("optional", "chosen", "wrapped") and not message.HasField(each.name):
        return []
    value = getattr(message, each.name)
    if each.label == "wrapped":
        value = value.value
    if each.label == "map":
        value = Entries(value)
    found = list(value) if each.label == "repeated" else several(value)
    if place[1:]:
        return [inner for one in found for inner in _at(one, each.inner, place[1:])] if each.inner else []
    return [(one, each) for one in found]


def _meant_at(values: dict[int, Value], fields: list[Field], place: Place) -> Iterator[tuple[Value, Field]]:
    each = next((one for one in fields if one.identity == place[0]), None)
    if each is None or place[0] not in values:
        return
    value = values[place[0]]
    for one in several(value):
        if place[1:] and isinstance(one, dict):
            yield from _meant_at(one, each.inner, place[1:])
        else:
            yield one, each


def _tolerated(leaf: Field, random: Random) -> tuple[str, ...]:
    return tuple(leaf.members) if leaf.kind == "enum" and random.random() < 0.6 else ()
