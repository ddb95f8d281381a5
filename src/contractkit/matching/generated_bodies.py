"""Generated values in bodies: put into JSON, forms, XML, parts of multipart bodies and whole texts."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias
from urllib.parse import quote_plus, unquote_plus

from contractkit.exact_json import Json, dump_compact
from contractkit.matching.accepting import UnusableRuleError
from contractkit.matching.multipart import PartPiece, encode_content, split_parts
from contractkit.model import BinaryBody, Body, JsonBody, Step, TextBody, Wildcard, base_media_type

Change: TypeAlias = Callable[[Json], Json]
"""From the example at a place to the value that takes its place."""

_XML = re.compile(r"(?:application|text)/xml|.*\+xml")
_FORM = "application/x-www-form-urlencoded"


def in_body(body: Body, steps: list[Step], change: Change) -> Body:
    """Give a body in which the values at the places that the steps lead to are changed; others stay as they are.

    Raises:
        UnusableRuleError: Values cannot be put into a body of that kind.
    """
    match body:
        case JsonBody(value=value):
            return replace(body, value=in_json(value, steps, change))
        case TextBody(text=text) if not steps:
            return replace(body, text=as_text(change(text)))
        case TextBody() | BinaryBody() if steps and base_media_type(body.media_type).startswith("multipart/"):
            return _in_multipart(body, steps, change)
        case TextBody(text=text):
            return replace(body, text=_in_text(text, base_media_type(body.media_type), steps, change))
    return body


def in_json(value: Json, steps: list[Step], change: Change) -> Json:
    """Give a copy of a value in which the places that the steps lead to are changed."""
    if not steps:
        return change(value)
    step, *rest = steps
    if isinstance(value, dict):
        return {key: in_json(item, rest, change) if leads(step, key) else item for key, item in value.items()}
    if isinstance(value, list):
        return [in_json(item, rest, change) if leads(step, index) else item for index, item in enumerate(value)]
    return value


def as_text(value: Json) -> str:
    """Give a value as text: what is none as JSON writes it."""
    return value if isinstance(value, str) else dump_compact(value).decode()


def leads(step: Step, key: str | int) -> bool:
    """Say whether a step leads to a member or an element."""
    if step is Wildcard.ANY:
        return True
    if step is Wildcard.INDEX:
        return isinstance(key, int)
    return str(step) == str(key)


def _in_text(text: str, base: str, steps: list[Step], change: Change) -> str:
    if base == _FORM:
        return _in_form(text, steps, change)
    if _XML.fullmatch(base):
        from contractkit.matching.xml_values import in_xml  # expat is loaded only where XML occurs

        return in_xml(text, steps, lambda example: as_text(change(example)))
    raise UnusableRuleError(f"values can be put into JSON, forms, XML, multipart and whole texts, not into {base}")


def _in_form(text: str, steps: list[Step], change: Change) -> str:
    """Give a form in which the values of one name, or one of them, are changed; the rest stays as it is spelled."""
    wanted, *index = steps
    counted: Counter[str] = Counter()
    pairs = text.split("&")
    for place, pair in enumerate(pairs):
        written, _, value = pair.partition("=")
        name = unquote_plus(written)
        if leads(wanted, name) and (not index or leads(index[0], counted[name])):
            pairs[place] = f"{written}={quote_plus(as_text(change(unquote_plus(value))))}"
        counted[name] += 1
    return "&".join(pairs)


def _in_multipart(body: TextBody | BinaryBody, steps: list[Step], change: Change) -> Body:
    """Give a multipart body in which what lies in one part, or in the parts of one name, is changed."""
    wanted, *rest = steps
    pieces = split_parts(body)
    if pieces is None:
        raise UnusableRuleError("the multipart body cannot be taken apart")
    data = b"".join(_piece(piece, wanted, rest, change) for piece in pieces)
    return replace(body, text=data.decode()) if isinstance(body, TextBody) else replace(body, data=data)


def _piece(piece: bytes | PartPiece, wanted: Step, rest: list[Step], change: Change) -> bytes:
    """Give the bytes of a piece, changed where the step leads to it, or with its index behind the name."""
    if isinstance(piece, bytes):
        return piece
    part = piece.part
    is_indexed = bool(rest) and (isinstance(rest[0], int) or rest[0] is Wildcard.INDEX)
    if not leads(wanted, part.name) or (is_indexed and not leads(rest[0], part.place)):
        return piece.whole
    made = in_body(part.body, rest[1:] if is_indexed else rest, change)
    return piece.whole if made == part.body else piece.head + encode_content(made, piece)
