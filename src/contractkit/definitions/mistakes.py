"""Mistakes: what in an operation's parameters and statuses cannot be meant as it is written."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from contractkit.definitions.references import Node
from contractkit.definitions.routing import parameter_names
from contractkit.definitions.sequences import ITEM_ENCODING, ITEM_SCHEMA, PREFIX_ENCODING, is_sequence
from contractkit.errors import DefinitionError
from contractkit.exact_json import show_json

_STATUS: Final = re.compile(r"[1-5](\d\d|XX)|default", re.IGNORECASE)

Mistake = tuple[str, Node]
"""A sentence, and the node where the mistake is."""


@lru_cache(maxsize=256)
def is_status(written: str) -> bool:
    """Say whether a key of `responses` is a status: a code, a class (`4XX`) or `default`."""
    return _STATUS.fullmatch(str(written)) is not None  # other readers of YAML give an unquoted 200 as a number


def status_mistakes(responses: Node) -> Iterator[Mistake]:
    """Give the keys of `responses` that are no statuses."""
    for name, node in responses.members():
        if not is_status(name) and not str(name).startswith("x-"):
            yield f"{name!r} is no status; the response is left out.", node


def parameter_mistake(node: Node, places: frozenset[str]) -> str:
    """Say why a parameter cannot be read, or nothing."""
    value = node.value
    if not isinstance(value, dict):
        return f"A parameter is an object, not {show_json(value, limit=60)}; it is left out."
    if not isinstance(value.get("name"), str):
        return "The parameter has no name and is left out."
    place = value.get("in")
    if not isinstance(place, str) or place not in places:
        known = ", ".join(sorted(places))
        return f"The parameter is in {show_json(place, limit=60)}, not in one of {known}; it is left out."
    return ""


def path_mistakes(path: str, described: dict[str, Node], operation: Node) -> Iterator[Mistake]:
    """Give the path parameters that a template lacks, and those of the template that nothing describes."""
    named = parameter_names(path)
    for name, node in described.items():
        if name not in named:
            yield f"The path {path} has no {{{name}}}; the parameter is passed over.", node
    for name in named:
        if name not in described:
            yield f"No parameter describes {{{name}}} of {path}; any text is allowed there.", operation


def security_mistakes(security: Node) -> Iterator[Mistake]:
    """Give what of the demands for credentials is no list of objects, and is passed over."""
    if security.value is not None and not isinstance(security.value, list):
        yield f"security is a list, not {show_json(security.value, limit=60)}; no credentials are asked for.", security
    for demand in security.items():
        if not isinstance(demand.value, dict):
            yield f"An alternative of security is an object, not {show_json(demand.value, limit=60)}.", demand


def item_mistakes(media_type: str, content: Node) -> Iterator[Mistake]:
    """Give the `itemSchema` of a media type whose items cannot be read, and encodings of parts, which nobody reads."""
    if content.get(ITEM_SCHEMA) is not None and not is_sequence(media_type):
        known = "application/jsonl, application/x-ndjson, application/json-seq and text/event-stream"
        yield f"itemSchema is read for {known}; it checks nothing of {media_type}.", content / ITEM_SCHEMA
    for name in (PREFIX_ENCODING, ITEM_ENCODING):
        if content.get(name) is not None:
            yield f"{name} checks nothing of {media_type}: parts without names are not looked into.", content / name


def lost(error: DefinitionError, what: str) -> str:
    """Say that a piece is left out because its reference cannot be followed, and why."""
    summary, details = error.explanation.summary.rstrip("."), dict(error.explanation.details)
    why = f": {details['at']}, {details['problem']}" if "problem" in details and "at" in details else ""
    return f"{summary}{why}. The {what} is left out."
