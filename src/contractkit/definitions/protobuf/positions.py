"""Positions: the line and the comment of each thing that a definition declares, where the source came with it."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

from google.protobuf.descriptor_pb2 import FileDescriptorProto

from contractkit.definitions.protobuf.files import Files

_Path: TypeAlias = tuple[int, ...]

_SERVICE: Final = 6
_FILE_PARTS: Final = ((4, "message_type"), (5, "enum_type"), (_SERVICE, "service"), (7, "extension"))
_PARTS: Final = {
    "DescriptorProto": ((2, "field"), (3, "nested_type"), (4, "enum_type"), (6, "extension"), (8, "oneof_decl")),
    "EnumDescriptorProto": ((2, "value"),),
    "ServiceDescriptorProto": ((2, "method"),),
}
"""Type of a descriptor to the numbers and names of the lists of what it declares (descriptor.proto)."""


class Positions:
    """Finds lines and comments of one definition, each file walked when first asked for."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._lines: dict[str, dict[str, int]] = {}
        self._summaries: dict[str, dict[str, str]] = {}

    def line_of(self, pointer: str) -> int | None:
        """Give the line (from 1) of what a pointer names, or None where the source did not come with it."""
        name, _, full_name = pointer.partition("#")
        if name not in self._lines:
            file = self._files.file(name)
            self._lines[name] = {} if file is None else _lines(file)
        return self._lines[name].get(full_name)

    def summary(self, pointer: str) -> str:
        """Give the first sentence of the comment before the method that a pointer names, or an empty text."""
        name, _, full_name = pointer.partition("#")
        if name not in self._summaries:
            file = self._files.file(name)
            self._summaries[name] = {} if file is None else _summaries(file)
        return self._summaries[name].get(full_name, "")


def _lines(file: FileDescriptorProto) -> dict[str, int]:
    names = {(): "", (2,): file.package, **dict(_declared(file, (), file.package, _FILE_PARTS))}
    return {
        names[path]: location.span[0] + 1
        for location in reversed(file.source_code_info.location)
        if (path := tuple(location.path)) in names
    }


def _summaries(file: FileDescriptorProto) -> dict[str, str]:
    names = dict(_declared(file, (), file.package, ((_SERVICE, "service"),)))
    return {
        names[path]: _summary(location.leading_comments)
        for location in file.source_code_info.location
        if location.leading_comments and (path := tuple(location.path)) in names
    }


def _declared(parent: Any, path: _Path, scope: str, parts: Sequence[tuple[int, str]]) -> Iterator[tuple[_Path, str]]:
    for number, name in parts:
        for index, each in enumerate(getattr(parent, name)):
            place, full_name = (*path, number, index), f"{scope}.{each.name}".removeprefix(".")
            yield place, full_name
            yield from _declared(each, place, full_name, _PARTS.get(each.DESCRIPTOR.name, ()))


def _summary(comment: str) -> str:
    paragraph = comment.strip().partition("\n\n")[0]
    text = " ".join(line.strip() for line in paragraph.splitlines())
    sentence = text.partition(". ")[0]
    return sentence if sentence == text else f"{sentence}."
