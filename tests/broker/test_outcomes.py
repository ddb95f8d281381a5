"""Results by interaction: of one verification, over time with what flickers, and what a version owes."""

from typing import Any

from tests.broker.conftest import Story, contract, interaction

Json = Any

ORDER, LIST = interaction("an order"), interaction("all orders", state=None)


def publish(broker: Story, number: str = "1", **build: Json) -> None:
    broker.publish("web-shop", number, contract("web-shop", "orders", ORDER, LIST), branch="main", **build)


def outcomes(broker: Story, result: Json) -> list[Json]:
    reply = broker.http.get(result["_links"]["contractkit:interactions"]["href"])
    assert reply.status_code == 200, reply.text
    return list(reply.json()["interactions"])


def fared(broker: Story, url: str, **query: Json) -> list[tuple[str, bool]]:
    results = broker.http.get(url, params=query).json()["results"]
    return [(each["providerVersion"]["number"], each["success"]) for each in results]


def history_url(broker: Story, result: Json, description: str) -> str:
    [found] = [each for each in outcomes(broker, result) if each["description"] == description]
    return str(found["_links"]["contractkit:history"]["href"])


def test_a_verification_says_how_each_interaction_fared(broker: Story) -> None:
    publish(broker)
    result = broker.verify("orders", "8f2c", "web-shop", failing=("an order",)).json()
    [orders, order] = outcomes(broker, result)
    assert (order["description"], order["operation"], order["states"]) == (
        "an order",
        "GET /orders/7",
        ["order exists"],
    )
    mismatch = {"attribute": "body", "identifier": "$.total", "description": "expected 1"}
    assert (order["success"], order["mismatches"], order["errors"]) == (False, [mismatch], [])
    assert (orders["description"], orders["success"], orders["mismatches"]) == ("all orders", True, [])


def test_an_interaction_that_a_verifier_did_not_report_has_no_outcome(broker: Story) -> None:
    publish(broker)
    [chosen] = broker.selected("orders")
    pact = broker.http.get(chosen["_links"]["self"]["href"]).json()
    reported = [
        {"interactionId": pact["interactions"][0]["_id"], "success": True},
        {"interactionId": "none of these", "success": False, "exceptions": [{"message": "it is gone"}]},
    ]
    body = {"success": True, "providerApplicationVersion": "1", "testResults": reported}
    result = broker.http.post(pact["_links"]["pb:publish-verification-results"]["href"], json=body).json()
    said = [(each["description"], each["success"], each["errors"]) for each in outcomes(broker, result)]
    assert said == [("all orders", None, []), ("an order", True, []), (None, False, [{"message": "it is gone"}])]


def test_the_history_of_an_interaction_goes_over_contracts_versions_and_branches(broker: Story) -> None:
    publish(broker)
    broker.verify("orders", "1", "web-shop", branch="main", failing=("an order",))
    other = interaction("all orders", total=1.5, state=None)
    broker.publish("web-shop", "2", contract("web-shop", "orders", ORDER, other), branch="main")
    broker.verify("orders", "2", "web-shop", branch="feature/x")
    result = broker.verify("orders", "3", "web-shop", branch="main").json()
    url = history_url(broker, result, "an order")
    assert fared(broker, url) == [("3", True), ("2", True), ("1", False)]
    assert fared(broker, url, branch="main") == [("3", True), ("1", False)]
    assert fared(broker, url, version="2") == [("2", True)]
    newest = broker.http.get(url).json()["results"][0]
    assert newest["providerVersion"] == {"number": "3", "branches": ["main"]}
    assert fared(broker, history_url(broker, result, "all orders")) == [("3", True), ("2", True)]


def test_a_version_that_kept_and_broke_the_same_interaction_is_flaky(broker: Story) -> None:
    publish(broker)
    broker.verify("orders", "1", "web-shop", failing=("an order",))
    broker.verify("orders", "2", "web-shop")
    broker.verify("orders", "2", "web-shop", failing=("an order",))
    result = broker.verify("orders", "2", "web-shop").json()
    found = broker.http.get(history_url(broker, result, "an order")).json()
    assert (found["flakyVersions"], found["description"]) == (["2"], "an order")
    assert broker.http.get(history_url(broker, result, "all orders")).json()["flakyVersions"] == []


def test_a_long_history_is_given_in_parts(broker: Story) -> None:
    publish(broker)
    for number in range(1, 6):
        result = broker.verify("orders", str(number), "web-shop").json()
    url, parts = history_url(broker, result, "an order") + "?limit=2", []
    while url:
        page = broker.http.get(url).json()
        parts.append([each["providerVersion"]["number"] for each in page["results"]])
        url = page["_links"].get("next", {}).get("href", "")
    assert parts == [["5", "4"], ["3", "2"], ["1"]]


def test_an_interaction_that_was_never_verified_has_an_empty_history(broker: Story) -> None:
    publish(broker)
    [chosen] = broker.selected("orders")
    identity = broker.http.get(chosen["_links"]["self"]["href"]).json()["interactions"][0]["_id"]
    reply = broker.http.get(f"/pacts/provider/orders/consumer/web-shop/interactions/{identity}/results")
    assert (reply.status_code, reply.json()["description"], reply.json()["results"]) == (200, "an order", [])


def test_the_same_interaction_of_another_consumer_is_not_in_the_history(broker: Story) -> None:
    publish(broker)
    broker.publish("courier", "1", contract("courier", "orders", ORDER), branch="main")
    result = broker.verify("orders", "1", "web-shop").json()
    broker.verify("orders", "2", "courier")
    assert fared(broker, history_url(broker, result, "an order")) == [("1", True)]


def test_histories_that_are_not_there_and_numbers_that_are_none_are_refused(broker: Story) -> None:
    publish(broker)
    at = "/pacts/provider/orders/consumer/web-shop/interactions/abc/results"
    none = "No interaction with id abc in a contract between web-shop and orders found"
    assert (broker.http.get(at).status_code, broker.http.get(at).json()) == (404, {"error": none})
    for wrong in ("0", "-1", "x", "1e3", "9999999999"):
        reply = broker.http.get(at, params={"limit": wrong})
        assert (reply.status_code, reply.json()) == (
            400,
            {"errors": {"limit": [f'expected a whole number from 1 to 999999999, received "{wrong}"']}},
        )


def owed(broker: Story, number: str, **query: str) -> list[Json]:
    reply = broker.http.get(f"/pacticipants/orders/versions/{number}/owed", params=query)
    assert reply.status_code == 200, reply.text
    return [
        {
            "consumer": each["consumer"],
            "versions": each["consumerVersions"],
            "reason": each["reason"],
            "interactions": [(one["description"], one["reason"]) for one in each["interactions"]],
        }
        for each in reply.json()["contracts"]
    ]


def test_a_version_owes_what_it_failed_and_what_it_never_verified(broker: Story) -> None:
    publish(broker)
    broker.publish("courier", "7", contract("courier", "orders", LIST), branch="main")
    broker.verify("orders", "1", "web-shop", failing=("an order",))
    assert owed(broker, "1") == [
        {
            "consumer": "web-shop",
            "versions": ["1"],
            "reason": "failed",
            "interactions": [("an order", "failed")],
        },
        {
            "consumer": "courier",
            "versions": ["7"],
            "reason": "never verified",
            "interactions": [("all orders", "not verified")],
        },
    ]


def test_a_failure_that_names_no_interaction_may_be_of_any_that_is_not_said_to_have_passed(broker: Story) -> None:
    publish(broker)
    [chosen] = broker.selected("orders")
    pact = broker.http.get(chosen["_links"]["self"]["href"]).json()
    url, ids = pact["_links"]["pb:publish-verification-results"]["href"], [each["_id"] for each in pact["interactions"]]
    found = []
    for passed in ([], ids[:1], ids):
        results = [{"interactionId": each, "success": True} for each in passed]
        broker.http.post(url, json={"success": False, "providerApplicationVersion": "1", "testResults": results})
        found += [each["interactions"] for each in owed(broker, "1")]
    both = [("all orders", "failed"), ("an order", "failed")]
    assert found == [both, both[:1], both]  # the file begins with "an order"


def test_a_version_that_kept_everything_owes_nothing(broker: Story) -> None:
    publish(broker)
    broker.verify("orders", "1", "web-shop")
    assert owed(broker, "1") == []


def test_what_is_owed_is_asked_of_an_environment_or_a_branch(broker: Story) -> None:
    publish(broker)
    broker.publish("web-shop", "2", contract("web-shop", "orders", LIST), branch="feature")
    broker.deploy("web-shop", "1", "production")
    broker.http.put("/pacticipants/orders/versions/1", json={})
    assert [each["versions"] for each in owed(broker, "1", environment="production")] == [["1"]]
    assert [each["versions"] for each in owed(broker, "1", branch="feature")] == [["2"]]
    assert owed(broker, "1", branch="nobody's") == []


def test_what_an_unknown_version_owes_is_not_known(broker: Story) -> None:
    publish(broker)
    reply = broker.http.get("/pacticipants/orders/versions/9/owed")
    assert (reply.status_code, reply.json()) == (404, {"error": "No version 9 of pacticipant 'orders' found"})
