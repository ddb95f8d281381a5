"""Clients that make objects of answers: pydantic, strict and lenient, dataclasses, a match statement."""

from connection import HTTP
from models_of_orders import (
    DatedOrder,
    EitherDelivery,
    LenientCustomer,
    NestedOrder,
    SomeCustomer,
    StatedOrder,
    StrictTag,
    WholeCustomer,
    attempts,
    tracking,
)

BESIDE = ["connection.py", "models_of_orders.py"]

TRUTH = {
    "test_a_strict_model": {
        "listTags": {"needed": ["[*].name", "[*].color"], "reactions": ["an extra field"]},
    },
    "test_a_lenient_model": {"getCustomer": {"needed": ["id"], "may_lack": ["name"], "any_of": []}},
    "test_a_dataclass_of_everything": {
        "getCustomer": {
            "needed": ["email", "id", "name", "nickname", "valid_from", "valid_until"],
            "null_tolerated": ["email", "id", "name", "nickname", "valid_from", "valid_until"],
            "reactions": ["an extra field"],
        },
    },
    "test_a_dataclass_of_some": {"getCustomer": {"needed": ["id", "name"], "null_tolerated": ["id", "name"]}},
    "test_a_model_of_nested_objects": {
        "getOrder": {
            "needed": ["customer", "customer.name", "lines", "lines[*].sku", "lines[*].quantity"],
        },
    },
    "test_a_model_with_a_date": {"getOrder": {"needed": ["created"], "pattern": ["created"]}},
    "test_a_number_written_as_text": {"getJob": {"needed": ["attempts"], "pattern": ["attempts"]}},
    "test_a_model_with_some_members": {
        "getOrder": {"needed": ["status"], "members": {"status": ["open", "paid", "shipped"]}},
    },
    "test_alternatives_that_are_told_apart": {
        "getDelivery": {
            "needed": ["way", "way.kind", "way.tracking"],
            "members": {"way.kind": ["courier"]},
            "null_tolerated": ["way.tracking"],
        },
    },
    "test_both_alternatives": {
        "getDelivery": {"needed": ["way", "way.kind", "way.tracking"]},
    },
}


def get(contract_stub, path):
    return HTTP.get(f"{contract_stub('orders').url}{path}").json()


def tags(contract_stub):
    return [StrictTag.model_validate(each) for each in get(contract_stub, "/tags")]


def test_a_strict_model(contract_stub):
    contract_stub("orders").on("listTags").reply(200, [{"name": "a", "color": "b"}, {"name": "c", "color": "d"}])
    assert tags(contract_stub) is not None


def test_a_lenient_model(contract_stub):
    assert LenientCustomer.model_validate(get(contract_stub, "/customers/1"))


def test_a_dataclass_of_everything(contract_stub):
    reply = {"nickname": "a", "email": "b", "valid_from": "c", "valid_until": "d"}
    contract_stub("orders").on("getCustomer").reply(200, reply)
    assert WholeCustomer(**get(contract_stub, "/customers/2"))


def test_a_dataclass_of_some(contract_stub):
    body = get(contract_stub, "/customers/3")
    assert SomeCustomer(id=body["id"], name=body["name"])


def test_a_model_of_nested_objects(contract_stub):
    assert NestedOrder.model_validate(get(contract_stub, "/orders/4")).customer


def test_a_model_with_a_date(contract_stub):
    contract_stub("orders").on("getOrder").reply(200, {"created": "2024-05-01T10:00:00Z"})
    assert DatedOrder.model_validate(get(contract_stub, "/orders/5")).created


def test_a_model_with_some_members(contract_stub):
    contract_stub("orders").on("getOrder").reply(200, {"status": "open"})
    assert StatedOrder.model_validate(get(contract_stub, "/orders/6"))


def test_alternatives_that_are_told_apart(contract_stub):
    contract_stub("orders").on("getDelivery").reply(200, {"way": {"kind": "courier", "tracking": "x1"}})
    tracking(get(contract_stub, "/deliveries/7"))


def test_both_alternatives(contract_stub):
    contract_stub("orders").on("getDelivery").reply(200, {"way": {"kind": "courier", "tracking": "x1"}})
    assert EitherDelivery.model_validate(get(contract_stub, "/deliveries/8")).way


def test_a_number_written_as_text(contract_stub):
    contract_stub("orders").on("getJob").reply(200, {"attempts": "3"})
    assert attempts(get(contract_stub, "/jobs/9"))
