"""Clients that take answers as dictionaries."""

from connection import HTTP
from dict_client import Client

BESIDE = ["connection.py", "dict_client.py"]

TRUTH = {
    "test_one_member": {"getOrder": {"needed": ["total"]}},
    "test_a_default": {"getOrder": {"may_lack": ["total"]}},
    "test_a_member_of_an_object": {"getOrder": {"needed": ["customer", "customer.name"]}},
    "test_an_object_that_may_lack": {
        "getOrder": {"needed": ["customer.name"]},  # where the customer is there
    },
    "test_null_instead_of_a_text": {"getOrder": {"needed": ["note"], "null_tolerated": ["note"]}},
    "test_one_name_or_another": {"getCustomer": {"any_of": [["name", "nickname"]]}},
    "test_one_of_three": {"getCustomer": {"any_of": [["email", "name", "nickname"]]}},
    "test_both_or_neither": {"getCustomer": {"needed": ["valid_from", "valid_until"], "null_tolerated": [
        "valid_from", "valid_until"]}},
    "test_a_refused_order": {"getOrder": {"needed": ["title"]}},
    "test_nothing_of_the_answer": {"getOrder": {}},
    "test_without_a_body": {"deleteOrder": {}},
    "test_a_currency_that_is_compared": {"getOrder": {"needed": ["currency", "total"], "members": {
        "currency": ["EUR"]}}},
    "test_what_the_test_alone_compares": {"getOrder": {"needed": ["currency"]}},
}  # fmt: skip


def client(contract_stub) -> Client:
    return Client(contract_stub("orders").url)


def test_one_member(contract_stub):
    assert client(contract_stub).taxed(1) is not None


def test_a_default(contract_stub):
    assert client(contract_stub).taxed_or_nothing(2) is not None


def test_a_member_of_an_object(contract_stub):
    assert client(contract_stub).customer_of(3)


def test_an_object_that_may_lack(contract_stub):
    assert client(contract_stub).customer_if_any(4)


def test_null_instead_of_a_text(contract_stub):
    contract_stub("orders").on("getOrder").reply(200, {"note": "fragile"})
    assert client(contract_stub).note(5) is not None


def test_one_name_or_another(contract_stub):
    contract_stub("orders").on("getCustomer").reply(200, {"nickname": "bo"})
    assert client(contract_stub).called(6)


def test_one_of_three(contract_stub):
    contract_stub("orders").on("getCustomer").reply(200, {"nickname": "bo", "email": "bo@example.com"})
    assert client(contract_stub).reached(7)


def test_both_or_neither(contract_stub):
    contract_stub("orders").on("getCustomer").reply(200, {"valid_from": "a", "valid_until": "b"})
    assert client(contract_stub).is_valid(8)


def test_a_refused_order(contract_stub):
    orders = contract_stub("orders")
    orders.on("getOrder").reply(404)
    assert client(contract_stub).get("/orders/9")["title"].strip() is not None


def test_nothing_of_the_answer(contract_stub):
    HTTP.get(f"{contract_stub('orders').url}/orders/10")


def test_without_a_body(contract_stub):
    assert HTTP.delete(f"{contract_stub('orders').url}/orders/11").status_code == 204


def test_a_currency_that_is_compared(contract_stub):
    contract_stub("orders").on("getOrder").reply(200, {"currency": "EUR"})
    assert client(contract_stub).euros(12) is not None


def test_what_the_test_alone_compares(contract_stub):
    contract_stub("orders").on("getOrder").reply(200, {"currency": "EUR"})
    assert client(contract_stub).get("/orders/13")["currency"] == "EUR"
