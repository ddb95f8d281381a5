"""Clients on generated gRPC code. A field that is dropped is one that is not sent: the default is read in its place."""

import pytest

DEFINITION = "inventory.proto"

BESIDE = ["inventory_client.py"]

TRUTH = {
    "test_a_name_that_may_not_be_empty": {"inventory.v1.Inventory/GetItem": {"needed": ["name"]}},
    "test_some_members": {
        "inventory.v1.Inventory/GetItem": {
            "needed": ["state"],
            "members": {"state": ["STATE_STOCKED", "STATE_SOLD"]},
        },
    },
    "test_a_message_that_must_be_set": {"inventory.v1.Inventory/GetItem": {"needed": ["place"]}},
    "test_a_list_with_an_element": {"inventory.v1.Inventory/GetItem": {"needed": ["tags"], "non_empty": ["tags"]}},
    "test_one_of_two_alternatives": {"inventory.v1.Inventory/GetItem": {"needed": ["maker"]}},
    "test_a_note_or_a_name": {"inventory.v1.Inventory/GetItem": {"any_of": [["name", "note"]]}},
    "test_nothing_of_it": {"inventory.v1.Inventory/GetItem": {}},
    "test_every_message_of_a_stream": {"inventory.v1.Inventory/ListItems": {"needed": ["name"]}},
}
for _truth in TRUTH.values():
    for _operation in _truth.values():
        _operation["null_tolerated"] = _operation.get("needed", [])  # nothing can be null


@pytest.fixture
def stub(contract_stub):
    return contract_stub("orders")


@pytest.fixture
def client(stub):
    from inventory_client import Inventory

    return Inventory(stub.channel())


def test_a_name_that_may_not_be_empty(client):
    assert client.label(1)


def test_some_members(stub, client):
    stub.on("GetItem").reply({"state": "STATE_STOCKED"})
    assert client.step(2)


def test_a_message_that_must_be_set(stub, client):
    stub.on("GetItem").reply({"place": {"shelf": "a", "row": 2}})
    client.shelf(3)


def test_a_list_with_an_element(stub, client):
    stub.on("GetItem").reply({"tags": ["a", "b"]})
    client.first_tag(4)


def test_one_of_two_alternatives(stub, client):
    stub.on("GetItem").reply({"maker": "a"})
    client.maker(5)


def test_a_note_or_a_name(stub, client):
    stub.on("GetItem").reply({"note": "a", "name": "b"})
    client.shown(6)


def test_nothing_of_it(client):
    client.get(7)


def test_every_message_of_a_stream(client):
    assert client.names(8)
