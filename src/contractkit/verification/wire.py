"""The wire: requests as bytes to send, and the bytes of an answer as a response."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import quote

from contractkit.exact_json import JsonSyntaxError, read_json
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    HttpRequest,
    HttpResponse,
    JsonBody,
    Location,
    MissingBody,
    TextBody,
    is_field_value,
    is_json_media_type,
    is_path,
    is_token,
    media_type_of,
)
from contractkit.transports.http_messages import collect_fields, decompressed, encode_body, read_body, write_query
from contractkit.verification.transport import Unsendable

HeaderList: TypeAlias = tuple[tuple[str, str], ...]

_REQUEST: Final = Location(("request",))
_LONE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9._~/-]*")  # nothing in it is ever encoded (RFC 3986 §2.3)
_PATH_CHARACTERS: Final = "/%:@!$&'()*+,;=~[]"  # those beside letters, digits and -._ ; brackets as clients send them

_OF_THE_CONNECTION = frozenset({"host", "content-length", "transfer-encoding", "connection", "keep-alive"})
"""Headers that belong to the connection they were recorded on (RFC 9110 §7.6.1), not to the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """A request ready to be written: `target` is path and query as they go out, `body` the bytes or None."""

    method: str
    target: str
    headers: HeaderList
    body: bytes | None


def to_wire(request: HttpRequest, *, base_path: str = "") -> WireRequest | Unsendable:
    """Give a request as it is sent, or why it cannot be: a contract may ask for what HTTP has no bytes for.

    The path goes out as recorded, but for characters that no path may hold (RFC 3986 §3.3), which are
    percent-encoded; the query is encoded, the body's type sent as `Content-Type`. An empty path behind no base path
    goes out as `/` (RFC 9112 §3.2.1).
    """
    fault = next(_faults(request), None)
    if fault is not None:
        return fault
    query = write_query(request.query)
    target = f"{base_path.rstrip('/')}{_encoded(request.path)}" or "/"
    return WireRequest(
        method=request.method.upper(),
        target=f"{target}?{query}" if query else target,
        headers=_headers(request),
        body=None if isinstance(request.body, MissingBody) else encode_body(request.body),
    )


def from_wire(status: int, headers: Iterable[tuple[str, str]], data: bytes) -> HttpResponse:
    """Give an answer as a response: content codings undone, the body read by its content type.

    Raises:
        UnreadableBodyError: The data does not follow its content coding.
    """
    fields = collect_fields(headers)
    media_type = next(iter(fields.get("content-type", ())), None)
    plain = decompressed(data, fields)
    body = _sniffed(plain) if plain and media_type is None else _utf8_if_json(read_body(plain, media_type), plain)
    return HttpResponse(status=status, headers=fields, body=body)


def _faults(request: HttpRequest) -> Iterator[Unsendable]:
    """Give what keeps a request from being sent; a path without its slash would name another host."""
    if not is_token(request.method):
        yield Unsendable(at=_REQUEST / "method", value=request.method, expected="a method such as GET")
    if not is_path(request.path):
        yield Unsendable(at=_REQUEST / "path", value=request.path, expected="a path that starts with a slash")
    for name, values in request.headers.items():
        at = _REQUEST / "headers" / name
        if not is_token(name):
            yield Unsendable(at=_REQUEST / "headers", value=name, expected="a header's name")
        for value in values:
            if not is_field_value(value):
                yield Unsendable(at=at, value=value, expected="one line of text")


def _encoded(path: str) -> str:
    if _PLAIN_PATH.fullmatch(path):  # most are, and a search costs a fraction of the encoding
        return path
    return quote(_LONE_PERCENT.sub("%25", path), safe=_PATH_CHARACTERS)


def _headers(request: HttpRequest) -> HeaderList:
    written = tuple(
        (name, value)
        for name, values in request.headers.items()
        if name.lower() not in _OF_THE_CONNECTION
        for value in values
    )
    media_type = None if isinstance(request.body, EmptyBody) else media_type_of(request.body)
    if media_type is None or any(name.lower() == "content-type" for name in request.headers):
        return written
    return (*written, ("content-type", media_type))


def _utf8_if_json(body: Body, data: bytes) -> Body:
    """Give JSON that is not UTF-8 as bytes, whatever charset is named: clients read no other (RFC 8259 §8.1)."""
    if not isinstance(body, TextBody) or not is_json_media_type(body.media_type):
        return body
    try:
        return TextBody(data.decode(), body.media_type)
    except UnicodeDecodeError:
        return BinaryBody(data, body.media_type)


def _sniffed(data: bytes) -> Body:
    if data.lstrip()[:1] in (b"{", b"["):
        try:
            return JsonBody(read_json(data))
        except JsonSyntaxError:
            pass
    return BinaryBody(data) if b"\0" in data else read_body(data, "text/plain")
