"""Responses: every place where a response is not what its operation declares.

Locations: `response.status`, `response.headers['x-total']`, `response.body…`. More headers than declared are fine.
"""

from collections.abc import Iterator
from typing import Final

from contractkit.definitions.checks import Checks
from contractkit.definitions.contents import content_for
from contractkit.definitions.lowering import Direction
from contractkit.definitions.requests import body_violations, shown_body, value_violations
from contractkit.definitions.styles import NOTHING, decode_text
from contractkit.definitions.surfaces import Response, Surface
from contractkit.model import Body, EmptyBody, HttpResponse, Location, MissingBody, media_type_of
from contractkit.results import ABSENT, Violation

_RESPONSE: Final = Location(("response",))
_BODY: Final = _RESPONSE / "body"
_CONTENT_TYPE: Final = _RESPONSE / "headers" / "content-type"
_BODILESS: Final = frozenset({204, 205, 304})  # RFC 9110 §15.3.5, §15.3.6, §15.4.5


def check_response(response: HttpResponse, surface: Surface, checks: Checks) -> tuple[Violation, ...]:
    """Give the violations of a response, in the order status, headers, body."""
    declared = surface.response_to(response.status)
    if declared is None:
        expected = f"one of {', '.join(surface.responses)}" if surface.responses else "no status is declared"
        pointer = surface.node.place_of("responses")
        at = _RESPONSE / "status"
        return (Violation(location=at, expected=expected, received=response.status, pointer=pointer),)
    return (*_header_violations(response, declared, checks), *_body_violations(response, declared, surface, checks))


def is_bodiless(method: str, status: int) -> bool:
    """Say whether HTTP forbids a body: answers to HEAD, informational ones, 204, 205 and 304."""
    return method == "HEAD" or status < 200 or status in _BODILESS


def _header_violations(response: HttpResponse, declared: Response, checks: Checks) -> Iterator[Violation]:
    for name, header in declared.headers.items():
        if name == "content-type":  # the media types say it (OpenAPI 3.1 §4.8.17.1)
            continue
        values = response.headers.get(name)
        decoded = NOTHING if values is None else decode_text(", ".join(values), header)
        at = _RESPONSE / "headers" / name
        yield from value_violations(header, decoded, checks, at, Direction.RESPONSE)


def _body_violations(
    response: HttpResponse, declared: Response, surface: Surface, checks: Checks
) -> Iterator[Violation]:
    body = response.body
    is_absent = isinstance(body, MissingBody | EmptyBody)
    if not declared.contents or is_bodiless(surface.method, response.status):
        if not is_absent:
            pointer = declared.node.place
            yield Violation(location=_BODY, expected="no body", received=shown_body(body), pointer=pointer)
        return
    written = " or ".join(content.media_type for content in declared.contents)
    pointer = declared.node.place_of("content")
    if is_absent:
        yield Violation(location=_BODY, expected=f"a body of {written}", received=ABSENT, pointer=pointer)
        return
    media_type = _media_type(response, body)
    content = content_for(declared.contents, media_type)
    if content is None:
        yield Violation(location=_CONTENT_TYPE, expected=written, received=media_type or ABSENT, pointer=pointer)
        return
    yield from body_violations(body, media_type, content, checks, _BODY, Direction.RESPONSE)


def _media_type(response: HttpResponse, body: Body) -> str:
    named = response.headers.get("content-type")
    return named[0] if named else media_type_of(body) or ""
