"""Branches and tags whose slashes a client did not escape: `/pacticipants/shop/branches/feature/x/versions/7`."""

import re
from collections.abc import Iterable
from urllib.parse import quote

from contractkit_broker.routing import Route

_MAY_HOLD_SLASHES = re.compile(r"{(branch|tag)}")

_FEWEST = 5
"""No path that has slashes in a branch or a tag has fewer: most requests are no concern of this module."""


class BareSlashes:
    """Escapes what stands in the place of a branch or a tag, where the path fits no route as it came."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """Prepare the patterns; the longest come first, so that `/versions/7` is no part of a branch's name."""
        paths = sorted({route.path for route in routes}, key=lambda path: -path.count("/"))
        self._exact = [re.compile(re.sub(r"{\w+}", "[^/]+", path)) for path in paths]
        loose = (_MAY_HOLD_SLASHES.sub(r"(?P<\1>.+)", path) for path in paths if _MAY_HOLD_SLASHES.search(path))
        self._loose = [re.compile(re.sub(r"{\w+}", "[^/]+", path)) for path in loose]

    def escaped(self, path: str) -> str:
        """Give an encoded path with such slashes escaped, or the same path."""
        if path.count("/") < _FEWEST:
            return path
        found = next((match for pattern in self._loose if (match := pattern.fullmatch(path))), None)
        if found is None or any(pattern.fullmatch(path) for pattern in self._exact):
            return path
        for name, value in reversed(found.groupdict().items()):
            path = path[: found.start(name)] + quote(value, safe="%") + path[found.end(name) :]
        return path
