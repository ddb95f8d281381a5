"""Magic: which content type the first bytes of data show, for the rule `contentType`."""

import re

from contractkit.exact_json import JsonSyntaxError, read_json
from contractkit.model import base_media_type

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (8, b"WEBP", "image/webp"),
    (0, b"\x00\x00\x01\x00", "image/x-icon"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (257, b"ustar", "application/x-tar"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (8, b"WAVE", "audio/wav"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
    (0, b"\x00asm", "application/wasm"),
    (0, b"{\\rtf", "application/rtf"),
)
"""Offset, bytes found there, and the type they show."""

_SAME = {
    "application/x-gzip": "application/gzip",
    "audio/mp3": "audio/mpeg",
    "audio/x-wav": "audio/wav",
    "image/jpg": "image/jpeg",
    "image/vnd.microsoft.icon": "image/x-icon",
    "text/xml": "application/xml",
}
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?P<name>\?xml|!doctype html|html|svg|[a-z][\w:.-]*[\s/>])", re.IGNORECASE)


def has_content_type(data: bytes, wanted: str) -> bool:
    """Say whether data shows the wanted media type by its content; parameters of the type do not count."""
    base = base_media_type(wanted)
    return _SAME.get(base, base) in shown_content_types(data)


def shown_content_types(data: bytes) -> tuple[str, ...]:
    """Give the media types that data may rightly be called, the most telling first; JSON, say, is also plain text."""
    for offset, signature, media_type in _SIGNATURES:
        if data[offset : offset + len(signature)] == signature:
            return (media_type,)
    if b"\x00" in data or not _is_utf8(data):
        return ("application/octet-stream",)
    return (*_structured(data), "text/plain")


def _structured(data: bytes) -> tuple[str, ...]:
    if markup := _MARKUP.match(data):
        name = markup["name"].lower()
        if b"html" in name:
            return ("text/html",)
        return ("image/svg+xml", "application/xml") if name == b"svg" else ("application/xml",)
    try:
        read_json(data)
    except JsonSyntaxError:
        return ()
    return ("application/json",)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
