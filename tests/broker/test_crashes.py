"""Brokers that are killed, and several on one database: what was acknowledged is there, whole, and none is refused."""

import base64
import json
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from contractkit_broker.store import schema
from contractkit_broker.store.database import Database
from sqlalchemy import func, select

from tests.broker.conftest import contract, interaction
from tests.broker.test_processes import broker_process

Json = Any
PROVIDERS = ("orders", "stock")


def publish(http: httpx.Client, consumer: str, number: int) -> int:
    """Publish one version with two contracts and give the status, or 0 where no answer came."""
    entries = [
        {
            "consumerName": consumer,
            "providerName": provider,
            "specification": "pact",
            "contentType": "application/json",
            "content": base64.b64encode(
                json.dumps(contract(consumer, provider, interaction(total=number + 0.5))).encode()
            ).decode(),
        }
        for provider in PROVIDERS
    ]
    build = {"pacticipantName": consumer, "pacticipantVersionNumber": str(number), "branch": "main"}
    try:
        return http.post("/contracts/publish", json={**build, "contracts": entries}).status_code
    except httpx.TransportError:
        return 0


@contextmanager
def store(location: str) -> Iterator[Database]:
    database = Database(location)
    yield database
    database.close()


def stored_versions(location: str) -> set[tuple[str, str]]:
    """Give the consumer versions that are there, having seen that none is there in part."""
    with store(location) as database, database.reading() as connection:
        counts = (
            select(
                schema.application.c.name,
                schema.version.c.number,
                select(func.count())
                .where(schema.publication.c.version_id == schema.version.c.id)
                .scalar_subquery()
                .label("contracts"),
                select(func.count())
                .where(schema.branch_version.c.version_id == schema.version.c.id)
                .scalar_subquery()
                .label("branches"),
            )
            .join(schema.application, schema.application.c.id == schema.version.c.application_id)
            .order_by(schema.version.c.id)
        )
        rows = connection.execute(counts).all()
        used = set(connection.execute(select(schema.usage.c.file_digest).distinct()).scalars())
        files = set(connection.execute(select(schema.publication.c.file_digest)).scalars())
        heads = select(schema.branch_head.c.branch_id, func.count()).where(schema.branch_head.c.ended_at.is_(None))
        assert {row[1] for row in connection.execute(heads.group_by(schema.branch_head.c.branch_id))} <= {1}
    assert {(row.contracts, row.branches) for row in rows} <= {(2, 1)}
    assert files - used == set()
    return {(row.name, row.number) for row in rows}


def killed_while_published_to(location: str, numbers: range) -> None:
    """Publish, kill the broker after a third of the answers, and hold what is stored against what was acknowledged."""
    consumers = {number: f"app-{number % 3}" for number in numbers}
    before = stored_versions(location)
    with (
        broker_process(location) as (process, url),
        httpx.Client(base_url=url, timeout=30) as http,
        ThreadPoolExecutor(4) as pool,
    ):
        answers = {number: pool.submit(publish, http, consumers[number], number) for number in numbers}
        assert answers[numbers[len(numbers) // 3]].result() == 200
        process.send_signal(signal.SIGKILL)
        acknowledged = {(consumers[at], str(at)) for at, each in answers.items() if each.result() == 200}
    found = stored_versions(location)
    assert 0 < len(acknowledged) < len(numbers)  # some were acknowledged, and some were cut off
    assert (before | acknowledged) - found == set()
    assert len(found - before - acknowledged) <= 4  # stored, and the answer was cut off: one of each thread


@pytest.mark.slow
def test_what_a_killed_broker_acknowledged_is_there_and_nothing_is_half_there(database: str) -> None:
    killed_while_published_to(database, range(90))
    with broker_process(database) as (_, url), httpx.Client(base_url=url, timeout=30) as http:
        assert publish(http, "app-0", 1000) == 200


@pytest.mark.deep
def test_a_thousand_publishes_survive_one_kill_after_another(database: str) -> None:
    for start in range(0, 3000, 1000):
        killed_while_published_to(database, range(start, start + 1000))


def work_at_once(url: str, number: int, http: httpx.Client) -> list[int]:
    """Do what one build does: publish to each other, verify, deploy; give the statuses."""
    name, partner = ("left", "right") if number % 4 < 2 else ("right", "left")
    said = contract(name, partner, interaction(total=number % 3 + 0.5))  # equal content comes again and again
    entry = {"consumerName": name, "providerName": partner, "specification": "pact"}
    entry |= {"contentType": "application/json", "content": base64.b64encode(json.dumps(said).encode()).decode()}
    build = {"pacticipantName": name, "pacticipantVersionNumber": str(number), "branch": "main"}
    statuses = [http.post(f"{url}/contracts/publish", json={**build, "contracts": [entry]}).status_code]
    pair = f"{url}/pacts/provider/{partner}/consumer/{name}"
    pact = http.get(f"{pair}/version/{number}").json()
    result = {"success": bool(number % 5), "providerApplicationVersion": "shared"}
    statuses += [
        http.post(pact["_links"]["pb:publish-verification-results"]["href"], json=result).status_code for _ in range(2)
    ]
    version = http.get(f"{url}/pacticipants/{name}/versions/{number}").json()
    (place,) = (each for each in version["_links"]["pb:record-deployment"] if each["name"] == "production")
    statuses.append(http.post(place["href"], json={}).status_code)
    return statuses


@pytest.mark.slow
def test_two_brokers_on_one_database_lose_no_write_and_refuse_none(database: str) -> None:
    builds = 40
    with (
        broker_process(database) as (_, one),
        broker_process(database) as (_, other),
        httpx.Client(timeout=60) as http,
        ThreadPoolExecutor(12) as pool,
    ):
        answers = list(pool.map(lambda number: work_at_once((one, other)[number % 2], number, http), range(builds)))
    assert answers == [[200, 201, 201, 201]] * builds
    with store(database) as found, found.reading() as connection:

        def count(table: Any, *where: Any) -> int:
            return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())

        assert (count(schema.application), count(schema.integration), count(schema.content)) == (2, 2, 6)
        assert (count(schema.publication), count(schema.verification)) == (builds, 2 * builds)
        current = schema.deployment.c.ended_at.is_(None)
        assert (count(schema.deployment), count(schema.deployment, current)) == (builds, 2)
        assert count(schema.branch_head, schema.branch_head.c.ended_at.is_(None)) == 2
        newest = select(func.max(schema.verification.c.id)).group_by(schema.verification.c.content)
        verdicts = select(schema.verdict.c.verification_id)
        assert sorted(connection.execute(verdicts).scalars()) == sorted(connection.execute(newest).scalars())
