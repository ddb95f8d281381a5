"""Sites: the places of a comparison as a person finds them, by file and line."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeAlias

from contractkit.changes.records import Place

FindLine: TypeAlias = Callable[[str, str | None], int | None]
"""From a JSON pointer and a document's URI (None for the root) to the line it stands in, counted from 1."""


_FILES = frozenset((".proto", ".binpb", ".pb", ".bin", ".desc", ".protoset", ".fds"))  # else it is a directory


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionSource:
    """A definition's name in messages, and how its lines are found.

    `file_of` gives the file of a document by its URI, where a definition is many documents that have no root.
    """

    name: str = ""
    line_of: FindLine | None = None
    file_of: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place in a definition as a person finds it: the file, the JSON pointer, and the line where it is known."""

    source: str
    pointer: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.source}:{self.line}" if self.line else f"{self.source} {self.pointer}"


def site_of(place: Place | None, source: DefinitionSource) -> Site | None:
    """Give a place of a definition as a person finds it, None where there is none."""
    if place is None:
        return None
    line = source.line_of(place.pointer, place.uri) if source.line_of else None
    if source.file_of is not None:
        return Site(source=source.file_of(place.uri), pointer=place.pointer, line=line)
    name = source.name if line is None else _file_of(place, source)
    return Site(source=name, pointer=place.pointer, line=line)


def _file_of(place: Place, source: DefinitionSource) -> str:
    """Give the file that a line is of: a protobuf definition is many, below a directory or named by one of them."""
    file, is_proto, _ = place.pointer.partition("#")
    if not is_proto or not file.endswith(".proto") or source.name.endswith(file):
        return source.name
    return file if PurePosixPath(source.name).suffix in _FILES else f"{source.name.rstrip('/')}/{file}"
