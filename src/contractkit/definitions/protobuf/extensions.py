"""Extensions: proto2 fields that another file adds to a message. They are ignored, and each is named."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto

from contractkit.definitions.interface import DefinitionWarning
from contractkit.definitions.protobuf.kinds import pointer_of

_OPTIONS: Final = ".google.protobuf."  # custom options extend these, and are no data


def ignored_extensions(files: Iterable[FileDescriptorProto]) -> Iterator[DefinitionWarning]:
    """Give a warning per extension of a message: its values are not in trees."""
    for file in files:
        for scope, extension in _extensions(file, file.package):
            if extension.extendee.startswith(_OPTIONS):
                continue
            pointer = pointer_of(file.name, f"{scope}.{extension.name}".removeprefix("."))
            sentence = f"The extension {extension.name} of {extension.extendee.removeprefix('.')} is ignored."
            yield DefinitionWarning(sentence=sentence, pointer=pointer)


def _extensions(parent: Any, scope: str) -> Iterator[tuple[str, FieldDescriptorProto]]:
    for extension in parent.extension:
        yield scope, extension
    for message in parent.message_type if isinstance(parent, FileDescriptorProto) else parent.nested_type:
        yield from _extensions(message, f"{scope}.{message.name}")
