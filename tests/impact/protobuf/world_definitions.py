"""Definitions of small worlds: one procedure whose messages are known field by field, and what may stand in them."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

from google.protobuf import wrappers_pb2
from google.protobuf.descriptor_pb2 import (
    EDITION_2023,
    FeatureSet,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

Value: TypeAlias = Any


class Entries(dict[str, Any]):
    """What a map holds; other dictionaries are messages, by the identities of their fields."""


_INTEGERS = {"int32": 31, "int64": 62, "uint32": 32, "sint32": 31, "fixed64": 63, "bool": 1}
SCALARS = (*_INTEGERS, "double", "string", "bytes", "enum")
WRAPPERS = {"int32": "Int32", "int64": "Int64", "uint32": "UInt32", "bool": "Bool", "double": "Double",
            "string": "String", "bytes": "Bytes"}  # fmt: skip
"""Types to what the standard messages are called that wrap them."""

FAMILIES = {"int32": 1, "int64": 1, "uint32": 1, "bool": 1, "enum": 1, "sint32": 2, "fixed64": 3, "double": 4,
             "string": 5, "bytes": 5, "message": 5}  # fmt: skip
"""Types that read each other's bytes: within one, a reused number cannot be told from a renamed field."""


@dataclass(slots=True)
class Field:
    """A field; `label` is `single`, `optional`, `repeated`, `map`, `wrapped` or `chosen`, which is one of a oneof.

    One that `is_reusing` a number has another type for good: of the old type it could not be told from a renamed field.
    An enum that `is_closed` is unset to readers who do not know the member; it always has presence (protobuf.dev,
    "Enum Behavior").
    """

    identity: int
    name: str
    number: int
    kind: str
    label: str = "single"
    inner: "list[Field]" = field(default_factory=list)
    members: dict[str, int] = field(default_factory=dict)
    is_reusing: bool = False
    is_closed: bool = False


@dataclass(slots=True)
class Definition:
    """What goes in and out of the one procedure; `procedure` is its name, `streams` says that answers stream."""

    request: list[Field]
    response: list[Field]
    procedure: str = "Call"
    streams: bool = False


def make_fields(random: Random, counter: Iterator[int], depth: int) -> list[Field]:
    """Make the fields of a message; those at the top may hold messages."""
    found = []
    for number in range(1, random.randint(2, 5) + 1):
        kind = random.choice((*SCALARS, *(("message", "message") if depth == 0 else ())))
        found.append(make_field(random, counter, depth, number, kind))
    return found


def make_field(random: Random, counter: Iterator[int], depth: int, number: int, kind: str) -> Field:
    """Make a field of some type."""
    identity = next(counter)
    label = random.choice(("single", "single", "single", "optional", "repeated", "chosen"))
    members = {f"M{identity}_{each}": each for each in range(random.randint(2, 4))} if kind == "enum" else {}
    inner = make_fields(random, counter, depth + 1) if kind == "message" else []
    is_closed = kind == "enum" and random.random() < 0.5
    label = "optional" if is_closed and label == "single" else label
    return Field(identity, f"f{identity}", number, kind, label, inner, members, is_closed=is_closed)


def meant(fields: list[Field], random: Random) -> dict[int, Value]:
    """Give what a provider means to say: a value for every field that is no default, of a oneof for one."""
    chosen = [each.identity for each in fields if each.label == "chosen"]
    only = random.choice(chosen) if chosen else None
    return {
        each.identity: [value_of(each, random) for _ in range(random.randint(1, 2))]
        if each.label == "repeated"
        else value_of(each, random)
        for each in fields
        if each.label != "chosen" or each.identity == only
    }


def value_of(each: Field, random: Random) -> Value:
    """Give what a single value of a field may be: none that stands for nothing."""
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


def several(value: Value) -> list[Value]:
    """Give the values that a field holds: of a list, of a map in the order of its keys, or the one."""
    if isinstance(value, Entries):
        return [value[key] for key in sorted(value)]
    return value if isinstance(value, list) else [value]


def default_of(each: Field) -> Value:
    """Give what a reader sees where nothing was sent; None for messages."""
    return {"message": None, "string": "", "bytes": b"", "bool": False, "double": 0.0}.get(each.kind, 0)


def name_of(value: Value, leaf: Field) -> Value:
    """Give the member of an enum that a number stands for, the number where it is none."""
    return next((name for name, number in leaf.members.items() if number == value), value)


def written(fields: list[Field], values: dict[int, Value]) -> dict[str, Value]:
    """Give values by identity as the JSON form of a message."""
    known = {each.identity: each for each in fields}
    return {known[key].name: _json(value, known[key]) for key, value in values.items() if key in known}


def _json(value: Value, each: Field) -> Value:
    if isinstance(value, list):
        return [_json(one, each) for one in value]
    if isinstance(value, Entries):
        return {key: _json(one, each) for key, one in value.items()}
    if isinstance(value, dict):
        return written(each.inner, value)
    if each.kind == "enum":
        return name_of(value, each)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def classes(definition: Definition) -> tuple[type[Message], type[Message]]:
    """Give the classes of the request and the response."""
    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(descriptors(definition)).file:
        pool.Add(file)
    return tuple(GetMessageClass(pool.FindMessageTypeByName(f"shop.v1.{name}")) for name in ("Ask", "Answer"))  # type: ignore[return-value]


def descriptors(definition: Definition) -> bytes:
    """Give a definition as a descriptor set."""
    file = FileDescriptorProto(
        name="shop.proto",
        package="shop.v1",
        syntax="editions",
        edition=EDITION_2023,
        dependency=[wrappers_pb2.DESCRIPTOR.name],
    )
    wrappers = FileDescriptorProto.FromString(wrappers_pb2.DESCRIPTOR.serialized_pb)
    _describe(file.message_type.add(name="Ask"), definition.request, ".shop.v1.Ask")
    _describe(file.message_type.add(name="Answer"), definition.response, ".shop.v1.Answer")
    service = file.service.add(name="Shop")
    service.method.add(
        name=definition.procedure,
        input_type=".shop.v1.Ask",
        output_type=".shop.v1.Answer",
        server_streaming=definition.streams,
    )
    return FileDescriptorSet(file=[wrappers, file]).SerializeToString()


def _describe(message: Any, fields: list[Field], path: str) -> None:
    if any(each.label == "chosen" for each in fields):
        message.oneof_decl.add(name="choice")
    for each in fields:
        made = message.field.add(name=each.name, number=each.number, json_name=each.name)
        is_several = each.label in ("repeated", "map")
        made.label = getattr(FieldDescriptorProto, "LABEL_REPEATED" if is_several else "LABEL_OPTIONAL")
        if each.label == "map":
            made = _entry_of(message, made, each, path)
        if each.label == "wrapped":
            made.type, made.type_name = (
                FieldDescriptorProto.TYPE_MESSAGE,
                f".google.protobuf.{WRAPPERS[each.kind]}Value",
            )
            continue
        made.type = getattr(FieldDescriptorProto, f"TYPE_{each.kind.upper()}")
        if each.label == "single" and each.kind != "message":
            made.options.features.field_presence = FeatureSet.IMPLICIT
        if each.kind == "message":
            made.type_name = f"{path}.T{each.identity}"
            _describe(message.nested_type.add(name=f"T{each.identity}"), each.inner, made.type_name)
        if each.kind == "enum":
            made.type_name = f"{path}.E{each.identity}"
            enum = message.enum_type.add(name=f"E{each.identity}")
            enum.options.features.enum_type = FeatureSet.CLOSED if each.is_closed else FeatureSet.OPEN
            for name, number in each.members.items():
                enum.value.add(name=name, number=number)
        if each.label == "chosen":
            made.oneof_index = 0


def _entry_of(message: Any, made: Any, each: Field, path: str) -> Any:
    """Make a field a map, and give the value of its entries."""
    entry = message.nested_type.add(name=f"{each.name.capitalize()}Entry")
    entry.options.map_entry = True
    text = FieldDescriptorProto.TYPE_STRING
    entry.field.add(name="key", number=1, json_name="key", label=FieldDescriptorProto.LABEL_OPTIONAL, type=text)
    made.type, made.type_name = FieldDescriptorProto.TYPE_MESSAGE, f"{path}.{entry.name}"
    return entry.field.add(name="value", number=2, json_name="value", label=FieldDescriptorProto.LABEL_OPTIONAL)
