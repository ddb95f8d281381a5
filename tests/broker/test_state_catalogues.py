"""State catalogues: stored by version, found by environment and branch, and refused with the places that are wrong."""

from typing import Any

from tests.broker.conftest import Story

Json = Any

ORDERS = {
    "schemaVersion": 1,
    "provider": "orders",
    "states": [
        {"operation": "getOrder", "status": 409},
        {"name": "order exists", "parameters": {"type": "object", "properties": {"id": {"type": "integer"}}}},
    ],
}


def catalogue(*names: str) -> Json:
    return {"schemaVersion": 1, "provider": "orders", "states": [{"name": name} for name in names]}


def put(broker: Story, version: str, document: Json) -> tuple[int, Json]:
    reply = broker.http.put(f"/pacticipants/orders/versions/{version}/state-catalogue", json=document)
    return reply.status_code, reply.json()


def test_a_catalogue_comes_back_in_its_one_spelling(broker: Story) -> None:
    status, stored = put(broker, "1", ORDERS)
    assert (status, stored["states"]) == (201, 2)
    reply = broker.http.get("/pacticipants/orders/versions/1/state-catalogue")
    assert reply.json() == {**ORDERS, "states": ORDERS["states"][::-1]}
    assert broker.http.get(f"/blobs/{stored['digest']}").content == reply.content
    assert reply.headers["contractkit-version"] == "1"


def test_the_current_catalogue_is_found_by_environment_branch_or_default(broker: Story) -> None:
    for number in ("1", "2", "3"):
        put(broker, number, catalogue(f"of {number}"))
    broker.http.put("/pacticipants/orders/branches/main/versions/2", json={})
    broker.deploy("orders", "1", "production")
    questions: list[dict[str, str]] = [{"environment": "production"}, {"branch": "main"}, {}]
    replies = [broker.http.get("/pacticipants/orders/state-catalogue", params=asked).json() for asked in questions]
    assert replies == [catalogue("of 1"), catalogue("of 2"), catalogue("of 2")]


def test_a_catalogue_that_is_replaced_is_audited_and_the_same_again_is_not(broker: Story) -> None:
    _, first = put(broker, "1", catalogue("order exists"))
    statuses = [put(broker, "1", document)[0] for document in (catalogue("order exists"), ORDERS)]
    last = broker.http.get("/pacticipants/orders/versions/1/state-catalogue").json()
    [entry] = broker.http.get("/pacticipants/orders/audit").json()["entries"]
    assert (statuses, len(last["states"])) == ([200, 200], 2)
    assert (entry["event"], entry["version"]) == ("state catalogue replaced", "1")
    assert entry["details"]["digest"]["from"] == first["digest"]


def test_a_catalogue_that_is_not_there_is_said_in_words(broker: Story) -> None:
    broker.http.put("/pacticipants/orders/versions/1", json={})
    for path, message in (
        ("orders/versions/9/state-catalogue", "No version 9 of pacticipant 'orders' found"),
        ("orders/versions/1/state-catalogue", "Version 1 of pacticipant 'orders' has no state catalogue"),
        ("orders/state-catalogue", "No state catalogue of pacticipant 'orders' found"),
        ("orders/state-catalogue?branch=main", "No state catalogue of pacticipant 'orders' in main found"),
        ("ordres/state-catalogue", "No pacticipant with name 'ordres' found"),
    ):
        reply = broker.http.get(f"/pacticipants/{path}")
        assert (reply.status_code, reply.json()) == (404, {"error": message})


def test_an_environment_that_is_not_there_is_refused(broker: Story) -> None:
    put(broker, "1", ORDERS)
    reply = broker.http.get("/pacticipants/orders/state-catalogue", params={"environment": "prod"})
    assert (reply.status_code, list(reply.json()["errors"])) == (400, ["environment"])


BAD: list[tuple[Json, Json]] = [
    ({**ORDERS, "provider": "order"}, {"provider": ['expected "orders", received "order"']}),
    ({**ORDERS, "schemaVersion": 0}, {"schemaVersion": ["expected 1, received 0"]}),
    ([], {"body": ["expected an object, received []"]}),
    (catalogue("a", "a"), {"states.1": ["expected another state, received that of /states/0 again"]}),
    (
        {**ORDERS, "states": [{"name": "a", "parameters": {"type": "array"}}]},
        {"states.0.parameters.type": ['expected "object", received "array"']},
    ),
    (
        {**ORDERS, "states": [{"name": "a", "paramters": {}}]},
        {"states.0.paramters": ["is no member of a catalogue; did you mean parameters?"]},
    ),
]


def test_a_bad_catalogue_is_refused_with_its_places_and_nothing_is_stored(broker: Story) -> None:
    for document, errors in BAD:
        assert put(broker, "1", document) == (400, {"errors": errors})
    assert broker.http.get("/pacticipants/orders").status_code == 404


NONE: list[tuple[bytes, str]] = [
    (b"", "The state catalogue is empty."),
    (
        b"{,}",
        "The state catalogue is not JSON. line: 1. column: 2. "
        "problem: Expecting property name enclosed in double quotes.",
    ),
    (
        b'{"schemaVersion": 2}',
        "The state catalogue was written by a newer contractkit. expected: schemaVersion 1. received: schemaVersion 2.",
    ),
    (
        b"[" * 200 + b"]" * 200,
        "The state catalogue is nested deeper than 100 levels, which no state catalogue is.",
    ),
]


def test_what_is_no_catalogue_is_said_in_a_sentence(broker: Story) -> None:
    for body, message in NONE:
        reply = broker.http.put("/pacticipants/orders/versions/1/state-catalogue", content=body)
        assert (reply.status_code, reply.json()) == (400, {"error": message})
