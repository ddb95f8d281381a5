"""Unknown fields: what a message carried that its type does not define."""

from collections.abc import Iterable
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet


def unknown_numbers(message: Message) -> tuple[int, ...]:
    """Give the numbers of fields that were sent and are not defined, also in messages below, each once, in order."""
    found: set[int] = set()
    _collect(message, found)
    return tuple(sorted(found))


def misencoded_names(message: Message) -> tuple[str, ...]:
    """Give the names of fields that are defined and were sent as fields of another type, in the order they came.

    Messages below are not looked at. Members that an enumeration does not have may be kept in the same way, so fields
    of one do not count.
    """
    fields = message.DESCRIPTOR.fields_by_number
    kept = [fields.get(each.field_number) for each in UnknownFieldSet(message)]  # type: ignore[attr-defined]
    return tuple(dict.fromkeys(each.name for each in kept if each is not None and each.enum_type is None))


def _collect(message: Message, found: set[int]) -> None:
    found.update(each.field_number for each in UnknownFieldSet(message))  # type: ignore[attr-defined]
    for field, value in message.ListFields():
        if field.message_type is not None:
            for each in _messages(field, value):
                _collect(each, found)


def _messages(field: FieldDescriptor, value: Any) -> Iterable[Message]:
    """Give the messages that a field of a message type holds."""
    entry = field.message_type
    if not field.is_repeated:
        return (value,)
    if entry is None or not (entry.has_options and entry.GetOptions().map_entry):
        return tuple(value)
    return tuple(value.values()) if entry.fields_by_name["value"].message_type is not None else ()
