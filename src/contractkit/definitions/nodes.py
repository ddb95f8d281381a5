"""Nodes: a value of a document with the place where it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from contractkit.exact_json import Json

Scope: TypeAlias = tuple[tuple[str, str, str], ...]
"""What dynamic anchors mean on the way to a schema: name, document and pointer of each (JSON Schema 2020-12 §7.1)."""

NodeKey: TypeAlias = tuple[str, str, Scope]
"""What tells schemas apart: the document's URI, the pointer, and the scope where the meaning depends on it."""


class Placed(dict[str, Json]):
    """An object that stands for another place of a source than the one it is found at.

    What is upgraded from an older version is made of these, so that messages lead to what people wrote. `moved` holds
    the pointers of members that came from elsewhere and are no `Placed` themselves; they are in the same document.
    """

    __slots__ = ("is_beside", "moved", "pointer", "uri")

    def __init__(self, members: Mapping[str, Json], node: "Node", *, moved: Mapping[str, str] | None = None) -> None:
        super().__init__(members)
        self.uri = node.uri
        self.pointer = node.pointer
        self.is_beside = node.is_beside
        self.moved = moved or {}


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a document with its place: the document's URI and the JSON pointer in it (RFC 6901).

    `is_beside` says that the document is not the root but one that was reached from it; `scope` is what dynamic
    anchors mean where a schema was reached, empty where there are none.
    """

    value: Json
    uri: str
    pointer: str
    is_beside: bool = False
    scope: Scope = ()

    def __truediv__(self, step: str | int) -> "Node":
        """Give the child at a member name or list index; KeyError or IndexError where there is none."""
        value = self.value[step]
        if type(value) is Placed:
            return Node(value, value.uri, value.pointer, value.is_beside, self.scope)
        moved = self.value.moved.get(str(step)) if type(self.value) is Placed else None
        return Node(value, self.uri, moved or f"{self.pointer}/{escape_step(step)}", self.is_beside, self.scope)

    def get(self, step: str) -> "Node | None":
        """Give the member of that name, or None where the value is no object or has no such member."""
        if not isinstance(self.value, dict) or step not in self.value:
            return None
        return self / step

    @property
    def key(self) -> NodeKey:
        """Give what tells this schema apart from all others."""
        return (self.uri, self.pointer, self.scope)

    @property
    def place(self) -> str:
        """Give the place as messages name it: the pointer, after the document's URI where that is not the root."""
        return f"{self.uri}#{self.pointer}" if self.is_beside else self.pointer

    def place_of(self, step: str) -> str:
        """Give the place of the member of that name, whether it is there or not."""
        member = self.get(step)
        return f"{self.place}/{escape_step(step)}" if member is None else member.place

    def members(self) -> Iterator[tuple[str, "Node"]]:
        """Give name and node of each member of an object, none for another kind of value."""
        if isinstance(self.value, dict):
            for name in self.value:
                yield name, self / name

    def items(self) -> Iterator["Node"]:
        """Give the node of each element of a list, none for another kind of value."""
        if isinstance(self.value, list):
            for index in range(len(self.value)):
                yield self / index


def escape_step(step: str | int) -> str:
    """Give a member name or index as one token of a JSON pointer (RFC 6901 §3)."""
    return str(step).replace("~", "~0").replace("/", "~1")
