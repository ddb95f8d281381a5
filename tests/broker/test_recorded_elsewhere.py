"""Facts that another broker recorded keep their time, move no head that has moved since, and are there once."""

from typing import Any

import pytest

from tests.broker.conftest import Story, contract, interaction


def told(broker: Story, method: str, path: str, at: str, body: Any = None) -> Any:
    return broker.http.request(method, path, json=body or {}, headers={"Contractkit-Recorded-At": at})


def test_a_version_has_the_time_at_which_the_other_broker_recorded_it(broker: Story) -> None:
    reply = told(broker, "PUT", "/pacticipants/shop/versions/1", "2020-05-06T09:08:09+02:00")
    assert (reply.status_code, reply.json()["createdAt"]) == (201, "2020-05-06T07:08:09.000000+00:00")
    assert broker.http.get("/pacticipants/shop").json()["createdAt"] == "2020-05-06T07:08:09.000000+00:00"


def test_a_version_that_joined_a_branch_earlier_does_not_become_its_head(broker: Story) -> None:
    for number, year in (("2", 2022), ("1", 2021), ("3", 2023)):
        at = f"/pacticipants/shop/branches/main/versions/{number}"
        assert told(broker, "PUT", at, f"{year}-01-01T00:00:00Z").status_code == 201
        if number == "1":
            assert broker.http.get("/pacticipants/shop/branches/main").json()["_embedded"] == {
                "latestVersion": {"number": "2"}
            }
    assert broker.http.get("/pacticipants/shop/branches/main").json()["_embedded"] == {"latestVersion": {"number": "3"}}


def test_a_result_that_is_told_twice_is_there_once(broker: Story) -> None:
    broker.publish("shop", "1", contract("shop", "orders", interaction()))
    pact = broker.http.get("/pacts/provider/orders/consumer/shop/version/1").json()
    url = pact["_links"]["pb:publish-verification-results"]["href"]
    result = {"success": True, "providerApplicationVersion": "7"}
    first, again, other = (
        told(broker, "POST", url, f"2024-01-0{day}T00:00:00Z", result).headers["location"] for day in (1, 1, 2)
    )
    assert first == again != other
    listed = broker.http.get(url).json()["_embedded"]["verificationResults"]
    assert [each["verificationDate"] for each in listed] == [
        "2024-01-02T00:00:00.000000+00:00",
        "2024-01-01T00:00:00.000000+00:00",
    ]


@pytest.mark.parametrize("at", ["yesterday", "", "2999-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "17"])
def test_what_is_no_past_time_is_refused(broker: Story, at: str) -> None:
    reply = told(broker, "PUT", "/pacticipants/shop/versions/1", at)
    assert (reply.status_code, reply.json()) == (
        400,
        {"errors": {"Contractkit-Recorded-At": [f'expected a past time of ISO 8601, received "{at}"']}},
    )
    assert broker.http.get("/pacticipants/shop").status_code == 404
