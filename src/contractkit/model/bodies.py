"""Bodies: what a request, a response or a message carries, with the states that Pact tells apart.

An absent body (nothing is checked), an empty one (there must be none) and a JSON `null` are three different things.
"""

from dataclasses import dataclass
from typing import TypeAlias

from contractkit.exact_json import Json


@dataclass(frozen=True, slots=True)
class MissingBody:
    """No body was written down: as an expectation, nothing is checked."""


@dataclass(frozen=True, slots=True)
class EmptyBody:
    """A body of zero bytes: as an expectation, the actual body must be missing or empty."""

    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A JSON value. `media_type` is the full content type, `application/json` where nothing else was said."""

    value: Json
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class TextBody:
    """Text, forms and XML included: whatever is not JSON and decodes. The media type says which."""

    text: str
    media_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class BinaryBody:
    """Bytes as they are."""

    data: bytes
    media_type: str = "application/octet-stream"


Body: TypeAlias = MissingBody | EmptyBody | JsonBody | TextBody | BinaryBody


_TEXTS = frozenset(
    {
        "application/ecmascript",
        "application/javascript",
        "application/sql",
        "application/toml",
        "application/x-ndjson",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/yaml",
    }
)
"""Media types that carry text although they do not begin with `text/`."""


def media_type_of(body: Body) -> str | None:
    """Give the full content type of a body, or None where it has none."""
    return None if isinstance(body, MissingBody) else body.media_type


def base_media_type(content_type: str) -> str:
    """Give a content type in lower case without its parameters (RFC 9110 §8.3.1)."""
    return content_type.split(";", 1)[0].strip().lower()


def is_json_media_type(content_type: str) -> bool:
    """Say whether a content type carries JSON: `application/json` or the `+json` suffix (RFC 6839 §3.1)."""
    base = base_media_type(content_type)
    return base == "application/json" or base.endswith("+json")


def may_hold_json(content_type: str) -> bool:
    """Say whether a content type that is not JSON's own may carry it: `application/graphql`, `application/json…`.

    Pact's readers take what they carry for JSON. So do ours where it can be parsed; a query in GraphQL's own language
    and lines of JSON are text.
    """
    base = base_media_type(content_type)
    return base.startswith(("application/json", "application/graphql")) and not is_json_media_type(base)


def is_text_media_type(content_type: str) -> bool:
    """Say whether a content type carries text other than JSON: `text/…`, XML, YAML, forms, source code."""
    base = base_media_type(content_type)
    is_named = base.startswith("text/") or base.endswith(("+xml", "+yaml")) or base in _TEXTS
    return is_named or may_hold_json(base)
