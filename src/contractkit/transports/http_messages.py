"""Between bytes and the model: the one place where requests, queries and bodies are read and written."""

import re
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable
from typing import TypeAlias, TypeVar
from urllib.parse import quote, unquote_plus

from contractkit.exact_json import Json, JsonSyntaxError, dump_compact, read_json
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    Fields,
    HttpRequest,
    HttpResponse,
    JsonBody,
    MissingBody,
    Query,
    TextBody,
    is_json_media_type,
    is_text_media_type,
)

T = TypeVar("T")

Handler: TypeAlias = Callable[[HttpRequest], HttpResponse]
"""What answers requests. It does not raise, and may be called from any thread."""

PROBLEM_MEDIA_TYPE = "application/problem+json"
LARGEST_BODY = 64 * 1024 * 1024  # bytes, also after decompression

_CHARSET = re.compile(r';\s*charset="?([^";\s]+)', re.IGNORECASE)
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)
_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # zlib's names for the two formats


class UnreadableBodyError(ValueError):
    """The bytes are not what `Content-Encoding` says; the text is one sentence."""


def read_request(method: str, target: str, headers: Iterable[tuple[str, str]], data: bytes) -> HttpRequest:
    """Give a request as the model holds it.

    Args:
        method: As sent.
        target: The request target (RFC 9112 §3.2); of an absolute one the origin is taken off.
        headers: Names of any case with their values, in order.
        data: The body, transfer coding removed; a compressed one is decompressed.

    Raises:
        UnreadableBodyError: The body cannot be decompressed, or would be larger than `LARGEST_BODY`.
    """
    fields = collect_fields(headers)
    body = read_body(decompressed(data, fields), ", ".join(fields.get("content-type", ())) or None)
    return addressed(method, _ORIGIN.sub("", target.partition("#")[0], count=1), fields, body)


def addressed(method: str, target: str, headers: Fields, body: Body) -> HttpRequest:
    """Give a request to a target that is a path, with or without a query."""
    path, _, query = target.partition("?")
    return HttpRequest(
        method=method,
        path=path if path.startswith("/") else f"/{path}",
        query=read_query(query) if query else {},
        headers=headers,
        body=body,
    )


def collect_fields(headers: Iterable[tuple[str, str]]) -> Fields:
    """Give header fields by lower-case name, the values of equal names in the order they came."""
    return _grouped((name.lower(), value) for name, value in headers)


def read_query(text: str) -> Query:
    """Give a query's parameters, decoded; `a` (None) and `a=` (an empty text) are told apart."""
    pairs = (pair.partition("=") for pair in text.split("&") if pair)
    return _grouped((unquote_plus(name), unquote_plus(value) if equals else None) for name, equals, value in pairs)


def write_query(query: Query) -> str:
    """Give the text of a query, percent-encoded, parameters in their order; the reverse of `read_query`."""
    return "&".join(
        _quoted(name) if value is None else f"{_quoted(name)}={_quoted(value)}"
        for name, values in query.items()
        for value in values
    )


def read_body(data: bytes, content_type: str | None) -> Body:
    """Give a body as its media type says: JSON exact, text decoded, everything else as bytes.

    Text that is not what it claims (broken JSON, bytes outside the charset) is kept as text or bytes under its media
    type, so that whoever checks it can say so. No bytes are an `EmptyBody` where a type was named, else missing.
    """
    if not data:
        return MissingBody() if content_type is None else EmptyBody(content_type)
    if content_type is None:
        return BinaryBody(data)
    if is_json_media_type(content_type):
        try:
            return JsonBody(read_json(data.removeprefix(BOM_UTF8)), content_type)  # a mark may be there (RFC 8259 §8.1)
        except JsonSyntaxError:
            return _text_or_bytes(data, content_type)
    if is_text_media_type(content_type):
        return _text_or_bytes(data, content_type)
    return BinaryBody(data, content_type)


def encode_body(body: Body) -> bytes:
    """Give the bytes of a body; JSON in one line, text in the charset of its media type (UTF-8 where none is named)."""
    match body:
        case JsonBody(value=value):
            return dump_compact(value)
        case TextBody(text=text, media_type=media_type):
            try:
                return text.encode(_charset(media_type))
            except (LookupError, UnicodeEncodeError):
                return text.encode()
        case BinaryBody(data=data):
            return data
        case _:
            return b""


def response_headers(response: HttpResponse) -> list[tuple[str, str]]:
    """Give a response's header lines, `Content-Type` taken from the body where no header names it."""
    lines = [(name, value) for name, values in response.headers.items() for value in values]
    match response.body:
        case JsonBody(media_type=media_type) | TextBody(media_type=media_type) | BinaryBody(media_type=media_type):
            if "content-type" not in response.headers:
                lines.append(("content-type", media_type))
    return lines


def problem(status: int, title: str, detail: str = "", **members: Json) -> HttpResponse:
    """Give a refusal as a problem document (RFC 9457)."""
    value = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return HttpResponse(status=status, body=JsonBody(value, PROBLEM_MEDIA_TYPE))


def nobody_is_served(request: HttpRequest) -> HttpResponse:
    """Answer a request that comes while no test is using the stub."""
    return problem(503, "No test is using this stub", f"{request.method} {request.path} came outside of a test.")


def decompressed(data: bytes, fields: Fields) -> bytes:
    """Give a body without its content codings `gzip` and `deflate`; other codings are left as they are.

    Raises:
        UnreadableBodyError: The bytes are not in that coding, or grow beyond `LARGEST_BODY`.
    """
    if "content-encoding" not in fields:
        return data
    codings = [name.strip().lower() for line in fields.get("content-encoding", ()) for name in line.split(",")]
    for coding in reversed(codings):
        if data and coding in _WINDOW_BITS:
            data = _inflated(data, coding)
    return data


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    """Give values by name; in linear time, though one name may come thirty thousand times in one request."""
    found: dict[str, tuple[T, ...]] = {}
    repeated: dict[str, list[T]] = {}
    for name, value in pairs:
        if name in found:
            repeated.setdefault(name, [*found[name]]).append(value)
        else:
            found[name] = (value,)
    return found | {name: tuple(values) for name, values in repeated.items()} if repeated else found


def _inflated(data: bytes, coding: str) -> bytes:
    inflater = zlib.decompressobj(_WINDOW_BITS[coding])
    try:
        plain = inflater.decompress(data, LARGEST_BODY)
    except zlib.error:
        raise UnreadableBodyError(f"The body is not {coding}, which Content-Encoding says it is.") from None
    if inflater.unconsumed_tail:
        raise UnreadableBodyError(f"The body is larger than {LARGEST_BODY} bytes when decompressed.")
    if not inflater.eof:
        raise UnreadableBodyError(f"The {coding} body ends too early.")
    return plain


def _text_or_bytes(data: bytes, content_type: str) -> Body:
    try:
        return TextBody(data.decode(_charset(content_type)), content_type)
    except (LookupError, UnicodeDecodeError):
        return BinaryBody(data, content_type)


def _charset(content_type: str) -> str:
    found = _CHARSET.search(content_type)
    return found[1] if found else "utf-8"


def _quoted(text: str) -> str:
    return text if text.isascii() and text.isalnum() else quote(text, safe="")
