"""What Pact has no word for: definitions, contracts by provider, files, impact jobs."""

import base64
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from contractkit_broker.impact_jobs import Analysis, ImpactWorker
from contractkit_broker.settings import BrokerSettings, ImpactLimits
from contractkit_broker.store.database import Database
from sqlalchemy.exc import OperationalError

from contractkit.document import load_contract
from contractkit.exact_json import read_json
from contractkit.impact import ConsumerInfo, DefinitionSource, analyse
from contractkit.impact.formats import impact_as_json
from contractkit.sources import read_definition
from tests.broker.conftest import Story, contract, interaction

Json = Any

OLD = """
openapi: 3.1.0
info: {title: orders, version: "1"}
paths:
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        "200":
          description: An order.
          content:
            application/json:
              schema: {type: object, required: [total], properties: {total: {type: number}}}
"""
NEW = OLD.replace("required: [total], properties: {total: {type: number}}", "properties: {sum: {type: number}}")


def test_a_definition_comes_back_byte_for_byte(broker: Story) -> None:
    at, document = "/pacticipants/orders/versions/1.0/definition", b"openapi:   3.1.0 # as written\n"
    headers = {"content-type": "application/vnd.oai.openapi;version=3.1"}
    assert [broker.http.put(at, content=document, headers=headers).status_code for _ in range(2)] == [201, 200]
    reply = broker.http.get(at)
    assert (reply.content, reply.headers["content-type"]) == (document, headers["content-type"])


def test_the_current_definition_is_found_by_environment_branch_or_default(broker: Story) -> None:
    for number in ("1", "2", "3"):
        broker.http.put(f"/pacticipants/orders/versions/{number}/definition", content=number.encode())
    broker.http.put("/pacticipants/orders/branches/main/versions/2", json={})
    broker.deploy("orders", "1", "production")
    at = "/pacticipants/orders/definition"
    found = [
        broker.http.get(at, params=query).text for query in ({"environment": "production"}, {"branch": "main"}, {})
    ]
    assert found == ["1", "2", "2"]


def test_a_definition_that_is_not_there_is_said_in_words(broker: Story) -> None:
    broker.http.put("/pacticipants/orders/versions/1", json={})
    reply = broker.http.get("/pacticipants/orders/definition", params={"environment": "test"})
    assert (reply.status_code, reply.json()) == (404, {"error": "No definition of pacticipant 'orders' in test found"})


def test_the_contracts_that_count_are_listed_once_with_their_versions(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"), branch="main")
    broker.publish("web-shop", "2", contract("web-shop", "orders", interaction(total=2.5)), branch="main")
    broker.publish("web-shop", "3", contract("web-shop", "orders", interaction(total=3.5)), branch="feature")
    broker.deploy("web-shop", "1", "production")

    def versions(**query: str) -> list[Json]:
        listed = broker.http.get("/contracts", params={"provider": "orders", **query}).json()["contracts"]
        return [version for each in listed for version in each["consumerVersions"]]

    deployed = {"number": "1", "branches": ["main"], "environments": ["production"]}
    assert versions() == [deployed, {"number": "2", "branches": ["main"], "environments": []}]
    assert versions(environment="production") == [deployed]
    assert [each["number"] for each in versions(branch="feature")] == ["3"]


def finished(broker: Story, reply: Any) -> Json:
    while (job := broker.http.get(reply.headers["location"]).json())["status"] in ("queued", "running"):
        time.sleep(0.05)  # the job runs in a process of its own; there is nothing to wait on but its resource
    return job


@pytest.mark.slow
def test_an_impact_job_names_the_consumer_that_breaks(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"), branch="main")
    broker.http.put("/pacticipants/orders/versions/1.0/definition", content=OLD.encode())
    order = {"provider": "orders", "definition": base64.b64encode(NEW.encode()).decode()}
    reply = broker.http.post("/impact-jobs", json=order)
    assert reply.status_code == 202
    report = finished(broker, reply)["report"]
    assert (report["verdict"], [(each["consumer"], each["versions"]) for each in report["consumers"]]) == (
        "broken",
        [("web-shop", ["1"])],
    )
    (interaction,) = report["consumers"][0]["interactions"]
    assert [each["location"] for each in interaction["findings"]] == ["response.body.total"]


@pytest.mark.slow
def test_an_impact_job_compares_protobuf_definitions_too(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    proto = 'syntax = "proto3"; package orders; service Orders { rpc Get(Asked) returns (Asked); } message Asked {}'
    order = {"provider": "orders", "definition": encode(proto), "old": encode(proto)}
    job = finished(broker, broker.http.post("/impact-jobs", json=order))
    assert (job["status"], job["problem"]) == ("done", None)
    assert [each["consumer"] for each in job["report"]["not_judged"]] == ["web-shop"]


@pytest.mark.slow
def test_an_impact_job_reports_in_the_words_of_the_command_line(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    order = {"provider": "orders", "definition": base64.b64encode(NEW.encode()).decode()}
    job = finished(broker, broker.http.post("/impact-jobs", json={**order, "old": encode(OLD)}))
    old = read_definition(OLD.encode(), source="orders (old)")
    new = read_definition(NEW.encode(), source="orders (new)")
    (listed,) = broker.http.get("/contracts", params={"provider": "orders"}).json()["contracts"]
    at = f"/blobs/{listed['fileDigest']}"
    stored = load_contract(broker.http.get(at).content, origin="the stored contract")
    sources = [DefinitionSource(name=each.source, line_of=each.line_of) for each in (old, new)]
    report = analyse(
        old.definition,
        new.definition,
        [(stored, ConsumerInfo(versions=("1",), origin=at))],
        old_source=sources[0],
        new_source=sources[1],
    )
    assert job["report"] == read_json(impact_as_json(report))


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.slow
def test_a_definition_that_cannot_be_read_is_a_failed_job_with_the_reason(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    text = base64.b64encode(b"a: [").decode()
    job = finished(
        broker, broker.http.post("/impact-jobs", json={"provider": "orders", "definition": text, "old": text})
    )
    assert (job["status"], job["report"], job["problem"].splitlines()[0]) == (
        "failed",
        None,
        "The definition orders (old) is not YAML.",
    )


def test_an_impact_job_without_a_stored_definition_asks_for_one(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    for against, where in (
        ({}, "here"),
        ({"environment": "test"}, "in test"),
        ({"branch": "main"}, "for the branch main"),
    ):
        order = {"provider": "orders", "definition": encode(NEW), "against": against}
        reply = broker.http.post("/impact-jobs", json=order)
        message = f"is missing: no definition of orders is stored {where} to compare with"
        assert (reply.status_code, reply.json()) == (400, {"errors": {"old": [message]}})


def test_an_impact_job_of_nothing_or_against_two_is_refused(broker: Story) -> None:
    order = {"provider": "orders", "definition": "", "against": {"environment": "test", "branch": "main"}}
    reply = broker.http.post("/impact-jobs", json=order)
    assert (reply.status_code, reply.json()) == (
        400,
        {
            "errors": {
                "against": ["an environment and a branch exclude each other: leave one of them out"],
                "definition": ["is empty: expected a definition in base64"],
            }
        },
    )


@pytest.mark.slow
def test_an_analysis_that_takes_too_long_is_stopped(broker: Story, database: str) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    text = base64.b64encode(OLD.encode()).decode()
    reply = broker.http.post("/impact-jobs", json={"provider": "orders", "definition": text, "old": text})
    uuid = finished(broker, reply)["uuid"]
    store = Database(database)
    worker = ImpactWorker(store, BrokerSettings(impact=ImpactLimits(seconds=0.01)))
    analysis = worker.analyse(uuid)
    store.close()
    assert analysis == Analysis(problem="The analysis took longer than 0.01 seconds and was stopped.")


def test_jobs_are_worked_off_after_the_database_was_gone_for_a_while(
    empty_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims: list[int] = []

    def claim(*_: Any, **__: Any) -> None:
        claims.append(len(claims))
        if len(claims) <= 4:  # as often as one piece of work is tried
            raise OperationalError("SELECT", {}, Exception("database is locked"))

    monkeypatch.setattr("contractkit_broker.store.definitions.claim_job", claim)
    shutil.copy(empty_sqlite, tmp_path / "b.sqlite")
    store = Database(str(tmp_path / "b.sqlite"))
    worker = ImpactWorker(store, BrokerSettings())
    worker.start()
    while len(claims) <= 4:
        worker.wake()
        time.sleep(0.01)  # the worker is a thread of its own
    worker.stop()
    store.close()
    assert claims[:5] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("data", "media_type"),
    [(b'{"openapi": "3.1.0"}', "application/json"), (b"{openapi: 3.1.0}", "text/plain"), (b"[1", "text/plain")],
)
def test_a_file_is_called_json_where_it_is(broker: Story, data: bytes, media_type: str) -> None:
    at = "/pacticipants/orders/versions/1.0/definition"
    digest = broker.http.put(at, content=data, headers={"content-type": "application/yaml"}).json()["digest"]
    reply = broker.http.get(f"/blobs/{digest}")
    assert (reply.content, reply.headers["content-type"].partition(";")[0]) == (data, media_type)


def test_a_blank_environment_or_branch_is_no_scope_that_is_left_out(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"), branch="main")
    broker.http.put("/pacticipants/orders/versions/1", json={})
    orders = "/pacticipants/orders"
    resources = ("/contracts?provider=orders", "/usage?provider=orders", f"{orders}/versions/1/owed?x=")
    for path in (*resources, f"{orders}/definition?x=", f"{orders}/state-catalogue?x="):
        for name in ("environment", "branch"):
            reply = broker.http.get(f"{path}&{name}=")
            assert (reply.status_code, reply.json()) == (400, {"errors": {name: ["can't be blank"]}})
