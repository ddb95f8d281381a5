"""What the cross-check hands to both engines: an expectation in Pact's JSON, and what really came over the wire."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qsl

from contractkit.document import decode_body, read_message, read_request, read_response
from contractkit.matching import compile_comparison
from contractkit.model import HttpRequest, HttpResponse, Message, MissingBody
from contractkit.results import Mismatch

Side: TypeAlias = Literal["request", "response", "message"]
READERS: dict[str, Callable[[Any, str], Any]] = {
    "request": read_request,
    "response": read_response,
    "message": read_message,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """What came: `target` is the path with its query as sent, `headers` keep their order, `body` is None for none."""

    method: str = "GET"
    target: str = "/"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    def media_type(self) -> str | None:
        """Give the value of `Content-Type`."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """One generated case.

    Attributes:
        side: Which part of an interaction is judged.
        version: The version of the specification of the file that the expectation stands in.
        expected: The part as such a file writes it, rules included.
        actual: What came.
        about: The rules in it and the place they were put, for reading a list of cases.
    """

    side: Side
    version: str
    expected: dict[str, Any] = field(hash=False)
    actual: Wire
    about: str

    def mismatches(self) -> tuple[Mismatch, ...]:
        """Give our verdict."""
        expected, rules, _ = READERS[self.side](self.expected, self.version)
        compare = compile_comparison(expected.parts(), rules, specification=self.version)
        return compare(self._received().parts())

    def _received(self) -> HttpRequest | HttpResponse | Message:
        wire = self.actual
        body = MissingBody() if wire.body is None else decode_body(wire.body, wire.media_type())
        if self.side == "message":
            return Message(contents=body, metadata={"contentType": wire.media_type()})
        headers: dict[str, tuple[str, ...]] = {}
        for name, value in wire.headers:
            headers[name.lower()] = (*headers.get(name.lower(), ()), value)
        if self.side == "response":
            return HttpResponse(status=wire.status, headers=headers, body=body)
        path, _, query = wire.target.partition("?")
        return HttpRequest(method=wire.method, path=path, query=_parsed(query), headers=headers, body=body)


def _parsed(query: str) -> dict[str, tuple[str | None, ...]]:
    found: dict[str, tuple[str | None, ...]] = {}
    for pair in filter(None, query.split("&")):
        ((name, value),) = parse_qsl(pair, keep_blank_values=True)
        found[name] = (*found.get(name, ()), value if "=" in pair else None)
    return found
