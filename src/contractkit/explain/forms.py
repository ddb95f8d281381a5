"""Forms as text: the fields of a URL-encoded one, the parts of a multipart one with what can be read of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl

from contractkit.model import base_media_type

_NAME = re.compile(rb'\bname="([^"]*)"')
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field or part: its name, and the lines that show it, headers of a part among them."""

    name: str
    lines: tuple[str, ...]


def form_fields(text: str) -> tuple[FormField, ...]:
    """Give the fields of a URL-encoded form, decoded, in their order."""
    pairs = parse_qsl(text, keep_blank_values=True)
    return tuple(FormField(name=name, lines=(f"{name}={value}",)) for name, value in pairs)


def multipart_fields(data: bytes, media_type: str) -> tuple[FormField, ...]:
    """Give the parts of a multipart body; none where its boundary separates nothing. Bytes are counted, not shown."""
    boundary = _BOUNDARY.search(media_type)
    if boundary is None:
        return ()
    pieces = re.split(rb"(?:^|\r?\n)--" + re.escape(boundary[1].encode()), data)
    return tuple(_part(piece.lstrip(b"\r\n"), number) for number, piece in enumerate(pieces[1:-1]))


def is_form(media_type: str) -> bool:
    """Say whether a media type is that of URL-encoded forms."""
    return base_media_type(media_type) == "application/x-www-form-urlencoded"


def is_multipart(media_type: str) -> bool:
    """Say whether a media type is that of bodies in several parts."""
    return base_media_type(media_type).startswith("multipart/")


def _part(piece: bytes, number: int) -> FormField:
    found = _BLANK_LINE.search(piece)
    headers, body = (piece[: found.start()], piece[found.end() :]) if found else (b"", piece)
    name = _NAME.search(headers)
    named = name[1].decode(errors="replace") if name else str(number)
    shown = (f"  {line}" for line in (*headers.decode(errors="replace").splitlines(), *_content(body)))
    return FormField(name=named, lines=(f"part {named}", *shown))


def _content(body: bytes) -> Iterator[str]:
    try:
        yield from body.decode().splitlines()
    except UnicodeDecodeError:
        yield f"({len(body)} bytes)"
