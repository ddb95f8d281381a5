"""Pact's path expressions and names, translated to the steps of our locations and back.

A path is `$.a[0]['b c'][*].*` (Pact specification 3, matching rules). Headers, query parameters and metadata are
addressed by name, but files in the wild hold `$.X`, `$['X']`, `X[0]` and `$.X[0]` as well.
"""

import re
from collections.abc import Container

from contractkit.model import Location, Step, Wildcard

_STEP = re.compile(
    r"\.(?P<any>\*)|\.(?P<name>[^.\[\]'\"\s*]+)|\[(?P<index>\d{1,9})\]|\[(?P<every>\*)\]"
    r"|\['(?P<single>(?:[^'\\]|\\.)*)'\]|\[\"(?P<double>(?:[^\"\\]|\\.)*)\"\]",
    re.DOTALL,
)
_INDEXED = re.compile(r"(?P<name>.*?)\[(?P<index>\d{1,9}|\*)\]", re.DOTALL)


def parse_path(text: str) -> tuple[Step, ...] | None:
    """Give the steps of a path expression, none for `$`; None where the text is no such expression."""
    rest = text[1:] if text.startswith("$") else f".{text}" if text and text[0] not in ".[" else text
    if not text:
        return None
    steps: list[Step] = []
    position = 0
    while position < len(rest):
        found = _STEP.match(rest, position)
        if found is None:
            return None
        steps.append(_step(found))
        position = found.end()
    return tuple(steps)


def write_path(steps: tuple[Step, ...]) -> str:
    """Give steps as a path expression: `.name` for identifiers, `['…']` with backslashes for every other name."""
    written = str(Location(steps))
    return f"${written}" if written.startswith("[") or not written else f"$.{written}"


def parse_name(text: str, known: Container[str] = ()) -> tuple[Step, ...] | None:
    """Give the steps that a name addresses: the name, then an index where one is written behind it.

    Args:
        text: The name as the file has it.
        known: Names that are certainly names, whatever they look like: `filter[0]` may be a query parameter.
    """
    if text.startswith("$"):
        return parse_path(text) or None
    if text in known:
        return (text,)
    indexed = _INDEXED.fullmatch(text)
    if indexed is None or not indexed["name"]:
        return (text,)
    index = indexed["index"]
    return (indexed["name"], Wildcard.INDEX if index == "*" else int(index))


def write_name(steps: tuple[Step, ...], known: Container[str] = ()) -> str:
    """Give steps as a name, with an index behind it; what would be read otherwise is written as a path."""
    name, *rest = steps
    if not isinstance(name, str) or parse_name(name) != (name,):
        return write_path(steps)
    match rest:
        case []:
            return name
        case [int() | Wildcard.INDEX as index]:
            indexed = f"{name}{Location((index,))}"
            return write_path(steps) if indexed in known else indexed
        case _:
            return write_path(steps)


def _step(found: re.Match[str]) -> Step:
    if found["name"] is not None:
        return found["name"]
    if found["index"] is not None:
        return int(found["index"])
    quoted = found["single"] if found["single"] is not None else found["double"]
    if quoted is not None:
        return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
    return Wildcard.ANY if found["any"] is not None else Wildcard.INDEX
