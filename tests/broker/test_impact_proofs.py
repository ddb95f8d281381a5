"""Proofs of impact: kept for a consumer version and a pair of definitions, and told beside what is predicted."""

import base64
import hashlib
from typing import Any

from tests.broker.conftest import Story, contract
from tests.broker.test_own_resources import finished

Json = Any

OLD = b"openapi: 3.1.0\ninfo: {title: Orders, version: '1'}\npaths: {}\n"
NEW = OLD.replace(b"'1'", b"'2'")


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def interaction(outcome: str) -> Json:
    return {
        "key": "getOrder 1",
        "description": "getOrder answers 200",
        "operation": "getOrder",
        "predicted": "broken",
        "outcome": outcome,
        "why": None,
        "tests": [
            {
                "nodeId": "tests/test_shop.py::test_total",
                "outcome": outcome,
                "message": "KeyError: 'total'",
                "file": "tests/test_shop.py",
                "line": 12,
            }
        ],
    }


def path(version: str = "4.1.0", old: bytes = OLD) -> str:
    return f"/pacticipants/web-shop/versions/{version}/impact-proofs/orders/{digest(old)}/{digest(NEW)}"


def put(broker: Story, outcome: str, where: str) -> tuple[int, Json]:
    reply = broker.http.put(where, json={"interactions": [interaction(outcome)]})
    return reply.status_code, reply.json()


def test_a_proof_is_kept_and_the_next_of_the_same_pair_replaces_it(broker: Story) -> None:
    assert put(broker, "passes", path())[0] == 201
    status, stored = put(broker, "fails", path())
    read = broker.http.get(path()).json()
    assert (status, read) == (200, stored)
    assert {name: value for name, value in read.items() if name not in ("createdAt", "_links")} == {
        "consumer": "web-shop",
        "version": "4.1.0",
        "provider": "orders",
        "oldDigest": digest(OLD),
        "newDigest": digest(NEW),
        "interactions": [interaction("fails")],
    }


def test_an_impact_job_tells_what_is_proven_of_the_same_definition(broker: Story) -> None:
    broker.publish("web-shop", "4.1.0", contract("web-shop", "orders"))
    put(broker, "fails", path())
    put(broker, "passes", path("4.2.0", old=b"another"))
    put(
        broker, "passes", f"/pacticipants/web-shop/versions/4.1.0/impact-proofs/orders/{digest(OLD)}/{digest(b'third')}"
    )
    order = {"provider": "orders"}
    order |= {name: base64.b64encode(data).decode() for name, data in (("definition", NEW), ("old", OLD))}
    job = finished(broker, broker.http.post("/impact-jobs", json=order))
    told = [(each["version"], each["oldDigest"], each["interactions"][0]["outcome"]) for each in job["proofs"]]
    assert told == [("4.2.0", digest(b"another"), "passes"), ("4.1.0", digest(OLD), "fails")]


def test_a_version_that_is_deleted_takes_its_proofs_along(broker: Story) -> None:
    put(broker, "fails", path())
    broker.http.delete("/pacticipants/web-shop")
    assert broker.http.get(path()).status_code == 404


def test_what_is_no_proof_is_refused_with_its_place(broker: Story) -> None:
    wrong = {**interaction("fails"), "outcome": "red", "tests": [{"nodeId": "a", "outcome": "fails", "line": -1}]}
    reply = broker.http.put(path(), json={"interactions": [wrong]})
    assert (reply.status_code, reply.json()) == (
        400,
        {
            "errors": {
                "interactions.outcome": [
                    "input should be 'fails', 'can fail', 'passes', 'fails already' or 'not run' (at index 0)"
                ],
                "interactions.tests.line": ["input should be greater than or equal to 0 (at index 0)"],
            }
        },
    )
    said = {**interaction("fails"), "tests": [{"nodeId": "a", "outcome": "fails", "line": True}]}
    no_number = broker.http.put(path(), json={"interactions": [said]})
    assert (no_number.status_code, no_number.json()) == (
        400,
        {"errors": {"interactions.tests.line": ["input should be a valid integer (at index 0)"]}},
    )
    missing = broker.http.put(path(), json={})
    assert (missing.status_code, missing.json()) == (400, {"errors": {"interactions": ["is missing"]}})


def test_a_path_without_digests_is_refused(broker: Story) -> None:
    reply = broker.http.put(
        "/pacticipants/web-shop/versions/1/impact-proofs/orders/main/new", json={"interactions": []}
    )
    said = "expected sha256: and 64 hexadecimal digits, received"
    assert (reply.status_code, reply.json()) == (
        400,
        {"errors": {"oldDigest": [f'{said} "main"'], "newDigest": [f'{said} "new"']}},
    )


def test_what_nobody_proved_is_said_in_words(broker: Story) -> None:
    broker.http.put("/pacticipants/web-shop/versions/4.1.0", json={})
    reply = broker.http.get(path())
    words = "Version 4.1.0 of pacticipant 'web-shop' proved nothing of these definitions"
    assert (reply.status_code, reply.json()) == (404, {"error": words})
