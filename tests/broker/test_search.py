"""Search: applications, versions, branches, tags, and what the newest contracts say, each kind by an index."""

from typing import Any

from contractkit_broker.service.words import words_of

from tests.broker.conftest import Story, contract, interaction

Json = Any

KINDS = ("applications", "versions", "tagged", "branches", "operations", "states", "interactions")


def found(broker: Story, text: str, **more: str) -> dict[str, list[str]]:
    """Give what was found of each kind that was, each hit in one line."""
    reply = broker.http.get("/search", params={"q": text, **more})
    assert reply.status_code == 200, reply.text
    body = reply.json()
    return {kind: [_line(hit) for hit in body[kind]] for kind in KINDS if body[kind]}


def _line(hit: Json) -> str:
    if "interactionId" in hit:
        return f"{hit['consumer']} calls {hit['provider']}: {hit['description']}"
    if "consumers" in hit:
        return f"{hit['provider']}: {hit.get('operation') or hit.get('state')} ({', '.join(hit['consumers'])})"
    if "head" in hit:
        return f"{hit['application']}: {hit['name']} at {hit['head']}"
    return f"{hit['application']} {hit['number']}" if "number" in hit else str(hit["name"])


def test_applications_are_found_by_any_part_of_their_names(broker: Story) -> None:
    for name in ("web-shop", "Shopping-Cart", "orders"):
        broker.http.put(f"/pacticipants/{name}", json={})
    broker.http.patch("/pacticipants/orders", json={"displayName": "The Workshop"})
    assert found(broker, "SHOP") == {"applications": ["Shopping-Cart", "orders", "web-shop"]}


def test_versions_are_found_by_how_they_begin_by_branch_and_by_tag(broker: Story) -> None:
    for name, number, branch in (
        ("orders", "8f2c1e4", "feat/8f"),
        ("web-shop", "8f2d000", "main"),
        ("orders", "9", "x"),
    ):
        broker.publish(name, number, contract(name, "stock"), branch=branch, tags=["nightly"])
    assert found(broker, "8f2") == {"versions": ["orders 8f2c1e4", "web-shop 8f2d000"]}
    assert found(broker, "8f2c") == {"versions": ["orders 8f2c1e4"]}
    assert found(broker, "feat/") == {"branches": ["orders: feat/8f at 8f2c1e4"]}
    assert found(broker, "nightly") == {"tagged": ["orders 9", "web-shop 8f2d000", "orders 8f2c1e4"]}
    assert (found(broker, "f2c"), found(broker, "night"), found(broker, "8F2")) == ({}, {}, {})


def test_a_found_version_says_where_it_is(broker: Story) -> None:
    broker.publish("web-shop", "1.4.0", contract("web-shop", "orders"), branch="main")
    broker.deploy("web-shop", "1.4.0", "production")
    [hit] = broker.http.get("/search", params={"q": "1.4"}).json()["versions"]
    del hit["_links"]
    assert hit == {
        "application": "web-shop",
        "number": "1.4.0",
        "branches": ["main"],
        "environments": ["production"],
    }


def test_what_contracts_say_is_found_by_the_beginnings_of_its_words(broker: Story) -> None:
    broker.publish(
        "web-shop", "1", contract("web-shop", "orders", interaction("a large invoice", state="order shipped"))
    )
    broker.publish("courier", "1", contract("courier", "orders", interaction("a parcel", state="order shipped")))
    both = ["web-shop calls orders: a large invoice", "courier calls orders: a parcel"]
    expected = {"states": ["orders: order shipped (courier, web-shop)"], "interactions": both}
    assert found(broker, "ship") == expected
    assert found(broker, "Order SHIP") == expected
    assert found(broker, "invoice large") == {"interactions": ["web-shop calls orders: a large invoice"]}
    assert found(broker, "/orders/7") == {
        "operations": ["orders: GET /orders/7 (courier, web-shop)"],
        "interactions": both,
    }
    assert found(broker, "voice") == {}


def test_only_what_the_newest_contract_says_is_found(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders", interaction("an invoice")))
    broker.publish("web-shop", "2", contract("web-shop", "orders", interaction("a receipt")))
    assert found(broker, "invoice") == {}
    assert found(broker, "receipt") == {"interactions": ["web-shop calls orders: a receipt"]}
    broker.publish("web-shop", "3", contract("web-shop", "orders", interaction("an invoice")))
    assert found(broker, "invoice") == {"interactions": ["web-shop calls orders: an invoice"]}


def test_what_is_merged_later_is_found(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders", interaction("an invoice")))
    more = contract("web-shop", "orders", interaction("a receipt", state="paid"))
    broker.publish("web-shop", "1", more, on_conflict="merge")
    assert found(broker, "receipt") == {"interactions": ["web-shop calls orders: a receipt"]}


def test_a_search_can_be_held_to_one_provider(broker: Story) -> None:
    for provider in ("orders", "stock"):
        broker.publish("web-shop", "1", contract("web-shop", provider, interaction("an invoice")))
    assert found(broker, "invoice", provider="stock") == {"interactions": ["web-shop calls stock: an invoice"]}
    asked = {"q": "invoice", "provider": "stock", "self": "x"}
    own = broker.http.get("/search", params=asked).json()["_links"]["self"]["href"]
    assert own == f"{str(broker.http.base_url).rstrip('/')}/search?q=invoice&provider=stock"
    reply = broker.http.get("/search", params={"q": "invoice", "provider": "nobody"})
    assert (reply.status_code, reply.json()) == (404, {"error": "No provider with name 'nobody' found"})


def test_more_hits_than_are_given_are_said(broker: Story) -> None:
    many = [interaction(f"invoice {number:02}", state=f"paid {number}") for number in range(21)]
    broker.publish("web-shop", "1", contract("web-shop", "orders", *many))
    body = broker.http.get("/search", params={"q": "invoice"}).json()
    assert (len(body["interactions"]), body["cut"]) == (20, ["interactions"])
    assert body["interactions"][0]["description"] == "invoice 00"


def test_a_removed_integration_is_found_no_more(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders", interaction("an invoice")))
    assert broker.http.delete("/integrations/provider/orders/consumer/web-shop").status_code in (200, 204)
    assert found(broker, "invoice") == {}


def test_a_search_for_nothing_or_too_much_is_refused(broker: Story) -> None:
    for query, message in (
        ({}, "is missing"),
        ({"q": " "}, "is missing"),
        ({"q": "x" * 513}, "is longer than 512 characters"),
    ):
        reply = broker.http.get("/search", params=query)
        assert (reply.status_code, reply.json()) == (400, {"errors": {"q": [message]}})
    assert found(broker, "%") == found(broker, "' OR 1=1 --") == found(broker, "\U0010ffff") == {}


def test_words_are_cut_where_people_see_them_end() -> None:
    assert list(words_of("getOrder GET /orders/{id} order_line ÜBER-raschung")) == [
        "getorder",
        "get",
        "order",
        "get",
        "orders",
        "id",
        "order_line",
        "order",
        "line",
        "über",
        "raschung",
    ]
