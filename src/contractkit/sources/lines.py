"""Lines: where in a source a JSON pointer leads, found by scanning the source again when somebody asks."""

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # the C scanner of the standard library
from typing import TYPE_CHECKING

from contractkit.sources.syntax import YamlError

if TYPE_CHECKING:
    import yaml

_BLANK = re.compile(r"[ \t\r\n]*")
_skip_value = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # gives the value and where it ends


class LineFinder:
    """Finds lines in one source text; a YAML text is composed once and its tree kept."""

    def __init__(self, text: bytes, *, is_json: bool) -> None:
        self._text = text
        self._is_json = is_json
        self._tree: yaml.Node | None = None

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
        text = self._text.decode("utf-8-sig")
        position = _skip_blank(text, 0)
        for step in steps:
            found = _json_child(text, position, step)
            if found is None:
                return None
            key, position = found
        at = key if steps else position
        return text.count("\n", 0, at) + 1


def _json_child(text: str, position: int, step: str) -> tuple[int, int] | None:
    """Give the positions of a child's key (or of the child, in a list) and of the child itself."""
    match text[position]:
        case "{":
            return _json_member(text, position + 1, step)
        case "[":
            return _json_element(text, position + 1, int(step))
        case _:
            return None


def _json_member(text: str, position: int, step: str) -> tuple[int, int] | None:
    position = _skip_blank(text, position)
    while text[position] == '"':
        key_at = position
        name, position = scanstring(text, position + 1, True)
        position = _skip_blank(text, _skip_blank(text, position) + 1)
        if name == step:
            return key_at, position
        position = _next_item(text, position)
    return None


def _json_element(text: str, position: int, index: int) -> tuple[int, int] | None:
    position = _skip_blank(text, position)
    for _ in range(index):
        if text[position] == "]":
            return None
        position = _next_item(text, position)
    return None if text[position] == "]" else (position, position)


def _next_item(text: str, position: int) -> int:
    """Give the position of what follows a value: the next key or element, or the closing bracket."""
    _, end = _skip_value(text, position)
    end = _skip_blank(text, end)
    return _skip_blank(text, end + 1) if text[end] == "," else end


def _skip_blank(text: str, position: int) -> int:
    found = _BLANK.match(text, position)
    assert found is not None
    return found.end()
