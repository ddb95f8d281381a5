"""Small worlds of remote procedures: a definition, a provider that sets every field it has, a consumer with needs.

A field keeps its identity through changes of its name, number and type, so that reality can be asked: does the other
side get, over bytes alone, what the one side meant? Nothing here asks contractkit.
"""

import base64
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import ParseDict
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

Value: TypeAlias = Any
Place: TypeAlias = tuple[int, ...]
"""The identities of the fields that lead to a value."""

_INTEGERS = {"int32": 31, "int64": 62, "uint32": 32, "sint32": 31, "fixed64": 63, "bool": 1}
_SCALARS = (*_INTEGERS, "double", "string", "bytes", "enum")
_FAMILIES = {"int32": 1, "int64": 1, "uint32": 1, "bool": 1, "enum": 1, "sint32": 2, "fixed64": 3, "double": 4,
             "string": 5, "bytes": 5, "message": 5}  # fmt: skip
"""Types that read each other's bytes: within one, a reused number cannot be told from a renamed field."""
_ANSWERS = 12  # that a provider gives


@dataclass(slots=True)
class Field:
    """A field; `label` is `single`, `optional`, `repeated` or `chosen`, which is in the one oneof of its message."""

    identity: int
    name: str
    number: int
    kind: str
    label: str = "single"
    inner: "list[Field]" = field(default_factory=list)
    members: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Definition:
    """What goes in and out of the one procedure; `procedure` is its name, `streams` says that answers stream."""

    request: list[Field]
    response: list[Field]
    procedure: str = "Call"
    streams: bool = False


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
    old = Definition(_fields(random, counter, 0), _fields(random, counter, 0))
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


def failures(world: World, new: Definition, random: Random) -> float:
    """Replay the consumer against a provider of a definition, and give the share of calls in which it fails."""
    if (new.procedure, new.streams) != (world.old.procedure, world.old.streams):
        return 1.0
    old_classes, new_classes = classes(world.old), classes(new)
    if not _arrives(world, new, old_classes[0], new_classes[0]):
        return 1.0
    return sum(not _copes(world, new, old_classes[1], new_classes[1], random) for _ in range(_ANSWERS)) / _ANSWERS


def _arrives(world: World, new: Definition, writer: type[Message], reader: type[Message]) -> bool:
    data = ParseDict(written(world.old.request, world.sent), writer()).SerializeToString()
    read = _read(reader, data)
    return read is not None and all(
        _same(_at(read, new.request, place), list(_meant_at(world.sent, world.old.request, place)))
        for place in _leaves(world.sent, world.old.request)
    )


def _leaves(values: dict[int, Value], fields: list[Field]) -> set[Place]:
    """Give the places of a message at which something is said."""
    found: set[Place] = set()
    for each in fields:
        value = values.get(each.identity)
        for one in value if isinstance(value, list) else [] if value is None else [value]:
            below = _leaves(one, each.inner) if isinstance(one, dict) else {()}
            found |= {(each.identity, *rest) for rest in below}
    return found


def _copes(world: World, new: Definition, reader: type[Message], writer: type[Message], random: Random) -> bool:
    values = meant(new.response, random)
    return copes(world, new, reader, values, ParseDict(written(new.response, values), writer()).SerializeToString())


def copes(world: World, new: Definition, reader: type[Message], values: dict[int, Value], data: bytes) -> bool:
    """Say whether the consumer gets what a provider of a definition meant by the bytes of an answer."""
    read = _read(reader, data)
    if read is None:
        return False
    for place, members in world.needs.items():
        got = _at(read, world.old.response, place)
        if not _same(got, list(_meant_at(values, new.response, place))):
            return False
        if members and any(_in_words(value, leaf) not in members for value, leaf in got):
            return False
    return True


def _read(reader: type[Message], data: bytes) -> Message | None:
    try:
        return reader.FromString(data)
    except (DecodeError, UnicodeDecodeError):
        return None


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
    return said[1].kind == reader.kind == "enum" and _in_words(*said) not in reader.members


def _plain(value: Value, leaf: Field) -> Value:
    """Give a value so that those of two types can be compared: members by name, numbers and texts by what they say."""
    if leaf.kind == "enum":
        return _in_words(value, leaf)
    return value.encode() if isinstance(value, str) else int(value) if isinstance(value, bool) else value


def _in_words(value: Value, leaf: Field) -> Value:
    return next((name for name, number in leaf.members.items() if number == value), value)


def meant(fields: list[Field], random: Random) -> dict[int, Value]:
    """Give what a provider means to say: a value for every field that is no default, of a oneof for one."""
    chosen = [each.identity for each in fields if each.label == "chosen"]
    only = random.choice(chosen) if chosen else None
    return {
        each.identity: [_value(each, random) for _ in range(random.randint(1, 2))]
        if each.label == "repeated"
        else _value(each, random)
        for each in fields
        if each.label != "chosen" or each.identity == only
    }


def _value(each: Field, random: Random) -> Value:
    match each.kind:
        case "message":
            return meant(each.inner, random)
        case "enum":
            return random.choice([number for number in each.members.values() if number] or [0])
        case "double":
            return random.randint(1, 9) + 0.5
        case "string":
            return random.choice(("paid", "open", "lost"))
        case "bytes":
            return random.choice((b"paid", b"\xff\x00"))
        case "bool":
            return True
    return random.randint(1, 2 ** random.choice((3, _INTEGERS[each.kind])) - 1)


def written(fields: list[Field], values: dict[int, Value]) -> dict[str, Value]:
    """Give values by identity as the JSON form of a message."""
    known = {each.identity: each for each in fields}
    return {known[key].name: _json(value, known[key]) for key, value in values.items() if key in known}


def _json(value: Value, each: Field) -> Value:
    if isinstance(value, list):
        return [_json(one, each) for one in value]
    if isinstance(value, dict):
        return written(each.inner, value)
    if each.kind == "enum":
        return _in_words(value, each)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value) if each.kind in ("int64", "fixed64") else value


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
    if each.label in ("optional", "chosen") and not message.HasField(each.name):
        return []
    value = getattr(message, each.name)
    found = list(value) if each.label == "repeated" else [value]
    if place[1:]:
        return [inner for one in found for inner in _at(one, each.inner, place[1:])] if each.inner else []
    return [(one, each) for one in found]


def _meant_at(values: dict[int, Value], fields: list[Field], place: Place) -> Iterator[tuple[Value, Field]]:
    each = next((one for one in fields if one.identity == place[0]), None)
    if each is None or place[0] not in values:
        return
    value = values[place[0]]
    for one in value if isinstance(value, list) else [value]:
        if place[1:] and isinstance(one, dict):
            yield from _meant_at(one, each.inner, place[1:])
        else:
            yield one, each


def _tolerated(leaf: Field, random: Random) -> tuple[str, ...]:
    return tuple(leaf.members) if leaf.kind == "enum" and random.random() < 0.6 else ()


def _fields(random: Random, counter: Iterator[int], depth: int) -> list[Field]:
    found = []
    for number in range(1, random.randint(2, 5) + 1):
        kind = random.choice((*_SCALARS, *(("message", "message") if depth == 0 else ())))
        found.append(_field(random, counter, depth, number, kind))
    return found


def _field(random: Random, counter: Iterator[int], depth: int, number: int, kind: str) -> Field:
    identity = next(counter)
    label = random.choice(("single", "single", "single", "optional", "repeated", "chosen"))
    members = {f"M{identity}_{each}": each for each in range(random.randint(2, 4))} if kind == "enum" else {}
    inner = _fields(random, counter, depth + 1) if kind == "message" else []
    return Field(identity, f"f{identity}", number, kind, label, inner, members)


def classes(definition: Definition) -> tuple[type[Message], type[Message]]:
    """Give the classes of the request and the response."""
    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(descriptors(definition)).file:
        pool.Add(file)
    return tuple(GetMessageClass(pool.FindMessageTypeByName(f"shop.v1.{name}")) for name in ("Ask", "Answer"))  # type: ignore[return-value]


def descriptors(definition: Definition) -> bytes:
    """Give a definition as a descriptor set."""
    file = FileDescriptorProto(name="shop.proto", package="shop.v1", syntax="proto3")
    _describe(file.message_type.add(name="Ask"), definition.request, ".shop.v1.Ask")
    _describe(file.message_type.add(name="Answer"), definition.response, ".shop.v1.Answer")
    service = file.service.add(name="Shop")
    service.method.add(
        name=definition.procedure,
        input_type=".shop.v1.Ask",
        output_type=".shop.v1.Answer",
        server_streaming=definition.streams,
    )
    return FileDescriptorSet(file=[file]).SerializeToString()


def _describe(message: Any, fields: list[Field], path: str) -> None:
    if any(each.label == "chosen" for each in fields):
        message.oneof_decl.add(name="choice")
    for each in fields:
        made = message.field.add(name=each.name, number=each.number, json_name=each.name)
        made.label = getattr(FieldDescriptorProto, "LABEL_REPEATED" if each.label == "repeated" else "LABEL_OPTIONAL")
        made.type = getattr(FieldDescriptorProto, f"TYPE_{each.kind.upper()}")
        if each.kind == "message":
            made.type_name = f"{path}.T{each.identity}"
            _describe(message.nested_type.add(name=f"T{each.identity}"), each.inner, made.type_name)
        if each.kind == "enum":
            made.type_name = f"{path}.E{each.identity}"
            enum = message.enum_type.add(name=f"E{each.identity}")
            for name, number in each.members.items():
                enum.value.add(name=name, number=number)
        if each.label == "chosen":
            made.oneof_index = 0
    for each in fields:  # oneofs that stand for presence come last
        if each.label == "optional":
            made = next(one for one in message.field if one.name == each.name)
            made.proto3_optional = True
            made.oneof_index = len(message.oneof_decl)
            message.oneof_decl.add(name=f"_{each.name}")


Change: TypeAlias = Callable[[Definition, Random, Iterator[int]], bool]
"""Changes a definition in place, and says whether it found something to change."""


def _messages(definition: Definition) -> list[list[Field]]:
    top = [definition.request, definition.response]
    return top + [each.inner for fields in top for each in fields if each.kind == "message"]


def _of_fields(change: Callable[[list[Field], Field, Random, Iterator[int]], bool]) -> Change:
    def at_random(definition: Definition, random: Random, counter: Iterator[int]) -> bool:
        fields = random.choice([each for each in _messages(definition) if each])
        return change(fields, random.choice(fields), random, counter)

    return at_random


def _drop(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
    fields.remove(each)
    return True


def _reuse(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
    fields.remove(each)
    kind = random.choice([kind for kind in _SCALARS if _FAMILIES.get(kind) != _FAMILIES.get(each.kind)])
    fields.append(_field(random, counter, 1, each.number, kind))
    return True


def _renumber(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
    each.number = max(one.number for one in fields) + 1
    return True


def _rename(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
    each.name = f"{each.name}x"
    return True


def _retype(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
    if each.kind in ("message", "enum"):
        return False
    each.kind = random.choice([kind for kind in _SCALARS if kind not in (each.kind, "enum")])
    return True


def _relabel(*labels: str) -> Callable[[list[Field], Field, Random, Iterator[int]], bool]:
    def change(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
        if each.label not in labels:
            return False
        each.label = random.choice([label for label in labels if label != each.label])
        return True

    return change


def _add(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
    fields.append(_field(random, counter, 1, max(one.number for one in fields) + 1, random.choice(_SCALARS)))
    return True


def _of_members(change: Callable[[dict[str, int], str, Random], None]) -> Change:
    def at_random(definition: Definition, random: Random, counter: Iterator[int]) -> bool:
        enums = [each for fields in _messages(definition) for each in fields if each.kind == "enum"]
        if not enums:
            return False
        members = random.choice(enums).members
        if len(members) < 2:
            return False
        change(members, random.choice([name for name, number in members.items() if number]), random)
        return True

    return at_random


def _add_member(members: dict[str, int], name: str, random: Random) -> None:
    members[f"{name}_new"] = max(members.values()) + 1


def _drop_member(members: dict[str, int], name: str, random: Random) -> None:
    del members[name]


def _renumber_member(members: dict[str, int], name: str, random: Random) -> None:
    members[name] = max(members.values()) + 1


def _rename_procedure(definition: Definition, random: Random, counter: Iterator[int]) -> bool:
    definition.procedure = "Ring"
    return True


def _stream(definition: Definition, random: Random, counter: Iterator[int]) -> bool:
    definition.streams = not definition.streams
    return True


CHANGES: tuple[tuple[str, Change], ...] = (
    ("a field went", _of_fields(_drop)),
    ("a number means another field", _of_fields(_reuse)),
    ("a field has another number", _of_fields(_renumber)),
    ("a field has another name", _of_fields(_rename)),
    ("a field has another type", _of_fields(_retype)),
    ("a field has another type", _of_fields(_retype)),
    ("one became many, or many one", _of_fields(_relabel("single", "repeated"))),
    ("presence changed", _of_fields(_relabel("single", "optional"))),
    ("a field joined or left the choice", _of_fields(_relabel("optional", "chosen"))),
    ("a field came", _of_fields(_add)),
    ("a member came", _of_members(_add_member)),
    ("a member went", _of_members(_drop_member)),
    ("a member has another number", _of_members(_renumber_member)),
    ("the procedure has another name", _rename_procedure),
    ("answers stream", _stream),
)
"""What a world's definition may go through."""
