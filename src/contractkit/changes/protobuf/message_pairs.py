"""Pairs of messages: which field of the new definition stands for which of the old one, and what lies below."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from contractkit.changes.protobuf.records import Encoding, FieldPair
from contractkit.changes.protobuf.types import Fit, fit_of, is_map, stands_as_one_value
from contractkit.changes.records import Direction
from contractkit.model import Step, Wildcard

_STANDARD = "google.protobuf."


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
    def same(self) -> tuple[FieldPair, ...]:
        """Give the fields that keep their number, and so their place in binary form; some have another name."""
        return tuple(
            FieldPair(field, self.new.fields_by_number[field.number], self.direction)
            for field in self.old.fields
            if self._keeps_number(field)
        )

    @cached_property
    def renumbered(self) -> tuple[FieldPair, ...]:
        """Give the fields that keep their name alone."""
        return tuple(
            FieldPair(field, self.new.fields_by_name[field.name], self.direction)
            for field in self.old.fields
            if field.name in self.new.fields_by_name and not self._keeps_number(field)
        )

    @cached_property
    def comparable(self) -> tuple[FieldPair, ...]:
        """Give the fields that one side writes and the other reads: in JSON, those with another number too."""
        return self.same if self.encoding is Encoding.BINARY else (*self.same, *self.renumbered)

    @cached_property
    def removed(self) -> tuple[FieldDescriptor, ...]:
        """Give the old fields for which nothing stands."""
        known = {pair.old.number for pair in (*self.same, *self.renumbered)}
        return tuple(field for field in self.old.fields if field.number not in known)

    @cached_property
    def added(self) -> tuple[FieldDescriptor, ...]:
        """Give the new fields that stand for no old one."""
        known = {pair.new.number for pair in (*self.same, *self.renumbered)}
        return tuple(field for field in self.new.fields if field.number not in known)

    @cached_property
    def enums(self) -> tuple[EnumPair, ...]:
        """Give the enums that fields hold under both definitions."""
        return tuple(
            EnumPair(old=pair.old.enum_type, new=pair.new.enum_type, step=step_of(pair.old))
            for pair in self.comparable
            if pair.old.enum_type is not None and pair.new.enum_type is not None
        )

    def children(self) -> Iterator[tuple[tuple[Step, ...], Descriptor, Descriptor]]:
        """Give the pairs of messages that fields hold, with the steps to them in the old definition's trees."""
        for pair in self.comparable:
            old, new = pair.old.message_type, pair.new.message_type
            if old is None or new is None or stands_as_one_value(pair, self.encoding):
                continue
            if old.full_name == new.full_name and old.full_name.startswith(_STANDARD):
                continue
            yield steps_into(pair.old), old, new

    def _keeps_number(self, field: FieldDescriptor) -> bool:
        other = self.new.fields_by_number.get(field.number)
        if other is None:
            return False
        if other.name == field.name:
            return True
        if field.name in self.new.fields_by_name:
            return False
        is_like = field.is_repeated == other.is_repeated
        fit = fit_of(FieldPair(field, other, self.direction), Encoding.BINARY)
        return (is_like and fit in (Fit.SAME, Fit.LOSSLESS, Fit.TRUNCATED)) or field.json_name == other.json_name


def steps_to(field: FieldDescriptor) -> tuple[Step, ...]:
    """Give the steps from a message's tree to one of its fields: none for key and value of a map's entry."""
    holder = field.containing_type
    is_entry = holder is not None and holder.has_options and holder.GetOptions().map_entry
    return () if is_entry else (field.name,)


def step_of(field: FieldDescriptor) -> Step | None:
    """Give a field's step below its message, None for key and value of a map's entry."""
    return next(iter(steps_to(field)), None)


def steps_into(field: FieldDescriptor) -> tuple[Step, ...]:
    """Give the steps from a message's tree to the messages that one of its fields holds."""
    if is_map(field):
        return (*steps_to(field), Wildcard.ANY)
    return (*steps_to(field), Wildcard.INDEX) if field.is_repeated else steps_to(field)
