"""Proto kinds: whether a location or some bytes are protobuf, told without anything of protobuf being loaded."""

import re
from pathlib import Path
from typing import Final, Literal

from contractkit.sources.places import FilePlace, GitPlace, Place

SET_ENDINGS: Final = (".binpb", ".pb", ".desc", ".protoset", ".fds")
"""What the names of descriptor sets end in."""

_TEXT_OR_COMMENT: Final = re.compile(rb"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|/\*.*?\*/|//[^\n]*""", re.DOTALL)
_FIRST_STATEMENT: Final = re.compile(rb"""\s*(?:syntax|edition)\s*=\s*["']""")
_START: Final = 16_384  # bytes in which the first statement is looked for


def is_proto_source(place: Place) -> bool:
    """Say whether a location means .proto files, so that more than one file is read."""
    match place:
        case FilePlace(path=path):
            return path.suffix == ".proto" or path.is_dir()
        case GitPlace(path=path):
            return path.endswith(".proto") or (not Path(path).suffix and place.is_directory())
        case _:
            return False


def proto_kind(data: bytes, name: str) -> Literal["text", "set", ""]:
    """Say what some bytes are by their name, else by how they start: .proto text, a descriptor set or neither."""
    ending = name.lower().removesuffix(".gz")
    if ending.endswith(".proto") or is_proto_text(data):
        return "text"
    return "set" if ending.endswith(SET_ENDINGS) or _looks_like_set(data) else ""


def is_proto_text(text: bytes) -> bool:
    """Say whether a text starts as .proto files do, comments aside: with its syntax or edition."""
    return _FIRST_STATEMENT.match(without_comments(text[:_START])) is not None


def without_comments(text: bytes) -> bytes:
    """Give a text with its comments as blanks."""
    return _TEXT_OR_COMMENT.sub(lambda found: found[1] or b" ", text)


def _looks_like_set(data: bytes) -> bool:
    """Say whether bytes start as a FileDescriptorSet does: its first file, which starts with its own name."""
    if data[:1] != b"\x0a":
        return False
    start = next((at + 1 for at in range(1, min(6, len(data))) if data[at] < 0x80), 0)
    size = data[start + 1] if data[start : start + 1] == b"\x0a" and len(data) > start + 1 else 0
    return bool(size) and data[start + 2 : start + 2 + size].endswith(b".proto")
