"""Kinds: what each field of a message type is, worked out once per type on first use."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from contractkit.definitions.protobuf.scalars import SCALARS, Scalar, enum_scalar


class Shape(Enum):
    """How many values a field holds."""

    ONE = "one"
    LIST = "list"
    MAP = "map"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field, ready for use.

    Attributes:
        name: As the definition spells it, which is its name in a tree.
        shape: A single value, a list or a map.
        scalar: What its values are; None for messages.
        message: The type of its values; None for scalars. Of a map, scalar and message are those of its values.
        key: What a map's keys are, else None.
        has_presence: A tree has it exactly if it was set.
        is_required: proto2's `required`.
        oneof: The group of fields of which at most one is set; empty where it is in none or alone in one.
        pointer: Its place in the definition.
        signature: Its name and type in one word: fields of equal signatures hold each other's values.
        descriptor: What all this was taken from.
    """

    name: str
    shape: Shape
    scalar: Scalar | None
    message: Descriptor | None
    key: Scalar | None
    has_presence: bool
    is_required: bool
    oneof: str
    pointer: str
    signature: str
    descriptor: FieldDescriptor


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A message type: its fields in the order of the definition, and by every name that a tree may use."""

    full_name: str
    fields: tuple[Field, ...]
    by_name: Mapping[str, Field]
    required: tuple[Field, ...]
    pointer: str


class Kinds:
    """The message types of one definition, each worked out when first asked for."""

    def __init__(self) -> None:
        self._known: dict[str, Kind] = {}

    def of(self, descriptor: Descriptor) -> Kind:
        """Give what the fields of a message type are."""
        found = self._known.get(descriptor.full_name)
        if found is None:
            found = self._known[descriptor.full_name] = _kind(descriptor)
        return found

    def within(self, descriptor: Descriptor) -> tuple[Kind, ...]:
        """Give the type and every message type that its messages may hold, each once."""
        found = {descriptor.full_name: self.of(descriptor)}
        waiting = [descriptor]
        while waiting:
            for each in self.of(waiting.pop()).fields:
                if each.message is not None and each.message.full_name not in found:
                    found[each.message.full_name] = self.of(each.message)
                    waiting.append(each.message)
        return tuple(found.values())


def pointer_of(file: str, full_name: str) -> str:
    """Give how places in a definition are written: `orders/v1/orders.proto#orders.v1.Order.total`."""
    return f"{file}#{full_name}"


_MESSAGES: Final = (FieldDescriptor.TYPE_MESSAGE, FieldDescriptor.TYPE_GROUP)


def _kind(descriptor: Descriptor) -> Kind:
    fields = tuple(_field(each, descriptor.file.name) for each in descriptor.fields)
    by_json_name = {_json_name(each.descriptor): each for each in fields}
    return Kind(
        full_name=descriptor.full_name,
        fields=fields,
        by_name={**by_json_name, **{each.name: each for each in fields}},
        required=tuple(each for each in fields if each.is_required),
        pointer=pointer_of(descriptor.file.name, descriptor.full_name),
    )


def _field(field: FieldDescriptor, file: str) -> Field:
    entry = field.message_type if field.type in _MESSAGES else None
    is_map = entry is not None and field.is_repeated and entry.has_options and entry.GetOptions().map_entry
    valued = entry.fields_by_name["value"] if is_map and entry is not None else field
    shape = Shape.MAP if is_map else Shape.LIST if field.is_repeated else Shape.ONE
    return Field(
        name=field.name,
        shape=shape,
        scalar=_scalar(valued),
        message=valued.message_type if valued.type in _MESSAGES else None,
        key=SCALARS[entry.fields_by_name["key"].type] if is_map and entry is not None else None,
        has_presence=field.has_presence,
        is_required=field.is_required,
        oneof=_oneof(field),
        pointer=pointer_of(file, field.full_name),
        signature=f"{field.name} {shape.value} {field.type} {_type_name(field)}",
        descriptor=field,
    )


def _json_name(field: FieldDescriptor) -> str:
    try:
        return field.json_name
    except UnicodeDecodeError:  # a descriptor set made by hand; the field keeps its own name
        return field.name


def _scalar(field: FieldDescriptor) -> Scalar | None:
    return SCALARS.get(field.type) if field.enum_type is None else enum_scalar(field.enum_type)


def _type_name(field: FieldDescriptor) -> str:
    entry = field.message_type
    if entry is not None:
        if not (entry.has_options and entry.GetOptions().map_entry):
            return str(entry.full_name)
        return " ".join(f"{each.type} {_type_name(each)}" for each in entry.fields)
    return str(field.enum_type.full_name) if field.enum_type is not None else ""


def _oneof(field: FieldDescriptor) -> str:
    oneof = field.containing_oneof
    return str(oneof.name) if oneof is not None and len(oneof.fields) > 1 else ""
