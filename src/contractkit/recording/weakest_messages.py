"""Weakest messages: what a proposed protobuf definition lets a provider send and the present one does not.

A table by the change's id, each row of which takes a message one step further: a field that need not be set any more is
not, of an enum comes a new member, of a oneof another field, an integer is too great for its readers, bytes are no
text. What was as weak before stays: without presence a reader sees the default, a list may always be empty.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final, TypeAlias

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, OneofDescriptor

from contractkit.changes.protobuf import ProtoChanges
from contractkit.changes.protobuf.message_pairs import MessagePair, step_of
from contractkit.changes.protobuf.records import FieldPair, Found
from contractkit.changes.protobuf.types import INTEGER_RANGES, is_map
from contractkit.changes.records import Direction
from contractkit.exact_json import Json
from contractkit.impact.protobuf.refusals import may_refuse

Members: TypeAlias = dict[str, Json]
"""A message's tree: its fields by the names of the proposed definition."""

_STANDARD: Final = "google.protobuf."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Met:
    """A difference at a field of a message that comes: the field, `was` before anything was taken, and the whole."""

    each: FieldPair
    found: Found
    was: Members

    @property
    def name(self) -> str:
        return self.each.new.name

    @property
    def is_set(self) -> bool:
        is_there = self.name in self.was
        return is_there and (bool(self.each.new.has_presence) or bool(self.was[self.name]))


class WeakestMessages:
    """Gives the weakest messages under one pair of definitions."""

    def __init__(self, changes: ProtoChanges) -> None:
        """Take what differs between the definitions."""
        self._changes = changes

    def of(self, old: Descriptor, new: Descriptor, tree: Json) -> Json:
        """Give the weakest that a message of the new type may be, for readers that know the old one.

        Args:
            old: The type as its readers know it.
            new: The type as it is written.
            tree: A message of the new type.
        """
        pair = self._changes.pair(old, new, Direction.RESPONSE)
        return self._message(pair, tree) if isinstance(tree, dict) else tree

    def _message(self, pair: MessagePair, was: Members) -> Members:
        taken = dict(was)
        for each in pair.comparable:
            if each.new.name in was:
                taken[each.new.name] = self._below(each, was[each.new.name])
        for difference in self._changes.differences(pair):
            take = _TAKEN.get(difference.name)
            if take is None or not difference.level.can_hurt:
                continue
            for each in _fields_of(pair, difference.found):
                taken = take(taken, _Met(each=each, found=difference.found, was=was))
        return taken

    def _below(self, each: FieldPair, value: Json) -> Json:
        old, new = each.old.message_type, each.new.message_type
        if old is None or new is None or is_map(each.old) is not is_map(each.new):
            return value
        if is_map(each.old) and isinstance(value, dict):
            pair = self._changes.pair(old, new, Direction.RESPONSE)
            return {key: self._message(pair, {"value": one})["value"] for key, one in value.items()}
        if isinstance(value, list):
            return [self._one(old, new, one) for one in value]
        return self._one(old, new, value)

    def _one(self, old: Descriptor, new: Descriptor, value: Json) -> Json:
        is_standard = old.full_name == new.full_name and old.full_name.startswith(_STANDARD)
        return value if is_standard else self.of(old, new, value)


def _fields_of(pair: MessagePair, found: Found) -> Iterator[FieldPair]:
    """Give the fields at which a difference stands; of a map's entry its value, since its key is the place itself."""
    for each in (*pair.comparable, *_reused(pair)):
        step = step_of(each.old)
        if step == found.step and (step is not None or each.old.name == "value"):
            yield each


def _reused(pair: MessagePair) -> Iterator[FieldPair]:
    """Give the fields that are gone, with those that have their number now."""
    for field in pair.removed:
        other = pair.new.fields_by_number.get(field.number)
        if other is not None:
            yield FieldPair(field, other, pair.direction)


def _unset(taken: Members, met: _Met) -> Members:
    return {name: value for name, value in taken.items() if name != met.name}


def _new_member(taken: Members, met: _Met) -> Members:
    is_known = met.each.new.enum_type is not None and met.found.value in met.each.new.enum_type.values_by_name
    return _filled(taken, met, met.found.value) if is_known else taken


def _unknown_member(taken: Members, met: _Met) -> Members:
    """Give a number that an enum has no member for, where it is open now and was not."""
    old, new = met.each.old.enum_type, met.each.new.enum_type
    if old is None or new is None or new.is_closed:
        return taken
    return _filled(taken, met, _no_member(old, new))


def _too_great(taken: Members, met: _Met) -> Members:
    """Give an integer that does not fit what reads it."""
    reader, writer = INTEGER_RANGES.get(met.each.old.type), INTEGER_RANGES.get(met.each.new.type)
    if reader is None or writer is None:
        return taken
    beyond = [each for each in (reader[1] + 1, reader[0] - 1) if writer[0] <= each <= writer[1]]
    return _filled(taken, met, beyond[0]) if beyond else taken


def _read_otherwise(taken: Members, met: _Met) -> Members:
    """Give what its readers know no member for, where they know an enum; else what they cannot read."""
    reader, writer = met.each.old.enum_type, INTEGER_RANGES.get(met.each.new.type)
    if reader is None or writer is None:
        return _unreadable(taken, met)
    number = _no_member(reader)
    if met.each.new.type == FieldDescriptor.TYPE_BOOL:
        return taken if number > 1 else _filled(taken, met, bool(number))
    return _filled(taken, met, number)


def _unreadable(taken: Members, met: _Met) -> Members:
    """Give what stands behind a length and cannot be read as what its readers know, so that they refuse the whole."""
    writer = met.each.new
    value = _UNREADABLE.get(writer.type)
    return _with(taken, writer, value) if value is not None and may_refuse(met.each.old, writer) else taken


def _several(taken: Members, met: _Met) -> Members:
    """Give a list of several where its readers know one value: of values they see the last, here the default."""
    value = taken.get(met.name)
    if not isinstance(value, list) or not value or met.each.old.is_repeated:
        return taken
    return {**taken, met.name: [*value, _DEFAULTS.get(met.each.new.cpp_type, value[-1])]}


def _another(taken: Members, met: _Met) -> Members:
    """Give another field of the oneof in the place of one that is set."""
    group = met.each.new.containing_oneof
    others = [field for field in group.fields if field.name != met.name] if group is not None else []
    if group is None or not met.is_set or not others:
        return taken
    return _chosen(taken, group, next((field for field in others if field.name == met.found.value), others[0]))


def _beside(taken: Members, met: _Met) -> Members:
    """Give a field that has left a oneof although another one of it is set."""
    group = met.each.new.containing_oneof
    if met.is_set or (group is not None and len(group.fields) > 1):
        return taken
    return {**taken, met.name: _some(met.each.new)}


_TAKEN: Final[Mapping[str, Callable[[Members, _Met], Members]]] = {
    "field.became-optional": _unset,
    "enum.value-added": _new_member,
    "closed-enum.value-added": _new_member,
    "enum.value-renumbered": _new_member,
    "enum.openness-changed": _unknown_member,
    "field.type-truncated": _too_great,
    "field.type-reinterpreted": _read_otherwise,
    "field.type-changed": _unreadable,
    "field.number-reused": _unreadable,
    "field.cardinality-changed": _several,
    "oneof.joined": _another,
    "oneof.member-added": _another,
    "oneof.left": _beside,
}
"""A rule of changes to what takes a message further; others show in every message, or in none."""


def _filled(taken: Members, met: _Met, value: Json) -> Members:
    """Give a field that is there another value, everywhere in it: an unset one was as weak before."""
    if met.name not in taken:
        return taken
    present = taken[met.name]
    filled: Json = [value for _ in present] if isinstance(present, list) else value
    if isinstance(present, dict) and is_map(met.each.new):
        filled = dict.fromkeys(present, value)
    return {**taken, met.name: filled}


def _with(taken: Members, field: FieldDescriptor, value: Json) -> Members:
    """Give a field a value, whether or not it is set, but for a oneof of which another one is set."""
    group = field.containing_oneof
    is_taken = group is not None and any(each.name in taken for each in group.fields if each.name != field.name)
    return taken if is_taken else {**taken, field.name: [value] if field.is_repeated else value}


def _chosen(taken: Members, group: OneofDescriptor, field: FieldDescriptor) -> Members:
    members = {each.name for each in group.fields}
    left = {name: value for name, value in taken.items() if name not in members}
    return {**left, field.name: _some(field)}


def _no_member(*enums: EnumDescriptor) -> int:
    """Give the least number above nothing that enums have no member for."""
    return next(number for number in count(1) if not any(number in each.values_by_number for each in enums))


def _some(field: FieldDescriptor) -> Json:
    """Give a value of a field that is set to one: no default where its readers could not tell that from nothing."""
    if field.enum_type is not None:
        value: Json = next(
            (each.name for each in field.enum_type.values if each.number), field.enum_type.values[0].name
        )
    else:
        value = _VALUES.get(field.type, _NUMBERS.get(field.cpp_type, 1))
    if field.is_repeated:
        return {} if is_map(field) else [value]
    return value


_DEFAULTS: Final[Mapping[int, Json]] = {
    FieldDescriptor.CPPTYPE_STRING: "",
    FieldDescriptor.CPPTYPE_BOOL: False,
    FieldDescriptor.CPPTYPE_ENUM: 0,
    FieldDescriptor.CPPTYPE_DOUBLE: 0.0,
    FieldDescriptor.CPPTYPE_FLOAT: 0.0,
    FieldDescriptor.CPPTYPE_INT32: 0,
    FieldDescriptor.CPPTYPE_INT64: 0,
    FieldDescriptor.CPPTYPE_UINT32: 0,
    FieldDescriptor.CPPTYPE_UINT64: 0,
}
_UNREADABLE: Final[Mapping[int, Json]] = {
    FieldDescriptor.TYPE_BYTES: "/w==",  # the byte 0xFF: no UTF-8, and as a number or a tag it goes on behind its end
    FieldDescriptor.TYPE_STRING: "\x80",  # two bytes, each of which says that another one follows
    FieldDescriptor.TYPE_BOOL: True,
    FieldDescriptor.TYPE_DOUBLE: -1.5,  # the last byte says that another one follows, and none of the last two is text
    FieldDescriptor.TYPE_FLOAT: -1.5,
    FieldDescriptor.TYPE_SINT32: -128,
    FieldDescriptor.TYPE_SINT64: -128,
    **dict.fromkeys((FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64), -1),
    **dict.fromkeys((FieldDescriptor.TYPE_SFIXED32, FieldDescriptor.TYPE_SFIXED64), -1),
    **dict.fromkeys((FieldDescriptor.TYPE_UINT32, FieldDescriptor.TYPE_FIXED32), 2**32 - 1),
    **dict.fromkeys((FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_FIXED64), 2**64 - 1),
}
"""Values that cannot be read as texts, messages or packed numbers of another width; numbers stand in a list."""
_VALUES: Final[Mapping[int, Json]] = {
    FieldDescriptor.TYPE_MESSAGE: {},
    FieldDescriptor.TYPE_GROUP: {},
    FieldDescriptor.TYPE_STRING: "other",
    FieldDescriptor.TYPE_BYTES: "b3RoZXI=",
}
_NUMBERS: Final[Mapping[int, Json]] = {
    FieldDescriptor.CPPTYPE_BOOL: True,
    FieldDescriptor.CPPTYPE_DOUBLE: 1.5,
    FieldDescriptor.CPPTYPE_FLOAT: 1.5,
}
