"""Descriptor sets as bytes: the methods in them, what of them one method uses, and which fields a message has set.

They are read by hand (descriptor.proto), so that a contract is read, written and identified where no protobuf library
is installed.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from contractkit.document.wire import WireValue, wire_fields
from contractkit.exact_json import Json, dump_compact

_FILE, _PACKAGE, _MESSAGES, _ENUMS, _SERVICES = 1, 2, 4, 5, 6  # of FileDescriptorSet and FileDescriptorProto
_FILE_OPTIONS, _SYNTAX, _EDITION, _FEATURES = 8, 12, 14, 50
_NAME, _FIELDS, _NESTED, _NESTED_ENUMS = 1, 2, 3, 4  # of DescriptorProto; the name is number 1 everywhere
_NUMBER, _LABEL, _TYPE_NAME, _JSON_NAME = 3, 4, 6, 10  # of FieldDescriptorProto
_METHODS, _INPUT, _OUTPUT, _CLIENT_STREAMS, _SERVER_STREAMS = 2, 2, 3, 5, 6  # of Service- and MethodDescriptorProto
_MESSAGE_OPTIONS, _MAP_ENTRY = 7, 7
_REPEATED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of a service; types are full names with a dot before them, as descriptors write them."""

    procedure: str
    request_type: str
    response_type: str
    client_streaming: bool
    server_streaming: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    name: str
    number: int
    is_repeated: bool
    type_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Type:
    """A message or an enum: what of its descriptor counts, the semantics of its file, and the fields of a message."""

    descriptor: list[Json]
    semantics: bytes
    fields: tuple[_Field, ...] = ()
    is_map_entry: bool = False
    is_message: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptors:
    """The methods and types of a descriptor set."""

    methods: tuple[Method, ...]
    types: Mapping[str, _Type] = field(repr=False)

    def method(self, service: str) -> Method | None:
        """Give the method that a file names: `.pkg.Service/Method`, without its package where only one fits."""
        wanted = service.removesuffix(":request").removesuffix(":response").removeprefix(".")
        exact = [each for each in self.methods if each.procedure == wanted]
        near = [each for each in self.methods if each.procedure.endswith(f".{wanted}")]
        return exact[0] if exact else near[0] if len(near) == 1 else None

    def message(self, name: str) -> str | None:
        """Give the full name, with a dot before it, of the message that a file names, as `method` finds methods."""
        wanted = f".{name.removeprefix('.')}"
        near = [each for each in self.types if each.endswith(wanted) and self.types[each].is_message]
        return wanted if wanted in near else near[0] if len(near) == 1 else None

    def used_by(self, method: Method) -> str:
        """Give the digest of the types that a method needs; comments and what else is in the set do not count."""
        types = self._needed_by(method.request_type, method.response_type)
        streams = [method.client_streaming, method.server_streaming]
        said = [method.procedure, method.request_type, method.response_type, streams, types]
        return hashlib.sha256(dump_compact(said)).hexdigest()

    def used_by_message(self, type_name: str) -> str:
        """Give the digest of the types that a message needs, itself included."""
        return hashlib.sha256(dump_compact([type_name, self._needed_by(type_name)])).hexdigest()

    def _needed_by(self, *names: str) -> list[Json]:
        found: dict[str, _Type] = {}
        pending = [*names]
        while pending:
            name = pending.pop()
            if name in self.types and name not in found:
                found[name] = self.types[name]
                pending += [each.type_name for each in found[name].fields if each.type_name]
        return [[name, each.semantics.hex(), each.descriptor] for name, each in sorted(found.items())]

    def only_set(self, tree: Json, data: bytes, type_name: str, named: Json = None) -> Json:
        """Give a message's tree without the defaults of fields that its bytes do not hold.

        Args:
            tree: The message, with every field.
            data: Its bytes.
            type_name: Its type.
            named: An object whose members stay although they are defaults.
        """
        described = self.types.get(type_name)
        if described is None or not isinstance(tree, dict) or type_name in _SPECIAL:
            return tree
        values: dict[int, list[WireValue]] = {}
        for number, value in wire_fields(data):
            values.setdefault(number, []).append(value)
        kept = named if isinstance(named, dict) else {}
        fields = {each.name: each for each in described.fields}
        return {
            name: self._only_set(member, values.get(fields[name].number, []), fields[name], kept.get(name))
            for name, member in tree.items()
            if name in fields and (fields[name].number in values or name in kept)
        }

    def _only_set(self, member: Json, values: Sequence[WireValue], described: _Field, named: Json) -> Json:
        held = self.types.get(described.type_name)
        encoded = [value for value in values if isinstance(value, bytes)]
        if held is None or not held.fields or len(encoded) != len(values):
            return member
        if held.is_map_entry:
            return self._only_set_values(member, encoded, held.fields[-1].type_name)
        if not described.is_repeated:
            return self.only_set(member, b"".join(encoded), described.type_name, named)
        if not isinstance(member, list) or len(member) != len(encoded):
            return member
        return [self.only_set(each, data, described.type_name) for each, data in zip(member, encoded, strict=True)]

    def _only_set_values(self, member: Json, entries: Sequence[bytes], type_name: str) -> Json:
        """Give a map whose values are messages, in the same way; its keys are text or counted as text."""
        if not isinstance(member, dict) or type_name not in self.types:
            return member
        found = dict(member)
        for entry in map(dict, map(wire_fields, entries)):
            key, value = entry.get(1, b""), entry.get(2, b"")
            name = key.decode() if isinstance(key, bytes) else str(key)
            if name in found and isinstance(value, bytes):
                found[name] = self.only_set(found[name], value, type_name)
        return found


_SPECIAL = {
    ".google.protobuf.Any",
    ".google.protobuf.BoolValue",
    ".google.protobuf.BytesValue",
    ".google.protobuf.DoubleValue",
    ".google.protobuf.FloatValue",
    ".google.protobuf.Int32Value",
    ".google.protobuf.Int64Value",
    ".google.protobuf.ListValue",
    ".google.protobuf.StringValue",
    ".google.protobuf.Struct",
    ".google.protobuf.UInt32Value",
    ".google.protobuf.UInt64Value",
    ".google.protobuf.Value",
}
"""Messages whose tree is no object of their fields."""


@lru_cache(maxsize=32)
def read_descriptors(data: bytes) -> Descriptors:
    """Give what a serialised FileDescriptorSet holds.

    Raises:
        ValueError: The bytes are no descriptor set.
    """
    methods: list[Method] = []
    types: dict[str, _Type] = {}
    for number, file in wire_fields(data):
        if number == _FILE:
            _read_file(_bytes(file), methods, types)
    return Descriptors(methods=tuple(methods), types=types)


def _read_file(data: bytes, methods: list[Method], types: dict[str, _Type]) -> None:
    members = list(wire_fields(data))
    package = _text(members, _PACKAGE)
    scope = f".{package}" if package else ""
    semantics = dump_compact([_text(members, _SYNTAX), _first(members, _EDITION, 0), _features(members)])
    for number, value in members:
        if number == _MESSAGES:
            _read_message(_bytes(value), scope, semantics, types)
        elif number == _ENUMS:
            _read_enum(_bytes(value), scope, semantics, types)
        elif number == _SERVICES:
            methods.extend(_read_methods(_bytes(value), package))


def _read_message(data: bytes, scope: str, semantics: bytes, types: dict[str, _Type]) -> None:
    members = list(wire_fields(data))
    name = f"{scope}.{_text(members, _NAME)}"
    options = list(wire_fields(_bytes(_first(members, _MESSAGE_OPTIONS, b""))))
    types[name] = _Type(
        descriptor=_counted([each for each in members if each[0] not in (_NESTED, _NESTED_ENUMS)]),
        semantics=semantics,
        fields=tuple(_read_field(_bytes(value)) for number, value in members if number == _FIELDS),
        is_map_entry=bool(_first(options, _MAP_ENTRY, 0)),
        is_message=True,
    )
    for number, value in members:
        if number == _NESTED:
            _read_message(_bytes(value), name, semantics, types)
        elif number == _NESTED_ENUMS:
            _read_enum(_bytes(value), name, semantics, types)


def _read_enum(data: bytes, scope: str, semantics: bytes, types: dict[str, _Type]) -> None:
    members = tuple(wire_fields(data))
    types[f"{scope}.{_text(members, _NAME)}"] = _Type(descriptor=_counted(members), semantics=semantics)


def _read_field(data: bytes) -> _Field:
    members = list(wire_fields(data))
    number = _first(members, _NUMBER, 0)
    return _Field(
        name=_text(members, _NAME),
        number=number if isinstance(number, int) else 0,
        is_repeated=_first(members, _LABEL, 0) == _REPEATED,
        type_name=_text(members, _TYPE_NAME),
    )


def _read_methods(data: bytes, package: str) -> Iterator[Method]:
    members = list(wire_fields(data))
    service = ".".join(filter(None, (package, _text(members, _NAME))))
    for number, value in members:
        if number == _METHODS:
            method = list(wire_fields(_bytes(value)))
            yield Method(
                procedure=f"{service}/{_text(method, _NAME)}",
                request_type=_text(method, _INPUT),
                response_type=_text(method, _OUTPUT),
                client_streaming=bool(_first(method, _CLIENT_STREAMS, 0)),
                server_streaming=bool(_first(method, _SERVER_STREAMS, 0)),
            )


def _counted(members: Sequence[tuple[int, WireValue]]) -> list[Json]:
    """Give a descriptor as JSON; the JSON names of fields are left out, since nothing on the wire has them."""
    said: list[Json] = []
    for number, value in members:
        if isinstance(value, int):
            said.append([number, value])
        elif number == _FIELDS:
            inner = [each for each in wire_fields(value) if each[0] != _JSON_NAME]
            said.append([number, [[key, each if isinstance(each, int) else each.hex()] for key, each in inner]])
        else:
            said.append([number, value.hex()])
    return said


def _features(file: Sequence[tuple[int, WireValue]]) -> str:
    options = list(wire_fields(_bytes(_first(file, _FILE_OPTIONS, b""))))
    return _bytes(_first(options, _FEATURES, b"")).hex()


def _first(members: Sequence[tuple[int, WireValue]], number: int, default: WireValue) -> WireValue:
    return next((value for key, value in members if key == number), default)


def _text(members: Sequence[tuple[int, WireValue]], number: int) -> str:
    return _bytes(_first(members, number, b"")).decode()


def _bytes(value: WireValue) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number stands where bytes must be")
    return value
