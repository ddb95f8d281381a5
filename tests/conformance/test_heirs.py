"""What may stand where a parent with a discriminator does: its heirs, by the kind that the answer names."""

import pytest

from contractkit.exact_json import Json
from contractkit.locking.legality import recheck
from contractkit.model import Contract, HttpCall, HttpRequest, HttpResponse, Interaction, JsonBody
from contractkit.sources import read_definition

OPENAPI = """
openapi: 3.0.3
info: {title: payments, version: '1'}
paths:
  /payments/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Payment'}}}}
  /payments:
    get:
      responses:
        '200':
          description: all
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Payment'}}}}
  /cards/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Card'}}}}
components:
  schemas:
    Payment:
      type: object
      required: [kind]
      properties: {kind: {type: string}, amount: {type: number}}
      discriminator: {propertyName: kind, mapping: {by-card: '#/components/schemas/Card'}}
    Card:
      allOf: [{$ref: '#/components/schemas/Payment'}, {type: object, properties: {holder: {type: string}}}]
    Voucher:
      allOf: [{$ref: '#/components/schemas/Payment'}, {type: object, properties: {code: {type: integer}}}]
    Credit:
      allOf: [{$ref: '#/components/schemas/Card'}, {type: object, properties: {limit: {type: number}}}]
"""
SWAGGER = """
swagger: '2.0'
info: {title: payments, version: '1'}
produces: [application/json]
paths:
  /payments/{id}:
    get:
      parameters: [{name: id, in: path, required: true, type: string}]
      responses: {'200': {description: it, schema: {$ref: '#/definitions/Payment'}}}
definitions:
  Payment: {type: object, properties: {kind: {type: string}}, discriminator: kind}
  Voucher: {allOf: [{$ref: '#/definitions/Payment'}, {type: object, properties: {code: {type: integer}}}]}
"""


def concerns(definition: str, path: str, answer: Json) -> list[str]:
    call = HttpCall(
        request=HttpRequest(method="GET", path=path), response=HttpResponse(status=200, body=JsonBody(answer))
    )
    one = Interaction(key="1", description="it", exchange=call)
    contract = Contract(consumer="web-shop", provider="payments", interactions=(one,))
    found = recheck([contract], [(None, read_definition(definition.encode(), source="payments.yaml").openapi)])
    return [f"{each.location}: {each.sentence}" for each in found.concerns]


@pytest.mark.parametrize(
    ("path", "answer", "expected"),
    [
        ("/payments/7", {"kind": "by-card", "holder": "A"}, []),
        ("/payments/7", {"kind": "Voucher", "code": 7}, []),
        ("/payments/7", {"kind": "Credit", "holder": "A", "limit": 5}, []),
        ("/payments", [{"kind": "by-card", "holder": "A"}, {"kind": "Voucher", "code": 7}], []),
        ("/payments/7", {"holder": "A"}, []),
        ("/payments/7", {"kind": "of a kind that is not known", "holder": "A"}, []),
        ("/payments/7", {"kind": "Voucher", "holder": "A"}, ["response.body.holder: it is not declared"]),
        ("/payments/7", {"kind": "by-card", "limit": 5}, ["response.body.limit: it is not declared"]),
        ("/payments/7", {"kind": "Payment", "holder": "A"}, ["response.body.holder: it is not declared"]),
        ("/payments/7", {"kind": "Voucher", "code": "X"},
         ["response.body.code: expected by the consumer: \"X\"; declared: integer"]),
        ("/payments/7", {"kind": "Voucher", "colour": "red"}, ["response.body.colour: it is not declared"]),
        ("/cards/7", {"kind": "by-card", "holder": "A"}, []),
        ("/cards/7", {"kind": "Credit", "limit": 5}, []),
        ("/cards/7", {"kind": "Voucher", "code": 7}, ["response.body.code: it is not declared"]),
    ],
)  # fmt: skip
def test_an_heir_may_come_where_its_parent_is_declared(path: str, answer: Json, expected: list[str]) -> None:
    assert concerns(OPENAPI, path, answer) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"kind": "Voucher", "code": 7}, []),
        ({"kind": "Voucher", "colour": "red"}, ["response.body.colour: it is not declared"]),
    ],
)
def test_a_parent_of_swagger_has_heirs_too(answer: Json, expected: list[str]) -> None:
    assert concerns(SWAGGER, "/payments/7", answer) == expected


def test_without_a_discriminator_nobody_inherits() -> None:
    alone = OPENAPI.replace("discriminator: {propertyName: kind, mapping: {by-card: '#/components/schemas/Card'}}", "")
    assert concerns(alone, "/payments/7", {"kind": "Voucher", "code": 7}) == ["response.body.code: it is not declared"]


def test_an_heir_that_leads_nowhere_hinders_no_other_one() -> None:
    broken = f"{OPENAPI}    Cash: {{allOf: [{{$ref: '#/components/schemas/Nowhere'}}]}}\n"
    assert concerns(broken, "/payments/7", {"kind": "Voucher", "code": 7}) == []
