import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.exact_json import Json
from contractkit.model import Body, HttpResponse, JsonBody, MissingBody, TextBody, parse_location
from contractkit.results import ABSENT, Violation

ORDER = {"id": 7, "status": "open", "lines": [{"sku": "a", "quantity": 1}]}
PAGE = {"data": [ORDER], "has_more": False}


def violations_of(orders: OpenApiDefinition, operation: str, response: HttpResponse) -> list[tuple[str, str, object]]:
    found = orders.check_response(orders.operation(operation), response)
    return [(str(each.location), each.expected, each.received) for each in found]


def test_a_status_that_is_not_declared_is_one_violation(orders: OpenApiDefinition) -> None:
    assert orders.check_response(orders.operation("getOrder"), HttpResponse(status=500)) == (
        Violation(
            location=parse_location("response.status"),
            expected="one of 200, 404",
            received=500,
            pointer="/paths/~1orders~1{id}/get/responses",
        ),
    )


@pytest.mark.parametrize("status", [201, 418, 503])
def test_a_status_is_declared_exactly_by_class_or_by_default(orders: OpenApiDefinition, status: int) -> None:
    body = JsonBody(ORDER) if status == 201 else JsonBody({"title": "no"}, "application/problem+json")
    assert violations_of(orders, "addOrder", HttpResponse(status=status, body=body)) == []


@pytest.mark.parametrize(
    ("headers", "violations"),
    [
        ({"x-total": ("3",), "x-more": ("fine",)}, []),
        ({}, [("response.headers['x-total']", "the header x-total", ABSENT)]),
        ({"x-total": ("three",)}, [("response.headers['x-total']", "an integer", "three")]),
    ],
)
def test_declared_headers_are_checked(
    orders: OpenApiDefinition, headers: dict[str, tuple[str, ...]], violations: list[tuple[str, str, object]]
) -> None:
    response = HttpResponse(status=200, headers=headers, body=JsonBody(PAGE))
    assert violations_of(orders, "listOrders", response) == violations


@pytest.mark.parametrize(
    ("body", "violation"),
    [
        (JsonBody({**ORDER, "id": "7"}), ("response.body.id", "an integer", "7")),
        (JsonBody({"status": "open", "lines": ORDER["lines"]}), ("response.body.id", 'the member "id"', ABSENT)),
        (JsonBody([]), ("response.body", "an object", [])),
        (MissingBody(), ("response.body", "a body of application/json", ABSENT)),
        (TextBody("x"), ("response.headers['content-type']", "application/json", "text/plain")),
        (TextBody("{", "application/json"), ("response.body", "JSON", "{")),
    ],
)
def test_bodies_are_checked(orders: OpenApiDefinition, body: Body, violation: tuple[str, str, object]) -> None:
    assert violations_of(orders, "getOrder", HttpResponse(status=200, body=body)) == [violation]


def test_a_response_without_content_has_no_body(orders: OpenApiDefinition) -> None:
    assert violations_of(orders, "compare", HttpResponse(status=204)) == []
    response = HttpResponse(status=204, body=JsonBody({"a": 1}))
    assert violations_of(orders, "compare", response) == [("response.body", "no body", {"a": 1})]


@pytest.mark.parametrize("value", [{**ORDER, "note": None}, {**ORDER, "replaces": None}, {**ORDER, "secret": "x"}])
def test_nullable_holds_wherever_it_stands(orders: OpenApiDefinition, value: Json) -> None:
    assert violations_of(orders, "getOrder", HttpResponse(status=200, body=JsonBody(value))) == []
