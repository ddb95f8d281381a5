"""Pages as a strict browser reads them: every tag is closed, no id stands twice, and what refers finds its target."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_INLINE = frozenset({"a", "b", "code", "span", "time", "title"})
_VOID = frozenset({"meta", "link", "input", "br", "img"})
_REFERRING = ("for", "list", "aria-describedby", "aria-labelledby")
_ASKING = ("select", "textarea", "input")


@dataclass
class Element:
    """An element with its attributes and the text below it."""

    tag: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """A page that was read; `faults` are sentences."""

    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len({name for name, _ in attrs}) < len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        if tag not in _INLINE:
            self.handle_data(" ")
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes nothing")
        else:
            self._open.pop()
        if tag not in _INLINE:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def close(self) -> None:
        super().close()
        self.faults += [f"<{element.tag}> is not closed" for element in self._open]
        self.faults += self._wrong_references()

    def find(self, tag: str, **attributes: str) -> list[Element]:
        """Give the elements of a tag with some attributes; `class_` is `class`."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [each for each in self.elements if each.tag == tag and wanted.items() <= each.attributes.items()]

    def said(self, tag: str, **attributes: str) -> list[str]:
        """Give the texts of the elements of a tag, blanks made single."""
        return [re.sub(r"\s+", " ", each.text).strip() for each in self.find(tag, **attributes)]

    def _wrong_references(self) -> Iterator[str]:
        ids = [each.attributes["id"] for each in self.elements if "id" in each.attributes]
        yield from (f"the id {name} stands twice" for name in {each for each in ids if ids.count(each) > 1})
        for element in self.elements:
            for name in _REFERRING:
                for target in (element.attributes.get(name) or "").split():
                    if target not in ids:
                        yield f"<{element.tag} {name}> refers to {target}, which is not there"
        labelled = {each.attributes.get("for") for each in self.elements if each.tag == "label"}
        for element in self.elements:
            if element.tag in _ASKING and element.attributes.get("id") not in labelled:
                yield f"<{element.tag} name={element.attributes.get('name')}> has no label"


def read_page(text: str) -> Page:
    """Give a page, which must have no fault."""
    page = Page()
    page.feed(text)
    page.close()
    assert page.faults == []
    return page
