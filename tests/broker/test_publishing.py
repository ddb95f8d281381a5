"""Publishing: once per version, evidence updated, other content refused with what differs."""

import json

import pytest

from tests.broker.conftest import Story, contract, interaction


def notices(reply) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    return [(each["type"], each["text"]) for each in reply.json()["notices"]]


def test_a_contract_is_published_and_linked(broker: Story) -> None:
    reply = broker.publish("web-shop", "1", contract("web-shop", "orders"), branch="main", tags=["dev"])
    assert (reply.status_code, notices(reply)[0]) == (
        200,
        ("success", "Contract with orders published: its content is new."),
    )
    (link,) = reply.json()["_links"]["pb:contracts"]
    assert link["name"] == "Contract between web-shop (1) and orders"
    assert broker.http.get(link["href"]).json()["consumer"] == {"name": "web-shop"}


def test_a_later_version_with_the_same_content_inherits_its_results(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    assert notices(broker.publish("web-shop", "2", contract("web-shop", "orders")))[0] == (
        "success",
        "Contract with orders published: its content is known, and the results for it hold.",
    )


def test_the_stored_bytes_come_back_unchanged(broker: Story) -> None:
    file = b'{ "provider":{"name":"orders"},"consumer":{"name":"web-shop"},\n "interactions":[] , "kept": 1.50 }'
    broker.http.put("/pacts/provider/orders/consumer/web-shop/version/1", content=file)
    (listed,) = broker.http.get("/contracts", params={"provider": "orders"}).json()["contracts"]
    assert broker.http.get(listed["_links"]["file"]["href"]).content == file


def test_the_same_version_with_other_content_is_refused_with_the_places(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders", interaction(), interaction("another order")))
    changed = contract("web-shop", "orders", interaction(total=13.5), interaction("a third order"))
    reply = broker.publish("web-shop", "1", changed)
    assert reply.status_code == 409
    ids = {name: digest[7:11] for name, digest in reply.json()["contractkit"]["contentId"].items()}
    summary = (
        "web-shop 1 already published a contract with orders, and this one differs "
        f"(content {ids['received']}… was {ids['published']}…)."
    )
    assert reply.json()["errors"] == {"contracts": [summary]}
    assert notices(reply) == [
        (
            "error",
            f"{summary} A published version keeps its contract. Publish under a new version, or check that the tests "
            "record the same values each run.",
        ),
        (
            "info",
            "added     a third order, given order exists\n"
            "removed   another order, given order exists\n"
            "changed   an order, given order exists\n"
            "            response.body.total: 12.5 became 13.5",
        ),
    ]


def test_a_refused_publication_leaves_nothing_behind(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    both = [contract("web-shop", "catalogue"), contract("web-shop", "orders", interaction(total=1.5))]
    assert broker.publish("web-shop", "1", *both, tags=["late"]).status_code == 409
    assert broker.http.get("/pacticipants/catalogue").status_code == 404
    assert broker.http.get("/pacticipants/web-shop/versions/1/tags/late").status_code == 404


def test_other_evidence_for_the_same_content_is_an_audited_update(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    with_comment = interaction() | {"comments": {"text": ["seen in a test"]}}
    reply = broker.publish("web-shop", "1", contract("web-shop", "orders", with_comment))
    assert (reply.status_code, notices(reply)[0][1]) == (
        200,
        "Contract with orders updated: the content is the same, needs and test lines were replaced.",
    )
    (entry,) = broker.http.get("/pacticipants/web-shop/audit").json()["entries"]
    before, after = entry["details"]["fileDigest"]["from"], entry["details"]["fileDigest"]["to"]
    assert (entry["event"], entry["version"]) == ("evidence updated", "1")
    assert broker.http.get(f"/blobs/{before}").json() == contract("web-shop", "orders")
    assert broker.http.get(f"/blobs/{after}").json() == contract("web-shop", "orders", with_comment)


def test_shards_of_one_build_are_joined_on_request(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders", interaction("one")))
    second = contract("web-shop", "orders", interaction("two", total=2.5))
    assert broker.publish("web-shop", "1", second, on_conflict="merge").status_code == 200
    pact = broker.http.get("/pacts/provider/orders/consumer/web-shop/version/1").json()
    assert [each["description"] for each in pact["interactions"]] == ["one", "two"]


def test_shards_that_disagree_are_not_joined(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders", interaction("one")))
    other = contract("web-shop", "orders", interaction("one", total=9.5))
    assert broker.publish("web-shop", "1", other, on_conflict="merge").status_code == 409


def test_the_older_way_tells_new_from_known(broker: Story) -> None:
    path, body = "/pacts/provider/orders/consumer/web-shop/version/1", contract("web-shop", "orders")
    assert [broker.http.put(path, json=body).status_code for _ in range(2)] == [201, 200]
    assert broker.http.put(path, json=contract("web-shop", "orders", interaction(total=3.5))).status_code == 409


def test_names_that_do_not_agree_are_refused(broker: Story) -> None:
    reply = broker.publish("web-shop", "1", contract("courier-app", "orders"))
    assert (reply.status_code, reply.json()) == (
        400,
        {
            "errors": {
                "contracts": [
                    "consumerName ('web-shop') is not the consumer in the content ('courier-app') (at index 0)"
                ]
            }
        },
    )
    reply = broker.http.put("/pacts/provider/stock/consumer/web-shop/version/1", json=contract("web-shop", "orders"))
    assert reply.json() == {
        "errors": {"provider.name": ["the provider in the contract ('orders') is not the one in the path ('stock')"]}
    }


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b"{", {"error": "The body is not JSON: Expecting property name enclosed in double quotes (line 1, column 2)"}),
        (b"\xff", None),
        (b"{}", {"errors": {k: ["is missing"] for k in ("pacticipantName", "pacticipantVersionNumber", "contracts")}}),
        (
            b'{"pacticipantName":" ","pacticipantVersionNumber":"1","contracts":[]}',
            {"errors": {"pacticipantName": ["can't be blank"]}},
        ),
        (
            b'{"pacticipantName":"a","pacticipantVersionNumber":"1","contracts":[{"consumerName":"a",'
            b'"providerName":"b","content":"%%%"}]}',
            {"errors": {"contracts.content": ["is not base64 (at index 0)"]}},
        ),
    ],
)
def test_a_body_that_is_no_publication_is_explained(broker: Story, body: bytes, answer: object) -> None:
    reply = broker.http.post("/contracts/publish", content=body, headers={"content-type": "application/json"})
    assert reply.status_code == 400
    if answer is not None:
        assert json.dumps(reply.json(), sort_keys=True) == json.dumps(answer, sort_keys=True)


def test_a_content_that_is_no_contract_is_explained(broker: Story) -> None:
    reply = broker.http.put("/pacts/provider/orders/consumer/web-shop/version/1", content=b'{"consumer": 1}')
    assert reply.status_code == 400
    assert reply.json()["error"].startswith("the published contract is not a contract.")


def test_a_body_over_the_limit_is_refused(broker: Story) -> None:
    reply = broker.http.post("/contracts/publish", content=b" " * 100_001)
    assert (reply.status_code, reply.json()) == (
        413,
        {"error": "The body is larger than 100000 bytes, the limit of this broker."},
    )
