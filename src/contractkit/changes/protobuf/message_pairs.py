"""Pairs of messages: which field of the new definition stands for which of the old one, and what lies below."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from contractkit.changes.protobuf.records import Encoding, FieldPair
from contractkit.changes.protobuf.types import Fit, fit_of, is_map, stands_as_one_value, whole_fit
from contractkit.changes.records import Direction
from contractkit.definitions.protobuf.reading import WRAPPERS
from contractkit.model import Step, Wildcard

_STANDARD = "google.protobuf."

_OF_ENTRIES = (1, 2)  # the numbers of a map's key and value (protobuf, "Maps")
_FITTING = (Fit.SAME, Fit.LOSSLESS, Fit.TRUNCATED)

Child: TypeAlias = tuple[tuple[Step, ...], Descriptor, Descriptor]
"""The steps to messages that a field holds, and what they are under both definitions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumPair:
    """An enum and what stands in its place now, at one field of a message or (`step` is None) on their own."""

    old: EnumDescriptor
    new: EnumDescriptor
    step: Step | None = None


class MessagePair:
    """A message type and what stands in its place now; types are compared by shape, whatever they are called."""

    def __init__(self, old: Descriptor, new: Descriptor, direction: Direction, encoding: Encoding) -> None:
        self.old = old
        self.new = new
        self.direction = direction
        self.encoding = encoding

    @cached_property
    def whole_fit(self) -> Fit:
        """Give what becomes of the messages as a whole; where that is not the same, their fields are not compared."""
        is_request = self.direction is Direction.REQUEST
        sides = (self.old, self.new) if is_request else (self.new, self.old)
        return whole_fit(*sides, self.encoding, is_request=is_request)

    @cached_property
    def old_fields(self) -> tuple[FieldDescriptor, ...]:
        """Give the fields as they were, in the order of the definition."""
        return tuple(self.old.fields) if self.whole_fit is Fit.SAME else ()

    @cached_property
    def new_fields(self) -> tuple[FieldDescriptor, ...]:
        """Give the fields as they are."""
        return tuple(self.new.fields) if self.whole_fit is Fit.SAME else ()

    @cached_property
    def old_by_number(self) -> dict[int, FieldDescriptor]:
        """Give the fields as they were, by number."""
        return {field.number: field for field in self.old_fields}

    @cached_property
    def new_by_number(self) -> dict[int, FieldDescriptor]:
        """Give the fields as they are, by number."""
        return {field.number: field for field in self.new_fields}

    @cached_property
    def new_by_name(self) -> dict[str, FieldDescriptor]:
        """Give the fields as they are, by name."""
        return {name_of(field): field for field in self.new_fields}

    @cached_property
    def same(self) -> tuple[FieldPair, ...]:
        """Give the fields that keep their number, and so their place in binary form; some have another name."""
        return tuple(
            FieldPair(field, self.new_by_number[field.number], self.direction)
            for field in self.old_fields
            if self._keeps_number(field)
        )

    @cached_property
    def renumbered(self) -> tuple[FieldPair, ...]:
        """Give the fields that keep their name alone."""
        return tuple(
            FieldPair(field, self.new_by_name[name_of(field)], self.direction)
            for field in self.old_fields
            if name_of(field) in self.new_by_name and not self._keeps_number(field)
        )

    @cached_property
    def comparable(self) -> tuple[FieldPair, ...]:
        """Give the fields that one side writes and the other reads: in JSON, those with another number too."""
        return self.same if self.encoding is Encoding.BINARY else (*self.same, *self.renumbered)

    @cached_property
    def removed(self) -> tuple[FieldDescriptor, ...]:
        """Give the old fields for which nothing stands."""
        known = {pair.old.number for pair in (*self.same, *self.renumbered)}
        return tuple(field for field in self.old_fields if field.number not in known)

    @cached_property
    def added(self) -> tuple[FieldDescriptor, ...]:
        """Give the new fields that stand for no old one."""
        known = {pair.new.number for pair in (*self.same, *self.renumbered)}
        return tuple(field for field in self.new_fields if field.number not in known)

    @cached_property
    def enums(self) -> tuple[EnumPair, ...]:
        """Give the enums that fields hold under both definitions."""
        return tuple(
            EnumPair(old=pair.old.enum_type, new=pair.new.enum_type, step=step_of(pair.old))
            for pair in self.comparable
            if pair.old.enum_type is not None and pair.new.enum_type is not None
        )

    def children(self) -> Iterator[Child]:
        """Give the pairs of messages that fields hold, with the steps to them in the old definition's trees."""
        for pair in self.comparable:
            old, new = pair.old.message_type, pair.new.message_type
            if old is None or new is None or stands_as_one_value(pair, self.encoding):
                continue
            if old.full_name == new.full_name and old.full_name.startswith(_STANDARD):
                continue
            if self.encoding is Encoding.JSON and is_map(pair.old) is not is_map(pair.new):
                continue  # an object stands in place of a list
            yield steps_into(pair.old), old, new

    @cached_property
    def _is_no_entry(self) -> bool:
        """Say whether an entry of a map stands for a message of another kind: its key is not a field renamed."""
        if self.old.GetOptions().map_entry is self.new.GetOptions().map_entry:
            return False
        pairs = [(self.old_by_number.get(number), self.new_by_number.get(number)) for number in _OF_ENTRIES]
        return not all(
            before is not None and after is not None
            and fit_of(FieldPair(before, after, self.direction), Encoding.BINARY) in _FITTING
            for before, after in pairs
        )  # fmt: skip

    def _keeps_number(self, field: FieldDescriptor) -> bool:
        other = self.new_by_number.get(field.number)
        if other is None:
            return False
        if name_of(other) == name_of(field):
            return True
        if name_of(field) in self.new_by_name or self._is_no_entry:
            return False
        is_like = field.is_repeated == other.is_repeated
        fit = fit_of(FieldPair(field, other, self.direction), Encoding.BINARY)
        return (is_like and fit in _FITTING) or json_name_of(field) == json_name_of(other)


class ExtensionPair(MessagePair):
    """The extensions of a message type and of what stands in its place now: fields that other files add to it.

    They stand apart since no recorded tree holds them.
    """

    @classmethod
    def of(cls, pair: MessagePair) -> "ExtensionPair":
        """Give those of a pair."""
        return cls(pair.old, pair.new, pair.direction, pair.encoding)

    @classmethod
    def children_of(cls, pair: MessagePair) -> Iterator[Child]:
        """Give what a pair's fields and extensions hold."""
        yield from pair.children()
        yield from cls.of(pair).children()

    @cached_property
    def old_fields(self) -> tuple[FieldDescriptor, ...]:
        """Give the extensions as they were."""
        return _extensions(self.old)

    @cached_property
    def new_fields(self) -> tuple[FieldDescriptor, ...]:
        """Give the extensions as they are."""
        return _extensions(self.new)


def name_of(field: FieldDescriptor) -> str:
    """Give a field's name in its message; of an extension, its full name in brackets."""
    return f"[{field.full_name}]" if field.is_extension else str(field.name)


def json_name_of(field: FieldDescriptor) -> str:
    """Give a field's name in JSON (JSON mapping of protobuf: extensions stand in brackets)."""
    return name_of(field) if field.is_extension else str(field.json_name)


def steps_to(field: FieldDescriptor) -> tuple[Step, ...]:
    """Give the steps from a message's tree to one of its fields: none for what an entry of a map or a wrapper holds."""
    holder = field.containing_type
    is_wrapped = holder is not None and holder.full_name in WRAPPERS and not field.is_extension
    return () if is_wrapped or is_of_entry(field) else (name_of(field),)


def is_of_entry(field: FieldDescriptor) -> bool:
    """Say whether a field is key or value of a map's entry."""
    holder = field.containing_type
    return holder is not None and bool(holder.has_options) and bool(holder.GetOptions().map_entry)


def step_of(field: FieldDescriptor) -> Step | None:
    """Give a field's step below its message, None where it has none."""
    return next(iter(steps_to(field)), None)


def steps_into(field: FieldDescriptor) -> tuple[Step, ...]:
    """Give the steps from a message's tree to the messages that one of its fields holds."""
    if is_map(field):
        return (*steps_to(field), Wildcard.ANY)
    return (*steps_to(field), Wildcard.INDEX) if field.is_repeated else steps_to(field)


def _extensions(message: Descriptor) -> tuple[FieldDescriptor, ...]:
    return tuple(sorted(message.file.pool.FindAllExtensions(message), key=lambda each: each.number))
