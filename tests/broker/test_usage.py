"""Who uses which operations and locations of a provider, as the contracts that count say."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.broker.conftest import Story, contract, interaction

Json = Any
CALLS = (Path(__file__).parents[2] / "contracts/samples/courier-app-inventory.json").read_bytes()


def uses(broker: Story, **asked: str) -> list[tuple[str, str, list[tuple[str, Json]]]]:
    reply = broker.http.get("/usage", params={"provider": "orders", **asked})
    assert reply.status_code == 200, reply.text
    return [
        (each["operation"], each["location"], [(use["name"], use["needed"]) for use in each["consumers"]])
        for each in reply.json()["uses"]
    ]


def inferred(*needed: str, tolerated: tuple[str, ...] = ()) -> Json:
    """Give an interaction whose consumer's needs were inferred."""
    needs = {"kind": "inferred", "needed": [{"location": each, "nonNull": True} for each in needed]}
    test = {"file": "tests/test_orders.py", "line": 1, "nodeId": "tests/test_orders.py::test_an_order"}
    evidence = [{"test": test, "needs": {**needs, "tolerated": list(tolerated)}}]
    found = interaction("an order")
    found["comments"] = {"contractkit": {"operation": "getOrder", "evidence": evidence}}
    return found


def test_a_location_names_its_consumers(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"), branch="main")
    broker.publish("courier-app", "1", contract("courier-app", "orders"), branch="main")
    both = [("courier-app", None), ("web-shop", None)]
    assert uses(broker, location="response.body.total") == [("GET /orders/7", "response.body.total", both)]
    assert uses(broker, operation="GET /orders/8") == []
    assert {operation for operation, *_ in uses(broker)} == {"GET /orders/7"}


def test_a_location_says_who_needs_it(broker: Story) -> None:
    needing, indifferent = inferred("response.body.total"), inferred(tolerated=("response.body.total",))
    broker.publish("web-shop", "1", contract("web-shop", "orders", needing), branch="main")
    broker.publish("courier-app", "1", contract("courier-app", "orders", indifferent), branch="main")
    assert uses(broker, operation="getOrder", location="response.body.total") == [
        ("getOrder", "response.body.total", [("courier-app", False), ("web-shop", True)])
    ]


def test_only_what_counts_is_asked(broker: Story) -> None:
    wished = interaction("a wish")
    wished["request"]["path"] = "/wishes"
    broker.publish("web-shop", "1", contract("web-shop", "orders"), branch="main")
    broker.publish("web-shop", "2", contract("web-shop", "orders", wished), branch="feature/x")
    broker.deploy("web-shop", "2", "test")
    operations = {
        "main": {operation for operation, *_ in uses(broker, branch="main")},
        "feature/x": {operation for operation, *_ in uses(broker, branch="feature/x")},
        "test": {operation for operation, *_ in uses(broker, environment="test")},
        "production": {operation for operation, *_ in uses(broker, environment="production")},
    }
    assert operations == {
        "main": {"GET /orders/7"},
        "feature/x": {"GET /wishes"},
        "test": {"GET /wishes"},
        "production": set(),
    }


def test_a_place_of_a_calls_messages_is_that_of_both_sides(broker: Story) -> None:
    broker.publish("courier-app", "2.9.3", json.loads(CALLS), branch="main")
    asked = {
        "provider": "inventory",
        "operation": "inventory.v1.Inventory/GetItem",
        "location": "events[0].message.sku",
    }
    assert [(at, consumers) for _, at, consumers in uses(broker, **asked)] == [
        ("received[*].message.sku", [("courier-app", None)]),
        ("sent[*].message.sku", [("courier-app", True)]),
    ]
    values = broker.http.get("/usage/values", params=asked).json()["uses"]
    assert [each["location"] for each in values] == [
        'received[*].message.sku = "A-1"',
        'sent[*].message.sku = "A-1"',
    ]


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({}, 400, {"errors": {"provider": ["is missing"]}}),
        ({"provider": "nobody"}, 404, {"error": "No provider with name 'nobody' found"}),
        (
            {"provider": "orders", "environment": "nowhere"},
            400,
            {"errors": {"environment": ["No environment named 'nowhere' is known. Known: production, test."]}},
        ),
    ],
)
def test_what_is_not_known_is_said(broker: Story, asked: Json, status: int, said: Json) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    reply = broker.http.get("/usage", params=asked)
    assert (reply.status_code, reply.json()) == (status, said)


def test_values_name_their_consumers(broker: Story) -> None:
    wished = interaction("paid orders")
    wished["request"].update(path="/orders", query={"state": ["paid"]})
    broker.publish("web-shop", "1", contract("web-shop", "orders", wished), branch="main")
    broker.publish("courier-app", "1", contract("courier-app", "orders"), branch="main")
    found = broker.http.get("/usage/values", params={"provider": "orders", "operation": "GET /orders"})
    assert [(each["location"], each["consumers"]) for each in found.json()["uses"]] == [
        ('request.query.state = "paid"', [{"name": "web-shop", "needed": True}]),
        ("response.status = 200", [{"name": "web-shop", "needed": True}]),
    ]
    asked = {"provider": "orders", "location": "response.status"}
    status = broker.http.get("/usage/values", params=asked).json()["uses"]
    assert [(each["operation"], [use["name"] for use in each["consumers"]]) for each in status] == [
        ("GET /orders", ["web-shop"]),
        ("GET /orders/7", ["courier-app"]),
    ]


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({}, 400, {"errors": {"provider": ["is missing"]}}),
        ({"provider": "orders", "environment": " "}, 400, {"errors": {"environment": ["can't be blank"]}}),
        ({"provider": "nobody"}, 404, {"error": "No provider with name 'nobody' found"}),
    ],
)
def test_what_is_asked_wrongly_of_values_is_said(broker: Story, asked: dict[str, str], status: int, said: Json) -> None:
    reply = broker.http.get("/usage/values", params=asked)
    assert (reply.status_code, reply.json()) == (status, said)


@pytest.mark.slow
def test_the_page_reads_the_same_of_either_database(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders", inferred("response.body.total")), branch="main")
    page = broker.http.get("/ui/usage/orders", params={"find": "200"}).text
    assert re.findall(r'<th scope="row"><code>(.*?)</code>', page) == ["response.status", "response.status = 200"]
