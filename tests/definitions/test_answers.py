import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.definitions.draws import Draw
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.vocabulary import _sentence
from contractkit.errors import DefinitionError, UnknownNameError
from contractkit.exact_json import Json, dump_compact
from contractkit.model import EmptyBody, HttpRequest, JsonBody, MissingBody, TextBody

Answering = Callable[..., OpenApiDefinition]


def made(definition: OpenApiDefinition, *, seed: str = "test", given: Json = None) -> Json:
    body = None if given is None else JsonBody(given)
    answer = definition.answer(definition.operation("get"), seed=seed, body=body)
    assert definition.check_response(answer.operation, answer.response) == ()
    assert isinstance(answer.response.body, JsonBody)
    return answer.response.body.value


def answered(orders: OpenApiDefinition, request: HttpRequest, **arguments: Json) -> Json:
    route = orders.route(request)
    assert route is not None
    answer = orders.answer(route.operation, seed="test", route=route, **arguments)
    assert isinstance(answer.response.body, JsonBody)
    return answer.response.body.value


def test_equal_arguments_give_equal_answers_in_every_process(orders: OpenApiDefinition) -> None:
    program = (
        "from contractkit.sources import load_definition\n"
        "from contractkit.exact_json import dump_compact\n"
        f"definition = load_definition({str(Path(__file__).parent / 'orders.yaml')!r}).definition\n"
        "answer = definition.answer(definition.operation('listOrders'), seed='test')\n"
        "print(dump_compact(answer.response.body.value).decode(), end='')"
    )
    here = orders.answer(orders.operation("listOrders"), seed="test").response.body
    environment = {"PYTHONHASHSEED": "77", "PATH": "/usr/bin"}
    there = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=environment)
    assert there.stdout == dump_compact(here.value)  # type: ignore[union-attr]


def test_another_seed_gives_other_values(orders: OpenApiDefinition) -> None:
    one, other = (orders.answer(orders.operation("getOrder"), seed=seed).response.body for seed in "ab")
    assert one != other


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ("{type: string, example: here}", "here"),
        ("{type: integer, example: wrong, default: 5}", 5),
        ("{type: object, example: {a: 1}}", {"a": 1}),
        ("{type: string, enum: [open, shipped]}", "open"),
        ("{type: integer, minimum: 7, maximum: 7}", 7),
        ("{type: integer, minimum: 11, maximum: 29, multipleOf: 10}", 20),
        ("{type: object, required: [has_more], properties: {has_more: {type: boolean}}}", {"has_more": False}),
        ("{type: object, required: [active], properties: {active: {type: boolean}}}", {"active": True}),
        (
            "{type: object, required: [next_page_uri], properties: {next_page_uri: {type: string, nullable: true}}}",
            {"next_page_uri": None},
        ),
        ("{type: string, nullable: true, enum: [a, null]}", "a"),
        ("{type: array, maxItems: 0, items: {type: string}}", []),
        ("{type: array, minItems: 3, items: {type: integer, enum: [1, 2, 3]}, uniqueItems: true}", [1, 2, 3]),
    ],
)
def test_values_come_from_examples_then_from_the_schema(answering: Answering, schema: str, value: Json) -> None:
    assert made(answering(schema)) == value


def test_an_example_that_does_not_fit_is_passed_over(answering: Answering) -> None:
    schema = "{type: object, required: [a], properties: {a: {type: integer}}, example: {a: x, b: 2}}"
    assert isinstance(made(answering(schema))["a"], int)


@pytest.mark.parametrize(
    "schema",
    [
        "{type: string, format: date-time}",
        "{type: string, format: uuid, maxLength: 36}",
        "{type: string, format: ipv6}",
        "{type: string, format: duration}",
        "{type: string, format: byte}",
        "{type: string, pattern: '^[A-Z]{2}\\d{3,5}(-[a-f0-9]+)?$'}",
        "{type: string, pattern: '^(red|green)/\\w+$', minLength: 12}",
        "{type: string, minLength: 40, maxLength: 40}",
        "{type: number, minimum: 0, exclusiveMinimum: true, maximum: 0.001}",
        "{type: integer, minimum: 10000000000000000000}",
        "{type: object, minProperties: 3, additionalProperties: {type: integer}}",
        "{patternProperties: {'^x-[a-z]+$': {type: integer}}, additionalProperties: false, minProperties: 1}",
        "{oneOf: [{properties: {a: {type: string}}}, {required: [b], properties: {b: {type: string}}}]}",
        "{allOf: [{required: [a]}, {properties: {a: {maxLength: 3}}}, {properties: {a: {minLength: 2}}}]}",
        "{type: object, required: [a], properties: {a: {}}, additionalProperties: false}",
        "{not: {type: object}}",
        "{type: array, contains: {type: integer}, minContains: 2}",
    ],
)
def test_whatever_the_schema_asks_for_is_made(answering: Answering, schema: str) -> None:
    for seed in ("a", "b", "c", "d"):
        made(answering(schema), seed=seed)


def test_recursion_is_left_out_where_it_may_be(answering: Answering) -> None:
    tree = """
    Tree:
      required: [kids]
      properties:
        kids: {type: array, items: {$ref: '#/components/schemas/Tree'}}
        up: {$ref: '#/components/schemas/Tree'}
    """
    assert made(answering("{$ref: '#/components/schemas/Tree'}", components=tree)) == {"kids": []}


def test_recursion_without_an_end_is_refused(answering: Answering) -> None:
    tree = "Tree: {type: object, required: [up], properties: {up: {$ref: '#/components/schemas/Tree'}}}"
    with pytest.raises(DefinitionError) as error:
        made(answering("{$ref: '#/components/schemas/Tree'}", components=tree))
    assert str(error.value) == (
        "No answer can be made: required members contain each other without an end.\n\n"
        "  at   /components/schemas/Tree\n\n"
        "Let one of the members on the way be optional, null or an empty list."
    )


def test_a_schema_that_allows_nothing_is_refused(answering: Answering) -> None:
    with pytest.raises(DefinitionError) as error:
        made(
            answering(
                "{type: object, required: [n], properties: {n: {allOf: [{minimum: 5}, {maximum: 3}], type: integer}}}"
            )
        )
    assert str(error.value).startswith("No valid answer could be made for a schema of the definition.\n")


def test_named_examples_come_first_and_wrong_ones_are_warnings(
    definition_of: Callable[[str], OpenApiDefinition],
) -> None:
    definition = definition_of(
        """\
        openapi: 3.0.0
        paths:
          /a:
            get:
              operationId: get
              responses:
                '200':
                  description: x
                  content:
                    application/json:
                      schema: {type: object, required: [id], properties: {id: {type: integer}}}
                      examples:
                        wrong: {value: {id: x}}
                        right: {$ref: '#/components/examples/right'}
        components:
          examples:
            right: {value: {id: 12, name: y}}
        """
    )
    assert made(definition) == {"id": 12, "name": "y"}
    assert [(each.sentence, each.line) for each in definition.warnings()] == [
        ("An example does not fit its schema at id: expected an integer.", 13)
    ]


def test_what_is_given_wins_member_by_member(orders: OpenApiDefinition) -> None:
    request = HttpRequest(method="GET", path="/orders")
    given = JsonBody({"data": [{"status": "shipped", "payment": {"kind": "cash"}}, {"id": 9}]})
    value = answered(orders, request, body=given)
    assert [order["status"] for order in value["data"]] == ["shipped", "open"]
    assert value["data"][0]["payment"].keys() == {"kind", "amount"}
    assert value["data"][1]["id"] == 9
    assert value["has_more"] is False


@pytest.mark.parametrize("given", [{"status": "lost"}, {"unknown": 1}])
def test_what_is_given_is_answered_even_if_it_is_not_allowed(orders: OpenApiDefinition, given: Json) -> None:
    operation = orders.operation("getOrder")
    answer = orders.answer(operation, seed="test", body=JsonBody(given))
    assert len(orders.check_response(operation, answer.response)) == 1


def test_a_path_parameter_comes_back(orders: OpenApiDefinition) -> None:
    assert answered(orders, HttpRequest(method="GET", path="/orders/7"))["id"] == 7


def test_what_was_posted_comes_back_but_secrets(orders: OpenApiDefinition) -> None:
    sent = {"status": "shipped", "lines": [{"sku": "x", "quantity": 3}], "note": "n", "secret": "s", "id": "wrong"}
    value = answered(orders, HttpRequest(method="POST", path="/orders", body=JsonBody(sent)))
    assert (value["status"], value["lines"], value["note"]) == ("shipped", [{"sku": "x", "quantity": 3}], "n")
    assert "secret" not in value
    assert isinstance(value["id"], int)


def test_what_is_given_wins_over_what_was_sent(orders: OpenApiDefinition) -> None:
    assert answered(orders, HttpRequest(method="GET", path="/orders/7"), body=JsonBody({"id": 8}))["id"] == 8


def test_the_status_is_the_lowest_success_unless_one_is_wanted(orders: OpenApiDefinition) -> None:
    operation = orders.operation("addOrder")
    statuses = [orders.answer(operation, seed="a", status=each).response.status for each in (None, 201, 422, 503)]
    assert statuses == [201, 201, 422, 503]


def test_a_status_that_is_not_declared_is_refused(orders: OpenApiDefinition) -> None:
    with pytest.raises(UnknownNameError) as error:
        orders.answer(orders.operation("getOrder"), seed="a", status=500)
    assert str(error.value) == (
        "getOrder declares no status 500.\n\n"
        "  declared   200, 404\n"
        "  at         /paths/~1orders~1{id}/get/responses\n\n"
        "Reply with one of the declared statuses, or add it to the definition."
    )


def test_required_headers_are_made_and_given_ones_win(orders: OpenApiDefinition) -> None:
    operation = orders.operation("listOrders")
    made_headers = orders.answer(operation, seed="a").response.headers
    given = orders.answer(operation, seed="a", headers={"X-Total": "12"}).response.headers
    assert made_headers.keys() == {"x-total", "content-type"}
    assert given == {"x-total": ("12",), "content-type": ("application/json",)}


def test_a_response_without_content_has_no_body(orders: OpenApiDefinition) -> None:
    answer = orders.answer(orders.operation("getRoot"), seed="a")
    assert (answer.response.status, answer.response.body, answer.promises) == (204, MissingBody(), {})
    assert isinstance(orders.answer(orders.operation("getRoot"), seed="a", body=EmptyBody()).response.body, EmptyBody)


def test_the_media_type_is_one_that_is_accepted(definition_of: Callable[[str], OpenApiDefinition]) -> None:
    definition = definition_of(
        """\
        openapi: 3.0.0
        paths:
          /a:
            get:
              operationId: get
              responses:
                '200':
                  description: x
                  content:
                    text/plain: {schema: {type: string, example: hello}}
                    application/xml: {schema: {type: object, properties: {id: {type: integer, example: 1}}}}
                    application/json: {schema: {type: string, example: hello}}
        """
    )
    bodies = []
    for accept in ("text/plain", "application/xml, */*", "*/*"):
        request = HttpRequest(method="GET", path="/a", headers={"accept": (accept,)})
        bodies.append(
            definition.answer(definition.operation("get"), seed="a", route=definition.route(request)).response.body
        )
    assert bodies == [
        TextBody("hello", "text/plain"),
        TextBody("<root><id>1</id></root>", "application/xml"),
        JsonBody("hello", "application/json"),
    ]


def test_markup_has_its_elements_in_the_order_of_the_schema(
    definition_of: Callable[[str], OpenApiDefinition],
) -> None:
    definition = definition_of(
        """\
        openapi: 3.0.0
        paths:
          /a:
            get:
              operationId: get
              responses:
                '200':
                  description: x
                  content:
                    application/xml: {schema: {$ref: '#/components/schemas/Range'}}
                    application/json: {schema: {$ref: '#/components/schemas/Range'}}
        components:
          schemas:
            Range: {type: object, properties: {to: {type: integer, example: 2}, from: {type: integer, example: 1}}}
        """
    )
    bodies = []
    for accept in ("application/json", "application/xml"):
        request = HttpRequest(method="GET", path="/a", headers={"accept": (accept,)})
        route = definition.route(request)
        bodies.append(definition.answer(definition.operation("get"), seed="a", route=route).response.body)
    assert bodies == [
        JsonBody({"from": 1, "to": 2}, "application/json"),
        TextBody("<root><to>2</to><from>1</from></root>", "application/xml"),
    ]


def test_a_new_member_leaves_its_siblings_values_alone(answering: Answering) -> None:
    before = made(answering("{type: object, required: [a], properties: {a: {type: string}}}"))
    after = made(answering("{type: object, required: [a], properties: {b: {type: string}, a: {type: string}}}"))
    assert after["a"] == before["a"]


def test_sentences_have_the_article_of_their_first_word() -> None:
    sentences = {_sentence(Draw(str(number), "")) for number in range(400)}
    assert {each.split()[0] for each in sentences} == {"A", "An"}
    assert all((each.split()[1][0] in "aeiou") == each.startswith("An ") for each in sentences)
