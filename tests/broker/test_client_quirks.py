"""What Pact's clients stop at or leave out, met with the real ones and pinned here in plain requests."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.broker.conftest import Story, contract, interaction

Json = Any


@pytest.fixture
def url(broker: Story) -> str:
    return str(broker.http.base_url).rstrip("/")


def published(broker: Story, **build: Json) -> Json:
    return broker.publish("web-shop", "4.1.0", contract("web-shop", "orders"), branch="main", **build).json()


def test_every_link_of_a_publication_has_a_name_and_a_title(broker: Story, url: str) -> None:
    """`pact broker publish` shows no notice where one of them lacks."""
    reply = published(broker, tags=["blue"])
    at = f"{url}/pacticipants/web-shop"
    version = {"href": f"{at}/versions/4.1.0", "title": "Pacticipant version", "name": "web-shop 4.1.0"}
    assert reply["_embedded"] == {
        "pacticipant": {
            "name": "web-shop",
            "_links": {"self": {"href": at, "title": "Pacticipant", "name": "web-shop"}},
        },
        "version": {"number": "4.1.0", "_links": {"self": version}},
    }
    assert reply["_links"] == {
        "pb:pacticipant": {"href": at, "title": "Pacticipant", "name": "web-shop"},
        "pb:pacticipant-version": version,
        "pb:pacticipant-version-tags": [{"href": f"{at}/versions/4.1.0/tags/blue", "title": "Tag", "name": "blue"}],
        "pb:contracts": [
            {
                "href": f"{url}/pacts/provider/orders/consumer/web-shop/version/4.1.0",
                "title": "Pact",
                "name": "Contract between web-shop (4.1.0) and orders",
            }
        ],
    }


def test_an_application_that_nobody_called_otherwise_is_called_by_its_name(broker: Story) -> None:
    """`pact broker list-pacticipants` stops where one has no display name, the Ruby one prints `Method Mi…`."""
    published(broker)
    broker.http.patch("/pacticipants/orders", json={"displayName": "The orders"})
    listed = broker.http.get("/pacticipants").json()["pacticipants"]
    assert {each["name"]: each["displayName"] for each in listed} == {"orders": "The orders", "web-shop": "web-shop"}


@pytest.mark.parametrize("rest", ["branch", "branch/latest", "branch/versions", "branch/main", "versions"])
def test_the_contracts_of_a_pair_are_listed_in_all_the_forms_that_clients_read(
    broker: Story, url: str, rest: str
) -> None:
    """`pact broker get-pacts` reads `pacts`, and asks the main branch at addresses that no index names."""
    published(broker)
    reply = broker.http.get(f"/pacts/provider/orders/consumer/web-shop/{rest}").json()
    link = {
        "href": f"{url}/pacts/provider/orders/consumer/web-shop/version/4.1.0",
        "title": "Contract between web-shop (4.1.0) and orders",
        "name": "web-shop",
    }
    (embedded,) = reply["_embedded"]["pacts"]
    assert (reply["pacts"], reply["_links"]["pb:pact-versions"]) == ([link], [link])
    assert embedded["_links"] == {"self": link}
    assert embedded["_embedded"]["consumerVersion"]["number"] == "4.1.0"


@pytest.mark.parametrize("branch", ["feature/x", "a/b/versions", "/x", "feature/ü b"])
def test_slashes_of_a_branch_need_not_be_encoded(broker: Story, branch: str) -> None:
    """`pact broker create-or-update-version` and `delete-branch` send `feature/x` as it is."""
    at = f"/pacticipants/web-shop/branches/{branch}"
    with httpx.Client(base_url=broker.http.base_url) as http:  # no description of the API can say such a path
        assert http.put(f"{at}/versions/7", json={}).status_code == 201
        encoded = f"/pacticipants/web-shop/branches/{quote(branch, safe='')}"
        assert http.get(encoded).json()["name"] == branch
        assert http.get(at).json()["_embedded"]["latestVersion"] == {"number": "7"}
        assert http.delete(at).status_code == 204
        assert http.get(encoded).status_code == 404


def test_slashes_of_a_tag_need_not_be_encoded(broker: Story) -> None:
    with httpx.Client(base_url=broker.http.base_url) as http:
        assert http.put("/pacticipants/web-shop/versions/7/tags/feature/x", json={}).status_code == 201
        assert http.get("/pacticipants/web-shop/latest-version/feature/x").json()["number"] == "7"
        assert http.delete("/pacticipants/web-shop/versions/7/tags/feature/x").status_code == 204


def test_a_path_that_fits_a_route_as_it_is_keeps_its_meaning(broker: Story) -> None:
    published(broker)
    for path, status in (("/pacts/provider/orders/consumer/web-shop/latest/badge.svg", 200), ("/branches/a/b/c", 404)):
        assert httpx.get(f"{broker.http.base_url}{path}").status_code == status
    refused = broker.http.delete("/pacticipants/web-shop/branches/main/versions/4.1.0")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, PUT")


def test_each_line_of_a_decision_is_a_notice_of_its_own(broker: Story) -> None:
    """`pact broker can-i-deploy` writes the lines of one notice behind each other."""
    published(broker)
    answer = broker.can_i_deploy("web-shop", "4.1.0", "production")
    command = "contractkit record-deployment orders --version VERSION --environment production"
    assert answer["notices"] == [
        {"type": "warning", "text": "It is unknown whether web-shop 4.1.0 can be deployed to production."},
        {"type": "info", "text": "  orders   unknown   it has never been deployed to production"},
        {
            "type": "info",
            "text": "This is a first deployment: deploy the provider first, and record its deployment.",
        },
        {"type": "info", "text": f"To settle the unknown: {command}"},
    ]


def test_joining_keeps_two_interactions_that_differ_by_name_alone(broker: Story) -> None:
    """Two shards of one build may make the same call under two descriptions, and the second replaced the first."""
    for description in ("an order", "the same order"):
        part = contract("web-shop", "orders", interaction(description))
        assert broker.publish("web-shop", "1", part, on_conflict="merge").status_code == 200
    joined = broker.http.get("/pacts/provider/orders/consumer/web-shop/version/1").json()
    assert [each["description"] for each in joined["interactions"]] == ["an order", "the same order"]
    other = contract("web-shop", "orders", interaction("an order", total=13))
    refused = broker.publish("web-shop", "1", other, on_conflict="merge")
    assert (refused.status_code, refused.json()["contractkit"]["changed"]) == (
        409,
        [{"interaction": "an order, given order exists", "places": ["response.body.total: 12.5 became 13"]}],
    )


def test_a_selection_that_fits_no_version_is_said_in_words(broker: Story) -> None:
    """`pact broker can-i-deploy … --pacticipant orders --latest`, before anybody built the provider."""
    published(broker)
    asked = "q[][pacticipant]=web-shop&q[][version]=4.1.0&q[][pacticipant]=orders"
    for selector, words in (("latest]=true", "the newest versions"), ("branch]=main", "the branch main")):
        answer = broker.http.get(f"/matrix?{asked}&q[][{selector}&latestby=cvpv").json()
        assert (answer["summary"]["deployable"], answer["summary"]["reason"].splitlines()[0]) == (
            False,
            f"No pacts or verifications have been published for {words} of orders",
        )
        assert [each["text"] for each in answer["notices"]] == [
            "web-shop 4.1.0 and orders cannot be deployed to the newest versions.",
            "  web-shop 4.1.0 calls orders   unknown   no version of it is among the newest versions",
            f"No version of orders fits the selection: {words}.",
            "To settle the unknown: contractkit verify orders --consumer web-shop",
            "To make it known: contractkit publish --version VERSION, run where orders is built",
        ]


def test_the_contract_at_the_head_of_a_branch_is_a_list_of_itself_too(broker: Story, url: str) -> None:
    """`pact broker get-pacts --consumer … --branch … --latest` breaks off where there is no such list."""
    published(broker)
    body = broker.http.get("/pacts/provider/orders/consumer/web-shop/branch/main/latest").json()
    assert (body["consumer"], [each["description"] for each in body["interactions"]]) == (
        {"name": "web-shop"},
        ["an order"],
    )
    assert body["_links"]["pb:pacts"] == [
        {
            "href": f"{url}/pacts/provider/orders/consumer/web-shop/version/4.1.0",
            "title": "Contract between web-shop (4.1.0) and orders",
            "name": "web-shop",
        }
    ]
