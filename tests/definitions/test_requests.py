from collections.abc import Callable

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.exact_json import Json
from contractkit.model import BinaryBody, Body, EmptyBody, HttpRequest, JsonBody, MissingBody, TextBody, parse_location
from contractkit.results import ABSENT, Violation

FORM = "application/x-www-form-urlencoded"
GOOD = {"status": "open", "lines": [{"sku": "a", "quantity": 1}]}


def violations_of(orders: OpenApiDefinition, request: HttpRequest) -> list[tuple[str, str, object]]:
    route = orders.route(request)
    assert route is not None
    return [(str(each.location), each.expected, each.received) for each in orders.check_request(route)]


def listing(orders: OpenApiDefinition, **query: str | tuple[str, ...]) -> list[tuple[str, str, object]]:
    texts = {name: text if isinstance(text, tuple) else (text,) for name, text in query.items()}
    return violations_of(orders, HttpRequest(method="GET", path="/orders", query=texts))


def adding(orders: OpenApiDefinition, body: Body, content_type: str | None = None) -> list[tuple[str, str, object]]:
    headers = {"content-type": (content_type,)} if content_type else {}
    return violations_of(orders, HttpRequest(method="POST", path="/orders", headers=headers, body=body))


@pytest.mark.parametrize(
    "query",
    [
        {"limit": ("10",), "status": ("open",)},
        {"ids": ("1,2,3",)},
        {"ids": ("",)},
        {"tag": ("a", "b")},
        {"sizes": ("1|2",)},
        {"words": ("a b",)},
        {"created[gte]": ("1",), "created[lt]": ("2",)},
        {"created": ("17",)},
        {"size": ("10",), "number": ("2",)},
        {"filter": ('{"by": 1}',)},
        {"api_key": ("secret",)},
    ],
)
def test_every_style_of_query_parameters_is_read(orders: OpenApiDefinition, query: dict[str, tuple[str]]) -> None:
    assert violations_of(orders, HttpRequest(method="GET", path="/orders", query=query)) == []


@pytest.mark.parametrize(
    ("query", "violation"),
    [
        ({"limit": "0"}, ("request.query.limit", "an integer from 1 to 100", 0)),
        ({"limit": "ten"}, ("request.query.limit", "an integer from 1 to 100", "ten")),
        ({"limit": "1.5"}, ("request.query.limit", "an integer from 1 to 100", "1.5")),
        ({"limit": ("1", "2")}, ("request.query.limit", "an integer from 1 to 100", ["1", "2"])),
        ({"status": "lost"}, ("request.query.status", 'one of "open", "shipped"', "lost")),
        ({"ids": "1,b"}, ("request.query.ids[1]", "an integer", "b")),
        ({"sizes": "1|b"}, ("request.query.sizes[1]", "an integer", "b")),
        ({"created[gte]": "x"}, ("request.query.created.gte", "an integer", "x")),
        ({"created": "x"}, ("request.query.created", "an object or an integer", "x")),
        ({"size": "x"}, ("request.query.page.size", "an integer", "x")),
        ({"filter": "{}"}, ("request.query.filter.by", 'the member "by"', ABSENT)),
        ({"filter": "{"}, ("request.query.filter", "JSON (Expecting property name enclosed in double quotes)", "{")),
        ({"limt": "3"}, ("request.query.limt", "no such query parameter; near: limit", "3")),
        ({"zzzz": ("1", "2")}, ("request.query.zzzz", "no such query parameter", ["1", "2"])),
    ],
)
def test_a_query_parameter_that_is_wrong(
    orders: OpenApiDefinition, query: dict[str, str | tuple[str, ...]], violation: tuple[str, str, object]
) -> None:
    assert listing(orders, **query) == [violation]


def test_a_whole_violation(orders: OpenApiDefinition) -> None:
    route = orders.route(HttpRequest(method="GET", path="/orders/abc"))
    assert route is not None
    assert orders.check_request(route) == (
        Violation(
            location=parse_location("request.path.id"),
            expected="an integer",
            received="abc",
            pointer="/paths/~1orders~1{id}/parameters/0/schema/type",
        ),
    )


def test_label_and_matrix_paths_are_read(orders: OpenApiDefinition) -> None:
    good = HttpRequest(method="GET", path="/points/.1,2/;colours=red;colours=blue")
    bad = HttpRequest(method="GET", path="/points/.1,x/;colours=red")
    assert violations_of(orders, good) == []
    assert violations_of(orders, bad) == [("request.path.point[1]", "an integer", "x")]


def test_headers_and_cookies_are_checked(orders: OpenApiDefinition) -> None:
    headers = {"x-tenant": ("a",), "x-flags": ("true, maybe",), "cookie": ("other=1; session=abc",), "x-new": ("1",)}
    assert violations_of(orders, HttpRequest(method="GET", path="/orders", headers=headers)) == [
        ("request.headers['x-tenant']", "a string of at least 2 characters", "a"),
        ("request.headers['x-flags'][1]", "true or false", "maybe"),
        ("request.cookies.session", "a UUID", "abc"),
    ]


@pytest.mark.parametrize(
    ("body", "violations"),
    [
        (GOOD, []),
        ({**GOOD, "note": None, "replaces": None}, []),
        ({**GOOD, "id": 7}, []),
        ({**GOOD, "payment": {"kind": "cash", "amount": 2}}, []),
        ({**GOOD, "payment": {"kind": "cash", "amount": 0}}, [("payment.amount", "a number above 0", 0)]),
        ({**GOOD, "payment": {"kind": "gold"}}, [("payment.kind", 'one of "card", "cash"', "gold")]),
        ({**GOOD, "payment": {"number": "1"}}, [("payment.kind", 'the member "kind"', ABSENT)]),
        ({**GOOD, "buyer": {"nam": 1}}, [("buyer.name", 'the member "name"', ABSENT)]),
        ({**GOOD, "buyer": 7}, [("buyer", "a string of at most 40 characters or an object", 7)]),
        ({**GOOD, "replaces": {"status": "open"}}, [("replaces.lines", 'the member "lines"', ABSENT)]),
        ({**GOOD, "lnes": 1}, [("lnes", "no such member; near: lines", 1)]),
        ({**GOOD, "email": "x"}, [("email", "an email address", "x")]),
        (
            {"status": "lost", "lines": [{"sku": "a", "quantity": "2"}]},
            [
                ("lines[0].quantity", "an integer of at least 1", "2"),
                ("status", 'one of "open", "shipped"', "lost"),
            ],
        ),
        ({"status": "open", "lines": []}, [("lines", "a list of at least 1 element", [])]),
    ],
)
def test_json_bodies(orders: OpenApiDefinition, body: Json, violations: list[tuple[str, str, object]]) -> None:
    expected = [(f"request.body.{place}", words, received) for place, words, received in violations]
    assert adding(orders, JsonBody(body)) == expected


@pytest.mark.parametrize(
    ("text", "violations"),
    [
        ("items[0][price]=5&items[0][gift]=true&items[1][price]=6", []),
        ("items[0][price]=5&expand[]=a&expand[]=b&metadata[colour]=red", []),
        ("items[0][price]=5&expand[0]=a&metadata[a%20b]=", []),
        ("items[0][price]=five", [("request.body.items[0].price", "an integer", "five")]),
        ("items[0][gift]=maybe&items[0][price]=1", [("request.body.items[0].gift", "true or false", "maybe")]),
        ("metadata[a]=b", [("request.body.items", 'the member "items"', ABSENT)]),
    ],
)
def test_forms_are_typed_by_their_schema(
    orders: OpenApiDefinition, text: str, violations: list[tuple[str, str, object]]
) -> None:
    assert adding(orders, TextBody(text, FORM), FORM) == violations


@pytest.mark.parametrize(
    ("body", "content_type", "violation"),
    [
        (MissingBody(), None, ("request.body", f"a body of application/json or {FORM}", ABSENT)),
        (TextBody(""), "application/json", ("request.body", f"a body of application/json or {FORM}", ABSENT)),
        (TextBody("<a/>"), "text/xml", ("request.headers['content-type']", f"application/json or {FORM}", "text/xml")),
        (BinaryBody(b"abc"), None, ("request.headers['content-type']", f"application/json or {FORM}", ABSENT)),
        (TextBody("{"), "application/json", ("request.body", "JSON", "{")),
    ],
)
def test_a_body_of_another_kind(
    orders: OpenApiDefinition, body: Body, content_type: str | None, violation: tuple[str, str, object]
) -> None:
    assert adding(orders, body, content_type) == [violation]


EMPTY = """\
openapi: 3.1.0
info: {title: Empty, version: '1'}
paths:
  /it:
    post:
      requestBody:
        required: true
        content:
          application/json: {}
          application/xml: {schema: {type: string}}
          multipart/form-data: {schema: {type: object}}
          application/octet-stream: {schema: {type: string, format: binary}}
          image/*: {}
          text/plain: {schema: {type: string, minLength: 1}}
          application/x-www-form-urlencoded: {schema: {type: object, required: [name]}}
      responses: {'204': {description: done}}
  /free:
    post:
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, required: [name]}}}}
      responses: {'204': {description: done}}
"""


@pytest.mark.parametrize(
    ("media_type", "violations"),
    [
        ("application/octet-stream", []),
        ("image/png", []),
        ("text/plain", ["request.body: a string of at least 1 character"]),
        (FORM, ['request.body.name: the member "name"']),
        *(
            (each, [
                "request.body: a body of application/json or application/xml or multipart/form-data or "
                f"application/octet-stream or image/* or text/plain or {FORM}"
            ])
            for each in ("application/json", "application/xml", "multipart/form-data; boundary=cut")
        ),
    ],
)  # fmt: skip
def test_no_bytes_of_a_named_type(
    definition_of: Callable[[str], OpenApiDefinition], media_type: str, violations: list[str]
) -> None:
    empty = definition_of(EMPTY)
    headers = {"content-type": (media_type,)}
    request = HttpRequest(method="POST", path="/it", headers=headers, body=EmptyBody(media_type))
    assert [f"{place}: {expected}" for place, expected, _ in violations_of(empty, request)] == violations


def test_no_bytes_are_no_body_where_none_is_needed(definition_of: Callable[[str], OpenApiDefinition]) -> None:
    request = HttpRequest(method="POST", path="/free", headers={"content-type": (FORM,)}, body=EmptyBody(FORM))
    assert violations_of(definition_of(EMPTY), request) == []


def test_a_media_type_may_carry_parameters(orders: OpenApiDefinition) -> None:
    assert adding(orders, JsonBody(GOOD), "Application/JSON; charset=utf-8") == []


def test_an_operation_without_a_body_takes_none(orders: OpenApiDefinition) -> None:
    request = HttpRequest(method="DELETE", path="/orders/7", body=JsonBody({"why": 1}))
    assert violations_of(orders, request) == [("request.body", "no body", {"why": 1})]
