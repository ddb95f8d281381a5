"""Clients with loops, switches, several calls and memories; tests of all the usual kinds."""

import unittest

import httpx
import pytest
from flow_client import AsyncClient, Client, remembered

REACTIONS = ["an undeclared status"]

BESIDE = ["connection.py", "flow_client.py"]

TRUTH = {
    "test_a_loop": {"getOrder": {"needed": ["lines", "lines[*].price", "lines[*].quantity"]}},
    "test_a_loop_with_a_default": {
        "getOrder": {"needed": ["lines", "lines[*].price"], "may_lack": ["lines[*].discount"]}
    },
    "test_a_greatest": {
        "getOrder": {
            "needed": ["lines", "lines[*].price"],
            "non_empty": ["lines"],
            "null_tolerated": ["lines[*].price"],
        },
    },
    "test_the_only_line": {
        "getOrder": {
            "needed": ["lines", "lines[*].sku"],
            "non_empty": ["lines"],
            "at_most": {"lines": 1},
            "null_tolerated": ["lines[*].sku"],
        },
    },
    "test_a_switch": {"getOrder": {"needed": ["status"], "members": {"status": ["open", "paid", "shipped"]}}},
    "test_a_question": {"getOrder": {"needed": ["status"], "null_tolerated": ["status"]}},
    "test_waiting": {
        "getJob": {"needed": ["state", "result"], "members": {"state": ["done"]}, "null_tolerated": ["result"]},
    },
    "test_retries": {"getJob": {"needed": ["result"]}},
    "test_two_calls": {
        "getOrder": {"needed": ["customer", "customer.id"]},
        "getCustomer": {"needed": ["name"]},
    },
    "test_one_answer_or_the_other": {
        "getOrder": {"needed": ["customer", "customer.nickname"], "null_tolerated": ["customer.nickname"]},
        "getCustomer": {"needed": ["name"]},
    },
    "test_elements_of_the_whole": {"listTags": {}},
    "test_pages": {"listOrders": {"needed": ["items", "items[*].total"], "null_tolerated": ["items[*].total"]}},
    "test_an_optional_first": {"listOrders": {"needed": ["items"], "null_tolerated": ["items"]}},
    "test_asynchronously": {"getOrder": {"needed": ["total"], "reactions": []}},
    "test_with_parameters": {"getOrder": {"needed": ["lines", "lines[*].price", "lines[*].quantity"]}},
    "test_in_a_class": {"getOrder": {"needed": ["lines", "lines[*].price", "lines[*].quantity"]}},
    "test_in_a_test_case": {"getOrder": {"needed": ["lines", "lines[*].price", "lines[*].quantity"]}},
}

UNKNOWN = {
    "test_a_memory_of_the_module": "getCustomer is not called again with the same request when the test is run again",
    "test_a_remembering_function": "getCustomer is not called again with the same request when the test is run again",
    "test_a_shared_fixture": "the fixture shared_client is shared: its scope is module",
    "test_that_cannot_run_twice": "it fails when it is run again (AssertionError)",
    "test_that_is_flaky": "the test is marked flaky",
    "test_that_opted_out": "not inferred",
}

_RUNS = []


@pytest.fixture
def client(contract_stub):
    return Client(contract_stub("orders").url)


@pytest.fixture(scope="module")
def shared_client():
    return []


def test_a_loop(client):
    assert client.value_of(1) is not None


def test_a_loop_with_a_default(contract_stub, client):
    contract_stub("orders").on("getOrder").reply(
        200, {"lines": [{"sku": "a", "quantity": 1, "price": 2, "discount": 1}]}
    )
    assert client.discounted(2) is not None


def test_a_greatest(contract_stub, client):
    contract_stub("orders").on("getOrder").reply(200, {"lines": [{"sku": "a", "quantity": 1, "price": 2}]})
    client.dearest(3)


def test_the_only_line(contract_stub, client):
    contract_stub("orders").on("getOrder").reply(200, {"lines": [{"sku": "a", "quantity": 1, "price": 2}]})
    client.only_line(4)


def test_a_switch(contract_stub, client):
    contract_stub("orders").on("getOrder").reply(200, {"status": "open"})
    assert client.step(5)


def test_a_question(client):
    assert client.is_open(6) in (True, False)


def test_waiting(contract_stub, client):
    contract_stub("orders").on("getJob").reply(200, {"state": "done", "result": 3})
    client.wait(7)


def test_retries(contract_stub, client):
    contract_stub("orders").on("getJob").reply(200, {"result": 3})
    client.patient(8)


def test_two_calls(client):
    assert client.customer_of(9) is not None


def test_one_answer_or_the_other(contract_stub, client):
    contract_stub("orders").on("getOrder").reply(200, {"customer": {"nickname": "bo"}})
    assert client.name_of(10, 10)


def test_elements_of_the_whole(client):
    assert client.colors() is not None


def test_pages(contract_stub, client):
    contract_stub("orders").on("listOrders").reply(200, {"next": None, "items": [{"id": 1, "total": 2}]})
    assert client.all_totals() is not None


def test_an_optional_first(contract_stub, client):
    contract_stub("orders").given("an order with a label")
    contract_stub("orders").on("listOrders").reply(200, {"items": [{"id": 1, "total": 2, "label": "x"}]})
    client.first_label()


async def test_asynchronously(contract_stub):
    orders = contract_stub("orders")
    async with httpx.AsyncClient(transport=orders.async_transport(), base_url="http://x/v1") as http:
        assert await AsyncClient(http).total(11) is not None


@pytest.mark.parametrize("number", [12, 13])
def test_with_parameters(client, number):
    assert client.value_of(number) is not None


class TestOfOrders:
    def test_in_a_class(self, client):
        assert not hasattr(self, "was_here")
        self.was_here = True
        assert client.value_of(14) is not None


class OrdersCase(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _client(self, client):
        self.client = client

    def test_in_a_test_case(self):
        self.assertIsNotNone(self.client.value_of(15))


def test_a_memory_of_the_module(client):
    assert client.kept(16) is not None


def test_a_remembering_function(contract_stub):
    assert remembered(contract_stub("orders").url, 17) is not None


def test_a_shared_fixture(client, shared_client):
    shared_client.append(client.value_of(18))


def test_that_cannot_run_twice(client):
    client.value_of(19)
    _RUNS.append(1)
    assert len(_RUNS) == 1


@pytest.mark.flaky
def test_that_is_flaky(client):
    client.value_of(20)


@pytest.mark.contract(needs="off")
def test_that_opted_out(client):
    client.value_of(21)
