"""Names of headers, query parameters and metadata in rules, translated to the steps of our locations and back.

They are addressed by name, but files in the wild hold `$.X`, `$['X']`, `X[0]` and `$.X[0]` as well.
"""

import re
from collections.abc import Container

from contractkit.model import Location, Step, Wildcard, parse_path, write_path

_INDEXED = re.compile(r"(?P<name>.*?)\[(?P<index>[0-9]{1,9}|\*)\]", re.DOTALL)


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
