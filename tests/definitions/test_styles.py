"""Parameters, forms and parts in every style: the tables of the specification, decoded to the values they stand for."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.requests import decoded_body, decoded_parameters
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.exact_json import Json, dump_compact
from contractkit.model import BinaryBody, Body, HttpRequest, MissingBody, TextBody
from contractkit.sources import read_definition

FORM = "application/x-www-form-urlencoded"
COLOUR = {"type": "string"}
COLOURS = {"type": "array", "items": COLOUR}
RGB = {"type": "object", "properties": {name: {"type": "integer"} for name in "RGB"}, "additionalProperties": False}
STRING, ARRAY, OBJECT = "blue", ["blue", "black", "brown"], {"R": 100, "G": 200, "B": 150}


def definition(parameter: Mapping[str, Json] | None, body: Mapping[str, Json] | None = None) -> OpenApiDefinition:
    path = "/{color}" if parameter and parameter["in"] == "path" else "/it"
    operation: dict[str, Json] = {"responses": {"204": {"description": "done"}}}
    operation |= {"parameters": [parameter]} if parameter else {}
    operation |= {"requestBody": {"content": body}} if body else {}
    document = {"openapi": "3.1.0", "paths": {path: {"post": operation}}}
    return read_definition(dump_compact(document), source="styles.json").openapi


def decoded(given: OpenApiDefinition, request: HttpRequest) -> Json:
    route = given.route(request)
    assert route is not None
    assert given.check_request(route) == ()
    [(_, found)] = decoded_parameters(route, SurfaceReader(given.documents).surface_of(route.operation))
    assert found.problem == ""
    return found.value


def request_with(place: str, text: str) -> HttpRequest:
    match place:
        case "path":
            return HttpRequest(method="POST", path=f"/{text}")
        case "query":
            query: dict[str, tuple[str | None, ...]] = {}
            for name, value in parse_qsl(text, keep_blank_values=True):
                query[name] = (*query.get(name, ()), value)
            return HttpRequest(method="POST", path="/it", query=query)
    return HttpRequest(method="POST", path="/it", headers={"color" if place == "header" else "cookie": (text,)})


STYLES: tuple[tuple[str, str, bool, Json, str, Json], ...] = (
    ("path", "matrix", False, COLOUR, ";color=", ""),
    ("path", "matrix", False, COLOUR, ";color", ""),
    ("path", "matrix", False, COLOUR, ";color=blue", STRING),
    ("path", "matrix", False, COLOURS, ";color=blue,black,brown", ARRAY),
    ("path", "matrix", False, RGB, ";color=R,100,G,200,B,150", OBJECT),
    ("path", "matrix", True, COLOUR, ";color=blue", STRING),
    ("path", "matrix", True, COLOURS, ";color=blue;color=black;color=brown", ARRAY),
    ("path", "matrix", True, RGB, ";R=100;G=200;B=150", OBJECT),
    ("path", "label", False, COLOUR, ".", ""),
    ("path", "label", False, COLOUR, ".blue", STRING),
    ("path", "label", False, COLOURS, ".blue,black,brown", ARRAY),
    ("path", "label", False, COLOURS, ".blue.black.brown", ARRAY),
    ("path", "label", False, RGB, ".R,100,G,200,B,150", OBJECT),
    ("path", "label", False, RGB, ".R.100.G.200.B.150", OBJECT),
    ("path", "label", True, COLOUR, ".blue", STRING),
    ("path", "label", True, COLOURS, ".blue.black.brown", ARRAY),
    ("path", "label", True, RGB, ".R=100.G=200.B=150", OBJECT),
    ("path", "simple", False, COLOUR, "blue", STRING),
    ("path", "simple", False, COLOURS, "blue,black,brown", ARRAY),
    ("path", "simple", False, RGB, "R,100,G,200,B,150", OBJECT),
    ("path", "simple", True, COLOURS, "blue,black,brown", ARRAY),
    ("path", "simple", True, RGB, "R=100,G=200,B=150", OBJECT),
    ("header", "simple", False, COLOUR, "blue", STRING),
    ("header", "simple", False, COLOURS, "blue, black,brown", ARRAY),
    ("header", "simple", False, RGB, "R,100,G,200,B,150", OBJECT),
    ("header", "simple", True, COLOURS, "blue,black,brown", ARRAY),
    ("header", "simple", True, RGB, "R=100,G=200,B=150", OBJECT),
    ("query", "form", False, COLOUR, "color=", ""),
    ("query", "form", False, COLOUR, "color=blue", STRING),
    ("query", "form", False, COLOURS, "color=blue,black,brown", ARRAY),
    ("query", "form", False, COLOURS, "color=blue%2Cblack%2Cbrown", ARRAY),
    ("query", "form", False, RGB, "color=R,100,G,200,B,150", OBJECT),
    ("query", "form", True, COLOUR, "color=blue", STRING),
    ("query", "form", True, COLOURS, "color=blue&color=black&color=brown", ARRAY),
    ("query", "form", True, RGB, "R=100&G=200&B=150", OBJECT),
    ("query", "spaceDelimited", False, COLOURS, "color=blue%20black%20brown", ARRAY),
    ("query", "spaceDelimited", False, COLOURS, "color=blue+black+brown", ARRAY),
    ("query", "spaceDelimited", False, RGB, "color=R%20100%20G%20200%20B%20150", OBJECT),
    ("query", "spaceDelimited", True, COLOURS, "color=blue&color=black&color=brown", ARRAY),
    ("query", "pipeDelimited", False, COLOURS, "color=blue%7Cblack|brown", ARRAY),
    ("query", "pipeDelimited", False, RGB, "color=R%7C100%7CG%7C200%7CB%7C150", OBJECT),
    ("query", "pipeDelimited", True, COLOURS, "color=blue&color=black&color=brown", ARRAY),
    ("query", "deepObject", True, RGB, "color%5BR%5D=100&color%5BG%5D=200&color[B]=150", OBJECT),
    ("query", "deepObject", True, COLOURS, "color[]=blue&color[]=black&color[]=brown", ARRAY),
    ("query", "deepObject", True, COLOURS, "color[0]=blue&color[1]=black&color[2]=brown", ARRAY),
    ("cookie", "form", False, COLOUR, "other=1; color=blue", STRING),
    ("cookie", "form", False, COLOURS, "color=blue,black,brown", ARRAY),
    ("cookie", "form", False, RGB, "color=R,100,G,200,B,150", OBJECT),
    ("cookie", "form", True, COLOURS, "color=blue; color=black; color=brown", ARRAY),
    ("cookie", "form", True, RGB, "R=100; G=200; B=150", OBJECT),
    ("cookie", "cookie", True, COLOURS, "color=blue; color=black; color=brown", ARRAY),
    ("cookie", "cookie", True, RGB, "R=100; G=200; B=150", OBJECT),
)
"""Place, style, explode, schema, what is sent, and the value it stands for (OpenAPI 3.1 §4.8.12.3)."""

NO_OPERATOR = "wants the template's operator, `{;color}`, which OpenAPI does not have: ours (§4.8.8.2)"
SPREAD = "looks for the parameter's own name, which an exploded object does not carry: ours (§4.8.12.3)"
ENCODED_SPACE = "splits at `%20` in decoded text, where there is none: ours (§4.8.12.3)"
NO_SUCH_STYLE = "knows no such pair of style and explode; the specification leaves it undefined, clients send it"
NO_BLANK = "keeps the blank after a comma, which a list in a header may have: ours (RFC 9110 §5.6.1)"
NO_EMPTY = "refuses an empty text that the schema allows: ours; `allowEmptyValue` is about missing values (§4.8.12.2.1)"
NOT_YET = "does not know OpenAPI 3.2's style `cookie`"


def difference_of(place: str, style: str, explode: bool, schema: Json, text: str) -> str:
    """Say why openapi-core reads a parameter otherwise, or nothing where it reads the same."""
    if style in ("matrix", "label"):
        return NO_OPERATOR
    if style == "cookie":
        return NOT_YET
    if style == "form" and explode and schema is RGB:
        return SPREAD
    if style == "spaceDelimited" and not explode:
        return ENCODED_SPACE
    if (style in ("spaceDelimited", "pipeDelimited") and explode) or (style == "deepObject" and schema is COLOURS):
        return NO_SUCH_STYLE
    if place == "header" and ", " in text:
        return NO_BLANK
    return NO_EMPTY if text == "color=" else ""


@pytest.mark.parametrize(("place", "style", "explode", "schema", "text", "value"), STYLES)
@pytest.mark.filterwarnings("ignore:Unsupported")
def test_openapi_core_reads_the_same_or_differs_as_listed(
    place: str, style: str, explode: bool, schema: Json, text: str, value: Json
) -> None:
    parameter = {
        "name": "color", "in": place, "required": True, "style": style, "explode": explode, "schema": schema
    }  # fmt: skip
    is_same = read_by_openapi_core(definition(parameter), place, text) == value
    assert is_same is (difference_of(place, style, explode, schema, text) == "")


def read_by_openapi_core(given: OpenApiDefinition, place: str, text: str) -> Json:
    from openapi_core import Config, OpenAPI
    from openapi_core.testing import MockRequest
    from werkzeug.datastructures import ImmutableMultiDict

    document = {**given.documents.root.value, "info": {"title": "a", "version": "1"}, "servers": [{"url": "/"}]}
    request = request_with(place, text)
    pairs = (pair.strip().partition("=") for pair in text.split(";")) if place == "cookie" else ()
    cookies = [(name, each) for name, _, each in pairs]
    asked = MockRequest(
        "http://localhost",
        "post",
        request.path,
        path_pattern="/{color}" if place == "path" else None,
        args=ImmutableMultiDict([(name, each) for name, texts in request.query.items() for each in texts]),
        view_args={"color": text} if place == "path" else {},
        headers={"color": text} if place == "header" else {},
        cookies=ImmutableMultiDict(cookies),
    )
    read = OpenAPI.from_dict(document, config=Config(spec_validator_cls=None)).unmarshal_request(asked)
    return getattr(read.parameters, place).get("color", "nothing")


@pytest.mark.parametrize(("place", "style", "explode", "schema", "text", "value"), STYLES)
def test_the_table_of_styles(place: str, style: str, explode: bool, schema: Json, text: str, value: Json) -> None:
    parameter = {
        "name": "color", "in": place, "required": True, "style": style, "explode": explode, "schema": schema
    }  # fmt: skip
    assert decoded(definition(parameter), request_with(place, text)) == value


DEEP = {
    "type": "object",
    "properties": {
        "created": {
            "anyOf": [{"type": "object", "properties": {"gte": {"type": "integer"}}}, {"type": "integer"}],
        },
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "price": {"type": "integer"},
                    "taxes": {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"enum": [""]}]},
                },
            },
        },
        "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("it[created]=7", {"created": 7}),
        ("it[created][gte]=7", {"created": {"gte": 7}}),
        ("it[lines][0][price]=7&it[lines][1][price]=8", {"lines": [{"price": 7}, {"price": 8}]}),
        ("it[lines][0][taxes][]=a&it[lines][0][taxes][]=b", {"lines": [{"taxes": ["a", "b"]}]}),
        ("it[lines][0][taxes]=", {"lines": [{"taxes": ""}]}),
        ("it[metadata][7]=x&it[metadata][a b]=", {"metadata": {"7": "x", "a b": ""}}),
    ],
)
def test_deep_objects_nest_as_clients_nest_them(text: str, value: Json) -> None:
    parameter = {"name": "it", "in": "query", "style": "deepObject", "explode": True, "schema": DEEP}
    assert decoded(definition(parameter), request_with("query", text)) == value


def body_of(media: Mapping[str, Json], body: Body, media_type: str = FORM) -> tuple[Json, list[str]]:
    given = definition(None, {media_type.split(";")[0]: media})
    headers = {"content-type": (media_type,)}
    route = given.route(HttpRequest(method="POST", path="/it", headers=headers, body=body))
    assert route is not None
    surface = SurfaceReader(given.documents).surface_of(route.operation)
    found = given.check_request(route)
    return decoded_body(route.request, surface), [f"{each.location}: {each.expected}" for each in found]


NUMBERS = {"type": "array", "items": {"type": "integer"}}


@pytest.mark.parametrize(
    ("schema", "encoding", "text", "value"),
    [
        (NUMBERS, {}, "it=1&it=2", [1, 2]),
        (NUMBERS, {"style": "form"}, "it=1&it=2", [1, 2]),
        (NUMBERS, {"explode": True}, "it=1&it=2", [1, 2]),
        (NUMBERS, {"explode": False}, "it=1,2", [1, 2]),
        (NUMBERS, {"style": "form", "explode": False}, "it=1,2", [1, 2]),
        (NUMBERS, {"style": "spaceDelimited"}, "it=1+2", [1, 2]),
        (NUMBERS, {"style": "pipeDelimited", "explode": False}, "it=1|2", [1, 2]),
        (NUMBERS, {"contentType": "application/json"}, "it=[1,2]", [1, 2]),
        (RGB, {}, 'it={"R":1}', {"R": 1}),
        (RGB, {"style": "deepObject", "explode": True}, "it[R]=1", {"R": 1}),
        (RGB, {"style": "form", "explode": False}, "it=R,1,G,2", {"R": 1, "G": 2}),
        ({"type": "array", "items": RGB}, {}, 'it={"R":1}&it={"G":2}', [{"R": 1}, {"G": 2}]),
        ({"type": ["integer", "null"]}, {}, "it=", None),
    ],
)
def test_members_of_a_form_by_their_encoding(schema: Json, encoding: Json, text: str, value: Json) -> None:
    media = {
        "schema": {"type": "object", "properties": {"it": schema, "other": {"type": "boolean"}}},
        "encoding": {"it": encoding},
    }
    assert body_of(media, TextBody(f"other=true&{text}", FORM)) == ({"other": True, "it": value}, [])


TAXES = {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string", "enum": [""]}]}
AMOUNT = {"anyOf": [{"type": "integer"}, {"type": "string", "enum": ["now"]}]}
MAYBE = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
CHUNKING = {
    "anyOf": [
        {
            "anyOf": [
                {"type": "string", "enum": ["auto"]},
                {
                    "type": "object",
                    "required": ["type"],
                    "properties": {"type": {"type": "string"}, "size": {"type": "integer"}},
                },
            ]
        },
        {"type": "null"},
    ]
}
PAYER = {
    "oneOf": [
        {
            "type": "object",
            "required": ["kind", "card"],
            "properties": {"kind": {"enum": ["card"]}, "card": {"type": "string"}},
        },
        {
            "type": "object",
            "required": ["kind", "card"],
            "properties": {"kind": {"enum": ["stored"]}, "card": {"type": "integer"}},
        },
    ]
}
LINES = {
    "type": "array",
    "items": {"anyOf": [{"type": "integer"}, {"type": "object", "properties": {"size": {"type": "integer"}}}]},
}


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        (TAXES, "it=", ""),
        (TAXES, "it=txr_1", ["txr_1"]),
        (TAXES, "it=txr_1&it=txr_2", ["txr_1", "txr_2"]),
        (TAXES, "it[]=txr_1", ["txr_1"]),
        (TAXES, "it[0]=txr_1&it[1]=txr_2", ["txr_1", "txr_2"]),
        (AMOUNT, "it=7", 7),
        (AMOUNT, "it=now", "now"),
        (MAYBE, "it=7", 7),
        (MAYBE, "it=", None),
        (MAYBE, "it=null", None),
        (CHUNKING, "it=auto", "auto"),
        (CHUNKING, "it[type]=vad&it[size]=3", {"type": "vad", "size": 3}),
        (CHUNKING, 'it={"type":"vad","size":3}', {"type": "vad", "size": 3}),
        (PAYER, "it[kind]=stored&it[card]=7", {"kind": "stored", "card": 7}),
        (PAYER, "it[kind]=card&it[card]=7", {"kind": "card", "card": "7"}),
        (LINES, "it[0]=7&it[1][size]=3", [7, {"size": 3}]),
        (LINES, 'it=7&it={"size":3}', [7, {"size": 3}]),
    ],
)
def test_members_of_a_form_by_the_branch_they_are_written_for(schema: Json, text: str, value: Json) -> None:
    media = {"schema": {"type": "object", "properties": {"it": schema}}}
    assert body_of(media, TextBody(text, FORM)) == ({"it": value}, [])


@pytest.mark.parametrize(
    ("schema", "parts"),
    [
        (CHUNKING, ('name="it"\r\n\r\nauto',)),
        (CHUNKING, ('name="it[type]"\r\n\r\nvad', 'name="it[size]"\r\n\r\n3')),
        (CHUNKING, ('name="it"\r\n\r\n{"type":"vad"}',)),
        (CHUNKING, ('name="it"\r\nContent-Type: application/json\r\n\r\n{"type":"vad"}',)),
        (TAXES, ('name="it"\r\n\r\ntxr_1',)),
        (TAXES, ('name="it"\r\n\r\ntxr_1', 'name="it"\r\n\r\ntxr_2')),
        (AMOUNT, ('name="it"\r\n\r\n7',)),
    ],
)
def test_parts_by_the_branch_they_are_written_for(schema: Json, parts: tuple[str, ...]) -> None:
    body = multipart(*parts)
    media = {"schema": {"type": "object", "properties": {"it": schema}}}
    assert body_of(media, body, body.media_type)[1] == []


def test_a_text_that_fits_no_branch_is_refused_at_its_place() -> None:
    media = {"schema": {"type": "object", "properties": {"it": CHUNKING}}}
    assert body_of(media, TextBody("it=atuo", FORM)) == (
        {"it": "atuo"},
        ['request.body.it: "auto" or an object'],
    )


PARTS = {
    "schema": {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "integer"},
            "address": RGB,
            "tags": NUMBERS,
            "photo": {"type": "string", "contentEncoding": "base64"},
            "files": {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": 2},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    },
    "encoding": {"photo": {"contentType": "image/png, image/jpeg"}},
}


def multipart(*parts: str, boundary: str = "cut") -> BinaryBody:
    text = "".join(f"--cut\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
    return BinaryBody(f"preamble\r\n{text}--cut--\r\n".encode("latin-1"), f"multipart/form-data; boundary={boundary}")


ID = 'name="id"\r\n\r\n7'


@pytest.mark.parametrize(
    ("parts", "violations"),
    [
        ((ID,), []),
        (('name="id"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n7',), []),
        (("name=id\r\n\r\nseven",), ["request.body.id: an integer"]),
        ((), ['request.body.id: the member "id"']),
        ((ID, 'name="address"\r\nContent-Type: application/json\r\n\r\n{"R": 1}'), []),
        ((ID, 'name="address"\r\n\r\n{"R": "x"}'), ["request.body.address.R: an integer"]),
        ((ID, 'name="address"\r\n\r\nnone'), ["request.body.address: an object"]),
        ((ID, 'name="tags"\r\n\r\n1', 'name="tags"\r\n\r\n2'), []),
        ((ID, 'name="tags"\r\nContent-Type: application/json\r\n\r\n[1, 2]'), []),
        ((ID, 'name="tags"\r\n\r\n1', 'name="tags"\r\n\r\nb'), ["request.body.tags[1]: an integer"]),
        ((ID, ID), ["request.body.id: an integer"]),
        ((ID, 'name="photo"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\xff\xd8'), []),
        (
            (ID, 'name="photo"; filename="a.gif"\r\nContent-Type: image/gif\r\n\r\nGIF'),
            ["request.body.photo: image/png or image/jpeg"],
        ),
        ((ID, *(f'name="files"; filename="{at}"\r\n\r\n7' for at in range(3))), [
            "request.body.files: a list of at most 2 elements"
        ]),
        ((ID, 'name="labels[colour]"\r\n\r\nred'), []),
        ((ID, 'title="id"\r\n\r\nred'), [
            'request.body: a name for each part (Content-Disposition: form-data; name="…")'
        ]),
        ((ID, 'name=""\r\n\r\nred'), []),
    ],
)  # fmt: skip
def test_parts_of_a_body_are_typed_by_their_schema(parts: tuple[str, ...], violations: list[str]) -> None:
    body = multipart(*parts)
    assert body_of(PARTS, body, body.media_type)[1] == violations


@pytest.mark.parametrize("body", [multipart(ID, boundary="other"), BinaryBody(b"", "multipart/form-data")])
def test_parts_that_cannot_be_told_apart_are_refused(body: BinaryBody) -> None:
    given = BinaryBody(body.data or b"x", body.media_type)
    assert body_of(PARTS, given, body.media_type)[1] == [
        "request.body: parts that end with --BOUNDARY--, and their boundary in the content type"
    ]


def test_no_body_is_no_form() -> None:
    media = {"schema": {"type": "object", "required": ["it"]}}
    assert body_of(media, MissingBody())[1] == []
