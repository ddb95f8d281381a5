"""Servers: the base paths that the declared servers put before every path of a definition."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from contractkit.definitions.references import Node

_VARIABLE = re.compile(r"\{([^{}]+)\}")


def base_paths(places: Iterable[Node]) -> tuple[str, ...]:
    """Give the base paths of the servers declared at the root, at path items and at operations, longest first.

    Variables stand for their defaults (OpenAPI 3.1 §4.8.6). Without any server there is one base path, the root.
    """
    found = {path for place in places for path in _declared(place)}
    return tuple(sorted(found or {""}, key=lambda path: (-len(path), path)))


def _declared(place: Node) -> Iterator[str]:
    servers = place.get("servers")
    for server in servers.items() if servers is not None else ():
        url = server.get("url")
        if url is not None and isinstance(url.value, str):
            yield _path_of(_with_defaults(url.value, server))


def _with_defaults(url: str, server: Node) -> str:
    def default(found: re.Match[str]) -> str:
        node = server.get("variables")
        for step in (found[1], "default"):
            node = node.get(step) if node is not None else None
        return "" if node is None else str(node.value)

    return _VARIABLE.sub(default, url)


def _path_of(url: str) -> str:
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    path = path.removeprefix(".").rstrip("/")
    return path if path.startswith("/") or not path else f"/{path}"
