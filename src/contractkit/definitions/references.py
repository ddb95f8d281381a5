"""References: pointers into documents already read, followed lazily and remembered."""

import copy
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from contractkit.errors import DefinitionError, suggestion
from contractkit.exact_json import Json

_LONGEST_CHAIN = 64  # references that lead to references


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

    `is_beside` says that the document is not the root but one that was reached from it.
    """

    value: Json
    uri: str
    pointer: str
    is_beside: bool = False

    def __truediv__(self, step: str | int) -> "Node":
        """Give the child at a member name or list index; KeyError or IndexError where there is none."""
        value = self.value[step]
        if type(value) is Placed:
            return Node(value, value.uri, value.pointer, value.is_beside)
        moved = self.value.moved.get(str(step)) if type(self.value) is Placed else None
        return Node(value, self.uri, moved or f"{self.pointer}/{escape_step(step)}", self.is_beside)

    def get(self, step: str) -> "Node | None":
        """Give the member of that name, or None where the value is no object or has no such member."""
        if not isinstance(self.value, dict) or step not in self.value:
            return None
        return self / step

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


class Documents:
    """Documents by URI, with a callable that reads those which are not there yet.

    Nothing is inlined: `resolve` follows a `$ref` when asked, and remembers where it led.
    """

    def __init__(self, documents: Mapping[str, Json], root: str, read: Callable[[str], Json] | None = None) -> None:
        self._documents = dict(documents)
        self._read = read
        self._targets: dict[tuple[str, str], Node] = {}
        self._anchors: dict[str, dict[str, Node]] = {}
        self.root = Node(self._documents[root], root, "")
        self._identity = _identity_of(self.root)

    @property
    def uris(self) -> tuple[str, ...]:
        """Give the URIs of the documents that were read so far, the root first."""
        return tuple(self._documents)

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
        seen = 0
        while isinstance(node.value, dict) and isinstance(node.value.get("$ref"), str):
            seen += 1
            if seen > _LONGEST_CHAIN:
                raise DefinitionError("A $ref leads in a circle.", details=[("at", f"{node.uri}#{node.pointer}")])
            node = self.target(node.value["$ref"], node)
        return node

    def target(self, reference: str, base: Node) -> Node:
        """Give the node that a reference names, as seen from the node it stands in."""
        key = (base.uri, reference)
        found = self._targets.get(key)
        if found is None:
            uri, fragment = urldefrag(reference)
            follow = self._anchored if fragment and not fragment.startswith("/") else self._walk
            found = self._targets[key] = follow(self._kept_at(base.uri, uri), unquote(fragment), reference, base)
        return found

    def _kept_at(self, base: str, uri: str) -> str:
        """Give where a document is that one refers to: what the root's `$self` names lies where the root lies."""
        found = joined(base, uri)
        if not self._identity or not found.startswith(folder := self._identity[: self._identity.rfind("/") + 1]):
            return found
        return self.root.uri if found == self._identity else joined(self.root.uri, found.removeprefix(folder))

    def _walk(self, uri: str, pointer: str, reference: str, base: Node) -> Node:
        node = Node(self._document(uri, reference, base), uri, "", uri != self.root.uri)
        for step in pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            try:
                node = node / (int(name) if isinstance(node.value, list) else name)
            except (KeyError, IndexError, TypeError, ValueError):
                raise _leads_nowhere(reference, base, node, name) from None
        return node

    def _anchored(self, uri: str, anchor: str, reference: str, base: Node) -> Node:
        """Give the schema of a document that has an anchor (JSON Schema 2020-12 §8.2.2); the first of equal ones."""
        if uri not in self._anchors:
            self._anchors[uri] = dict(
                _anchors_of(Node(self._document(uri, reference, base), uri, "", uri != self.root.uri))
            )
        found = self._anchors[uri].get(anchor)
        if found is None:
            raise _no_anchor(reference, base, anchor, self._anchors[uri])
        return found

    def _document(self, uri: str, reference: str, base: Node) -> Json:
        if uri not in self._documents:
            if self._read is None:
                raise _leads_nowhere(reference, base, base, uri)
            self._documents[uri] = self._read(uri)
        return self._documents[uri]


def _identity_of(root: Node) -> str:
    """Give the absolute URI that a document says it has (`$self`, OpenAPI 3.2 §4.1.1), else nothing."""
    identity = root.value.get("$self") if isinstance(root.value, dict) else None
    return identity if isinstance(identity, str) and is_absolute(identity) and identity.count("/") > 2 else ""


def is_absolute(uri: str) -> bool:
    """Say whether a URI names its scheme; text that is no URI names none."""
    try:
        return bool(urlsplit(uri).scheme)
    except ValueError:
        return False


def joined(base: str, uri: str) -> str:
    """Give a URI as seen from another one; `..` is kept where it leads out of a relative one's folder."""
    if not uri:
        return base
    if is_absolute(base) or is_absolute(uri):
        return urljoin(base, uri)
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), uri))


def escape_step(step: str | int) -> str:
    """Give a member name or index as one token of a JSON pointer (RFC 6901 §3)."""
    return str(step).replace("~", "~0").replace("/", "~1")


def _anchors_of(root: Node) -> Iterator[tuple[str, Node]]:
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node.value, dict):
            for keyword in ("$anchor", "$dynamicAnchor"):
                if isinstance(node.value.get(keyword), str):
                    yield node.value[keyword], node
        pending += [*(child for _, child in node.members()), *node.items()]


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
