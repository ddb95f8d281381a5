"""Requests at the edges of what is allowed: unions in parameters, free members, other media types, misspelt styles."""

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.exact_json import Json, dump_compact
from contractkit.model import Body, HttpRequest, JsonBody, MissingBody, TextBody
from contractkit.sources import read_definition
from contractkit.transports import read_request

NUMBERS = {"type": "array", "items": {"type": "integer"}}
RGB = {"type": "object", "properties": {name: {"type": "integer"} for name in "RGB"}, "additionalProperties": False}


def operation(*parameters: Json, contents: Json = None, path: str = "/it") -> OpenApiDefinition:
    described: dict[str, Json] = {"parameters": list(parameters), "responses": {"204": {"description": "done"}}}
    described |= {"requestBody": {"required": True, "content": contents}} if contents else {}
    document = {"openapi": "3.1.0", "info": {"title": "It", "version": "1"}, "paths": {path: {"post": described}}}
    return read_definition(dump_compact(document), source="it.json").openapi


def violations(given: OpenApiDefinition, request: HttpRequest) -> list[str]:
    route = given.route(request)
    assert route is not None
    return [f"{each.location}: {each.expected}" for each in given.check_request(route)]


def asked(query: str, *parameters: Json) -> list[str]:
    return violations(operation(*parameters), read_request("POST", f"/it?{query}", [], b""))


def in_query(name: str, schema: Json, **more: Json) -> Json:
    return {"name": name, "in": "query", "schema": schema, **more}


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [("7", True), ("-7", True), ("+7", True), ("7.5", False), ("1_0", False), ("١", False), (" 7", False), ("", False)],
)
def test_what_an_integer_is_written_as(text: str, is_allowed: bool) -> None:
    found = violations(
        operation(in_query("n", {"type": "integer"})), HttpRequest(method="POST", path="/it", query={"n": (text,)})
    )
    assert (found == []) is is_allowed


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [("7", True), ("7.5", True), (".5", True), ("-1e3", True), ("1_0.5", False), ("nan", False), ("1e999", False)],
)
def test_what_a_number_is_written_as(text: str, is_allowed: bool) -> None:
    found = violations(
        operation(in_query("n", {"type": "number"})), HttpRequest(method="POST", path="/it", query={"n": (text,)})
    )
    assert (found == []) is is_allowed


UNION = {
    "anyOf": [{"type": "integer"}, {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"enum": ["now"]}]}}]
}


@pytest.mark.parametrize(
    ("query", "explode", "found"),
    [
        ("it=7", True, []),
        ("it=7&it=8", True, []),
        ("it=now", True, []),
        ("it=now&it=7", True, []),
        ("it=7,8,now", False, []),
        ("it=7,8,x", False, ["request.query.it: an integer or a list"]),
    ],
)
def test_a_parameter_of_several_kinds(query: str, explode: bool, found: list[str]) -> None:
    assert asked(query, in_query("it", UNION, explode=explode)) == found


@pytest.mark.parametrize(
    "schema",
    [
        {"type": ["integer", "null"]},
        {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        {"oneOf": [{"type": "null"}, {"type": "integer"}]},
    ],
)
def test_null_in_each_spelling(schema: Json) -> None:
    assert [asked(f"it={text}", in_query("it", schema)) != [] for text in ("7", "", "null", "x")] == [
        False,
        False,
        False,
        True,
    ]


FREE = in_query("more", {"type": "object", "additionalProperties": {"type": "integer"}})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("limit=all&a=1&b=2", []),
        ("limit=all", []),
        ("limit=all&a[b]=1", []),
        ("limit=all&a[b]=x", ["request.query.more['a[b]']: an integer"]),
        ("limit=all&a=x", ["request.query.more.a: an integer"]),
        ("limit=none", ['request.query.limit: "all"']),
    ],
)
def test_what_another_parameter_takes_is_no_free_member(query: str, found: list[str]) -> None:
    assert asked(query, FREE, in_query("limit", {"enum": ["all"]})) == found


def test_members_of_each_branch_of_an_exploded_object_are_known() -> None:
    page = {"type": "object", "required": ["page"], "properties": {"page": {"type": "integer"}}}
    cursor = {"type": "object", "required": ["cursor"], "properties": {"cursor": {"type": "string"}}}
    by = in_query("by", {"oneOf": [page, cursor]}, required=True)
    assert asked("page=2", by) == []
    assert asked("cursor=abc", by) == []
    assert asked("crsor=abc", by) == [
        "request.query.by: the query parameter by",
        "request.query.crsor: no such query parameter",
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filter[tags]=1&filter[tags]=2", []),
        ("filter[tags][]=1", []),
        ("filter[tags][0]=1&filter[tags][1]=x", ["request.query['filter[tags]'][1]: an integer"]),
        ("filter[tgs]=1", ["request.query['filter[tgs]']: no such query parameter; near: filter[tags]"]),
        ("ids[]=1&ids[]=x", ["request.query['ids[]'][1]: an integer"]),
        ("ids[0]=1", []),
    ],
)
def test_parameters_whose_own_names_have_brackets(query: str, found: list[str]) -> None:
    assert asked(query, in_query("filter[tags]", NUMBERS), in_query("ids[]", NUMBERS)) == found


@pytest.mark.parametrize(
    ("style", "explode", "schema", "text", "expected"),
    [
        ("label", False, {"type": "string"}, "blue", 'a text that starts with "."'),
        ("label", True, NUMBERS, "1.2", 'a text that starts with "."'),
        ("matrix", False, {"type": "string"}, "blue", 'a text that starts with ";it="'),
        ("matrix", False, {"type": "string"}, ";colour=blue", 'a text that starts with ";it="'),
        ("matrix", True, NUMBERS, ";it=1;other=2", 'a text that starts with ";it="'),
        ("matrix", False, NUMBERS, ";it=1;it=2", 'a text that starts with ";it="'),
        ("matrix", True, RGB, "R=1", '";name=value" for each member'),
        ("matrix", True, RGB, ";R", '";name=value" for each member'),
        ("simple", False, RGB, "R,1,G", "names and values by turns"),
    ],
)
def test_a_path_that_is_not_of_its_style(style: str, explode: bool, schema: Json, text: str, expected: str) -> None:
    it = {"name": "it", "in": "path", "required": True, "style": style, "explode": explode, "schema": schema}
    given = operation(it, path="/{it}")
    assert violations(given, HttpRequest(method="POST", path=f"/{text}")) == [f"request.path.it: {expected}"]


def test_the_pairs_of_an_object_in_a_query_come_by_turns() -> None:
    assert asked("it=R,1,G", in_query("it", RGB, explode=False)) == ["request.query.it: names and values by turns"]


def content(media_type: str, schema: Json) -> Json:
    return {"name": "it", "in": "query", "content": {media_type: {"schema": schema}}}


@pytest.mark.parametrize(
    ("parameter", "query", "found"),
    [
        (content("application/json", RGB), 'it={"R":1}', []),
        (content("application/vnd.it+json", RGB), 'it={"R":"x"}', ["request.query.it.R: an integer"]),
        (content("application/json", RGB), "it={}&it={}", ["request.query.it: one value"]),
        (content("text/plain", {"type": "string", "maxLength": 3}), "it=abc", []),
        (
            content("text/plain", {"type": "string", "maxLength": 3}),
            "it=abcd",
            ["request.query.it: a string of at most 3 characters"],
        ),
        (content("text/plain", {"type": "integer"}), "it=7", []),
        (content("application/x-www-form-urlencoded", RGB), "it=R%3D1%26G%3D2", []),
        (content("application/x-www-form-urlencoded", RGB), "it=R%3Dx", ["request.query.it.R: an integer"]),
        (content("application/xml", RGB), "it=<a/>", []),
    ],
)
def test_parameters_of_a_media_type(parameter: Json, query: str, found: list[str]) -> None:
    assert asked(query, parameter) == found


@pytest.mark.parametrize(
    ("text", "found"), [('{"R":1}', []), ("%7B%22R%22%3A1%7D", []), ('{"R":"x"}', ["request.cookies.it.R: an integer"])]
)
def test_a_cookie_of_json(text: str, found: list[str]) -> None:
    it = {"name": "it", "in": "cookie", "content": {"application/json": {"schema": RGB}}}
    assert (
        violations(operation(it), HttpRequest(method="POST", path="/it", headers={"cookie": (f"it={text}",)})) == found
    )


@pytest.mark.parametrize("text", ["/a/b?c", "a:b@c", "$&'()*+,;=", "[x]!#"])
def test_reserved_characters_may_be_escaped_or_not(text: str) -> None:
    from urllib.parse import quote

    it = in_query("it", {"type": "string", "enum": [text]}, allowReserved=True)
    bare = quote(text, safe="/?:@$'()*,;=[]!")
    assert [asked(f"it={quote(text, safe='')}", it), asked(f"it={bare}", it)] == [[], []]


VERSIONS = {
    "application/json; version=1": {"schema": {"type": "object", "required": ["a"]}},
    "application/json; version=2": {"schema": {"type": "object", "required": ["b"]}},
    "text/*": {"schema": {"type": "string", "maxLength": 3}},
    "text/csv": {"schema": {"type": "string", "maxLength": 5}},
}
LISTED = "application/json; version=1 or application/json; version=2 or text/* or text/csv"


@pytest.mark.parametrize(
    ("media_type", "body", "found"),
    [
        ("application/json; version=1", JsonBody({"a": 1}), []),
        ("application/json;Version=2", JsonBody({"b": 1}), []),
        ('application/json; version="2"; charset=utf-8', JsonBody({"a": 1}), ['request.body.b: the member "b"']),
        ("application/json", JsonBody({"a": 1}), []),
        ("application/json; version=3", JsonBody({"a": 1}), [f"request.headers['content-type']: {LISTED}"]),
        ("text/plain; charset=latin-1", TextBody("abcd"), ["request.body: a string of at most 3 characters"]),
        ("TEXT/CSV", TextBody("abcd"), []),
        ("image/png", TextBody("abcd"), [f"request.headers['content-type']: {LISTED}"]),
        ("", MissingBody(), [f"request.body: a body of {LISTED}"]),
    ],
)
def test_media_types_with_parameters_and_ranges(media_type: str, body: Body, found: list[str]) -> None:
    headers = {"content-type": (media_type,)} if media_type else {}
    request = HttpRequest(method="POST", path="/it", headers=headers, body=body)
    assert violations(operation(contents=VERSIONS), request) == found
