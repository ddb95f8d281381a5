"""Values in XML: texts and attributes replaced where they stand, every other character of the document as it was."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr, unescape

from contractkit.matching.accepting import UnusableRuleError
from contractkit.matching.xml_trees import XmlError, read_xml
from contractkit.model import Step, Wildcard

TextChange = Callable[[str], str]

_ATTRIBUTE = re.compile(rb"""\s(?P<name>[^\s=<>/]+)\s*=\s*(?P<value>"[^"]*"|'[^']*')""")
_TAG_END = re.compile(rb"""(?:[^>"']|"[^"]*"|'[^']*')*>""")
_ENTITIES = {"&quot;": '"', "&apos;": "'"}

Trail = tuple[Step, ...]
"""What is left of the steps of a place below an element: none where it is the element itself."""

_OF_TEXT: tuple[Trail, ...] = ((), ("#text",), (Wildcard.ANY,))


@dataclass(slots=True)
class _Open:
    """An element whose end has not come: where its content starts, what leads on from it, and what it holds so far."""

    content: int
    trails: list[Trail]
    siblings: Counter[str] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)
    has_children: bool = False


def in_xml(document: str, steps: Iterable[Step], change: TextChange) -> str:
    """Give a document in which the texts and attributes that the steps lead to are changed.

    Places are those of rules: `root.child['@attribute']`, `root.child['#text']`, an index among siblings of one name.
    A place that ends at an element is its text. An element that holds others has no text of its own.

    Raises:
        UnusableRuleError: The document cannot be read.
    """
    try:
        read_xml(document)  # refuses what is not well-formed, or a bomb
    except (XmlError, UnicodeEncodeError) as error:
        raise UnusableRuleError(f"the XML body cannot be read: {error}") from None
    data, written, pieces = document.encode(), 0, []
    for start, end, made in _Places(data, change).found(tuple(steps)):
        pieces += [data[written:start], made]
        written = end
    return b"".join([*pieces, data[written:]]).decode()


class _Places:
    """Walks through a document and gives the spans of bytes to replace, each with what takes its place."""

    def __init__(self, data: bytes, change: TextChange) -> None:
        self._data = data
        self._change = change
        self._open: list[_Open] = []
        self._found: list[tuple[int, int, bytes]] = []
        self._parser = expat.ParserCreate(encoding="utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = lambda text: self._open[-1].texts.append(text)

    def found(self, steps: Trail) -> list[tuple[int, int, bytes]]:
        """Give the spans in the order of the document."""
        self._open = [_Open(0, [steps])]
        self._parser.Parse(self._data, True)
        return sorted(self._found)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        above, start = self._open[-1], self._parser.CurrentByteIndex
        above.has_children = True
        trails = [rest for trail in above.trails for rest in _below(trail, name, above.siblings[name])]
        above.siblings[name] += 1
        tag = _TAG_END.match(self._data, start)
        content = tag.end() if tag is not None else start
        self._open.append(_Open(content, trails))
        wanted = [trail[0] for trail in trails if len(trail) == 1]
        if wanted:
            self._found += self._attributes(wanted, start + len(name), content)

    def _attributes(self, wanted: list[Step], start: int, end: int) -> Iterable[tuple[int, int, bytes]]:
        for each in _ATTRIBUTE.finditer(self._data, start, end):
            name = each["name"].decode()
            if not name.startswith("xmlns") and any(_is_called(step, f"@{name}", "@") for step in wanted):
                made = self._change(unescape(each["value"][1:-1].decode(), _ENTITIES))
                yield each.start("value"), each.end("value"), quoteattr(made).encode()

    def _end(self, name: str) -> None:
        element, end = self._open.pop(), self._parser.CurrentByteIndex
        if element.has_children or not any(trail in _OF_TEXT for trail in element.trails):
            return
        is_empty_tag = self._data[element.content - 2 : element.content] == b"/>"
        made = escape(self._change("".join(element.texts).strip())).encode()
        if is_empty_tag:
            self._found.append((element.content - 2, element.content, b">" + made + f"</{name}>".encode()))
        else:
            self._found.append((element.content, end, made))


def _below(trail: Trail, name: str, place: int) -> list[Trail]:
    """Give what is left of a trail at a child of that name, which has as many siblings of its name before it."""
    if not trail or not _is_called(trail[0], name, ""):
        return []
    rest = trail[1:]
    if rest and (isinstance(rest[0], int) or rest[0] is Wildcard.INDEX):
        return [rest[1:]] if rest[0] in (place, Wildcard.INDEX) else []
    return [rest]


def _is_called(step: Step, written: str, mark: str) -> bool:
    """Say whether a step names an element or an attribute, with its prefix or without."""
    if step is Wildcard.ANY:
        return True
    return step in (written, mark + written.removeprefix(mark).rpartition(":")[2])
