"""XML trees: a document read into elements without ever expanding an entity that the document declares itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

DEEPEST_READ = 1_000
"""Levels of elements that are read of any document."""

MOST_NODES = 200_000
"""Elements and attributes that are read of any document, together."""

_SEPARATOR = "\n"  # occurs in no name and no URI


class XmlError(ValueError):
    """The document cannot be read; the text completes `it cannot be read: …`."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name: the URI of its namespace, its local part, and how the document wrote it. Only the first two identify."""

    uri: str
    local: str
    written: str = field(compare=False)

    def __str__(self) -> str:
        return f"{self.local} of {self.uri}" if self.uri else self.local


@dataclass(slots=True)
class Element:
    """An element with its attributes, its child elements, and its own text without the blanks around it."""

    name: Name
    attributes: Mapping[Name, str]
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def children_by_name(self) -> dict[Name, list["Element"]]:
        """Give the child elements grouped by name, names in the order of their first occurrence."""
        groups: dict[Name, list[Element]] = {}
        for child in self.children:
            groups.setdefault(child.name, []).append(child)
        return groups


def read_xml(document: str | bytes, *, deepest: int = DEEPEST_READ) -> Element:
    """Give the root element of a document; in one that is text already, what it says of its encoding does not count.

    Raises:
        XmlError: It is not well-formed, declares entities (a bomb, or a way to other files), or nests too deeply.
    """
    reader = _Reader(deepest)
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.namespace_prefixes = True
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.add_text
    parser.EntityDeclHandler = reader.refuse_entity
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise XmlError(f"{expat.ErrorString(error.code)} (line {error.lineno}, column {error.offset + 1})") from None
    assert reader.root is not None  # expat reports a document without an element as an error
    return reader.root


class _Reader:
    def __init__(self, deepest: int) -> None:
        self.root: Element | None = None
        self._deepest = deepest
        self._left = MOST_NODES
        self._open: list[Element] = []
        self._texts: list[list[str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= self._deepest:
            raise XmlError(f"it nests deeper than {self._deepest:,} levels")
        self._left -= 1 + len(attributes)
        if self._left < 0:
            raise XmlError(f"it has more than {MOST_NODES:,} elements and attributes")
        element = Element(_name(name), {_name(each): value for each, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._texts.append([])

    def end(self, _name: str) -> None:
        self._open.pop().text = "".join(self._texts.pop()).strip()

    def add_text(self, text: str) -> None:
        self._texts[-1].append(text)

    def refuse_entity(self, name: str, *_rest: object) -> None:
        raise XmlError(f"it declares the entity {name}, and declared entities are not expanded")


def _name(text: str) -> Name:
    match text.split(_SEPARATOR):
        case [uri, local, prefix]:
            return Name(uri, local, f"{prefix}:{local}")
        case [uri, local]:
            return Name(uri, local, local)
    return Name("", text, text)
