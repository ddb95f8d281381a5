"""Bodies as Pact files hold them: plain values up to version 3, envelopes with content and encoding from 4 on."""

import base64
import binascii
from typing import Literal, TypeAlias

from contractkit.document.reading import ObjectReader
from contractkit.document.syntax import read_embedded_json
from contractkit.exact_json import Json, JsonSyntaxError, dump_compact
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    JsonBody,
    MissingBody,
    TextBody,
    is_json_media_type,
    is_text_media_type,
    may_hold_json,
)
from contractkit.results import ABSENT

Form: TypeAlias = Literal["json", "text", "binary"]

_JSON = "application/json"
_ENVELOPE = ("content", "contents", "contentType", "encoded", "contentTypeHint")


def form_of(media_type: str) -> Form:
    """Say how a media type is written in a file: JSON as JSON, text as a string, all else as base64."""
    if is_json_media_type(media_type):
        return "json"
    return "text" if is_text_media_type(media_type) else "binary"


def decode_body(data: bytes, media_type: str | None) -> Body:
    """Give the body that bytes of a media type are; JSON and text that do not decode stay bytes.

    Args:
        data: The bytes, none of which is `EmptyBody`.
        media_type: The full content type; None looks at the first characters instead.
    """
    if not data:
        return EmptyBody(media_type)
    media_type = media_type or _sniffed(data)
    try:
        match _form_of_content(data, media_type):
            case "json":
                return JsonBody(read_embedded_json(data), media_type)
            case "text":
                return TextBody(data.decode(), media_type)
            case "binary":
                return BinaryBody(data, media_type)
    except ValueError:
        return BinaryBody(data, media_type)


def read_body(reader: ObjectReader, name: str, content_type: str | None, *, enveloped: bool) -> Body:
    """Read the body of a request, a response or a message.

    Args:
        reader: The object that holds it.
        name: The member's name, `body` or `contents`.
        content_type: What the `Content-Type` header or the metadata say; an envelope's own type wins.
        enveloped: The file is of version 4; without an envelope its body is read as a plain one all the same.
    """
    value = reader.take(name)
    if value is ABSENT:
        return MissingBody()
    if not enveloped or not isinstance(value, dict) or not any(member in value for member in _ENVELOPE):
        return read_plain_body(value, content_type)
    return read_envelope(reader.scope.open(value, reader.at(name), (*reader.steps, name)), content_type)


def read_plain_body(value: Json, content_type: str | None) -> Body:
    """Give the body that a value is in versions 1 to 3, under the content type that its headers or metadata say."""
    if value == "":
        return EmptyBody()
    if not isinstance(value, str):
        return JsonBody(value, content_type or _JSON)
    if content_type is not None and form_of(content_type) == "binary":
        data = _base64(value)
        return BinaryBody(value.encode() if data is None else data, content_type)
    return _unencoded(value, content_type, None)


def read_envelope(envelope: ObjectReader, content_type: str | None = None) -> Body:
    """Read a body of version 4: `{content, contentType, encoded, contentTypeHint}`."""
    content = envelope.take("content", "contents")
    if content is ABSENT:
        return MissingBody()
    declared = envelope.optional_text("contentType")
    hint = envelope.optional_text("contentTypeHint")
    encoded = envelope.take("encoded") if "encoded" in envelope else False
    if content == "":
        return EmptyBody(declared)
    media_type = declared or content_type
    match encoded.lower() if isinstance(encoded, str) else encoded:
        case "json":
            return _embedded(content, media_type, envelope)
        case "base64" | True:
            return _binary(content, media_type, hint, envelope)
        case None | False | "" | "false":
            return _unencoded(content, media_type, hint)
    envelope.findings.wrong(envelope.at("encoded"), 'false, "base64" or "JSON"', encoded)
    return MissingBody()


def write_body(body: Body) -> Json:
    """Give a body as an envelope of version 4, `ABSENT` for a missing one.

    A JSON string is written as JSON text (`"encoded": "JSON"`), so that no reader takes `"12"` for a number; likewise
    `null`, which Pact's own verifier else takes for an empty body. The hints tell text and bytes apart where the media
    type says otherwise.
    """
    match body:
        case MissingBody():
            return ABSENT
        case EmptyBody(media_type=None):
            return {"content": ""}
        case EmptyBody(media_type=media_type):
            return {"content": "", "contentType": media_type}
        case JsonBody(value=str() | None as value, media_type=media_type):
            return {"content": dump_compact(value).decode(), "contentType": media_type, "encoded": "JSON"}
        case JsonBody(value=value, media_type=media_type):
            return {"content": value, "contentType": media_type, "encoded": False}
        case TextBody(text=text, media_type=media_type):
            is_known = form_of(media_type) == "text" and not may_hold_json(media_type)
            hint = {} if is_known else {"contentTypeHint": "TEXT"}
            return {"content": text, "contentType": media_type, "encoded": False, **hint}
        case BinaryBody(data=data, media_type=media_type):
            hint = {} if form_of(media_type) == "binary" else {"contentTypeHint": "BINARY"}
            content = base64.b64encode(data).decode()
            return {"content": content, "contentType": media_type, "encoded": "base64" if data else False, **hint}


def _unencoded(content: Json, media_type: str | None, hint: str | None) -> Body:
    if not isinstance(content, str):
        return JsonBody(content, media_type or _JSON)
    media_type = media_type or _sniffed(content.encode())
    form = "text" if hint == "TEXT" else _form_of_content(content.encode(), media_type)
    if form != "json":
        return TextBody(content, media_type) if form == "text" else BinaryBody(content.encode(), media_type)
    try:
        return JsonBody(read_embedded_json(content), media_type)
    except JsonSyntaxError:
        return JsonBody(content, media_type)


def _embedded(content: Json, media_type: str | None, envelope: ObjectReader) -> Body:
    if not isinstance(content, str):
        return JsonBody(content, media_type or _JSON)
    try:
        return JsonBody(read_embedded_json(content), media_type or _JSON)
    except JsonSyntaxError:
        envelope.findings.wrong(envelope.at("content"), "JSON text", content)
        return MissingBody()


def _binary(content: Json, media_type: str | None, hint: str | None, envelope: ObjectReader) -> Body:
    data = _base64(content)
    if data is None:
        envelope.findings.wrong(envelope.at("content"), "base64 text", content)
        return MissingBody()
    if hint == "BINARY":
        return BinaryBody(data, media_type or "application/octet-stream")
    return decode_body(data, media_type)


def _base64(content: Json) -> bytes | None:
    if not isinstance(content, str) or not content.isascii():
        return None
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error:
        return None


def _form_of_content(data: bytes, media_type: str) -> Form:
    """Say how content of a media type is written; what may be JSON and is, is."""
    return "json" if may_hold_json(media_type) and _parses(data) else form_of(media_type)


def _sniffed(data: bytes) -> str:
    """Give a media type by the first characters, the last resort that Pact's own readers take."""
    start = data[:64].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "text/html"
    if start.startswith(b"<?xml"):
        return "application/xml"
    if start.startswith((b"{", b"[")):
        return _JSON if _parses(data) else "text/plain"
    try:
        data.decode()
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "text/plain"


def _parses(data: bytes) -> bool:
    try:
        read_embedded_json(data)
    except JsonSyntaxError:
        return False
    return True
