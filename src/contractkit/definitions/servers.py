"""Servers: the base paths that the declared servers put before every path of a definition."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import prod
from typing import Final
from urllib.parse import urlsplit

from contractkit.definitions.references import Node

_VARIABLE: Final = re.compile(r"\{([^{}]+)\}")
_HOST: Final = re.compile(r"^[^/]*//[^/]*")
_MOST_PATHS: Final = 64


def base_paths(places: Iterable[Node]) -> tuple[str, ...]:
    """Give the base paths of the servers declared at the root, at path items and at operations, longest first.

    Variables stand for their defaults and for the values they enumerate (OpenAPI 3.1 §4.8.6), as far as these amount
    to no more than 64 for one server. Without any server there is one base path, the root.
    """
    found = dict.fromkeys(path for place in places for path in _declared(place))  # of one length, defaults first
    return tuple(sorted(found or ("",), key=len, reverse=True))


def _declared(place: Node) -> Iterator[str]:
    servers = place.get("servers")
    for server in servers.items() if servers is not None else ():
        url = server.get("url")
        if url is not None and isinstance(url.value, str):
            yield from _paths_of(url.value, server)


def _paths_of(url: str, server: Node) -> Iterator[str]:
    names = list(dict.fromkeys(_VARIABLE.findall(url)))
    in_path = _VARIABLE.findall(_HOST.sub("", url))
    values = [_values_of(name, server)[: None if name in in_path else 1] for name in names]
    if prod(map(len, values)) > _MOST_PATHS:
        values = [each[:1] for each in values]
    for chosen in product(*values):
        yield _path_of(_filled(url, dict(zip(names, chosen, strict=True))))


def _filled(url: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: values[found[1]], url)


def _values_of(name: str, server: Node) -> list[str]:
    """Give the values of a variable, the default first; one that is not described is empty."""
    variables = server.get("variables")
    variable = variables.get(name) if variables is not None else None
    if variable is None or not isinstance(variable.value, dict):
        return [""]
    listed = variable.value.get("enum")
    values = [variable.value.get("default", ""), *(listed if isinstance(listed, list) else ())]
    return list(dict.fromkeys(str(value) for value in values if isinstance(value, str | int | float))) or [""]


def _path_of(url: str) -> str:
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    path = path.removeprefix(".").rstrip("/")
    return path if path.startswith("/") or not path else f"/{path}"
