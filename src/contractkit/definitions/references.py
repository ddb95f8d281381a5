"""References: from a `$ref` to what it names, in documents already read or read when first asked for."""

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import unquote, urldefrag

from contractkit.definitions.identifiers import Identifiers, Resource
from contractkit.definitions.nodes import Node as Node  # what follows references says what they lead to
from contractkit.definitions.nodes import Placed as Placed
from contractkit.definitions.nodes import Scope
from contractkit.definitions.uris import joined
from contractkit.errors import DefinitionError, MistakenPlace, suggestion
from contractkit.exact_json import Json

BUNDLED_AT: Final = "/x-documents/"
"""Where a bundled definition holds its other documents, which references lead to from anywhere in it."""

_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_LONGEST_CHAIN: Final = 64  # references that lead to references


class Documents:
    """Documents by URI, with a callable that reads those which are not there yet.

    Nothing is inlined: `resolve` follows a `$ref` when asked, and remembers where it led.
    """

    def __init__(self, documents: Mapping[str, Json], root: str, read: Callable[[str], Json] | None = None) -> None:
        self._documents = dict(documents)
        self._read = read
        self._targets: dict[tuple[str, str, str], Node] = {}
        self._identifiers: dict[str, Identifiers] = {}
        self._resources: dict[str, Resource] = {}
        self._strays: dict[tuple[str, str], tuple[str, Node]] = {}
        self.root = Node(self._documents[root], root, "")
        version = self.root.value.get("openapi") if isinstance(self.root.value, dict) else None
        self._has_dynamic_anchors = False
        self._knows_ids = isinstance(version, str) and version >= "3.1"
        self._identified(root)

    @property
    def uris(self) -> tuple[str, ...]:
        """Give the URIs of the documents that were read so far, the root first."""
        return tuple(self._documents)

    @property
    def strays(self) -> tuple[tuple[str, Node], ...]:
        """Give the references met so far that lead where the standard does not let them, each with a sentence."""
        return tuple(self._strays.values())

    def with_root(self, value: Json) -> "Documents":
        """Give the same documents under another root value; references still lead into what was read."""
        changed = copy.copy(self)
        changed.root = Node(value, self.root.uri, "")
        return changed

    def resolve(self, node: Node) -> Node:
        """Give the node itself, or where its `$ref` leads, however many references that takes.

        Raises:
            DefinitionError: The reference leads nowhere or in a circle; the pointer and its nearest names are given.
        """
        for each in self.hops(node):
            node = each
        return node

    def hops(self, node: Node) -> Iterator[Node]:
        """Give the node itself, then each one that the `$ref` of the one before leads to; errors as `resolve` says."""
        yield node
        seen = 0
        while isinstance(node.value, dict) and isinstance(node.value.get("$ref"), str):
            seen += 1
            if seen > _LONGEST_CHAIN:
                raise self._circle(node)
            node = self.target(node.value["$ref"], node)
            yield node

    def target(self, reference: str, base: Node) -> Node:
        """Give the node that a reference names, as seen from the node it stands in."""
        identifiers = self._identified(base.uri)
        holder = identifiers.resource_of(base.pointer) if identifiers.has_embedded else None
        key = (base.uri, holder.root.pointer if holder is not None else "", reference)
        found = self._targets.get(key)
        if found is None:
            try:
                found = self._targets[key] = self._led(reference, base, holder)
            except DefinitionError as error:
                error.place = self.mistaken(base, "$ref")
                raise
        return self._within(found, self.entered(base).scope) if self._has_dynamic_anchors else found

    def _circle(self, node: Node) -> DefinitionError:
        error = DefinitionError("A $ref leads in a circle.", details=[("at", f"{node.uri}#{node.pointer}/$ref")])
        error.place = self.mistaken(node, "$ref")
        return error

    def mistaken(self, node: Node, keyword: str) -> MistakenPlace:
        """Give the place of a keyword of a node for who tells that it is wrong."""
        at = node.get(keyword) or node
        return MistakenPlace(documents=self, uri=at.uri, pointer=at.pointer)

    def dynamic_target(self, reference: str, base: Node) -> Node:
        """Give what a `$dynamicRef` names (JSON Schema 2020-12 §8.2.3.2): the outermost of equal dynamic anchors."""
        found = self.target(reference, base)
        name = unquote(urldefrag(reference)[1])
        if not isinstance(found.value, dict) or found.value.get("$dynamicAnchor") != name:
            return found
        for anchor, uri, pointer in self.entered(base).scope:
            if anchor == name:
                outermost = self._identified(uri).resource_of(pointer).dynamic[name]
                return self._within(outermost, self.entered(base).scope)
        return found

    def entered(self, node: Node) -> Node:
        """Give a schema as it is where it is reached: with what the resource it begins or lies in adds to its scope."""
        is_beginning = not node.scope or (isinstance(node.value, dict) and "$id" in node.value)
        return self._within(node, node.scope) if is_beginning and self._has_dynamic_anchors else node

    def _within(self, node: Node, scope: Scope) -> Node:
        """Give a node reached in a scope, to which its resource adds the dynamic anchors that are not in it yet."""
        known = {name for name, _, _ in scope}
        own = self._identified(node.uri).resource_of(node.pointer).dynamic
        added = tuple((name, each.uri, each.pointer) for name, each in own.items() if name not in known)
        return Node(node.value, node.uri, node.pointer, node.is_beside, tuple(sorted((*scope, *added))))

    def _identified(self, uri: str) -> Identifiers:
        """Give the identifiers of a document that was read, its resources known from then on."""
        found = self._identifiers.get(uri)
        if found is None:
            root = Node(self._documents[uri], uri, "", uri != self.root.uri)
            found = self._identifiers[uri] = Identifiers(root, knows_ids=self._knows_ids)
            self._has_dynamic_anchors |= found.has_dynamic_anchors
            for each in found.embedded():
                self._resources.setdefault(each.identity, each)
        return found

    def _led(self, reference: str, base: Node, holder: Resource | None) -> Node:
        """Follow a reference from the resource that it stands in; None for the document itself."""
        try:
            uri, fragment = urldefrag(reference)
        except ValueError:
            raise _no_uri(reference, base) from None
        follow = self._anchored if fragment and not fragment.startswith("/") else self._walked
        start = self._start_of(uri, reference, base, holder)
        try:
            return follow(start, unquote(fragment), reference, base)
        except DefinitionError:
            if uri or not start.pointer or not fragment.startswith("/"):
                raise
        document = self._root_of(base.uri, reference, base)
        found = self._walked(document, unquote(fragment), reference, base)
        if not fragment.startswith(BUNDLED_AT):
            self._strays[(base.uri, base.pointer)] = (_astray(reference, start), base)
        return found

    def _start_of(self, uri: str, reference: str, base: Node, holder: Resource | None) -> Node:
        """Give the schema or document that the URI of a reference names; without one, what the reference stands in."""
        if not uri:
            return self._root_of(base.uri, reference, base) if holder is None else holder.root
        known = self._identified(base.uri).identity or base.uri
        try:
            asked = joined(known if holder is None else holder.identity, uri)
        except ValueError:
            raise _no_uri(reference, base) from None
        named = self._resources.get(asked)
        return self._root_of(self._kept_at(asked), reference, base) if named is None else named.root

    def _kept_at(self, uri: str) -> str:
        """Give where a document is: what the URI of another one places beside itself lies where that one lies."""
        for place, known in self._identifiers.items():
            folder = known.identity[: known.identity.rfind("/") + 1]
            if known.identity and uri == known.identity:
                return place
            if folder and uri not in self._documents and uri.startswith(folder):
                return joined(place, uri.removeprefix(folder))
        return uri

    def _root_of(self, uri: str, reference: str, base: Node) -> Node:
        if uri not in self._documents:
            if self._read is None:
                raise _leads_nowhere(reference, base, base, uri)
            self._documents[uri] = self._read(uri)
        self._identified(uri)
        return Node(self._documents[uri], uri, "", uri != self.root.uri)

    def _walked(self, start: Node, pointer: str, reference: str, base: Node) -> Node:
        node = start
        for step in pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            try:
                node = node / (_index(name) if isinstance(node.value, list) else name)
            except (KeyError, IndexError, TypeError, ValueError):
                raise _leads_nowhere(reference, base, node, name) from None
        return node

    def _anchored(self, start: Node, anchor: str, reference: str, base: Node) -> Node:
        """Give the schema that has an anchor in the resource which begins there (JSON Schema 2020-12 §8.2.2)."""
        known = self._identified(start.uri).resource_of(start.pointer).anchors
        if anchor not in known:
            raise _no_anchor(reference, base, anchor, known)
        return known[anchor]


def _index(step: str) -> int:
    """Give the index that a step of a pointer is (RFC 6901 §4); ValueError where it is none."""
    if not _INDEX.fullmatch(step):
        raise ValueError(step)
    return int(step)


def _no_uri(reference: str, base: Node) -> DefinitionError:
    return DefinitionError(
        f"A $ref is no URI: {reference}",
        details=[("at", f"{base.uri}#{base.pointer}/$ref")],
        next_step="A reference to a schema by name is written #/components/schemas/NAME.",
    )


def _astray(reference: str, start: Node) -> str:
    return (
        f"{reference} starts from {start.place}, which has an $id, and leads nowhere there; "
        "it is read from the document's root, as other readers may not."
    )


def _no_anchor(reference: str, base: Node, anchor: str, known: Mapping[str, Node]) -> DefinitionError:
    near = suggestion(anchor, known) if known else "No schema has an anchor."
    return DefinitionError(
        f"A $ref leads to no anchor: {reference}",
        details=[("at", f"{base.uri}#{base.pointer}/$ref")],
        next_step=f"{near} A reference to a schema by name is written #/components/schemas/NAME.",
    )


def _leads_nowhere(reference: str, base: Node, reached: Node, missing: str) -> DefinitionError:
    known = tuple(str(name) for name in reached.value) if isinstance(reached.value, dict) else ()
    return DefinitionError(
        f"A $ref leads nowhere: {reference}",
        details=[
            ("at", f"{base.uri}#{base.pointer}/$ref"),
            ("reached", reached.pointer or "the document's root"),
            ("missing", missing),
        ],
        next_step=suggestion(missing, known),
    )
