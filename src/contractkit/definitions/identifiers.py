"""Identifiers: the schemas of a document that are known by a name of their own (JSON Schema 2020-12 §8.2).

A schema with `$id` is a *resource*: the references in it start from that URI, and its anchors belong to it. All else
of a document is one resource more, known by the document's `$self` or root `$id`, else by where it was found.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urldefrag

import msgspec

from contractkit.definitions.nodes import Node
from contractkit.definitions.uris import is_absolute, joined

_NAMES: Final = frozenset(("$defs", "definitions", "patternProperties", "properties", "schemas", "dependentSchemas"))
"""Members whose own members have any name."""

_DATA: Final = frozenset(("const", "default", "enum", "example", "examples"))
"""Members that hold values, not schemas: an `$id` in them names nothing."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A schema resource: its URI, where it stands, and the schemas that have an anchor in it, by name.

    Of equal anchors the first counts. `dynamic` are those that `$dynamicAnchor` sets.
    """

    identity: str
    root: Node
    anchors: dict[str, Node]
    dynamic: dict[str, Node]


class Identifiers:
    """The resources of one document, looked for when a reference first asks."""

    def __init__(self, root: Node, *, knows_ids: bool) -> None:
        """Take a document; `knows_ids` says that `$id` is a keyword of its version, which it is since OpenAPI 3.1."""
        self._root = root
        self._is_written = _mentions(root) if knows_ids else frozenset()
        self.identity = _identity_of(root, reads_ids="$id" in self._is_written)
        self._resources: dict[str, Resource] | None = None

    @property
    def has_dynamic_anchors(self) -> bool:
        """Say whether `$dynamicAnchor` may stand in the document."""
        return "$dynamicAnchor" in self._is_written

    @property
    def has_embedded(self) -> bool:
        """Say whether schemas in the document may be resources of their own."""
        return "$id" in self._is_written

    @property
    def document(self) -> Resource:
        """Give the resource that is the document itself."""
        return self._found()[""]

    def embedded(self) -> Iterator[Resource]:
        """Give the resources within the document."""
        if self.has_embedded:
            yield from self._found().values()

    def resource_of(self, pointer: str) -> Resource:
        """Give the innermost resource that a place of the document lies in."""
        found = self._found()
        while self.has_embedded and pointer and pointer not in found:
            pointer = pointer.rpartition("/")[0]
        return found[pointer if self.has_embedded else ""]

    def _found(self) -> dict[str, Resource]:
        if self._resources is None:
            self._resources = dict(_resources_of(self._root, self.identity or self._root.uri, self.has_embedded))
        return self._resources


def _mentions(root: Node) -> frozenset[str]:
    """Give the keywords that stand somewhere in a document: a search through its text, which most lack them in."""
    written = msgspec.json.encode(root.value)
    return frozenset(word for word in ("$id", "$dynamicAnchor") if f'"{word}":'.encode() in written)


def _identity_of(root: Node, *, reads_ids: bool) -> str:
    """Give the URI that a document says it has: `$self` (OpenAPI 3.2 §4.1.1), the `$id` of a schema, or nothing."""
    members = root.value if isinstance(root.value, dict) else {}
    stated = members.get("$self")
    if isinstance(stated, str) and is_absolute(stated) and stated.count("/") > 2:
        return stated
    own = members.get("$id") if reads_ids and "openapi" not in members else None
    return urldefrag(joined(root.uri, own))[0] if isinstance(own, str) else ""


def _resources_of(root: Node, identity: str, reads_ids: bool) -> Iterator[tuple[str, Resource]]:
    """Give each resource by the pointer of its root, the document first."""
    document = Resource(identity, root, {}, {})
    yield "", document
    pending: list[tuple[Node, Resource, bool]] = [(root, document, False)]
    while pending:
        node, holder, has_names = pending.pop()
        if reads_ids and not has_names and node.pointer:
            named = _embedded(node, holder)
            if named is not None:
                holder = named
                yield node.pointer, holder
        if not has_names:
            _note_anchors(node, holder)
        below = [
            (child, holder, not has_names and name in _NAMES)
            for name, child in node.members()
            if has_names or name not in _DATA
        ]
        pending += reversed([*below, *((child, holder, False) for child in node.items())])


def _embedded(node: Node, holder: Resource) -> Resource | None:
    own = node.value.get("$id") if isinstance(node.value, dict) else None
    if not isinstance(own, str) or own.startswith("#"):
        return None
    return Resource(urldefrag(joined(holder.identity, own))[0], node, {}, {})


def _note_anchors(node: Node, holder: Resource) -> None:
    members = node.value if isinstance(node.value, dict) else {}
    for keyword in ("$anchor", "$dynamicAnchor"):
        name = members.get(keyword)
        if isinstance(name, str):
            holder.anchors.setdefault(name, node)
            if keyword == "$dynamicAnchor":
                holder.dynamic.setdefault(name, node)
