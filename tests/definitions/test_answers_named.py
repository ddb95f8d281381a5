"""Answers by the name of an example, by status, and from the schema though there are examples."""

from collections.abc import Callable

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.errors import DefinitionError, UnknownNameError
from contractkit.exact_json import Json
from contractkit.model import HttpRequest, JsonBody, TextBody

ORDERS = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      responses:
        '200':
          description: it
          content:
            application/json:
              schema: &order {type: object, required: [id], properties: {id: {type: integer}, note: {type: string}}}
              examples:
                open: {value: {id: 1, note: open}}
                shipped: {$ref: '#/components/examples/shipped'}
                wrong: {value: {id: one}}
                newer: {dataValue: {id: 4}}
            text/csv:
              schema: {type: string}
              examples:
                table: {value: "id,note"}
        '404':
          description: none
          content:
            application/problem+json:
              schema: {type: object, properties: {title: {type: string}}}
              examples:
                gone: {value: {title: Gone}}
        5XX:
          description: broken
          content:
            application/json:
              schema: {type: object}
              examples:
                down: {value: {is: down}}
    delete:
      operationId: deleteOrder
      responses: {'204': {description: gone}}
components:
  examples:
    shipped: {value: {id: 2, note: shipped}}
"""


@pytest.fixture
def orders(definition_of: Callable[[str], OpenApiDefinition]) -> OpenApiDefinition:
    return definition_of(ORDERS)


def answered(orders: OpenApiDefinition, **asked: Json) -> tuple[int, Json]:
    route = orders.route(HttpRequest(method="GET", path="/orders/7"))
    assert route is not None
    answer = orders.answer(route.operation, seed="test", route=route, **asked)
    assert orders.check_response(route.operation, answer.response) == ()
    body = answer.response.body
    return answer.response.status, body.value if isinstance(body, JsonBody) else body


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, (200, {"id": 7, "note": "open"})),
        ({"example": "open"}, (200, {"id": 1, "note": "open"})),
        ({"example": "shipped"}, (200, {"id": 2, "note": "shipped"})),
        ({"example": "newer"}, (200, {"id": 4})),
        ({"example": "shipped", "body": JsonBody({"note": "soon"})}, (200, {"id": 2, "note": "soon"})),
        ({"example": "table"}, (200, TextBody("id,note", "text/csv"))),
        ({"example": "gone"}, (404, {"title": "Gone"})),
        ({"example": "gone", "status": 404}, (404, {"title": "Gone"})),
        ({"example": "down"}, (500, {"is": "down"})),
        ({"example": "down", "status": 503}, (503, {"is": "down"})),
    ],
)
def test_an_example_of_a_name_is_the_answer_as_it_is(
    orders: OpenApiDefinition, asked: dict[str, Json], expected: tuple[int, Json]
) -> None:
    assert answered(orders, **asked) == expected


def test_a_dynamic_answer_passes_over_the_examples(orders: OpenApiDefinition) -> None:
    status, value = answered(orders, is_dynamic=True)

    assert (status, value["id"]) == (200, 7)
    assert value["note"] not in ("open", "shipped")


def test_an_example_that_is_not_there_is_refused_with_the_nearest(orders: OpenApiDefinition) -> None:
    with pytest.raises(UnknownNameError) as error:
        answered(orders, example="shiped")

    assert str(error.value) == (
        'getOrder has no example "shiped" for status 200.\n\n'
        "  named   open, shipped, wrong, newer, table\n"
        "  at      /paths/~1orders~1{id}/get/responses/200\n\n"
        "Did you mean shipped?"
    )


def test_an_example_of_another_status_than_the_one_asked_for_is_refused(orders: OpenApiDefinition) -> None:
    with pytest.raises(UnknownNameError) as error:
        answered(orders, example="open", status=404)

    assert str(error.value) == (
        'getOrder has no example "open" for status 404.\n\n'
        "  named   gone\n"
        "  at      /paths/~1orders~1{id}/get/responses/404\n\n"
        "Did you mean gone?"
    )


def test_an_example_of_an_operation_without_any_is_refused(orders: OpenApiDefinition) -> None:
    with pytest.raises(UnknownNameError) as error:
        orders.answer(orders.operation("deleteOrder"), seed="test", example="open")

    assert str(error.value) == (
        'deleteOrder has no example "open" for status 204.\n\n'
        "  named   none\n"
        "  at      /paths/~1orders~1{id}/delete/responses/204\n\n"
        "Name the examples of the media type: examples: {NAME: {value: …}}."
    )


def test_an_example_that_does_not_fit_is_refused_where_it_is_asked_for(orders: OpenApiDefinition) -> None:
    with pytest.raises(DefinitionError) as error:
        answered(orders, example="wrong")

    content = "/paths/~1orders~1{id}/get/responses/200/content/application~1json"
    assert str(error.value) == (
        'The example "wrong" does not fit its schema.\n\n'
        f"  example    {content}/examples/wrong/value\n"
        "  at         id\n"
        "  expected   an integer\n"
        '  received   "one"\n'
        f"  says       {content}/schema/properties/id/type\n\n"
        "Mend the example, or take another one."
    )


def test_the_body_of_a_failure_says_the_status_that_it_has(definition_of: Callable[[str], OpenApiDefinition]) -> None:
    definition = definition_of(
        """\
        openapi: 3.1.0
        paths:
          /a:
            get:
              operationId: get
              responses:
                4XX: &problem
                  description: x
                  content:
                    application/problem+json:
                      schema:
                        type: object
                        properties: {status: {type: integer, maximum: 499}, statusCode: {type: integer}}
                default: *problem
        """
    )

    def failed(status: int, given: Json = None) -> Json:
        body = None if given is None else JsonBody(given)
        answer = definition.answer(definition.operation("get"), seed="test", status=status, body=body)
        return answer.response.body.value  # type: ignore[union-attr]

    assert failed(404) == {"status": 404, "statusCode": 404}
    assert failed(404, {"status": 401}) == {"status": 401, "statusCode": 404}
    assert failed(503)["statusCode"] == 503
    assert failed(503)["status"] <= 499
