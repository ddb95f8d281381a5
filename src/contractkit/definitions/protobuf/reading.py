"""Reading: from a message to its tree, through one function per message type that is made on first use."""

import math
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from contractkit.definitions.protobuf.files import Files
from contractkit.definitions.protobuf.kinds import Field, Kinds, Shape
from contractkit.definitions.protobuf.scalars import SCALARS, Scalar
from contractkit.exact_json import Json

Read: TypeAlias = Callable[[Any], Json]

WRAPPERS: Final = frozenset(
    f"google.protobuf.{name}Value"
    for name in ("Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes")
)
"""The messages that stand for the one scalar they hold."""

JSON_TYPES: Final = frozenset(f"google.protobuf.{name}" for name in ("Struct", "Value", "ListValue"))
"""The messages that stand for a JSON value."""

ANY: Final = "google.protobuf.Any"
_EXACT: Final = 2.0**53  # above, a float says more than the integer that was meant


class Reader:
    """Reads the messages of one definition."""

    def __init__(self, files: Files, kinds: Kinds) -> None:
        self._files = files
        self._kinds = kinds
        self._reads: dict[str, Read] = {}

    def read(self, message: Message) -> Json:
        """Give the tree of a message in the full view: fields without presence are always there."""
        descriptor: Descriptor = message.DESCRIPTOR  # type: ignore[assignment]  # the stubs know a second class
        return self.of(descriptor)(message)

    def read_any(self, type_url: str, value: bytes) -> Json:
        """Give the tree of what an `Any` carries, with `@type`; of a type that is not known, the bytes in base64.

        Raises:
            DecodeError: The bytes are not a message of that type.
        """
        name = type_url.rpartition("/")[2]
        if not name or not self._files.knows_type(name):
            content = SCALARS[_BYTES].read
            assert content is not None
            return {"@type": type_url, "value": content(value)} if type_url or value else {}
        descriptor = self._files.pool.FindMessageTypeByName(name)
        tree = self.read(parsed(descriptor, value))
        return {"@type": type_url, "value": tree} if stands_for_json(name) else {"@type": type_url, **tree}

    def of(self, descriptor: Descriptor) -> Read:
        """Give what reads messages of a type."""
        found = self._reads.get(descriptor.full_name)
        if found is None:
            found = self._reads[descriptor.full_name] = self._made(descriptor)
        return found

    def _made(self, descriptor: Descriptor) -> Read:
        name = descriptor.full_name
        if name == ANY:
            return lambda message: self.read_any(message.type_url, message.value)
        if name in WRAPPERS:
            return _wrapper(SCALARS[descriptor.fields_by_name["value"].type])
        if name in JSON_TYPES:
            return _JSON_READS[name.rpartition(".")[2]]
        return self._object(descriptor)

    def _object(self, descriptor: Descriptor) -> Read:
        fields = tuple((each.name, each.has_presence, self._value(each)) for each in self._kinds.of(descriptor).fields)

        def read(message: Any) -> Json:
            is_set = message.HasField
            return {
                name: getattr(message, name) if value is None else value(getattr(message, name))
                for name, has_presence, value in fields
                if not has_presence or is_set(name)
            }

        return read

    def _value(self, field: Field) -> Read | None:
        """Give how a field's value is read; None where it is the tree's value already."""
        one = self._one(field)
        if field.shape is Shape.ONE:
            return one
        if field.shape is Shape.LIST:
            return list if one is None else lambda values: [one(each) for each in values]
        return lambda values: {
            _key(key): values[key] if one is None else one(values[key]) for key in sorted(values)
        }  # a map has no order of its own

    def _one(self, field: Field) -> Read | None:
        if field.message is None:
            assert field.scalar is not None
            return field.scalar.read
        descriptor, name, reads = field.message, field.message.full_name, self._reads

        def read(message: Any) -> Json:  # looked up when called: a type may hold itself
            return (reads.get(name) or self.of(descriptor))(message)

        return read


def parsed(descriptor: Descriptor, data: bytes) -> Message:
    """Give the message of a type that some bytes encode.

    Raises:
        DecodeError: They encode none.
    """
    message: Message = GetMessageClass(descriptor).FromString(data)
    return message


def stands_for_json(full_name: str) -> bool:
    """Say whether a message's tree need not be an object of its fields, so that an `Any` holds it as `value`."""
    return full_name in WRAPPERS or full_name in JSON_TYPES or full_name == ANY


def json_of(value: Any) -> Json:
    """Give what a `google.protobuf.Value` stands for; one without any kind stands for null."""
    match value.WhichOneof("kind"):
        case "number_value":
            return _number(value.number_value)
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "struct_value":
            return _struct(value.struct_value)
        case "list_value":
            return _list(value.list_value)
        case _:
            return None


def _wrapper(scalar: Scalar) -> Read:
    read = scalar.read
    return (lambda message: message.value) if read is None else (lambda message: read(message.value))


def _number(number: float) -> Json:
    """Give a number as JSON writes it: an integer where it is one, but for the zero that has a sign."""
    if number.is_integer() and abs(number) < _EXACT and (number or math.copysign(1, number) > 0):
        return int(number)
    read = SCALARS[_DOUBLE].read
    assert read is not None
    return read(number)


def _struct(struct: Any) -> Json:
    return {name: json_of(struct.fields[name]) for name in sorted(struct.fields)}


def _list(values: Any) -> Json:
    return [json_of(each) for each in values.values]


def _key(key: bool | int | str) -> str:
    return ("true" if key else "false") if isinstance(key, bool) else str(key)


_JSON_READS: Final[dict[str, Read]] = {"Struct": _struct, "Value": json_of, "ListValue": _list}
_BYTES: Final = 12  # FieldDescriptor.TYPE_BYTES
_DOUBLE: Final = 1  # FieldDescriptor.TYPE_DOUBLE

__all__ = ["ANY", "JSON_TYPES", "WRAPPERS", "DecodeError", "Reader", "json_of", "parsed", "stands_for_json"]
