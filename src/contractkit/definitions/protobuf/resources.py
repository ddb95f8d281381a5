"""Resources: names such as `projects/cedar-41/topics/birch-12`, by the patterns that `google.api.resource` declares.

The annotations are read from the options' bytes, so nothing needs to be installed for them (AIP-123, AIP-122).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto
from google.protobuf.message import Message

from contractkit.definitions.draws import Draw

_RESOURCE: Final = 1053  # google.api.resource on messages, google.api.resource_definition on files
_REFERENCE: Final = 1055  # google.api.resource_reference on fields
_TYPE, _PATTERN, _NAME_FIELD, _CHILD_TYPE = 1, 2, 3, 2
_VARIABLE: Final = re.compile(r"\{[^}]*\}")
_WORDS: Final = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "hazel")


class Resources:
    """The resource names of one definition."""

    def __init__(self, files: Iterable[FileDescriptorProto]) -> None:
        self._files = tuple(files)

    def namer(self, field: FieldDescriptor) -> Callable[[Draw], str] | None:
        """Give what draws resource names for a field that holds them, else None."""
        if field.type != FieldDescriptor.TYPE_STRING or not self._by_type:
            return None
        pattern = self._pattern(field)
        if not pattern:
            return None
        return lambda draw: _VARIABLE.sub(lambda _: f"{draw.pick(_WORDS)}-{draw.between(10, 99)}", pattern)

    def _pattern(self, field: FieldDescriptor) -> str:
        reference = dict(_members(field, _REFERENCE)) if field.has_options else {}
        if _TYPE in reference:
            return self._by_type.get(reference[_TYPE], "")
        if _CHILD_TYPE in reference:
            return "/".join(self._by_type.get(reference[_CHILD_TYPE], "").split("/")[:-2])
        message = field.containing_type
        own = dict(_members(message, _RESOURCE)) if message is not None and message.has_options else {}
        return self._by_type.get(own.get(_TYPE, ""), "") if field.name == own.get(_NAME_FIELD, "name") else ""

    @cached_property
    def _by_type(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for file in self._files:
            for data in _extensions(file.options, _RESOURCE):
                _add(found, data)
            for message in _messages(file.message_type):
                for data in _extensions(message.options, _RESOURCE) if message.HasField("options") else ():
                    _add(found, data)
        return found


def _add(found: dict[str, str], data: bytes) -> None:
    """Add a resource with its first pattern that is not a wildcard."""
    members = list(_text_fields(data))
    names = [text for number, text in members if number == _TYPE]
    patterns = [text for number, text in members if number == _PATTERN and text != "*"]
    if names and patterns:
        found.setdefault(names[0], patterns[0])


def _messages(messages: Iterable[DescriptorProto]) -> Iterator[DescriptorProto]:
    for message in messages:
        yield message
        yield from _messages(message.nested_type)


def _members(described: object, extension: int) -> Iterator[tuple[int, str]]:
    options: Message = described.GetOptions()  # type: ignore[attr-defined]
    for data in _extensions(options, extension):
        yield from reversed(list(_text_fields(data)))


def _extensions(options: Message, number: int) -> Iterator[bytes]:
    """Give the contents of an extension of options, whether or not this process knows it."""
    return (data for found, data in _fields(options.SerializeToString()) if found == number)


def _text_fields(data: bytes) -> Iterator[tuple[int, str]]:
    for number, content in _fields(data):
        yield number, content.decode(errors="replace")


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Give number and content of each length-delimited field of an encoded message."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        match tag & 7:
            case 0:
                _, position = _varint(data, position)
            case 1:
                position += 8
            case 2:
                size, position = _varint(data, position)
                yield tag >> 3, data[position : position + size]
                position += size
            case 5:
                position += 4
            case _:
                return  # groups, which no annotation uses


def _varint(data: bytes, position: int) -> tuple[int, int]:
    number = shift = 0
    while position < len(data):
        byte = data[position]
        position += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return number, position
