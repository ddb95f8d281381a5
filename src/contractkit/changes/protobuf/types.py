"""Types: how a value that one definition writes comes out where another one reads it, in binary form and in JSON."""

from enum import Enum
from typing import Final

from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor import FieldDescriptor as Field

from contractkit.changes.protobuf.records import Encoding, FieldPair
from contractkit.changes.records import Direction
from contractkit.definitions.protobuf.reading import WRAPPERS, stands_for_json


class Fit(Enum):
    """What becomes of a value between a writer and a reader whose types differ."""

    SAME = "same"
    LOSSLESS = "lossless"  # every value arrives as it was sent
    TRUNCATED = "truncated"  # some values do not fit what reads them
    READ_OTHERWISE = "read otherwise"  # it arrives, and means something else or is refused by its content
    LOST = "lost"  # nothing that was sent arrives


INTEGER_RANGES: Final = {
    Field.TYPE_INT32: (-(2**31), 2**31 - 1),
    Field.TYPE_SINT32: (-(2**31), 2**31 - 1),
    Field.TYPE_SFIXED32: (-(2**31), 2**31 - 1),
    Field.TYPE_UINT32: (0, 2**32 - 1),
    Field.TYPE_FIXED32: (0, 2**32 - 1),
    Field.TYPE_INT64: (-(2**63), 2**63 - 1),
    Field.TYPE_SINT64: (-(2**63), 2**63 - 1),
    Field.TYPE_SFIXED64: (-(2**63), 2**63 - 1),
    Field.TYPE_UINT64: (0, 2**64 - 1),
    Field.TYPE_FIXED64: (0, 2**64 - 1),
    Field.TYPE_BOOL: (0, 1),
}
"""Type to the least and the greatest integer it holds."""

_GROUPS: Final = (
    {Field.TYPE_INT32, Field.TYPE_INT64, Field.TYPE_UINT32, Field.TYPE_UINT64, Field.TYPE_BOOL},
    {Field.TYPE_SINT32, Field.TYPE_SINT64},
    {Field.TYPE_FIXED32, Field.TYPE_SFIXED32},
    {Field.TYPE_FIXED64, Field.TYPE_SFIXED64},
)
"""Types whose values are written alike (protobuf.dev, "Updating a message type")."""

_JSON_SHORT: Final = {Field.TYPE_INT32, Field.TYPE_UINT32, Field.TYPE_SINT32, Field.TYPE_FIXED32, Field.TYPE_SFIXED32}
_JSON_LONG: Final = {Field.TYPE_INT64, Field.TYPE_UINT64, Field.TYPE_SINT64, Field.TYPE_FIXED64, Field.TYPE_SFIXED64}
_JSON_DECIMAL: Final = {Field.TYPE_FLOAT, Field.TYPE_DOUBLE}
_MESSAGES: Final = {Field.TYPE_MESSAGE, Field.TYPE_GROUP}
_JSON_TEXTS: Final = frozenset(f"google.protobuf.{name}" for name in ("Timestamp", "Duration", "FieldMask"))
_TIMES: Final = {"google.protobuf.Timestamp", "google.protobuf.Duration"}
_STRUCT, _ANY_JSON = "google.protobuf.Struct", "google.protobuf.Value"
_SINGLE: Final = {*_MESSAGES, Field.TYPE_STRING, Field.TYPE_BYTES}

_WORDS: Final = {
    value: name.removeprefix("TYPE_").lower() for name, value in vars(Field).items() if name[:5] == "TYPE_"
}


def fit_of(pair: FieldPair, encoding: Encoding) -> Fit:
    """Give what becomes of a field's values; of messages only whether both are such, unless they stand as one value."""
    if stands_as_one_value(pair, encoding):
        return _standard_fit(pair, encoding)
    sender, reader = pair.sender.type, pair.reader.type
    if sender == reader:
        return Fit.SAME
    return _binary_fit(sender, reader) if encoding is Encoding.BINARY else _json_fit(sender, reader, pair.direction)


def stands_as_one_value(pair: FieldPair, encoding: Encoding) -> bool:
    """Say whether one side is a standard message that another type replaced, and that is not read field by field.

    Trees hold wrappers as their value and `Struct` as what it says, whatever the encoding; JSON writes a moment as
    text. A moment and a span have the same fields, which mean something else.
    """
    old, new = _message_name(pair.old), _message_name(pair.new)
    if old == new or (is_map(pair.old) or is_map(pair.new)):
        return False
    if encoding is Encoding.JSON:
        return _has_json_form(old) or _has_json_form(new)
    return bool(new) and (stands_for_json(old) or {old, new} == _TIMES)


def whole_fit(sender: Descriptor, reader: Descriptor, encoding: Encoding, *, is_request: bool) -> Fit:
    """Give what becomes of whole messages of two types that are not compared field by field; else that they are alike.

    What a procedure takes or gives may itself be a message that stands for one value, and become another one.
    """
    written, read = sender.full_name, reader.full_name
    if written == read or {written, read} <= WRAPPERS:
        return Fit.SAME
    if encoding is Encoding.BINARY:
        if {written, read} == _TIMES:
            return Fit.READ_OTHERWISE
        old = written if is_request else read
        is_value = stands_for_json(old) and old not in WRAPPERS  # its trees are none of its fields
        return Fit.LOST if is_value and not _are_alike(sender, reader) else Fit.SAME
    if not _has_json_form(written) and not _has_json_form(read):
        return Fit.SAME
    is_object = read == _STRUCT and not _has_json_form(written)
    return Fit.READ_OTHERWISE if is_object or read == _ANY_JSON else Fit.LOST


def scalar_type(field: Field) -> int | None:
    """Give the type of the scalar that a field holds, itself or in a wrapper; None for other messages."""
    if field.message_type is None:
        return field.type
    return field.message_type.fields_by_name["value"].type if _message_name(field) in WRAPPERS else None


def is_packable(field: Field) -> bool:
    """Say whether a list of the field's type may be written as one packed record."""
    return field.type not in _SINGLE


def is_map(field: Field) -> bool:
    """Say whether a field is a map."""
    entry = field.message_type if field.type in _MESSAGES else None
    return entry is not None and bool(field.is_repeated) and entry.has_options and bool(entry.GetOptions().map_entry)


def in_words(field: Field) -> str:
    """Give a field as a definition writes it: `repeated string tags = 4`."""
    if is_map(field):
        return f"{type_in_words(field)} {field.name} = {field.number}"
    label = "repeated " if field.is_repeated else "required " if field.is_required else _presence(field)
    return f"{label}{type_in_words(field)} {field.name} = {field.number}"


def type_in_words(field: Field) -> str:
    """Give a field's type as a definition writes it."""
    if field.message_type is not None and is_map(field):
        entry = field.message_type.fields_by_name
        return f"map<{type_in_words(entry['key'])}, {type_in_words(entry['value'])}>"
    if field.message_type is not None:
        return f"{'group ' if field.type == Field.TYPE_GROUP else ''}{field.message_type.full_name}"
    return str(field.enum_type.full_name) if field.enum_type is not None else _WORDS[field.type]


def _presence(field: Field) -> str:
    is_explicit = field.has_presence and field.type not in _MESSAGES
    return (
        "optional "
        if is_explicit and (field.containing_oneof is None or len(field.containing_oneof.fields) == 1)
        else ""
    )


def _standard_fit(pair: FieldPair, encoding: Encoding) -> Fit:
    sender, reader = _message_name(pair.sender), _message_name(pair.reader)
    written, read = scalar_type(pair.sender), scalar_type(pair.reader)
    if written is not None and read is not None:
        if written == read:
            return Fit.LOSSLESS
        return _binary_fit(written, read) if encoding is Encoding.BINARY else _json_fit(written, read, pair.direction)
    if {sender, reader} == _TIMES:
        return Fit.READ_OTHERWISE if encoding is Encoding.BINARY else Fit.LOST
    if encoding is Encoding.BINARY:
        return Fit.LOSSLESS if _are_alike(pair.old.message_type, pair.new.message_type) else Fit.LOST
    if sender in _JSON_TEXTS and pair.reader.type == Field.TYPE_STRING:
        return Fit.LOSSLESS
    is_text = pair.sender.type == Field.TYPE_STRING and reader in _JSON_TEXTS
    is_object = reader == _STRUCT and bool(sender) and not _has_json_form(sender)
    return Fit.READ_OTHERWISE if is_text or is_object or reader == _ANY_JSON else Fit.LOST


def _message_name(field: Field) -> str:
    return str(field.message_type.full_name) if field.message_type is not None else ""


def _has_json_form(message: str) -> bool:
    return stands_for_json(message) or message in _JSON_TEXTS


def _are_alike(old: Descriptor | None, new: Descriptor | None) -> bool:
    """Say whether two messages have the same fields by number and type."""
    shapes = [{(each.number, each.type, each.is_repeated, _message_name(each)) for each in side.fields}
              for side in (old, new) if side is not None]  # fmt: skip
    return shapes[0] == shapes[-1]


def _binary_fit(sender: int, reader: int) -> Fit:
    types = {sender, reader}
    if Field.TYPE_ENUM in types:
        return Fit.READ_OTHERWISE if types - {Field.TYPE_ENUM} <= _GROUPS[0] else Fit.LOST
    if any(types <= group for group in _GROUPS):
        return _range_fit(sender, reader)
    if types == {Field.TYPE_STRING, Field.TYPE_BYTES}:
        return Fit.LOSSLESS if reader == Field.TYPE_BYTES else Fit.READ_OTHERWISE  # bytes may not be UTF-8
    return Fit.READ_OTHERWISE if types == {Field.TYPE_MESSAGE, Field.TYPE_BYTES} else Fit.LOST


def _json_fit(sender: int, reader: int, direction: Direction) -> Fit:
    types = {sender, reader}
    if types <= _MESSAGES or (sender, reader) == (Field.TYPE_ENUM, Field.TYPE_STRING):
        return Fit.LOSSLESS
    if (sender, reader) == (Field.TYPE_STRING, Field.TYPE_ENUM):
        return Fit.READ_OTHERWISE
    if types <= _JSON_SHORT or types <= _JSON_LONG:
        return _range_fit(sender, reader)
    if types <= _JSON_SHORT | _JSON_LONG:  # 64 bits are written as text, and parsers of protobuf take both
        fit = _range_fit(sender, reader)
        return fit if direction is Direction.REQUEST else Fit.READ_OTHERWISE
    if types <= _JSON_DECIMAL or (sender in _JSON_SHORT and reader == Field.TYPE_DOUBLE):
        return Fit.LOSSLESS if reader == Field.TYPE_DOUBLE else Fit.TRUNCATED
    return Fit.READ_OTHERWISE if types <= _JSON_SHORT | _JSON_LONG | _JSON_DECIMAL else Fit.LOST


def _range_fit(sender: int, reader: int) -> Fit:
    (least, most), (reader_least, reader_most) = INTEGER_RANGES[sender], INTEGER_RANGES[reader]
    return Fit.LOSSLESS if reader_least <= least and most <= reader_most else Fit.TRUNCATED
