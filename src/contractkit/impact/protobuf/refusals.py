"""Refusals: when one field of a message can make its readers refuse the whole of it, whatever they need.

Lengths and texts are checked while a message is read: what is written as bytes is no message, packed doubles have a
length that is a multiple of eight (protobuf encoding, Length-Delimited Records), and text is UTF-8 where the reader's
definition says so. A message is refused, too, where its readers see nothing of a field that they require.
"""

from collections.abc import Container, Iterator, Mapping

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from contractkit.changes.protobuf import Encoding, ProtoChanges
from contractkit.changes.protobuf.message_pairs import MessagePair, json_name_of, name_of
from contractkit.changes.protobuf.records import FieldPair, ProtoDifference
from contractkit.changes.protobuf.types import Fit, fit_of, is_map, is_packable
from contractkit.changes.records import Direction
from contractkit.impact.protobuf.uses import MESSAGE
from contractkit.model import Location

TEXT_UNCHECKED = "field.text-unchecked"
"""What readers refuse whatever they need, and nothing else of it can hurt them."""

_IN_BINARY = frozenset({"field.number-reused", "field.renumbered", "field.type-changed", "field.type-reinterpreted"})
_IN_JSON = frozenset(
    {
        "field.type-changed",
        "field.type-reinterpreted",
        "field.type-truncated",
        "field.list-unpacked",
        "field.cardinality-changed",
        "field.map-changed",
        "oneof.left",  # two of which its readers know that one is set
    }
)

_NAME_GIVEN_UP = frozenset(
    {"field.removed", "required-field.removed", "field.number-reused", "field.json-name-changed"}
)

_UNSEEN = frozenset({"required-field.removed", "field.became-optional"})
_UNSEEN_IN_BINARY = frozenset({"field.type-changed", "closed-enum.value-added"})
_UNSEEN_WHERE_CLOSED = frozenset({"field.type-reinterpreted", "enum.openness-changed", "enum.value-renumbered"})
_UNSEEN_IN_JSON = frozenset(
    {"field.json-name-changed", "enum.value-added", "closed-enum.value-added", "enum.value-renamed"}
)

_DELIMITED = {
    FieldDescriptor.TYPE_STRING: "text",
    FieldDescriptor.TYPE_BYTES: "bytes",
    FieldDescriptor.TYPE_MESSAGE: "message",
}
_FOUR_BYTES = (FieldDescriptor.TYPE_FIXED32, FieldDescriptor.TYPE_SFIXED32, FieldDescriptor.TYPE_FLOAT)
_EIGHT_BYTES = (FieldDescriptor.TYPE_FIXED64, FieldDescriptor.TYPE_SFIXED64, FieldDescriptor.TYPE_DOUBLE)
_ALWAYS_READ: Mapping[str, Container[str]] = {
    "bytes": ("text", "bytes", "message", "varints", "truths", "fours", "eights"),
    "text": ("text", "truths"),  # a truth is one byte, 0 or 1
    "varints": ("varints", "truths"),
    "truths": ("varints", "truths"),
    "fours": ("fours", "eights"),  # eight bytes are two of four
    "eights": ("eights",),
    "message": (),
}
"""What stands behind a length to its reader, to what may have been written there that is never refused as that."""


class Refusals:
    """What of answers may be refused whole under one pair of definitions, remembered by the types of the answers."""

    def __init__(self, changes: ProtoChanges) -> None:
        self._changes = changes
        self._known: dict[tuple[Descriptor, Descriptor], tuple[tuple[Location, ProtoDifference], ...]] = {}

    def of(self, old: Descriptor, new: Descriptor) -> tuple[tuple[Location, ProtoDifference], ...]:
        """Give the differences because of which code of the old type may refuse what is written as the new one.

        What an answer may hold counts, whether or not the tests were served it.
        """
        if (old, new) not in self._known:
            self._known[old, new] = tuple(self._found(old, new))
        return self._known[old, new]

    def _found(self, old: Descriptor, new: Descriptor) -> Iterator[tuple[Location, ProtoDifference]]:
        for steps, pair in self._changes.reached(old, new, Direction.RESPONSE):
            for difference in self._changes.differences(pair):
                if _is_refused(pair, difference, self._changes.encoding):
                    yield MESSAGE.under((*steps, *difference.found.steps)), difference


def _is_refused(pair: MessagePair, difference: ProtoDifference, encoding: Encoding) -> bool:
    field = _field_of(pair, difference)
    if field is not None and field.is_required and _may_be_unseen(field, difference.name, encoding):
        return True
    if encoding is Encoding.JSON:
        if difference.name in _IN_JSON or field is None:
            return difference.name in _IN_JSON
        return difference.name in _NAME_GIVEN_UP and _is_name_taken(pair, field)
    if difference.name == TEXT_UNCHECKED:
        return True
    writer = pair.new.fields_by_number.get(field.number) if field is not None else None
    if difference.name not in _IN_BINARY or field is None or writer is None:
        return False
    return may_refuse(field, writer)


def _may_be_unseen(field: FieldDescriptor, difference: str, encoding: Encoding) -> bool:
    if difference in _UNSEEN:
        return True
    if encoding is Encoding.JSON:
        return difference in _UNSEEN_IN_JSON
    is_closed = field.enum_type is not None and field.enum_type.is_closed
    return difference in _UNSEEN_IN_BINARY or (is_closed and difference in _UNSEEN_WHERE_CLOSED)


def _is_name_taken(pair: MessagePair, field: FieldDescriptor) -> bool:
    """Say whether what is written under a field's name in JSON now is something else; readers take both its names."""
    names = (json_name_of(field), name_of(field))
    return any(json_name_of(each) in names and not _is_readable_in_json(field, each) for each in pair.new_fields)


def _is_readable_in_json(field: FieldDescriptor, writer: FieldDescriptor) -> bool:
    is_like = bool(field.is_repeated) is bool(writer.is_repeated) and is_map(field) is is_map(writer)
    fit = fit_of(FieldPair(field, writer, Direction.RESPONSE), Encoding.JSON)
    return is_like and fit in (Fit.SAME, Fit.LOSSLESS) and _message_of(field) == _message_of(writer)


def _message_of(field: FieldDescriptor) -> str:
    return "" if field.message_type is None else str(field.message_type.full_name)


def _field_of(pair: MessagePair, difference: ProtoDifference) -> FieldDescriptor | None:
    """Give the field, as it was, that a difference stands at; no step leads to key and value of a map's entry."""
    found = difference.found
    if found.step is not None:
        return pair.old.fields_by_name.get(str(found.step))
    return None if found.old is None else pair.old.fields_by_name.get(found.old.pointer.rpartition(".")[2])


def may_refuse(reader: FieldDescriptor, writer: FieldDescriptor) -> bool:
    """Say whether some values of one field, in binary form, make who reads them as another refuse the message."""
    is_one_by_one = writer.is_repeated and is_packable(writer) and not writer.is_packed
    read, written = _delimited(reader), "" if is_one_by_one else _delimited(writer)
    return bool(read and written) and written not in _ALWAYS_READ[read]


def _delimited(field: FieldDescriptor) -> str:
    """Give what stands behind a length on the wire; empty where none does. Lists are read packed, however declared."""
    if field.type in _DELIMITED or not field.is_repeated or field.type == FieldDescriptor.TYPE_GROUP:
        return _DELIMITED.get(field.type, "")
    if field.type == FieldDescriptor.TYPE_BOOL:
        return "truths"
    return "fours" if field.type in _FOUR_BYTES else "eights" if field.type in _EIGHT_BYTES else "varints"
