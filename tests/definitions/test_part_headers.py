"""Headers that the encoding of a form describes are looked for in its parts, and judged there."""

from collections.abc import Mapping

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.exact_json import Json, dump_compact
from contractkit.model import BinaryBody, HttpRequest, HttpResponse
from contractkit.results import ABSENT, Violation
from contractkit.sources import read_definition

FORM = "multipart/form-data; boundary=cut"
SCHEMA = {
    "type": "object",
    "properties": {
        "photo": {"type": "string", "contentEncoding": "base64"},
        "pages": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "note": {"type": "string"},
    },
}
HEADERS = {
    "X-Width": {"required": True, "schema": {"type": "integer", "minimum": 1}},
    "X-Tint": {"schema": {"enum": ["warm", "cold"]}},
}
PHOTO = 'name="photo"; filename="a.png"'
PAGES = 'name="pages"; filename="1"'


def definition(encoding: Mapping[str, Json]) -> OpenApiDefinition:
    content = {"content": {"multipart/form-data": {"schema": SCHEMA, "encoding": encoding}}}
    operation = {"operationId": "put", "requestBody": content, "responses": {"200": {"description": "it", **content}}}
    document = {
        "openapi": "3.1.0",
        "paths": {"/it": {"post": operation}},
        "components": {"headers": {"Width": HEADERS["X-Width"]}},
    }
    return read_definition(dump_compact(document), source="parts.json").openapi


def form(*parts: str) -> BinaryBody:
    text = "".join(f"--cut\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
    return BinaryBody(f"{text}--cut--\r\n".encode(), FORM)


def violations(given: OpenApiDefinition, *parts: str) -> tuple[Violation, ...]:
    request = HttpRequest(method="POST", path="/it", headers={"content-type": (FORM,)}, body=form(*parts))
    route = given.route(request)
    assert route is not None
    return given.check_request(route)


def told(given: OpenApiDefinition, *parts: str) -> list[str]:
    return [f"{each.location}: {each.expected}" for each in violations(given, *parts)]


LACKING = "request.body.photo.headers['x-width']: the header x-width of the part photo"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((f"{PHOTO}\r\nX-Width: 7\r\n\r\n.",), []),
        ((f"{PHOTO}\r\nx-width: 7\r\nX-Tint: warm\r\n\r\n.",), []),
        ((f"{PHOTO}\r\n\r\n.",), [LACKING]),
        ((f"{PHOTO}\r\nX-Tint: warm\r\n\r\n.",), [LACKING]),
        ((f"{PHOTO}\r\nX-Width: wide\r\n\r\n.",), [
            "request.body.photo.headers['x-width']: an integer of at least 1"
        ]),
        ((f"{PHOTO}\r\nX-Width: 7\r\nX-Tint: blue\r\n\r\n.",), [
            "request.body.photo.headers['x-tint']: one of \"warm\", \"cold\""
        ]),
        (('name="note"\r\n\r\nhello',), []),
        ((), []),
        ((f"{PAGES}\r\nX-Width: 7\r\n\r\n.", f"{PAGES}\r\n\r\n."), [
            "request.body.pages[1].headers['x-width']: the header x-width of the part pages"
        ]),
    ],
)  # fmt: skip
def test_a_part_has_the_headers_that_its_encoding_demands(parts: tuple[str, ...], expected: list[str]) -> None:
    assert told(definition({name: {"headers": HEADERS} for name in ("photo", "pages")}), *parts) == expected


def test_the_violation_says_where_the_header_is_demanded() -> None:
    [found] = violations(definition({"photo": {"headers": HEADERS}}), f"{PHOTO}\r\n\r\n.")
    place = "/paths/~1it/post/requestBody/content/multipart~1form-data/encoding/photo/headers/X-Width"
    assert (found.received, found.pointer) == (ABSENT, place)


def test_a_described_header_may_be_a_reference() -> None:
    given = definition({"photo": {"headers": {"X-Width": {"$ref": "#/components/headers/Width"}}}})
    [found] = violations(given, f"{PHOTO}\r\n\r\n.")
    assert (found.expected, found.pointer) == ("the header x-width of the part photo", "/components/headers/Width")


def test_a_header_whose_reference_leads_nowhere_is_a_warning() -> None:
    given = definition({"photo": {"headers": {"X-Width": {"$ref": "#/components/headers/Height"}}}})
    assert told(given, f"{PHOTO}\r\n\r\n.") == []
    sentence = "A $ref leads nowhere: #/components/headers/Height. The header is left out."
    place = "content/multipart~1form-data/encoding/photo/headers/X-Width"
    assert [(each.sentence, each.pointer) for each in given.warnings()] == [
        (sentence, f"/paths/~1it/post/requestBody/{place}"),
        (sentence, f"/paths/~1it/post/responses/200/{place}"),
    ]


def test_the_content_type_of_a_part_is_said_by_the_encoding_alone() -> None:
    given = definition({"photo": {"headers": {"Content-Type": {"required": True, "schema": {"const": "no"}}}}})
    assert told(given, f"{PHOTO}\r\n\r\n.") == []
    assert told(given, f"{PHOTO}\r\nContent-Type: image/png\r\n\r\n.") == []


@pytest.mark.parametrize("headers", [7, [], None, {"X-Width": 7}, {"X-Width": {"required": True, "schema": 7}}])
def test_headers_that_are_none_demand_nothing_of_a_value(headers: Json) -> None:
    assert told(definition({"photo": {"headers": headers}}), f"{PHOTO}\r\nX-Width: wide\r\n\r\n.") == []


def test_answers_are_judged_alike() -> None:
    given = definition({"photo": {"headers": HEADERS}})
    answer = HttpResponse(status=200, headers={"content-type": (FORM,)}, body=form(f"{PHOTO}\r\n\r\n."))
    found = given.check_response(given.operation("put"), answer)
    assert [f"{each.location}: {each.expected}" for each in found] == [LACKING.replace("request", "response", 1)]
