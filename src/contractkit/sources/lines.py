"""Lines: where in a source a JSON pointer leads, found by scanning the source again when somebody asks."""

import json
import re
from bisect import bisect_left
from json.decoder import scanstring  # type: ignore[attr-defined]  # the C scanner of the standard library
from typing import TYPE_CHECKING

from contractkit.sources.syntax import YamlError

if TYPE_CHECKING:
    import yaml

_BLANK = re.compile(r"[ \t\r\n]*")
_skip_value = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # gives the value and where it ends


class LineFinder:
    """Finds lines in one source text; what was composed or scanned of it for one of them is kept for the next."""

    def __init__(self, text: bytes, *, is_json: bool) -> None:
        self._text = text
        self._is_json = is_json
        self._tree: yaml.Node | None = None
        self._json: _JsonPositions | None = None

    def line_of(self, pointer: str) -> int | None:
        """Give the line (from 1) of the key or element that a JSON pointer leads to; None where it leads nowhere."""
        steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
        try:
            return self._json_line(steps) if self._is_json else self._yaml_line(steps)
        except (ValueError, IndexError, StopIteration, YamlError, RecursionError):
            return None

    def _yaml_line(self, steps: list[str]) -> int | None:
        from contractkit.sources.yaml_lines import composed, line_in  # heavy, and warnings are rare

        if self._tree is None:
            self._tree = composed(self._text)
        return line_in(self._tree, steps)

    def _json_line(self, steps: list[str]) -> int | None:
        if self._json is None:
            self._json = _JsonPositions(self._text.decode("utf-8-sig"))
        return self._json.line_of(steps)


class _JsonPositions:
    """Positions in one JSON text. What an object or list was scanned for is kept, so that many places cost one scan."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._children: dict[int, _Children] = {}  # by the position of the object or list
        self._ends = [found.start() for found in re.finditer("\n", text)]

    def line_of(self, steps: list[str]) -> int | None:
        key = position = _skip_blank(self._text, 0)
        for step in steps:
            found = self._child(position, step)
            if found is None:
                return None
            key, position = found
        return bisect_left(self._ends, key) + 1

    def _child(self, position: int, step: str) -> tuple[int, int] | None:
        """Give the positions of a child's key (or of the child, in a list) and of the child itself."""
        if self._text[position] not in "{[":
            return None
        if position not in self._children:
            self._children[position] = _Children(self._text, position)
        return self._children[position].find(step)


class _Children:
    """The children of one object or list by key or index, scanned as far as somebody asked."""

    def __init__(self, text: str, position: int) -> None:
        self._text = text
        self._is_object = text[position] == "{"
        self._next = _skip_blank(text, position + 1)
        self._found: dict[str, tuple[int, int]] = {}

    def find(self, step: str) -> tuple[int, int] | None:
        name = step if self._is_object else str(int(step))
        while name not in self._found and self._text[self._next] not in "}]":
            self._scan_one()
        return self._found.get(name)

    def _scan_one(self) -> None:
        key_at = value_at = self._next
        name = str(len(self._found))
        if self._is_object:
            name, end = scanstring(self._text, key_at + 1, True)
            value_at = _skip_blank(self._text, _skip_blank(self._text, end) + 1)
        self._next = _next_item(self._text, value_at)
        self._found.setdefault(name, (key_at, value_at))


def _next_item(text: str, position: int) -> int:
    """Give the position of what follows a value: the next key or element, or the closing bracket."""
    _, end = _skip_value(text, position)
    end = _skip_blank(text, end)
    return _skip_blank(text, end + 1) if text[end] == "," else end


def _skip_blank(text: str, position: int) -> int:
    found = _BLANK.match(text, position)
    assert found is not None
    return found.end()
