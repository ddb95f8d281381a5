"""Multipart: the parts of a `multipart/form-data` body as the members of an object (RFC 7578, OpenAPI 3.1 §4.8.14.5).

A part is JSON where it says so or where only an object can be meant, bytes where the schema wants them or the part is
a file, and text otherwise.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_string
from email.message import Message as MailMessage
from email.utils import collapse_rfc2231_value
from typing import Final

from contractkit.definitions.forms import is_json, is_object, json_or_text, read_fields, written_as_json
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surfaces import Content, Encoding, Parameter
from contractkit.definitions.trees import typed_tree
from contractkit.exact_json import Json
from contractkit.model import Location, base_media_type, is_json_media_type
from contractkit.results import Violation

_MOST_PARTS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: its name, the media type it names (empty where none), its headers by lower-case name, its bytes.

    A part that is not named has no place in a form (RFC 7578 §4.2).
    """

    name: str
    media_type: str
    headers: Mapping[str, tuple[str, ...]]
    data: bytes
    is_file: bool
    is_named: bool

    @property
    def text(self) -> str:
        """Give the bytes as text; of what is not UTF-8, a character for each byte."""
        try:
            return self.data.decode()
        except UnicodeDecodeError:
            return self.data.decode("latin-1")


def read_parts(data: bytes, media_type: str) -> tuple[Part, ...] | None:
    """Give the parts of a body; None where its boundary is missing or separates nothing, or too much."""
    boundary = message_from_string(f"Content-Type: {media_type}\r\n\r\n").get_boundary()
    if not boundary:
        return None
    pieces = re.split(rb"(?:^|\r?\n)--" + re.escape(boundary.encode()), data)
    if not 2 <= len(pieces) <= _MOST_PARTS + 2 or not pieces[-1].startswith(b"--"):
        return None
    return tuple(_part(piece) for piece in pieces[1:-1])


def read_members(parts: Sequence[Part], content: Content) -> dict[str, Json]:
    """Give the object that the parts make, typed by the schema; names with brackets nest where no member has them."""
    named: dict[str, list[Part]] = {}
    nested: list[tuple[str, str]] = []
    for part in parts:
        if content.view is not None and "[" in part.name and part.name not in content.view.members:
            nested.append((part.name, part.text))
        else:
            named.setdefault(part.name, []).append(part)
    members = {name: _member(each, content, name) for name, each in named.items()}
    return {**read_fields(nested, content), **members}


def encoding_violations(parts: Sequence[Part], content: Content, at: Location) -> Iterator[Violation]:
    """Give the parts whose media type is not one that the encoding names for them."""
    for part in parts:
        encoding = content.encoding.get(part.name)
        wanted = encoding.media_types if encoding is not None else ()
        if encoding is not None and wanted and part.media_type and not _is_one_of(part.media_type, wanted):
            pointer = encoding.node.place_of("contentType")
            expected = " or ".join(wanted)
            yield Violation(location=at / part.name, expected=expected, received=part.media_type, pointer=pointer)


def part_headers(parts: Sequence[Part], content: Content) -> Iterator[tuple[Part, Parameter, tuple[str | int, ...]]]:
    """Give each part with each header that its encoding describes, and the steps to the header in the body.

    Of parts that share a name, the steps have the number: `photo[1].headers['x-width']`. What is said of a part's
    `Content-Type` is passed over: the encoding's `contentType` says it (OpenAPI 3.1 §4.8.15.1).
    """
    counts, seen = Counter(part.name for part in parts), Counter[str]()
    for part in parts:
        encoding = content.encoding.get(part.name)
        number = (seen[part.name],) if counts[part.name] > 1 else ()
        seen[part.name] += 1
        for name, header in encoding.headers.items() if encoding is not None else ():
            if name != "content-type":
                yield part, header, (part.name, *number, "headers", name)


def _is_one_of(media_type: str, wanted: Sequence[str]) -> bool:
    base = base_media_type(media_type)
    allowed = {base_media_type(each) for each in wanted}
    return bool(allowed & {base, f"{base.split('/')[0]}/*", "*/*"})


def _member(parts: list[Part], content: Content, name: str) -> Json:
    member = content.view.member(name) if content.view is not None else None
    view = member.view if member is not None else None
    encoding = content.encoding.get(name)
    listed = _list_view(view, is_sure=len(parts) > 1)
    if listed is None:
        values = [_value(each, view, encoding) for each in parts]
        return values[0] if len(values) == 1 else values
    if len(parts) == 1 and is_json_media_type(parts[0].media_type):
        whole = json_or_text(parts[0].text)
        return whole if isinstance(whole, list) else [whole]
    return [_value(each, listed.element(at), encoding) for at, each in enumerate(parts)]


def _list_view(view: SchemaView | None, *, is_sure: bool) -> SchemaView | None:
    """Give what says of a list what its elements are; of a union, only where the parts are surely a list."""
    if view is None or view.types - {"null"} == {"array"}:
        return view
    return next((each for each in view.value_branches if "array" in each.types), None) if is_sure else None


def _value(part: Part, view: SchemaView | None, encoding: Encoding | None) -> Json:
    says_json = is_json_media_type(part.media_type) if part.media_type else is_json(encoding)
    if says_json or is_object(view):
        return json_or_text(part.text)
    return part.text if part.is_file else written_as_json(typed_tree([part.text], view), view)


def _part(piece: bytes) -> Part:
    head, _, data = re.sub(rb"^[ \t]*\r?\n", b"", piece).partition(b"\r\n\r\n")
    if piece.lstrip(b" \t").startswith(b"\r\n\r\n"):
        head, data = b"", piece.lstrip(b" \t")[4:]
    message = message_from_string(head.decode(errors="replace"))
    headers: dict[str, tuple[str, ...]] = {}
    for name, value in message.items():
        headers[name.lower()] = (*headers.get(name.lower(), ()), str(value))
    return Part(
        name=_disposition(message, "name"),
        media_type=headers.get("content-type", ("",))[0],
        headers=headers,
        data=data,
        is_file=bool(_disposition(message, "filename")),
        is_named=message.get_param("name", header="content-disposition") is not None,
    )


def _disposition(message: MailMessage, name: str) -> str:
    found = message.get_param(name, header="content-disposition")
    return collapse_rfc2231_value(found) if found else ""
