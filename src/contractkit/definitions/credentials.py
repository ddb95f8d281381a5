"""Credentials: where the security schemes of a definition put them."""

from collections.abc import Iterator, Mapping
from typing import Final

from contractkit.definitions.references import Node

_HEADER_KINDS: Final = frozenset({"http", "oauth2", "openIdConnect"})


def credential_names(schemes: Mapping[str, Node], place: str) -> frozenset[str]:
    """Give the names in a place (`header`, lower case; `query`; `cookie`) that carry credentials.

    Bearer tokens, basic credentials and OAuth 2 travel in `Authorization` (OpenAPI 3.1 §4.8.27); a cookie that is a
    key makes the whole `Cookie` header one.
    """
    return frozenset(name for scheme in schemes.values() for where, name in _carried(scheme) if where == place)


def _carried(scheme: Node) -> Iterator[tuple[str, str]]:
    value = scheme.value if isinstance(scheme.value, dict) else {}
    kind, name, place = str(value.get("type")), str(value.get("name", "")), value.get("in")
    if kind in _HEADER_KINDS:
        yield "header", "authorization"
    elif kind == "apiKey" and place == "header":
        yield "header", name.lower()
    elif kind == "apiKey" and place == "query":
        yield "query", name
    elif kind == "apiKey" and place == "cookie":
        yield "cookie", name
        yield "header", "cookie"
