"""The seeded history is what a broker writes that is told the same builds over HTTP: in rows and in answers."""

import base64
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import broker_history as history
import httpx
import pytest
from broker_history import Build, Result, Said, World
from broker_seeding import seed
from contractkit_broker.server import running_broker
from contractkit_broker.settings import BrokerSettings
from contractkit_broker.store.schema import metadata

from contractkit.document import content_id, interaction_content_id, load_contract

TINY = World(services=8, versions=32, integrations=10, lasting=8, detailed=3)


@dataclass
class Teller:
    """Tells a broker the builds of a world, as the clients of its services would."""

    world: World
    http: httpx.Client
    now: list[str]
    environments: dict[str, str] = field(default_factory=dict)
    released: dict[tuple[int, int], str] = field(default_factory=dict)

    def tell_everything(self) -> None:
        listed = self.http.get("/environments").json()["_embedded"]["environments"]
        self.environments = {each["name"]: each["uuid"] for each in listed}
        for build in history.builds(self.world):
            self.now[0] = build.at
            if (build.service, build.version) == (0, 0):
                self._applications()
            self._build(build)

    def _applications(self) -> None:
        for service in range(self.world.services):
            self._post("/pacticipants", {"name": self.world.name(service), "mainBranch": "main"}, 201)

    def _build(self, build: Build) -> None:
        name, number = self.world.name(build.service), self.world.number(build.service, build.version)
        entries = [self._entry(said) for said in build.contracts]
        of = {"pacticipantName": name, "pacticipantVersionNumber": number, "branch": build.branch}
        self._post("/contracts/publish", {**of, "contracts": entries}, 200)
        for result in build.results:
            self._verify(number, result)
        for environment in build.environments:
            self._occupy(build, number, environment)

    def _entry(self, said: Said) -> dict[str, str]:
        data = history.contract_bytes(self.world, self.world.pairs(), said)
        consumer, provider = (self.world.name(each) for each in self.world.pairs()[said.pair])
        content = base64.b64encode(data).decode()
        return {"consumerName": consumer, "providerName": provider, "content": content}

    def _verify(self, number: str, result: Result) -> None:
        data = history.contract_bytes(self.world, self.world.pairs(), result.said)
        contract = load_contract(data, origin="the history")
        ids = [interaction_content_id(contract, each).partition(":")[2] for each in contract.interactions]
        at = f"/pacts/provider/{contract.provider}/consumer/{contract.consumer}/pact-version/{_sha(data)}"
        body = {"success": result.failing is None, "providerApplicationVersion": number}
        body |= {"testResults": history.test_results(result, ids)}
        self._post(f"{at}/verification-results", body, 201)

    def _occupy(self, build: Build, number: str, environment: str) -> None:
        of, uuid = f"/pacticipants/{self.world.name(build.service)}/versions/{number}", self.environments[environment]
        if environment == "test" or build.service not in self.world.is_released:
            self._post(f"{of}/deployed-versions/environment/{uuid}", {}, 201)
            return
        made = self._post(f"{of}/released-versions/environment/{uuid}", {}, 201)
        self.released[build.service, build.version] = made.json()["uuid"]
        if build.support_ends is not None:
            ended = f"/released-versions/{self.released[build.service, build.support_ends]}"
            assert self.http.patch(ended, json={"currentlySupported": False}).status_code == 200

    def _post(self, path: str, body: Any, status: int) -> httpx.Response:
        reply = self.http.post(path, json=body)
        assert reply.status_code == status, reply.text
        return reply


def _sha(data: bytes) -> str:
    return content_id(load_contract(data, origin="the history")).partition(":")[2]


@pytest.fixture(scope="module")
def told(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file whose history a broker was told over HTTP."""
    path = tmp_path_factory.mktemp("told") / "broker.sqlite"
    shutil.copy(empty_sqlite, path)
    now, uuids = ["2023-01-01T00:00:00.000000+00:00"], count(1)
    settings = BrokerSettings(clock=lambda: now[0], new_id=lambda: f"{next(uuids):08}-0000-4000-8000-000000000000")
    with running_broker(path, settings=settings) as url, httpx.Client(base_url=url, timeout=60) as http:
        Teller(TINY, http, now).tell_everything()
    return path


@pytest.fixture(scope="module")
def seeded(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file into which the same history was seeded."""
    path = tmp_path_factory.mktemp("seeded") / "broker.sqlite"
    shutil.copy(empty_sqlite, path)
    seed(str(path), TINY)
    return path


def rows(path: Path, table: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)


def test_a_history_depends_on_its_sizes_and_seed_alone() -> None:
    assert list(history.builds(TINY)) == list(history.builds(TINY))
    assert list(history.builds(replace(TINY, seed=2))) != list(history.builds(TINY))


def test_the_whole_history_has_ten_million_results() -> None:
    world = World()
    pairs = world.pairs()
    assert (world.services, world.versions, len(pairs)) == (1000, 1000, 5000)
    known_from_the_start = sum(consumer < provider for consumer, provider in pairs)
    assert 2 * (len(pairs) * (world.versions - 1) + known_from_the_start) > 9_990_000
    assert {consumer for consumer, _ in pairs} == set(range(1000))
    assert max(Counter(provider for _, provider in pairs).values()) == 168


@pytest.mark.slow
def test_the_seeded_tables_hold_a_history(seeded: Path) -> None:
    counted = ("application", "version", "branch", "branch_head", "content", "publication", "verification", "verdict")
    assert [len(rows(seeded, name)) for name in counted] == [8, 256, 32, 256, 54, 320, 626, 453]
    with closing(sqlite3.connect(seeded)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.slow
@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_seeded_rows_are_those_that_the_broker_writes(told: Path, seeded: Path, table: str) -> None:
    assert rows(seeded, table) == rows(told, table)


@pytest.mark.slow
def test_a_seeded_database_has_every_index_of_one_that_was_not(empty_sqlite: Path, seeded: Path) -> None:
    schema = "sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    found = [{(row[1], " ".join(row[4].split())) for row in rows(path, schema)} for path in (empty_sqlite, seeded)]
    assert found[0] == found[1]


@pytest.mark.slow
def test_a_seeded_broker_answers_as_one_that_was_told(told: Path, database: str) -> None:
    seed(database, TINY)
    assert answers(database) == answers(told)


def answers(database: Path | str) -> dict[str, Any]:
    """Give what a broker says of every service, wherever it runs; environments by name."""
    settings = BrokerSettings(public_url="http://broker.example")
    with running_broker(database, settings=settings) as url, httpx.Client(base_url=url, timeout=60) as http:
        listed = http.get("/environments").json()["_embedded"]["environments"]
        asked = [*questions(), ("GET", "/integrations", None), ("GET", "/ui", None)]
        said = {f"{method} {path}": http.request(method, path, json=body) for method, path, body in asked}
    assert {each.status_code for each in said.values()} == {200}
    texts = {question: each.text for question, each in said.items()}
    for each in listed:
        texts = {question: text.replace(each["uuid"], each["name"]) for question, text in texts.items()}
        made = each["createdAt"]
        texts = {question: text.replace(made, "then") for question, text in texts.items()}
    return texts


def questions() -> Iterator[tuple[str, str, Any]]:
    selectors = [{"mainBranch": True}, {"deployedOrReleased": True}, {"branch": "feature/2"}]
    form: dict[str, Any] = {"consumerVersionSelectors": selectors, "providerVersionBranch": "main"}
    form |= {"includePendingStatus": True, "includeWipPactsSince": "2023-01-01"}
    for service in range(TINY.services):
        name, number = TINY.name(service), TINY.number(service, TINY.versions - 1)
        for environment in ("test", "production"):
            yield "GET", f"/can-i-deploy?pacticipant={name}&version={number}&environment={environment}", None
        yield "POST", f"/pacts/provider/{name}/for-verification", form
        yield "GET", f"/pacticipants/{name}/versions", None
        yield "GET", f"/pacticipants/{name}/branches", None
        yield "GET", f"/ui/applications/{name}", None
    for consumer, provider in TINY.pairs():
        both = (f"q[][pacticipant]={TINY.name(each)}" for each in (consumer, provider))
        yield "GET", f"/matrix?{'&'.join(both)}&latestby=cvpv&limit=1000", None
