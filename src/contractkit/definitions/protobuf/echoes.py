"""Echoes: values of a request that come back in the answer, as they would from a service that remembers.

A value comes back in a field of the same name and type: the request's own fields first, then those of the messages
in it. Values that say nothing (empty texts, zeros, empty lists) do not come back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from contractkit.definitions.protobuf.kinds import Field, Kinds, Shape
from contractkit.exact_json import Json

_Signature = tuple[str, Shape, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a request said, by name and type of its fields."""

    by_field: Mapping[_Signature, Json] = field(default_factory=dict)

    def value(self, each: Field) -> Json:
        """Give what the request said under a field's name and type, or None."""
        return self.by_field.get(_signature(each)) if self.by_field else None


NOTHING_SAID: Final = Said()


def said_in(tree: Json, descriptor: Descriptor, kinds: Kinds) -> Said:
    """Give what a request's tree says; the request's own fields win over those one level below."""
    if not isinstance(tree, dict):
        return NOTHING_SAID
    own = dict(_of_message(tree, descriptor, kinds))
    below: dict[_Signature, Json] = {}
    for each in kinds.of(descriptor).fields:
        inner = tree.get(each.name)
        if each.shape is Shape.ONE and each.message is not None and isinstance(inner, dict):
            below = {**dict(_of_message(inner, each.message, kinds)), **below}
    return Said(by_field={**below, **own})


def _of_message(tree: Mapping[str, Json], descriptor: Descriptor, kinds: Kinds) -> Iterator[tuple[_Signature, Json]]:
    for each in kinds.of(descriptor).fields:
        value = _telling(tree.get(each.name), each, kinds)
        if value is not None:
            yield _signature(each), value


def _telling(value: Json, each: Field, kinds: Kinds) -> Json:
    """Give a value without what says nothing; None where nothing is left."""
    if each.shape is Shape.ONE and each.message is not None and isinstance(value, dict) and "@type" not in value:
        fields = kinds.of(each.message).by_name
        if not value.keys() <= fields.keys():
            return value or None  # a JSON value, not an object of fields
        left = {name: told for name, item in value.items() if (told := _telling(item, fields[name], kinds)) is not None}
        return left or None
    return value or None


def _signature(each: Field) -> _Signature:
    descriptor = each.descriptor
    return each.name, each.shape, descriptor.type, _type_name(descriptor)


def _type_name(descriptor: FieldDescriptor) -> str:
    entry = descriptor.message_type
    if entry is not None:
        if not (entry.has_options and entry.GetOptions().map_entry):
            return str(entry.full_name)
        return " ".join(f"{each.type} {_type_name(each)}" for each in entry.fields)
    return str(descriptor.enum_type.full_name) if descriptor.enum_type is not None else ""
