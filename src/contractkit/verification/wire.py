"""The wire: requests as bytes to send, and the bytes of an answer as a response."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from contractkit.exact_json import JsonSyntaxError, read_json
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    HttpRequest,
    HttpResponse,
    JsonBody,
    MissingBody,
    media_type_of,
)
from contractkit.transports.http_messages import collect_fields, decompressed, encode_body, read_body, write_query

HeaderList: TypeAlias = tuple[tuple[str, str], ...]

_OF_THE_CONNECTION = frozenset({"host", "content-length", "transfer-encoding", "connection", "keep-alive"})
"""Headers that belong to the connection they were recorded on (RFC 9110 §7.6.1), not to the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """A request ready to be written: `target` is path and query as they go out, `body` the bytes or None."""

    method: str
    target: str
    headers: HeaderList
    body: bytes | None


def to_wire(request: HttpRequest, *, base_path: str = "") -> WireRequest:
    """Give a request as it is sent: the path as recorded, the query encoded, the body's type as `Content-Type`.

    An empty path behind no base path goes out as `/` (RFC 9112 §3.2.1).
    """
    query = write_query(request.query)
    target = f"{base_path.rstrip('/')}{request.path}" or "/"
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
    body = _sniffed(plain) if plain and media_type is None else read_body(plain, media_type)
    return HttpResponse(status=status, headers=fields, body=body)


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


def _sniffed(data: bytes) -> Body:
    if data.lstrip()[:1] in (b"{", b"["):
        try:
            return JsonBody(read_json(data))
        except JsonSyntaxError:
            pass
    return BinaryBody(data) if b"\0" in data else read_body(data, "text/plain")
