"""What a provider is given to verify, what is pending, and how results come back."""

from typing import Any

import pytest

from tests.broker.conftest import Story, contract, interaction

Json = Any


def chosen(pacts: list[Json]) -> list[tuple[str, str]]:
    return [(each["_links"]["self"]["name"], each["shortDescription"]) for each in pacts]


def three_versions(broker: Story) -> None:
    for number, branch, total in (("1", "main", 1.5), ("2", "feature/x", 2.5), ("3", "main", 3.5)):
        broker.publish("web-shop", number, contract("web-shop", "orders", interaction(total=total)), branch=branch)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({"mainBranch": True}, [("3", "the newest of the main branch")]),
        ({"branch": "feature/x"}, [("2", "the newest of the branch feature/x")]),
        ({"branch": "gone", "fallbackBranch": "main"}, [("3", "the newest of the branch main, for want of gone")]),
        ({"latest": True}, [("3", "the newest of all")]),
        ({"deployed": True}, [("1", "deployed to production")]),
        ({"environment": "production"}, [("1", "deployed to production")]),
        ({"released": True}, []),
        ({"matchingBranch": True}, [("2", "the newest of the branch feature/x")]),
        ({"tag": "prod", "latest": True}, [("1", "tagged prod")]),
        ({"consumer": "nobody", "latest": True}, []),
    ],
)
def test_a_selector_chooses_versions(broker: Story, selector: Json, expected: list[tuple[str, str]]) -> None:
    three_versions(broker)
    broker.deploy("web-shop", "1", "production")
    broker.http.put("/pacticipants/web-shop/versions/1/tags/prod", json={})
    found = broker.selected("orders", consumerVersionSelectors=[selector], providerVersionBranch="feature/x")
    assert chosen(found) == [(f"Contract between web-shop ({number}) and orders", why) for number, why in expected]


def test_by_default_the_main_branch_and_what_runs_is_chosen(broker: Story) -> None:
    three_versions(broker)
    broker.deploy("web-shop", "1", "production")
    assert [why for _, why in chosen(broker.selected("orders"))] == [
        "deployed to production",
        "the newest of the main branch",
    ]


def test_equal_content_is_verified_once(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"), branch="main")
    broker.publish("web-shop", "2", contract("web-shop", "orders"), branch="feature")
    (one,) = broker.selected("orders", consumerVersionSelectors=[{"branch": "main"}, {"branch": "feature"}])
    assert one["shortDescription"] == "the newest of the branch main, the newest of the branch feature"


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ({"mainBranch": True, "tag": "x"}, "mainBranch can only be combined with consumer and latest"),
        ({"matchingBranch": True}, "matchingBranch needs providerVersionBranch"),
        ({"tag": "x", "branch": "y"}, "tag and branch cannot be combined"),
        ({"branch": "x", "deployed": True}, "branch cannot be combined with deployed, released or environment"),
        ({"fallbackTag": "x", "tag": "y"}, "fallbackTag needs tag and latest"),
        ({"fallbackBranch": "x", "latest": True}, "fallbackBranch needs branch"),
    ],
)
def test_selectors_that_contradict_themselves_are_refused(broker: Story, selector: Json, message: str) -> None:
    three_versions(broker)
    reply = broker.http.post("/pacts/provider/orders/for-verification", json={"consumerVersionSelectors": [selector]})
    errors = {"errors": {"consumerVersionSelectors": [f"{message} (at index 0)"]}}
    assert (reply.status_code, reply.json()) == (400, errors)


def test_an_unknown_environment_in_a_selector_is_refused(broker: Story) -> None:
    three_versions(broker)
    body = {"consumerVersionSelectors": [{"environment": "prod"}]}
    reply = broker.http.post("/pacts/provider/orders/for-verification", json=body)
    message = "No environment named 'prod' is known. Known: production, test."
    assert reply.json() == {"errors": {"consumerVersionSelectors": [message]}}


def test_a_contract_is_pending_until_the_branch_has_accepted_it(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"), branch="main")

    def pending() -> bool:
        (one,) = broker.selected("orders", providerVersionBranch="main")
        return bool(one["verificationProperties"]["pending"])

    assert pending()
    broker.verify("orders", "1.0", "web-shop", branch="main", failing=("an order",))
    assert pending()
    broker.verify("orders", "1.1", "web-shop", branch="main")
    assert not pending()
    broker.verify("orders", "1.2", "web-shop", branch="main", failing=("an order",))
    assert not pending()


def test_what_was_accepted_before_a_branch_began_is_not_pending_on_it(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"), branch="main")
    broker.verify("orders", "1.0", "web-shop", branch="main")
    broker.http.put("/pacticipants/orders/branches/later/versions/2.0", json={})
    (one,) = broker.selected("orders", providerVersionBranch="later")
    assert one["verificationProperties"]["pending"] is False


def test_work_in_progress_is_added_as_pending(broker: Story) -> None:
    three_versions(broker)
    broker.http.put("/pacticipants/orders/branches/main/versions/1", json={})
    found = broker.selected(
        "orders",
        consumerVersionSelectors=[{"mainBranch": True}],
        providerVersionBranch="main",
        includeWipPactsSince="2020-01-01",
    )
    assert [each["verificationProperties"].get("wip", False) for each in found] == [False, True]


def test_an_unknown_provider_is_said_in_words(broker: Story) -> None:
    reply = broker.http.get("/pacts/provider/orders/for-verification")
    assert (reply.status_code, reply.json()) == (404, {"error": "No provider with name 'orders' found"})


def test_results_name_the_interactions_that_failed(broker: Story) -> None:
    both = [interaction("a"), interaction("b", total=2.5)]
    broker.publish("web-shop", "1", contract("web-shop", "orders", both[1], both[0]))
    reply = broker.verify("orders", "1.0", "web-shop", failing=("b",))
    assert reply.status_code == 201
    page = broker.http.get(reply.json()["_links"]["contractkit:page"]["href"]).text
    failed = page[page.index("1 of 2 failed") : page.index("1 passed")]
    assert "body.total: expected 1" in failed
    assert '<span class="title">b</span>' in failed


def test_results_for_a_contract_that_is_not_there_are_refused(broker: Story) -> None:
    url = "/pacts/provider/orders/consumer/web-shop/pact-version/abc/verification-results"
    reply = broker.http.post(url, json={"success": True, "providerApplicationVersion": "1"})
    message = "No contract between web-shop and orders with content abc found"
    assert (reply.status_code, reply.json()) == (404, {"error": message})


def test_the_states_a_provider_needs_are_listed_with_their_consumers(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    broker.publish("courier-app", "1", contract("courier-app", "orders"))
    (state,) = broker.http.get("/pacts/provider/orders/provider-states").json()["providerStates"]
    assert (state["name"], state["params"], sorted(state["consumers"])) == (
        "order exists",
        {"id": 7},
        ["courier-app", "web-shop"],
    )


def test_states_are_those_of_main_branches_once_per_set_of_parameters(broker: Story) -> None:
    other, wished = interaction("another order"), interaction("a wish", state="order is wished")
    other["providerStates"][0]["params"] = {"id": 8}
    broker.publish("web-shop", "1", contract("web-shop", "orders", interaction(), other), branch="main")
    broker.publish("web-shop", "2", contract("web-shop", "orders", wished), branch="feature/x")
    broker.deploy("web-shop", "2", "production")
    at = "/pacts/provider/orders/provider-states"
    listed = {rest: broker.http.get(f"{at}{rest}").json()["providerStates"] for rest in ("", "/branch/feature%2Fx")}
    assert listed[""] == [
        {"name": "order exists", "params": {"id": 7}, "consumers": ["web-shop"]},
        {"name": "order exists", "params": {"id": 8}, "consumers": ["web-shop"]},
    ]
    wish = [{"name": "order is wished", "params": {"id": 7}, "consumers": ["web-shop"]}]
    assert listed["/branch/feature%2Fx"] == wish
    place = next(
        each
        for each in broker.http.get("/environments").json()["_embedded"]["environments"]
        if each["name"] == "production"
    )
    for called in (place["uuid"], "production"):
        assert broker.http.get(f"{at}/environment/{called}").json()["providerStates"] == wish
    assert broker.http.get(f"{at}/environment/nowhere").status_code == 404


def test_a_branch_with_a_slash_has_its_own_address(broker: Story) -> None:
    three_versions(broker)
    head = broker.http.get("/pacticipants/web-shop/branches/feature%2Fx").json()
    assert head["_embedded"]["latestVersion"] == {"number": "2"}


def test_publishing_an_old_version_again_does_not_move_the_branch(broker: Story) -> None:
    three_versions(broker)
    broker.publish("web-shop", "1", contract("web-shop", "orders", interaction(total=1.5)), branch="main")
    head = broker.http.get("/pacticipants/web-shop/branches/main").json()
    assert head["_embedded"]["latestVersion"] == {"number": "3"}
