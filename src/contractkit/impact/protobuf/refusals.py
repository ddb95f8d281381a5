"""Refusals: when one field of a message can make its readers refuse the whole of it, whatever they need.

Lengths and texts are checked while a message is read: what is written as bytes is no message, packed doubles have a
length that is a multiple of eight (protobuf encoding, Length-Delimited Records).
"""

from google.protobuf.descriptor import FieldDescriptor

from contractkit.changes.protobuf import Encoding
from contractkit.impact.protobuf.walks import Met

_IN_BINARY = frozenset({"field.number-reused", "field.type-changed", "field.type-reinterpreted"})
_IN_JSON = frozenset(
    {
        "field.type-changed",
        "field.type-reinterpreted",
        "field.type-truncated",
        "field.list-unpacked",
        "field.cardinality-changed",
        "field.map-changed",
    }
)

_DELIMITED = {
    FieldDescriptor.TYPE_STRING: "text",
    FieldDescriptor.TYPE_BYTES: "bytes",
    FieldDescriptor.TYPE_MESSAGE: "message",
}
_FOUR_BYTES = (FieldDescriptor.TYPE_FIXED32, FieldDescriptor.TYPE_SFIXED32, FieldDescriptor.TYPE_FLOAT)
_EIGHT_BYTES = (FieldDescriptor.TYPE_FIXED64, FieldDescriptor.TYPE_SFIXED64, FieldDescriptor.TYPE_DOUBLE)


def may_be_refused(met: Met, encoding: Encoding) -> bool:
    """Say whether an answer in which a changed field is set may be refused as a whole by code of the old definition."""
    if encoding is Encoding.JSON:
        return met.difference.name in _IN_JSON
    if met.difference.name not in _IN_BINARY or met.field is None:
        return False
    writer = met.pair.new.fields_by_number.get(met.field.number)
    if writer is None:
        return False
    read, written = _delimited(met.field), _delimited(writer)
    return written != "" and read not in ("", "bytes") and (read != written or read == "message")


def _delimited(field: FieldDescriptor) -> str:
    """Give what stands behind a length on the wire; empty where none does."""
    if field.type in _DELIMITED or not field.is_repeated:
        return _DELIMITED.get(field.type, "")
    return "fours" if field.type in _FOUR_BYTES else "eights" if field.type in _EIGHT_BYTES else "varints"
