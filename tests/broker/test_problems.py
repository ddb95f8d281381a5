"""Refusals: problem documents where a client asks for them, and else the forms that Pact's clients read."""

from typing import Any

import pytest

from tests.broker.conftest import Story, contract, interaction

Json = Any
ASKING = {"accept": "application/hal+json, application/problem+json"}
INVALID = {"type": "urn:contractkit:problem:invalid-request", "title": "The request is not of the form it must have."}


def problem(kind: dict[str, str], status: int, instance: str, *errors: dict[str, str]) -> Json:
    return {**kind, "status": status, "instance": instance, "errors": [{**kind, **each} for each in errors]}


def test_a_wrong_field_is_pointed_at(broker: Story) -> None:
    form = {"name": "stage", "production": "yes", "contacts": {}}
    reply = broker.http.post("/environments", json=form, headers=ASKING)
    assert reply.headers["content-type"] == "application/problem+json"
    assert (reply.status_code, reply.json()) == (
        400,
        problem(
            INVALID,
            400,
            "/environments",
            {"detail": 'expected true or false, received "yes"', "pointer": "/production"},
            {"detail": "expected a list, received {}", "pointer": "/contacts"},
        ),
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "kind", "title", "detail"),
    [
        ("GET", "/matrix", 400, "invalid-request", INVALID["title"], "Please provide the pacticipant name"),
        (
            "GET",
            "/pacticipants/x",
            404,
            "not-found",
            "There is no such resource.",
            "No pacticipant with name 'x' found",
        ),
        ("GET", "/nothing", 404, "not-found", "There is no such resource.", "There is nothing at /nothing."),
        (
            "DELETE",
            "/matrix",
            405,
            "method-not-served",
            "The resource does not take this method.",
            "DELETE is not served here.",
        ),
    ],
)
def test_every_refusal_has_the_form(
    broker: Story, method: str, path: str, status: int, kind: str, title: str, detail: str
) -> None:
    said = {"type": f"urn:contractkit:problem:{kind}", "title": title}
    asked = broker.http.request(method, path, headers=ASKING)
    assert (asked.status_code, asked.json()) == (status, problem(said, status, path, {"detail": detail}))
    uninvited = broker.http.request(method, path, headers={"accept": "*/*"})
    assert uninvited.json() in ({"error": detail}, {"errors": [detail]})


def test_a_conflict_is_a_problem_too(broker: Story) -> None:
    at = "/pacts/provider/orders/consumer/web-shop/version/1"
    broker.http.put(at, json=contract("web-shop", "orders"))
    reply = broker.http.put(at, json=contract("web-shop", "orders", interaction(total=2.5)), headers=ASKING)
    (error,) = reply.json()["errors"]
    assert (reply.status_code, reply.json()["type"]) == (409, "urn:contractkit:problem:conflict")
    assert error["detail"].startswith("web-shop 1 already published a contract with orders")


def test_what_is_served_is_no_problem(broker: Story) -> None:
    reply = broker.http.get("/pacticipants", headers=ASKING)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/hal+json;charset=utf-8")


@pytest.mark.parametrize("wrong", ["yesterday", "2026-13-01", "0001-01-01T00:00:00+23:59", "20"])
def test_a_date_that_is_none_is_refused(broker: Story, wrong: str) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    form = {"providerVersionBranch": "main", "includeWipPactsSince": wrong}
    reply = broker.http.post("/pacts/provider/orders/for-verification", json=form)
    said = f'expected a date or time of ISO 8601, received "{wrong}"'
    assert (reply.status_code, reply.json()) == (400, {"errors": {"includeWipPactsSince": [said]}})


@pytest.mark.parametrize(
    ("since", "expected"),
    [("2026-11-20", 1), ("2026-11-20T05:00:00-05:30", 0), ("2026-11-20T11:00:00+02:00", 1), ("", 0)],
)
def test_a_date_of_another_zone_is_understood(broker: Story, since: str, expected: int) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"), branch="main")
    broker.publish("web-shop", "2", contract("web-shop", "orders", interaction(total=2.5)), branch="x")
    broker.http.put("/pacticipants/orders/branches/main/versions/1", json={})
    found = broker.selected(
        "orders",
        consumerVersionSelectors=[{"mainBranch": True}],
        providerVersionBranch="main",
        includeWipPactsSince=since,
    )
    assert sum(each["verificationProperties"].get("wip", False) for each in found) == expected
