"""Requests: every place where a request is not what its operation allows.

Locations: `request.path.id`, `request.query.limit`, `request.headers['x-tenant']`, `request.cookies.session` for
parameters, `request.body…` for the body, `request.headers['content-type']` for its media type.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from contractkit.definitions.checks import Check, Checks
from contractkit.definitions.contents import content_for
from contractkit.definitions.forms import FORM, MULTIPART, read_form
from contractkit.definitions.interface import Route
from contractkit.definitions.lowering import Direction
from contractkit.definitions.parameters import (
    decode_cookies,
    decode_query,
    decode_whole_query,
    is_free,
    names_of,
    read_cookies,
)
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.sequences import ITEM_SCHEMA, is_sequence, item_violations
from contractkit.definitions.styles import NOTHING, Decoded, decode_text
from contractkit.definitions.surfaces import Content, Parameter, RequestBody, Surface
from contractkit.definitions.trees import typed_text
from contractkit.errors import nearest_names
from contractkit.exact_json import Json
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    HttpRequest,
    JsonBody,
    Location,
    MissingBody,
    Query,
    TextBody,
    base_media_type,
    is_json_media_type,
)
from contractkit.results import ABSENT, Violation

REQUEST: Final = Location(("request",))
_BODY: Final = REQUEST / "body"
_CONTENT_TYPE: Final = REQUEST / "headers" / "content-type"
_MOST_SETTLED: Final = 1_024  # different headers; clients that send others each time are checked each time


def check_request(route: Route, surface: Surface, checks: Checks, credentials: frozenset[str]) -> tuple[Violation, ...]:
    """Give the violations of a routed request, in the order path, query, headers, cookies, body.

    Args:
        route: The request and what it reaches.
        surface: What the operation takes.
        checks: The definition's compiled schemas.
        credentials: Names of query parameters that carry credentials and need no declaration.
    """
    if isinstance(route.request.body, MissingBody) and not route.request.query:
        return _bare_violations(route, surface, checks, credentials)
    return _all_violations(route, surface, checks, credentials)


def _bare_violations(
    route: Route, surface: Surface, checks: Checks, credentials: frozenset[str]
) -> tuple[Violation, ...]:
    """Give the violations of a request without query and body, of which the headers say all but what the path says."""
    key = (surface.method, surface.path, tuple(route.request.headers.items()))
    left: tuple[_PathCheck, ...] | None = checks.settled.get(key)
    if left is not None:
        return _path_violations(route, left, checks)
    found = _all_violations(route, surface, checks, credentials)
    if not found:
        if len(checks.settled) >= _MOST_SETTLED:
            checks.settled.clear()
        checks.settled[key] = _path_checks(surface, checks)
    return found


def _all_violations(
    route: Route, surface: Surface, checks: Checks, credentials: frozenset[str]
) -> tuple[Violation, ...]:
    return (
        *_parameter_violations(route, surface, checks),
        *_undeclared(route.request, surface, credentials),
        *_body_violations(route.request, surface, checks),
    )


def decoded_parameters(route: Route, surface: Surface) -> Iterator[tuple[Parameter, Decoded]]:
    """Give each declared parameter with its value in the request."""
    cookies = read_cookies(route.request.headers.get("cookie", ()))
    for parameter in surface.parameters.values():
        if is_free(parameter) and parameter.place == "query":
            yield parameter, decode_query(_unclaimed(route.request.query, parameter, surface), parameter)
            continue
        yield parameter, _READERS[parameter.place](route, parameter, cookies)


def _unclaimed(query: Query, free: Parameter, surface: Surface) -> Query:
    """Give what of a query may be free members of a parameter: what no other one takes."""
    others = [each for each in surface.parameters.values() if each.place == "query" and not is_free(each)]
    taken = frozenset[str]().union(*(names_of(each, query) for each in others))
    own = frozenset(free.view.members) if free.view is not None else frozenset()
    return {name: texts for name, texts in query.items() if name not in taken - own}


def decoded_body(request: HttpRequest, surface: Surface) -> Json:
    """Give the body as a JSON value, a form typed by its schema; `ABSENT` where it is neither."""
    match request.body:
        case JsonBody(value=value):
            return value
        case TextBody(text=text, media_type=media_type) if base_media_type(media_type) == FORM:
            return read_form(text, content_for(surface.body.contents, FORM) if surface.body is not None else None)
    return ABSENT


def _from_path(route: Route, parameter: Parameter, cookies: Query) -> Decoded:
    text = route.path_parameters.get(parameter.name)
    return NOTHING if text is None else decode_text(text, parameter)


def _from_query(route: Route, parameter: Parameter, cookies: Query) -> Decoded:
    return decode_query(route.request.query, parameter)


def _from_whole_query(route: Route, parameter: Parameter, cookies: Query) -> Decoded:
    return decode_whole_query(route.request.query, parameter)


def _from_headers(route: Route, parameter: Parameter, cookies: Query) -> Decoded:
    values = route.request.headers.get(parameter.name.lower())
    return NOTHING if values is None else decode_text(", ".join(values), parameter)


def _from_cookies(route: Route, parameter: Parameter, cookies: Query) -> Decoded:
    return decode_cookies(cookies, parameter)


_READERS: Final[Mapping[str, Callable[[Route, Parameter, Query], Decoded]]] = {
    "path": _from_path,
    "query": _from_query,
    "querystring": _from_whole_query,
    "header": _from_headers,
    "cookie": _from_cookies,
}


def _parameter_violations(route: Route, surface: Surface, checks: Checks) -> Iterator[Violation]:
    for parameter, decoded in decoded_parameters(route, surface):
        if parameter.place == "path" and decoded.value is ABSENT:
            continue  # the template has no such parameter, so that no request could carry it
        yield from value_violations(parameter, decoded, checks, parameter.location, Direction.REQUEST)


_PathCheck: TypeAlias = tuple[Parameter, SchemaView | None, Check | None]
"""A path parameter with the schema that types its text, where that says all, and with its check."""


def _path_checks(surface: Surface, checks: Checks) -> tuple[_PathCheck, ...]:
    return tuple(
        (each, _single(each), checks.held_by(each.node, Direction.REQUEST))
        for each in surface.parameters.values()
        if each.place == "path"
    )


def _path_violations(route: Route, left: tuple[_PathCheck, ...], checks: Checks) -> tuple[Violation, ...]:
    found: list[Violation] = []
    for parameter, single, check in left:
        text = route.path_parameters.get(parameter.name)
        is_told = text is not None and single is not None and check is not None
        if text is None or (is_told and check.accepts(typed_text(text, single))):  # type: ignore[union-attr]
            continue
        decoded = decode_text(text, parameter)
        found += value_violations(parameter, decoded, checks, parameter.location, Direction.REQUEST)
    return tuple(found)


def _single(parameter: Parameter) -> SchemaView | None:
    """Give the one branch of a parameter's schema that makes a value of its whole text; None where more decides."""
    view = parameter.view
    if view is None or parameter.style != "simple" or "schema" not in parameter.node.value:
        return None
    is_single = len(view.value_branches) == 1 and view.types.isdisjoint(("array", "object", "null"))
    return view.value_branches[0] if is_single else None


def value_violations(
    parameter: Parameter, decoded: Decoded, checks: Checks, at: Location, direction: Direction
) -> Iterator[Violation]:
    """Give the violations of one parameter or header: missing, not decodable, or not of its schema."""
    pointer = parameter.node.place
    if decoded.value is ABSENT:
        if parameter.is_required:
            expected = f"the {_WORDS[parameter.place]} {parameter.name}"
            yield Violation(location=at, expected=expected, received=ABSENT, pointer=pointer)
        return
    if decoded.problem:
        yield Violation(location=at, expected=decoded.problem, received=decoded.value, pointer=pointer)
        return
    if decoded.is_opaque:
        return
    if decoded.value == "" and parameter.node.value.get("allowEmptyValue") is True:
        return
    check = checks.held_by(parameter.node, direction)
    if check is not None:
        yield from check.violations(decoded.value, at)


_WORDS: Final = {
    "path": "path parameter",
    "query": "query parameter",
    "querystring": "query",
    "header": "header",
    "cookie": "cookie",
}


def _undeclared(request: HttpRequest, surface: Surface, credentials: frozenset[str]) -> Iterator[Violation]:
    """Give the query parameters that are not declared: they could not be recorded, so they would be lost."""
    if not request.query:
        return
    declared = [each for each in surface.parameters.values() if each.place in ("query", "querystring")]
    known = credentials.union(*(names_of(each, request.query) for each in declared))
    for name in request.query:
        if name not in known:
            near = nearest_names(name, [each.name for each in declared])
            expected = f"no such query parameter; near: {near[0]}" if near else "no such query parameter"
            values = [value or "" for value in request.query[name]]
            received: Json = values[0] if len(values) == 1 else values
            at = REQUEST / "query" / name
            yield Violation(location=at, expected=expected, received=received, pointer=surface.node.place)


def _body_violations(request: HttpRequest, surface: Surface, checks: Checks) -> Iterator[Violation]:
    body, declared = request.body, surface.body
    if _is_empty(body):
        if declared is not None and declared.is_required:
            yield from _empty_violations(request, declared, checks)
        return
    if declared is None or not declared.contents:
        pointer = surface.node.place if declared is None else declared.node.place
        yield Violation(location=_BODY, expected="no body", received=shown_body(body), pointer=pointer)
        return
    yield from _content_violations(request, declared, checks)


def _empty_violations(request: HttpRequest, declared: RequestBody, checks: Checks) -> Iterator[Violation]:
    """Give the violations of no bytes: a form without fields, an empty text or file, or else no body."""
    media_type = _media_type(request)
    content = content_for(declared.contents, media_type) if media_type else None
    if content is not None and _may_be_empty(content, media_type):
        yield from _content_violations(replace(request, body=TextBody("", media_type)), declared, checks)
        return
    expected = f"a body of {_listed(declared.contents)}"
    yield Violation(location=_BODY, expected=expected, received=ABSENT, pointer=declared.node.place)


def _may_be_empty(content: Content, media_type: str) -> bool:
    if is_json_media_type(media_type) or "xml" in media_type.lower():
        return False
    return base_media_type(media_type) == FORM or content.view is None or _is_text(content.view)


def _content_violations(request: HttpRequest, declared: RequestBody, checks: Checks) -> Iterator[Violation]:
    media_type = _media_type(request)
    content = content_for(declared.contents, media_type) if media_type else None
    if content is None:
        received = media_type or ABSENT
        expected, pointer = _listed(declared.contents), declared.node.place_of("content")
        yield Violation(location=_CONTENT_TYPE, expected=expected, received=received, pointer=pointer)
        return
    yield from body_violations(request.body, media_type, content, checks, _BODY, Direction.REQUEST)


def body_violations(
    body: Body, media_type: str, content: Content, checks: Checks, at: Location, direction: Direction
) -> Iterator[Violation]:
    """Give the violations of a body under its media type: JSON and forms by schema, text where it is a string.

    A sequence is judged item by item where it has an `itemSchema`.
    """
    schema = content.node.get("schema")
    if is_json_media_type(media_type) and not isinstance(body, JsonBody):
        yield Violation(location=at, expected="JSON", received=shown_body(body), pointer=content.node.place)
    elif content.node.get(ITEM_SCHEMA) is not None and is_sequence(content.media_type):
        yield from item_violations(body, content.node, content.media_type, checks, at, direction)
    elif schema is None:
        return
    elif isinstance(body, JsonBody):
        yield from checks.of(schema, direction).violations(body.value, at)
    elif isinstance(body, TextBody) and base_media_type(media_type) == FORM:
        yield from checks.of(schema, direction).violations(read_form(body.text, content), at)
    elif isinstance(body, TextBody | BinaryBody) and base_media_type(media_type) == MULTIPART:
        yield from _multipart_violations(body, media_type, content, checks, at, direction)
    elif isinstance(body, TextBody) and media_type.startswith("text/") and _is_text(content.view):
        yield from checks.of(schema, direction).violations(body.text, at)


def _multipart_violations(
    body: TextBody | BinaryBody, media_type: str, content: Content, checks: Checks, at: Location, direction: Direction
) -> Iterator[Violation]:
    from contractkit.definitions import multipart  # loads mail's modules

    data = body.text.encode() if isinstance(body, TextBody) else body.data
    parts = multipart.read_parts(data, media_type)
    if parts is None:
        expected = "parts that end with --BOUNDARY--, and their boundary in the content type"
        yield Violation(location=at, expected=expected, received=shown_body(body), pointer=content.node.place)
        return
    if not all(part.is_named for part in parts):
        expected = 'a name for each part (Content-Disposition: form-data; name="…")'
        yield Violation(location=at, expected=expected, received=shown_body(body), pointer=content.node.place)
        return
    check = checks.of(content.node / "schema", direction)
    yield from check.violations(multipart.read_members(parts, content), at)
    yield from multipart.encoding_violations(parts, content, at)
    for part, header, steps in multipart.part_headers(parts, content):
        values = part.headers.get(header.name)
        if values is None and header.is_required:
            expected = f"the header {header.name} of the part {part.name}"
            yield Violation(location=at.under(steps), expected=expected, received=ABSENT, pointer=header.node.place)
        elif values is not None:
            decoded = decode_text(", ".join(values), header)
            yield from value_violations(header, decoded, checks, at.under(steps), direction)


def _is_text(view: SchemaView | None) -> bool:
    return view is not None and view.types == {"string"}


def _media_type(request: HttpRequest) -> str:
    """Give the content type that the request names; a JSON value that was built in process says its own."""
    named = request.headers.get("content-type")
    if named:
        return named[0]
    return request.body.media_type if isinstance(request.body, JsonBody) else ""


def _is_empty(body: Body) -> bool:
    return isinstance(body, MissingBody | EmptyBody) or body in (TextBody(""), BinaryBody(b""))


def shown_body(body: Body) -> Json:
    """Give a body as a message shows it: its JSON value, its text, or how many bytes it has."""
    match body:
        case JsonBody(value=value):
            return value
        case TextBody(text=text):
            return text
        case BinaryBody(data=data):
            return f"{len(data)} bytes of {body.media_type}"
    return ABSENT


def _listed(contents: tuple[Content, ...]) -> str:
    return " or ".join(each.media_type for each in contents) or "any media type"
