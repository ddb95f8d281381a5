"""What would be: decisions and contracts of an environment in which versions are supposed to be; nothing is written."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.broker.conftest import Story, contract, interaction

Json = Any


@pytest.fixture
def production(broker: Story) -> Story:
    """In production: web-shop 4.1.0 and orders 1.0, which fit; orders 2.0 fits nobody; web-shop 5.0 is unverified."""
    broker.publish("web-shop", "4.1.0", contract("web-shop", "orders"))
    broker.verify("orders", "1.0", "web-shop")
    broker.verify("orders", "2.0", "web-shop", failing=("an order",))
    broker.publish("web-shop", "5.0", contract("web-shop", "orders", interaction(total=1.5)))
    broker.deploy("web-shop", "4.1.0", "production")
    broker.deploy("orders", "1.0", "production")
    return broker


def asked(broker: Story, subject: tuple[str, str], *assumed: tuple[str, str]) -> Json:
    """Ask about one version for production; gives our own part of the answer."""
    query = [("pacticipant", subject[0]), ("version", subject[1]), ("environment", "production"), *assumed]
    reply = broker.http.get(f"/can-i-deploy?{urlencode(query)}")
    return reply.json()["contractkit"] if reply.status_code == 200 else reply.json()


def supposed(application: str, version: str | None) -> tuple[tuple[str, str], ...]:
    last = ("assume[][absent]", "true") if version is None else ("assume[][version]", version)
    return (("assume[][pacticipant]", application), last)


def test_a_provider_is_supposed_in_place_of_the_one_that_is_there(production: Story) -> None:
    answer = asked(production, ("web-shop", "4.1.0"), *supposed("orders", "2.0"))
    assert (answer["answer"], answer["assumed"]) == ("no", [{"name": "orders", "version": "2.0"}])
    assert answer["text"].splitlines()[0] == (
        "web-shop 4.1.0 could not be deployed to production if orders 2.0 were there."
    )
    assert asked(production, ("web-shop", "4.1.0"))["answer"] == "yes"  # nothing was written


def test_a_consumer_is_supposed_with_its_own_contract(production: Story) -> None:
    answer = asked(production, ("orders", "1.0"), *supposed("web-shop", "5.0"))
    (reason,) = answer["reasons"]
    assert (answer["answer"], reason["consumer"], reason["reason"]) == (
        "unknown",
        {"name": "web-shop", "version": "5.0"},
        "never verified",
    )


def test_who_is_supposed_to_be_gone_is_missed_by_consumers_and_asks_nothing_of_providers(production: Story) -> None:
    missed = asked(production, ("web-shop", "4.1.0"), *supposed("orders", None))
    assert [(each["reason"], each["provider"]) for each in missed["reasons"]] == [
        ("provider absent", {"name": "orders", "version": None})
    ]
    assert asked(production, ("orders", "2.0"))["answer"] == "no"
    freed = asked(production, ("orders", "2.0"), *supposed("web-shop", None))
    assert (freed["answer"], freed["reasons"]) == ("yes", [])


def test_several_are_supposed_at_once_on_the_matrix_too(production: Story) -> None:
    production.http.put("/pacticipants/mail/versions/1", json={})
    query = [("q[][pacticipant]", "web-shop"), ("q[][version]", "4.1.0"), ("environment", "production")]
    query += [*supposed("orders", "2.0"), *supposed("mail", "1")]
    answer = production.http.get(f"/matrix?{urlencode(query)}").json()
    assert [each["provider"]["version"]["number"] for each in answer["matrix"]] == ["2.0"]
    assert answer["notices"][0] == {
        "type": "warning",
        "text": "It makes no difference that mail 1 were there: no contract here is with it.",
    }


def test_the_contracts_that_would_count_are_listed(production: Story) -> None:
    def versions(*assumed: tuple[str, str]) -> list[str]:
        query = [("provider", "orders"), ("environment", "production"), *assumed]
        found = production.http.get(f"/contracts?{urlencode(query)}").json()["contracts"]
        return [version["number"] for each in found for version in each["consumerVersions"]]

    assert versions() == ["4.1.0"]
    assert versions(*supposed("web-shop", "5.0")) == ["5.0"]
    assert versions(*supposed("web-shop", None)) == []


def test_what_cannot_be_supposed_is_refused(production: Story) -> None:
    neither = "assume[] has to give 'orders' either a version or absent=true"
    wrong = {
        supposed("order", "1.0"): "No pacticipant with name 'order' found",
        supposed("orders", "9"): "No version 9 of pacticipant 'orders' found to assume",
        supposed("orders", ""): neither,
        (*supposed("orders", "1.0"), ("assume[][absent]", "true")): neither,
        (("assume[][version]", "1.0"),): "assume[] names no pacticipant",
        (*supposed("orders", "1.0"), *supposed("orders", None)): "'orders' is assumed twice",
        supposed("web-shop", "5.0"): "'web-shop' is asked about and assumed at once",
    }
    said = {assumed: asked(production, ("web-shop", "4.1.0"), *assumed) for assumed in wrong}
    assert said == {assumed: {"errors": [error]} for assumed, error in wrong.items()}


def test_versions_are_supposed_of_an_environment_alone(production: Story) -> None:
    query = [("pacticipant", "web-shop"), ("version", "4.1.0"), ("to", "prod"), *supposed("orders", "2.0")]
    reply = production.http.get(f"/can-i-deploy?{urlencode(query)}")
    assert (reply.status_code, reply.json()) == (
        400,
        {"errors": ["Versions can be assumed of an environment alone: name one"]},
    )
