"""Multipart bodies: taken apart at their boundary, part compared with part, each as a body of its own."""

import base64
import binascii
import quopri
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from contractkit.exact_json import JsonSyntaxError, dump_compact, read_json
from contractkit.matching.failures import Check, Failure, below
from contractkit.matching.fields import compile_headers
from contractkit.matching.media_types import parameters_in
from contractkit.matching.weighting import NO_RULES, Scope
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    JsonBody,
    TextBody,
    is_json_media_type,
    is_text_media_type,
    may_hold_json,
)
from contractkit.results import ABSENT

MOST_PARTS = 1_000
"""Parts of a multipart body; one of more is not taken apart."""

MOST_HEADERS = 100
"""Header lines that are read of a part."""

_NOT_COMPARED = frozenset({"content-disposition", "content-transfer-encoding", "content-length", "content-type"})
"""Headers of a part that say how it travels; its type is compared with its body."""

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


class CompileBody(Protocol):
    """Compiles the check of one part's body."""

    def __call__(self, expected: Body, scope: Scope, *, is_open: bool) -> Check:
        """Give the check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPart:
    """One part of a multipart body: its name, or its number where it has none, its headers and its body.

    `place` counts the parts of one name, from 0 on.
    """

    name: str
    place: int
    headers: Mapping[str, tuple[str, ...]]
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPiece:
    """A part as it is written: `whole`, which begins with `head` and ends with its content in a transfer encoding."""

    part: FormPart
    whole: bytes
    head: bytes
    encoding: str


def compile_multipart(expected: TextBody | BinaryBody, scope: Scope, is_open: bool, compile_body: CompileBody) -> Check:
    """Give the check of a multipart body: each expected part must be there, further parts may be."""
    wanted = read_parts(expected)
    count = Counter(part.name for part in (wanted or {}).values())
    rows = [
        (key, part, count[part.name] > 1, _compile_part(part, scope.step(part.name), is_open, compile_body))
        for key, part in (wanted or {}).items()
    ]

    def check(actual: Body) -> list[Failure] | None:
        given = read_parts(actual) if isinstance(actual, TextBody | BinaryBody) else None
        if wanted is None or given is None:
            return [Failure(ABSENT, ABSENT, "equality", "a multipart body whose parts can be told apart")]
        found: list[Failure] = []
        for key, part, is_one_of_several, compare in rows:
            failures = compare(given[key]) if key in given else [_lacking(key)]
            failures = below(part.place, failures or []) if is_one_of_several else failures
            found += below(part.name, failures or [])
        return found or None

    return check


def read_parts(body: TextBody | BinaryBody) -> dict[str, FormPart] | None:
    """Give the parts of a multipart body by name, `name[1]` for the second of a name.

    None stands where the boundary separates nothing, or too much.
    """
    pieces = split_parts(body)
    if pieces is None:
        return None
    parts = [piece.part for piece in pieces if isinstance(piece, PartPiece)]
    return {f"{part.name}[{part.place}]" if part.place else part.name: part for part in parts}


def split_parts(body: TextBody | BinaryBody) -> list[bytes | PartPiece] | None:
    """Give a multipart body in the pieces that it is made of: its parts, and the bytes between them; None as above."""
    boundary = parameters_in(body.media_type).get("boundary")
    data = body.text.encode(errors="replace") if isinstance(body, TextBody) else body.data
    if not boundary:
        return None
    delimiter = rb"((?:^|\r?\n)--" + re.escape(boundary.encode()) + rb"(?=--|[ \t]*\r?\n))"
    found = re.split(delimiter, data, maxsplit=MOST_PARTS + 2)
    if not 3 <= (len(found) + 1) // 2 <= MOST_PARTS + 2 or not found[-1].startswith(b"--"):
        return None
    pieces: list[bytes | PartPiece] = [found[0]]
    places: Counter[str] = Counter()
    for number in range(1, len(found) - 2, 2):
        piece = _part_piece(found[number + 1], number // 2, places)
        pieces += [found[number], piece]
        places[piece.part.name] += 1
    return [*pieces, *found[-2:]]


def encode_content(body: Body, piece: PartPiece) -> bytes:
    """Give the content of a part with another body, encoded as the part says."""
    match body:
        case JsonBody(value=value):
            data = dump_compact(value)
        case TextBody(text=text):
            data = text.encode()
        case BinaryBody(data=data):
            pass
        case _:
            data = b""
    if piece.encoding == "base64":
        return base64.b64encode(data)
    return quopri.encodestring(data) if piece.encoding == "quoted-printable" else data


def _compile_part(part: FormPart, scope: Scope, is_open: bool, compile_body: CompileBody) -> Check:
    check_headers = compile_headers(part.headers, NO_RULES)
    check_body = compile_body(part.body, scope.beside(part.place), is_open=is_open)

    def check(actual: FormPart) -> list[Failure] | None:
        failures = below("headers", check_headers(actual.headers) or [])
        return [*failures, *(check_body(actual.body) or ())] or None

    return check


def _lacking(key: str) -> Failure:
    return Failure(f"the part {key}", ABSENT, "equality", f"the part {key}")


def _taken_apart(piece: bytes) -> tuple[dict[str, tuple[str, ...]], bytes]:
    """Give the headers and the content of a part (RFC 2046 §5.1); it may have no headers at all."""
    piece = re.sub(rb"^[ \t]*\r?\n", b"", piece, count=1)
    if piece[:1] == b"\n" or piece[:2] == b"\r\n":
        return {}, piece.split(b"\n", 1)[1]
    blank = _BLANK_LINE.search(piece)
    head, content = (piece, b"") if blank is None else (piece[: blank.start()], piece[blank.end() :])
    headers: dict[str, tuple[str, ...]] = {}
    for line in re.sub(rb"\r?\n[ \t]+", b" ", head).split(b"\n", MOST_HEADERS)[:MOST_HEADERS]:
        name, colon, value = line.decode(errors="replace").partition(":")
        if colon:
            headers[name.strip().lower()] = (*headers.get(name.strip().lower(), ()), value.strip())
    return headers, content


def _part_piece(piece: bytes, number: int, places: Mapping[str, int]) -> PartPiece:
    headers, content = _taken_apart(piece)
    name = parameters_in(_first(headers, "content-disposition")).get("name") or str(number)
    encoding = _first(headers, "content-transfer-encoding").lower()
    body = _body(_decoded(content, encoding), _first(headers, "content-type") or "text/plain")
    compared = {key: values for key, values in headers.items() if key not in _NOT_COMPARED}
    part = FormPart(name=name, place=places[name], headers=compared, body=body)
    return PartPiece(part=part, whole=piece, head=piece[: len(piece) - len(content)], encoding=encoding)


def _decoded(content: bytes, encoding: str) -> bytes:
    try:
        if encoding == "base64":
            return base64.b64decode(content)
    except binascii.Error:
        return content
    return quopri.decodestring(content) if encoding == "quoted-printable" else content


def _body(data: bytes, media_type: str) -> Body:
    if not data:
        return EmptyBody(media_type)
    readers: list[Callable[[], Body]] = [lambda: BinaryBody(data, media_type)]
    if is_text_media_type(media_type):
        readers.insert(0, lambda: TextBody(data.decode(), media_type))
    if is_json_media_type(media_type) or may_hold_json(media_type):
        readers.insert(0, lambda: JsonBody(read_json(data), media_type))
    for read in readers:
        try:
            return read()
        except (JsonSyntaxError, UnicodeDecodeError):
            continue
    raise AssertionError("bytes can always be read as bytes")


def _first(headers: Mapping[str, tuple[str, ...]], name: str) -> str:
    return headers.get(name, ("",))[0]
