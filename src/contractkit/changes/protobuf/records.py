"""What comparing protobuf definitions speaks of: encodings, pairs of fields, rules and what a rule found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, TypeVar

from google.protobuf.descriptor import Descriptor, EnumDescriptor, EnumValueDescriptor, FieldDescriptor

from contractkit.changes.records import Direction, Level, Place
from contractkit.definitions.protobuf.kinds import pointer_of
from contractkit.model import Step


class Encoding(Enum):
    """How messages travel: a change that is harmless in one form may break the other."""

    BINARY = "binary"  # gRPC
    JSON = "json"  # the JSON mapping, as transcoding and Connect use it


@dataclass(frozen=True, slots=True)
class FieldPair:
    """A field under both definitions."""

    old: FieldDescriptor
    new: FieldDescriptor
    direction: Direction

    @property
    def sender(self) -> FieldDescriptor:
        """Give the field as who writes it knows it: consumers keep to the old definition, providers to the new one."""
        return self.old if self.direction is Direction.REQUEST else self.new

    @property
    def reader(self) -> FieldDescriptor:
        """Give the field as who reads it knows it."""
        return self.new if self.direction is Direction.REQUEST else self.old


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a rule found at one field of a message, or at the message itself where `step` is None.

    `value` is the enum member or the name of the oneof that it is about, where it is about one.
    """

    before: str
    after: str
    step: Step | None = None
    value: str = ""
    old: Place | None = None
    new: Place | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """Give the steps from the message to it: none for the message itself and what an entry of a map holds."""
        return () if self.step is None else (self.step,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtoDifference:
    """What one rule says of one message under both definitions, before it is known who uses it."""

    rule: str
    level: Level
    direction: Direction
    sentence: str
    found: Found

    @property
    def name(self) -> str:
        """Give the rule's id without the direction: `field.removed`."""
        return self.rule.partition(".")[2]


Pair = TypeVar("Pair")
"""What a rule looks at: two messages or two enums."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[Pair]):
    """A row of the table: the id starts with the direction; the sentence may use `{before}` and `{after}`."""

    id: str
    binary: Level
    json: Level
    find: Callable[[Pair], Iterator[Found]]
    sentence: str

    @property
    def direction(self) -> Direction:
        """Give who sends what changed."""
        return Direction(self.id.split(".", 1)[0])

    def level(self, encoding: Encoding) -> Level:
        """Give how bad it is in one encoding."""
        return self.binary if encoding is Encoding.BINARY else self.json


BREAKING: Final = Level.BREAKING
POSSIBLE: Final = Level.POSSIBLE
HARMLESS: Final = Level.HARMLESS


def both_ways(
    name: str, binary: Level, json: Level, find: Callable[[Pair], Iterator[Found]], sentence: str
) -> tuple[Rule[Pair], Rule[Pair]]:
    """Give the rows of a rule that holds for what is sent and for what comes back."""
    return (
        Rule(f"request.{name}", binary, json, find, sentence),
        Rule(f"response.{name}", binary, json, find, sentence),
    )


def place_of(field: FieldDescriptor) -> Place:
    """Give where a field is declared."""
    return _place(field.file.name, field.full_name)  # type: ignore[attr-defined]


def place_of_message(message: Descriptor) -> Place:
    """Give where a message is declared."""
    return _place(message.file.name, message.full_name)


def place_of_enum(enum: EnumDescriptor) -> Place:
    """Give where an enum is declared."""
    return _place(enum.file.name, enum.full_name)


def place_of_value(value: EnumValueDescriptor) -> Place:
    """Give where an enum's member is declared: its enum's name is part of the pointer."""
    return _place(value.type.file.name, f"{value.type.full_name}.{value.name}")


def _place(file: str, full_name: str) -> Place:
    pointer = pointer_of(file, full_name)
    return Place(uri=file, pointer=pointer, used_at=pointer)
