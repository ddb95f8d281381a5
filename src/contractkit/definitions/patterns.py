"""Patterns: a text that a regular expression matches, for the constructs that definitions use.

Groups, alternatives, classes, counts and anchors are understood; look-around and back-references are not. What is
made is checked by whoever asked, since the dialects of JSON Schema (ECMA 262) and Python differ at the edges.
"""

import importlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from contractkit.definitions.draws import Draw

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

_parser: Final = importlib.import_module("re._parser")  # the standard library's own parser has no public name
_LONGEST: Final = 100_000  # characters and groups; counts in counts multiply beyond any memory
_MORE: Final = 3  # repetitions beyond the fewest, where there is no upper limit
_READABLE: Final = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_. "
_CLASSES: Final = {
    "CATEGORY_DIGIT": "0123456789",
    "CATEGORY_WORD": "abcdefghijklmnopqrstuvwxyz0123456789_",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": "abcdefghijklmnopqrstuvwxyz",
    "CATEGORY_NOT_WORD": "-",
    "CATEGORY_NOT_SPACE": "abcdefghijklmnopqrstuvwxyz",
}


def text_matching(pattern: str, draw: Draw, *, least: int = 0) -> str | None:
    """Give a text that a pattern matches, with at least so many characters where the pattern allows; None if unknown.

    A pattern without anchors is met by the shortest text it describes.
    """
    try:
        tree = _parser.parse(_pythonic(pattern))
        for more in (0, _MORE, least, least + _MORE):
            text = _of_sequence(tree, _Making(draw, more))
            if len(text) >= least and matches(pattern, text):
                return text
    except (re.error, NotImplementedError, OverflowError, RecursionError, IndexError):
        return None
    return None


def matches(pattern: str, text: str) -> bool:
    """Say whether a pattern is found in a text, as the engine that checks values finds it; never for a wrong pattern.

    Python's own `re` may need longer than the universe lasts for a text that nearly matches.
    """
    compiled = _compiled(pattern)
    return compiled is not None and compiled.is_valid(text)


@lru_cache(maxsize=4_096)
def _compiled(pattern: str) -> "Draft202012Validator | None":
    import jsonschema_rs  # heavy; only definitions in use need it

    try:
        return jsonschema_rs.Draft202012Validator({"pattern": pattern}, offline=True)
    except ValueError:
        return None


def _pythonic(pattern: str) -> str:
    """Give the spelling that Python's parser takes for what ECMA 262 writes otherwise."""
    return pattern.replace(r"\/", "/").replace(r"\p{L}", "a-zA-Z").replace(r"\p{N}", "0-9").replace("(?<", "(?P<")


@dataclass(slots=True)
class _Making:
    """A text that is being made: what draws it, repetitions beyond the fewest, and how much of it may still follow."""

    draw: Draw
    more: int
    left: int = _LONGEST


def _of_sequence(tree: Any, making: _Making) -> str:
    return "".join(_of_item(str(name), value, making) for name, value in tree)


def _of_item(name: str, value: Any, making: _Making) -> str:
    making.left -= 1
    if making.left < 0:
        raise NotImplementedError("a text that long")
    match name:
        case "LITERAL":
            return chr(value)
        case "ANY":
            return making.draw.pick(_READABLE[:26])
        case "IN":
            return making.draw.pick(_members(value))
        case "NOT_LITERAL":
            return "a" if value != ord("a") else "b"
        case "AT":
            return ""
        case "SUBPATTERN":
            return _of_sequence(value[-1], making)
        case "BRANCH":
            return _of_sequence(making.draw.pick(value[1]), making)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _repeated(value, making)
    raise NotImplementedError(name)


def _repeated(value: Any, making: _Making) -> str:
    fewest, most, body = value
    at_most = int(fewest) + making.more if fewest or making.more else making.draw.below(2)
    count = min(int(most), at_most)
    if count > making.left:
        raise NotImplementedError("a text that long")
    return "".join(_of_sequence(body, making) for _ in range(count))


def _members(items: Any) -> str:
    first = str(items[0][0])
    inside = "".join(_class_member(str(name), value) for name, value in items if str(name) != "NEGATE")
    if first != "NEGATE":
        return inside
    return "".join(each for each in _READABLE if each not in inside)


def _class_member(name: str, value: Any) -> str:
    match name:
        case "LITERAL":
            return chr(value)
        case "RANGE":
            low, high = value
            return "".join(map(chr, range(low, min(high, low + 127) + 1)))
        case "CATEGORY":
            return _CLASSES[str(value)]
    raise NotImplementedError(name)
