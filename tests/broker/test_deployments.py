"""can-i-deploy over HTTP, by the rules of the Pact Broker (3.1 to 3.3), and the deployments it rests on."""

from typing import Any

import pytest

from tests.broker.conftest import Story, contract, interaction

Json = Any


def reasons(answer: Json) -> list[tuple[str, str | None]]:
    return [(each["reason"], each["nextCommand"]) for each in answer["contractkit"]["reasons"]]


def published(broker: Story) -> None:
    """The shop is in production with a verified contract; orders 1.0 runs there."""
    broker.publish("web-shop", "4.1.0", contract("web-shop", "orders"), branch="main")
    broker.verify("orders", "1.0", "web-shop")
    broker.deploy("orders", "1.0", "production")
    broker.deploy("web-shop", "4.1.0", "production")


def test_3_2_all_rows_successful(broker: Story) -> None:
    published(broker)
    answer = broker.can_i_deploy("web-shop", "4.1.0", "production")
    assert answer["summary"] == {
        "deployable": True,
        "reason": "All required verification results are published and successful",
        "success": 1,
        "failed": 0,
        "unknown": 0,
    }
    assert reasons(answer) == [("verified", None)]


def test_3_2_a_failed_row(broker: Story) -> None:
    published(broker)
    broker.verify("orders", "1.1", "web-shop", failing=("an order",))
    answer = broker.can_i_deploy("orders", "1.1", "production")
    assert (answer["summary"]["deployable"], answer["contractkit"]["answer"]) == (False, "no")
    number = answer["matrix"][0]["verificationResult"]["number"]
    assert answer["contractkit"]["text"] == (
        "orders 1.1 cannot be deployed to production.\n\n"
        f"  web-shop 4.1.0   failed   1 of 1 interaction (result {number})\n\n"
        f"To see the failure: {str(broker.http.base_url).rstrip('/')}/ui/results/{number}\n"
        "To see it again, where orders is built: contractkit verify orders --consumer web-shop"
    )


def test_3_2_a_deployed_consumer_that_this_version_never_verified(broker: Story) -> None:
    published(broker)
    broker.http.put("/pacticipants/orders/versions/1.1", json={})
    answer = broker.can_i_deploy("orders", "1.1", "production")
    assert answer["summary"]["deployable"] is None
    command = "contractkit verify orders --consumer web-shop --provider-version 1.1 --publish"
    assert reasons(answer) == [("stale", command)]


def test_3_2_content_that_nobody_verified(broker: Story) -> None:
    published(broker)
    broker.publish("web-shop", "4.2.0", contract("web-shop", "orders", interaction(total=1.5)))
    answer = broker.can_i_deploy("web-shop", "4.2.0", "production")
    assert answer["summary"]["reason"] == "There is no verified pact between web-shop (4.2.0) and orders (1.0)"
    command = "contractkit verify orders --consumer web-shop --provider-version 1.0 --publish"
    assert reasons(answer) == [("never verified", command)]


def test_3_2_a_required_provider_is_not_in_the_environment(broker: Story) -> None:
    published(broker)
    answer = broker.can_i_deploy("web-shop", "4.1.0", "test")
    assert (answer["summary"]["deployable"], answer["summary"]["unknown"]) == (None, 1)
    command = "contractkit record-deployment orders --version VERSION --environment test"
    assert reasons(answer) == [("provider absent", command)]
    assert "This is a first deployment" in answer["contractkit"]["text"]


def test_3_2_our_consumer_is_not_in_the_environment(broker: Story) -> None:
    published(broker)
    answer = broker.can_i_deploy("orders", "1.0", "test")
    assert (answer["summary"]["deployable"], answer["matrix"]) == (True, [])
    assert "nothing was checked" in answer["contractkit"]["text"]


def test_3_2_a_version_that_does_not_exist(broker: Story) -> None:
    published(broker)
    answer = broker.can_i_deploy("web-shop", "9", "production")
    assert answer["summary"]["deployable"] is False
    reason = "No pacts or verifications have been published for version 9 of web-shop"
    assert answer["summary"]["reason"] == reason


def test_3_2_unknown_outranks_failed_for_pact_and_failed_unknown_for_us(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"), contract("web-shop", "stock"))
    broker.verify("orders", "1.0", "web-shop", failing=("an order",))
    broker.deploy("orders", "1.0", "production")
    answer = broker.can_i_deploy("web-shop", "1", "production")
    assert (answer["summary"]["deployable"], answer["contractkit"]["answer"]) == (None, "no")


def test_3_2_an_ignored_failure(broker: Story) -> None:
    published(broker)
    broker.verify("orders", "1.1", "web-shop", failing=("an order",))
    answer = broker.can_i_deploy("orders", "1.1", "production", **{"ignore[]": "web-shop"})
    assert (answer["summary"]["deployable"], answer["summary"]["ignored"]) == (True, 1)
    assert answer["matrix"][0]["ignored"] is True


def test_3_2_an_ignored_name_that_does_not_exist_is_a_warning(broker: Story) -> None:
    published(broker)
    answer = broker.can_i_deploy("web-shop", "4.1.0", "production", **{"ignore[][pacticipant]": "webshop"})
    assert answer["summary"]["deployable"] is True
    assert answer["notices"][0] == {
        "type": "warning",
        "text": "Cannot ignore 'webshop': there is no such pacticipant.",
    }


def test_3_3_every_version_in_the_environment_must_pass(broker: Story) -> None:
    published(broker)
    broker.verify("orders", "0.9", "web-shop", failing=("an order",))
    broker.deploy("orders", "0.9", "production", applicationInstance="old")
    answer = broker.can_i_deploy("web-shop", "4.1.0", "production")
    assert sorted(reason for reason, _ in reasons(answer)) == ["failed", "verified"]


def test_3_3_released_versions_count_like_deployed_ones(broker: Story) -> None:
    broker.publish("app", "1", contract("app", "orders"))
    broker.publish("app", "2", contract("app", "orders", interaction(total=1.5)))
    assert [broker.release("app", each, "production").status_code for each in ("1", "2", "1")] == [201, 201, 200]
    broker.verify("orders", "1.0", "app")
    answer = broker.can_i_deploy("orders", "1.0", "production")
    assert [each["consumer"]["version"]["number"] for each in answer["matrix"]] == ["2", "1"]


def test_3_3_the_last_result_of_a_version_wins(broker: Story) -> None:
    published(broker)
    broker.verify("orders", "1.0", "web-shop", failing=("an order",))
    assert broker.can_i_deploy("web-shop", "4.1.0", "production")["summary"]["deployable"] is False
    broker.verify("orders", "1.0", "web-shop")
    assert broker.can_i_deploy("web-shop", "4.1.0", "production")["summary"]["deployable"] is True


def test_3_3_several_versions_check_each_other(broker: Story) -> None:
    published(broker)
    query = "q[][pacticipant]=web-shop&q[][version]=4.1.0&q[][pacticipant]=orders&q[][version]=1.0&latestby=cvpv"
    body = broker.http.get(f"/matrix?{query}").json()
    assert (body["summary"]["deployable"], len(body["matrix"])) == (True, 1)


def test_3_3_the_target_main_branches(broker: Story) -> None:
    published(broker)
    broker.verify("orders", "1.1", "web-shop", branch="main", failing=("an order",))
    body = broker.http.get("/matrix?q[][pacticipant]=web-shop&q[][version]=4.1.0&mainBranch=true&latest=true").json()
    assert [each["provider"]["version"]["number"] for each in body["matrix"]] == ["1.1"]
    assert body["summary"]["deployable"] is False


@pytest.mark.parametrize(
    ("path", "errors"),
    [
        ("/can-i-deploy?pacticipant=web-shop", {"version": ["is missing"]}),
        ("/can-i-deploy?pacticipant=shop&version=1&environment=test", ["No pacticipant with name 'shop' found"]),
        (
            "/can-i-deploy?pacticipant=web-shop&version=4.1.0&environment=prod",
            ["No environment named 'prod' is known. Known: production, test."],
        ),
        ("/matrix", ["Please provide the pacticipant name"]),
        (
            "/matrix?q[][pacticipant]=web-shop&environment=test&tag=dev",
            ["Only one of environment, tag and mainBranch can be the target"],
        ),
        (
            "/matrix?q[][pacticipant]=web-shop&environment=test&latest=true",
            ["Cannot specify both latest=true and an environment"],
        ),
        (
            "/matrix?q[][pacticipant]=web-shop&q[][version]=1&q[][latest]=true",
            ["A version number and latest flag cannot both be specified for a pacticipant"],
        ),
        ("/matrix?q[][pacticipant]=web-shop&limit=0", ['limit is "0": expected a number of rows, at least 1']),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(broker: Story, path: str, errors: Json) -> None:
    published(broker)
    reply = broker.http.get(path)
    assert (reply.status_code, reply.json()) == (400, {"errors": errors})


def test_a_cut_matrix_says_so(broker: Story) -> None:
    published(broker)
    broker.publish("web-shop", "4.2.0", contract("web-shop", "orders"))
    body = broker.http.get("/matrix?q[][pacticipant]=web-shop&q[][pacticipant]=orders&limit=1").json()
    warning = {"type": "warning", "text": "Only the newest 1 rows are here, and the answer rests on them."}
    assert warning in body["notices"]


def test_a_deployment_replaces_the_one_before_and_both_are_remembered(broker: Story) -> None:
    published(broker)
    broker.http.put("/pacticipants/orders/versions/1.1", json={})
    first = broker.deploy("orders", "1.1", "production")
    again = broker.deploy("orders", "1.1", "production")
    assert (first.status_code, again.status_code, again.json()["uuid"]) == (201, 201, first.json()["uuid"])
    environment = first.json()["_embedded"]["environment"]["_links"]["pb:currently-deployed-deployed-versions"]["href"]
    current = broker.http.get(environment, params={"pacticipant": "orders"}).json()["_embedded"]["deployedVersions"]
    assert [each["_embedded"]["version"]["number"] for each in current] == ["1.1"]


def test_an_undeployed_version_no_longer_counts(broker: Story) -> None:
    published(broker)
    deployed = broker.deploy("orders", "1.0", "production").json()["_links"]["self"]["href"]
    patched = broker.http.patch(deployed, json={"currentlyDeployed": False})
    assert (patched.status_code, patched.json()["currentlyDeployed"]) == (200, False)
    assert reasons(broker.can_i_deploy("web-shop", "4.1.0", "production"))[0][0] == "provider absent"
    refused = broker.http.patch(deployed, json={"currentlyDeployed": True})
    message = "cannot be set to true: record the deployment again"
    assert (refused.status_code, refused.json()) == (422, {"errors": {"currentlyDeployed": [message]}})


def test_environments_are_made_changed_and_removed(broker: Story) -> None:
    made = broker.http.post("/environments", json={"name": "staging", "production": False})
    assert (made.status_code, made.json()["displayName"]) == (201, "Staging")
    taken = broker.http.post("/environments", json={"name": "staging", "production": False})
    assert (taken.status_code, taken.json()) == (400, {"errors": {"name": ["'staging' is another environment's"]}})
    at = made.headers["location"]
    assert broker.http.put(at, json={"name": "stage", "production": True}).json()["name"] == "stage"
    assert [broker.http.delete(at).status_code, broker.http.get(at).status_code] == [204, 404]


def running(broker: Story, environment: str) -> list[str]:
    places = broker.http.get("/environments", params={"name": environment}).json()["_embedded"]["environments"]
    listed = broker.http.get(places[0]["_links"]["pb:currently-deployed-deployed-versions"]["href"]).json()
    return [each["_embedded"]["version"]["number"] for each in listed["_embedded"]["deployedVersions"]]


def test_a_tag_that_is_called_like_an_environment_deploys_and_another_word_does_not(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"), tags=["production", "nightly"])
    assert (running(broker, "production"), running(broker, "test")) == (["1"], [])
    broker.http.put("/pacticipants/web-shop/versions/2/tags/production", json={})
    broker.http.patch("/pacticipants/web-shop/versions/2", json={"tags": ["test"]})
    assert (running(broker, "production"), running(broker, "test")) == (["2"], ["2"])
    broker.http.put("/pacticipants/web-shop/versions/1/tags/production", json={})  # it is there already
    assert running(broker, "production") == ["2"]


def test_a_tag_of_the_past_deploys_nothing(broker: Story) -> None:
    then = {"contractkit-recorded-at": "2026-01-01T10:00:00+00:00"}
    broker.http.put("/pacticipants/web-shop/versions/1/tags/production", json={}, headers=then)
    assert running(broker, "production") == []
