"""Heads that came before: clients send the same header lines with each request, and those need to be read only once.

How a request ends, and whether its head is refused, is decided by its header lines and its version. Lines that were
once taken as all of a request without a body are so again below another request line of the same form; what has any
other form goes to the parser.
"""

import re
from dataclasses import replace
from typing import Final

from contractkit.model import HttpRequest
from contractkit.transports.http_messages import addressed

_START: Final = re.compile(rb"(GET|HEAD|DELETE|OPTIONS) (/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*) HTTP/1\.1\r\n")
"""Request lines of which nothing else needs to be known: the letters of the target are those of RFC 3986 §2.2, §2.3."""

_MOST: Final = 256
_LARGEST: Final = 4_096  # bytes of a request
_NOT_FOR_ALL: Final = frozenset({"expect", "upgrade"})
"""Fields that ask for more than an answer."""


class KnownHeads:
    """The requests without bodies that a server has read, by their header lines; the oldest make room for others."""

    def __init__(self) -> None:
        self._by_lines: dict[bytes, HttpRequest] = {}

    def request(self, data: bytes) -> HttpRequest | None:
        """Give the request that some bytes are, where all but its first line came before; else None."""
        start = _START.match(data)
        if start is None or len(data) > _LARGEST:
            return None
        known = self._by_lines.get(data[start.end() :])
        if known is None:
            return None
        method, target = start.groups()
        return addressed(method.decode(), target.decode(), known.headers, known.body)

    def learn(self, data: bytes, request: HttpRequest) -> None:
        """Keep the header lines of bytes that were exactly one request without a body, after which more may come."""
        start = _START.match(data)
        if start is None or len(data) > _LARGEST or not _NOT_FOR_ALL.isdisjoint(request.headers):
            return
        lines = data[start.end() :]
        if lines not in self._by_lines and len(self._by_lines) >= _MOST:
            del self._by_lines[next(iter(self._by_lines))]
        self._by_lines[lines] = replace(request, path="", query={})
