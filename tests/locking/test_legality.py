"""What contracts recorded, held against definitions: legal by the new one alone, promised beside the old one."""

from dataclasses import replace

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.exact_json import Json
from contractkit.locking.legality import AnyDefinition, recheck
from contractkit.model import (
    Contract,
    Evidence,
    HalfClosed,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedRules,
    Message,
    Received,
    RpcCall,
    Rule,
    Sent,
    Status,
    TestReference,
    TextBody,
    WireForm,
    parse_location,
)
from contractkit.sources import read_definition
from tests.locking.conftest import ORDERS, PROTO

pytestmark = pytest.mark.slow

TEST = Evidence(test=TestReference(node_id="tests/test_shop.py::test_it", file="tests/test_shop.py", line=12))
BY_TYPE = (Rule("type"),)
REQUIRED = "required: [id, total]\n      properties: {id: {type: integer}"
WITHOUT = REQUIRED.replace(", total", "")


def openapi(text: str) -> OpenApiDefinition:
    return read_definition(text.encode(), source="orders.yaml").openapi


def protobuf(text: str) -> ProtoDefinition:
    return read_definition(text.encode(), source="stock.proto").protobuf


def order(body: Json = None, *, path: str = "/orders/7", status: int = 200, served: Json = None) -> Interaction:
    expected = {"id": 7, "total": 12.5} if body is None else body
    call = HttpCall(
        request=HttpRequest(method="GET", path=path), response=HttpResponse(status=status, body=JsonBody(expected))
    )
    one = Interaction(
        key="1",
        description="getOrder answers 200",
        exchange=call,
        rules=(LocatedRules(location=parse_location("response.body"), rules=BY_TYPE),),
        evidence=(TEST,),
    )
    return one if served is None else replace(one, served=JsonBody(served))


def item(*, wire: bool = False, procedure: str = "stock.v1.Stock/GetItem") -> Interaction:
    body = JsonBody({"sku": "a"}, "application/protobuf;message=.stock.v1.Item")
    events = (Sent(message=body), HalfClosed(), Received(message=body), Status(code="OK"))
    form = WireForm(descriptors=protobuf(PROTO).descriptor_set(), request=b"\n\x01a", response=b"\n\x01a")
    rules = tuple(LocatedRules(location=parse_location(f"events[{at}].message"), rules=BY_TYPE) for at in (0, 2))
    return Interaction(
        key="2",
        description="GetItem answers OK",
        exchange=RpcCall(procedure=procedure, events=events),
        rules=rules,
        evidence=(TEST,),
        wire=form if wire else None,
    )


def found(interaction: Interaction, new: AnyDefinition, old: AnyDefinition | None = None) -> list[str]:
    contract = Contract(consumer="web-shop", provider="orders", interactions=(interaction,))
    done = recheck([contract], [(old, new)])
    return [f"{each.level.value} {each.location}: {each.sentence}" for each in done.concerns]


@pytest.mark.parametrize(
    ("old", "new", "interaction", "expected"),
    [
        ("", "", order(), []),
        ("{type: integer}}]", "{type: boolean}}]", order(), ['request.path.id: expected true or false, recorded "7"']),
        ("'200'", "'202'", order(), ["response.status: 200 is not declared"]),
        (
            "application/json",
            "text/csv",
            order(),
            ["response.headers['content-type']: the content type is not declared"],
        ),
        (f"{REQUIRED}, total: {{type: number}}", WITHOUT, order(), ["response.body.total: it is not declared"]),
        (
            "total: {type: number}",
            "total: {type: number, maximum: 10}",
            order(),
            ["response.body.total: expected a number of at most 10, recorded 12.5"],
        ),
        (
            "note: {type: string}",
            "note: {type: integer}",
            order(served={"id": 7, "total": 12.5, "note": "ink"}),
            ['response.body.note: expected an integer, recorded "ink"'],
        ),
        ("required: [id, total]", "required: [id, total, note]", order(), []),
    ],
    ids=["same", "request", "status", "media type", "undeclared", "bound", "served", "one more member"],
)
def test_what_is_legal_is_asked_of_the_new_definition_alone(
    old: str, new: str, interaction: Interaction, expected: list[str]
) -> None:
    assert found(interaction, openapi(ORDERS.replace(old, new))) == [f"no longer legal {each}" for each in expected]


NO_TOTAL = "required: [id]\n      properties: {id: {type: integer}"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (f"{REQUIRED}, total: {{type: number}}", f"additionalProperties: true\n      {NO_TOTAL}", []),
        (f"{REQUIRED}, total: {{type: number}}", f"additionalProperties: {{}}\n      {NO_TOTAL}", []),
        ("type: object", "type: object\n      minProperties: 3", []),
        (f"{REQUIRED}, total: {{type: number}}", f"additionalProperties: false\n      {NO_TOTAL}",
         ["no longer legal response.body.total: it is not declared"]),
    ],
)  # fmt: skip
def test_an_answer_may_have_more_and_where_it_is_left_open_anything(old: str, new: str, expected: list[str]) -> None:
    assert found(order(), openapi(ORDERS.replace(old, new))) == expected


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("text/html: {schema: {type: string}}", []),
        ("application/json: {}, text/html: {}", []),
        ("application/json: {schema: {type: string}}",
         ["no longer legal response.headers['content-type']: the content type is not declared"]),
    ],
)  # fmt: skip
def test_a_text_that_names_no_media_type_is_of_the_declared_one(declared: str, expected: list[str]) -> None:
    call = order().exchange
    assert isinstance(call, HttpCall)
    said = replace(call, response=HttpResponse(status=200, body=TextBody("boom", "text/plain")))
    definition = openapi(ORDERS.replace("application/json: {schema: {$ref: '#/components/schemas/Order'}}", declared))
    assert found(replace(order(), exchange=said, rules=()), definition) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, []),
        ({"content-type": ("application/json",)},
         ["no longer legal response.headers['content-type']: the content type is not declared"]),
    ],
)  # fmt: skip
def test_null_is_no_body_where_none_is_declared_and_nothing_says_that_it_is_json(
    headers: dict[str, tuple[str, ...]], expected: list[str]
) -> None:
    call = order().exchange
    assert isinstance(call, HttpCall)
    empty = replace(call, response=HttpResponse(status=200, headers=headers, body=JsonBody(None)))
    definition = ORDERS.replace("content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}", "")
    assert found(replace(order(), exchange=empty, rules=()), openapi(definition)) == expected


def test_null_is_not_the_object_that_is_declared_whatever_is_asked_beside_it() -> None:
    call = order().exchange
    assert isinstance(call, HttpCall)
    empty = replace(call, response=HttpResponse(status=200, body=JsonBody(None)))
    with_null = replace(order(), exchange=empty, rules=())
    contract = Contract(consumer="web-shop", provider="orders", interactions=(order(), with_null))
    concerns = recheck([contract], [(None, openapi(ORDERS))]).concerns
    assert [(each.interaction, str(each.location), each.sentence) for each in concerns] == [
        (with_null, "response.body", "expected an object, recorded null")
    ]


def test_an_expected_object_that_fits_several_alternatives_is_not_judged_and_a_whole_one_is_refused() -> None:
    branches = "{properties: {id: {type: integer}}}, {properties: {no: {type: integer}}}"
    either = f"{{type: object, oneOf: [{branches}]}}"
    definition = openapi(ORDERS.replace("{$ref: '#/components/schemas/Order'}", either))
    expected = order({"id": 7})
    contract = Contract(consumer="web-shop", provider="orders", interactions=(expected,))
    done = recheck([contract], [(None, definition)])
    assert done.concerns == ()
    assert [(str(each.location), each.sentence) for each in done.unsettled] == [
        ("response.body", "it fits several alternatives, which more members may tell apart")
    ]
    assert found(order({"id": 7}, served={"id": 7}), definition) == [
        'no longer legal response.body: expected a value that fits exactly one of the alternatives, recorded {"id":7}'
    ]


@pytest.mark.parametrize("name", ["accept-ranges", "content-range", "etag", "pragma", "proxy-authenticate", "trailer"])
def test_headers_of_http_itself_need_no_declaration(name: str) -> None:
    call = order().exchange
    assert isinstance(call, HttpCall)
    response = replace(call.response, headers={name: ("it",), "x-page": ("2",)})
    assert found(replace(order(), exchange=replace(call, response=response)), openapi(ORDERS)) == [
        "no longer legal response.headers['x-page']: it is not declared"
    ]


def test_a_query_parameter_that_is_not_declared_is_not_judged() -> None:
    call = order(path="orders/7").exchange
    assert isinstance(call, HttpCall)
    asked = replace(order(), exchange=replace(call, request=replace(call.request, query={"extra": ("1",)})))
    contract = Contract(consumer="web-shop", provider="orders", interactions=(asked,))
    done = recheck([contract], [(None, openapi(ORDERS))])
    assert done.concerns == ()
    assert [(str(each.location), each.sentence) for each in done.unsettled] == [
        ("request.query.extra", "it is not declared, and a provider may pass over it")
    ]


def test_a_place_that_is_illegal_is_told_once() -> None:
    new = openapi(ORDERS.replace(f"{REQUIRED}, total: {{type: number}}", WITHOUT))
    assert found(order(), new, openapi(ORDERS)) == ["no longer legal response.body.total: it is not declared"]


def test_what_was_never_promised_is_not_told() -> None:
    loose = openapi(ORDERS.replace("[id, total]", "[id]"))
    changed = openapi(ORDERS.replace("[id, total]", "[id]").replace("'1'", "'2'"))
    assert found(order(), changed, loose) == []


def test_a_promise_that_is_no_longer_made_is_told() -> None:
    assert found(order(), openapi(ORDERS.replace("[id, total]", "[id]")), openapi(ORDERS)) == [
        "no longer promised response.body.total: the consumer needs it, and it may be absent now: "
        "promised, number, now declared, number"
    ]


def test_a_unary_call_is_compared_with_its_own_descriptors() -> None:
    gone = protobuf(PROTO.replace("rpc GetItem", "rpc FindItem"))
    assert found(item(wire=True), protobuf(PROTO)) == []
    assert found(item(wire=True), gone, gone) == [
        "no longer legal procedure: the consumer calls stock.v1.Stock/GetItem, which is answered with UNIMPLEMENTED "
        "now: declared as stock.v1.Stock/GetItem, now not declared; stock.v1.Stock/FindItem is like it"
    ]


def test_a_call_without_descriptors_is_compared_with_the_old_definition() -> None:
    renumbered = protobuf(PROTO.replace("sku = 1", "sku = 2"))
    assert found(item(), protobuf(PROTO), protobuf(PROTO)) == []
    assert found(item(), renumbered, protobuf(PROTO)) == [
        "no longer legal events[*].message.sku: the consumer sends it, and a provider does not find it any more: "
        "string sku = 1, now string sku = 2",
        "no longer legal events[*].message.sku: the consumer needs it, and does not find it any more: "
        "string sku = 1, now string sku = 2",
    ]


def test_of_two_definitions_of_procedures_the_one_is_asked_that_has_what_is_called() -> None:
    events = protobuf('syntax = "proto3"; package stock.v1; message Taken { string sku = 1; }')
    contract = Contract(consumer="web-shop", provider="stock", interactions=(item(wire=True),))
    for definitions in ([events, protobuf(PROTO)], [protobuf(PROTO), events]):
        assert recheck([contract], [(None, each) for each in definitions]).concerns == ()
    (gone,) = recheck([contract], [(None, events), (None, events)]).concerns
    assert str(gone.location) == "procedure"


def test_what_no_definition_speaks_of_is_counted() -> None:
    message = replace(order(), exchange=Message(contents=JsonBody({"id": 7})))
    contract = Contract(consumer="web-shop", provider="orders", interactions=(order(), item(), message))
    done = recheck([contract], [(None, openapi(ORDERS))])
    assert (done.checked, done.unjudged, done.concerns) == (1, (item(), message), ())


def test_each_transport_has_its_own_definition() -> None:
    contract = Contract(consumer="web-shop", provider="orders", interactions=(order(), item(wire=True)))
    done = recheck([contract], [(None, openapi(ORDERS)), (None, protobuf(PROTO))])
    assert (done.checked, done.unjudged, done.concerns) == (2, (), ())
