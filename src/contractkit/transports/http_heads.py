"""Heads of requests: the rules of HTTP/1.1 by which one is refused that the parser can read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contractkit.transports.http_messages import LARGEST_BODY

LARGEST_HEAD: Final = 64 * 1024  # bytes of request line and headers

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
"""The methods that RFC 9110 §9.3 and RFC 5789 name; the parser knows some more, such as QUERY and those of WebDAV."""

_METHOD: Final = re.compile(
    rb"(?:\r\n)*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) [^\r\n]* HTTP/"
)  # of tokens (RFC 9110 §5.6.2)
_TLS: Final = b"\x16\x03"
_FRAMED_BY: Final = {"content-length", "transfer-encoding"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """What came and was refused before it was a request. `start` is `GET /orders/7` where that much could be read."""

    start: str
    status: int
    reason: str


class Refusal(Exception):
    """The request cannot be taken; it is answered and the connection closed."""

    def __init__(self, status: int, detail: str) -> None:
        """Say with which status, and why."""
        super().__init__(detail)
        self.status = status
        self.detail = detail


def refused_start(sent: bytes, problem: str) -> Refusal:
    """Give the refusal of bytes that begin a request by no method that the parser knows.

    A method is unrecognized (501, RFC 9110 §9.1) where all the rest looks like HTTP, else nothing is (400).
    """
    if sent.startswith(_TLS):
        return Refusal(400, "The client speaks TLS, and the stub plain HTTP: call it by http://, not https://.")
    found = _METHOD.match(sent)
    if found is None:
        return Refusal(400, f"Malformed HTTP: {problem}.")
    method = found[1].decode()
    capital = " Methods are written in capitals." if method.upper() in METHODS else ""
    return Refusal(501, f"The method {method} is not known.{capital}")


def check_head(version: str, target: bytes, headers: Sequence[tuple[str, str]]) -> None:
    """Refuse a head by which the request cannot be read.

    Raises:
        Refusal: Too large, no version that is spoken here, not one Host (RFC 9112 §3.2), or a framing that is not
            understood (RFC 9112 §6.1).
    """
    if len(target) + sum(len(name) + len(value) for name, value in headers) > LARGEST_HEAD:
        raise Refusal(431, f"Request line and headers are larger than {LARGEST_HEAD} bytes.")
    if version not in ("1.0", "1.1"):
        raise Refusal(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
    names = [name.lower() for name, _ in headers]
    hosts = names.count("host")
    if hosts != 1 and version == "1.1":
        raise Refusal(400, "A request of HTTP/1.1 has exactly one Host header.")
    if hosts > 1:
        raise Refusal(400, "A request of HTTP/1.0 has at most one Host header.")
    framing = {name: value for name, (_, value) in zip(names, headers, strict=True) if name in _FRAMED_BY}
    coding = framing.get("transfer-encoding", "chunked").lower()
    if coding != "chunked" or names.count("transfer-encoding") > 1:
        raise Refusal(501, "Of transfer codings, only chunked is understood.")
    if "transfer-encoding" in framing and version == "1.0":
        raise Refusal(400, "A request of HTTP/1.0 has no Transfer-Encoding.")
    length = framing.get("content-length", "0")
    if length.isdigit() and int(length) > LARGEST_BODY:
        raise Refusal(413, f"The body is larger than {LARGEST_BODY} bytes.")
