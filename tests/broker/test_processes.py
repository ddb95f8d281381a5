"""Processes on one file: two brokers at once, one that is killed while it is published to, and older tables."""

import base64
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from contractkit_broker import migrations
from contractkit_broker.store.database import Database
from contractkit_broker.store.schema import application, metadata
from sqlalchemy import insert, inspect, select

from contractkit.errors import UsageError
from tests.broker.conftest import contract, interaction


@contextmanager
def broker_process(path: Path | str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a broker in a process of its own, and give it with its address."""
    options = ["--port", "0", "--database", str(path)]
    pipe = subprocess.PIPE
    program = [sys.executable, "-u", "-m", "contractkit", "broker", *options]
    with subprocess.Popen(program, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip().removeprefix("The broker runs at ")
        finally:
            process.kill()


def publish(url: str, consumer: str, number: int) -> int:
    """Publish one version and give the status, or 0 where no answer came."""
    said = json.dumps(contract(consumer, "orders", interaction(total=number + 0.5)))
    entry = {"consumerName": consumer, "providerName": "orders", "specification": "pact"}
    entry |= {"contentType": "application/json", "content": base64.b64encode(said.encode()).decode()}
    build = {"pacticipantName": consumer, "pacticipantVersionNumber": str(number), "branch": "main"}
    try:
        return httpx.post(f"{url}/contracts/publish", json={**build, "contracts": [entry]}, timeout=30).status_code
    except httpx.TransportError:
        return 0


def versions_with_contract(path: Path) -> set[tuple[str, str]]:
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return set(
            connection.execute(
                "SELECT a.name, v.number FROM publication p JOIN version v ON v.id = p.version_id "
                "JOIN application a ON a.id = v.application_id"
            )
        )


@pytest.mark.slow
def test_two_brokers_on_one_new_file_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "broker.sqlite"
    with broker_process(path) as (_, one), broker_process(path) as (_, other), ThreadPoolExecutor(8) as pool:
        wanted = [((one, other)[number % 2], f"app-{number % 3}", number) for number in range(60)]
        assert set(pool.map(lambda each: publish(*each), wanted)) == {200}
        (head,) = httpx.get(f"{one}/pacticipants/app-1/branches").json()["_embedded"]["branches"]
        assert head["_embedded"]["latestVersion"]["number"] in {str(number) for _, _, number in wanted}
    assert versions_with_contract(path) == {(name, str(number)) for _, name, number in wanted}


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "broker.sqlite"
    with broker_process(path) as (process, url), ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(publish, url, f"app-{number % 3}", number) for number in range(200)]
        assert answers[40].result() == 200
        process.send_signal(signal.SIGKILL)
        stored = {(f"app-{number % 3}", str(number)) for number, each in enumerate(answers) if each.result() == 200}
    assert 0 < len(stored) < 200  # some were acknowledged, and some were cut off
    assert stored - versions_with_contract(path) == set()
    with broker_process(path) as (_, url):
        assert publish(url, "app-0", 1000) == 200


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010"])
def test_a_file_of_every_released_schema_is_brought_up_to_date(tmp_path: Path, revision: str) -> None:
    database = Database(str(tmp_path / "old.sqlite"))
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    values = {"name": "orders", "created_at": "2026-11-20T10:00:00.000000+00:00"}
    database.write(lambda connection: connection.execute(insert(application).values(**values)))
    migrations.bring_up_to_date(database)
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == sorted({*metadata.tables, "alembic_version"})
        assert connection.execute(select(application.c.name)).scalars().all() == ["orders"]
    assert migrations.current_revision(database) == migrations.HEAD
    database.close()


def test_the_released_schemas_are_all_tried() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    tried = test_a_file_of_every_released_schema_is_brought_up_to_date.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert sorted(each.revision for each in ScriptDirectory.from_config(config).walk_revisions()) == tried


def test_brokers_that_open_a_new_file_at_once_make_its_tables_once(tmp_path: Path) -> None:
    def open_it(_: int) -> str | None:
        database = Database(str(tmp_path / "new.sqlite"))
        migrations.bring_up_to_date(database)
        found = migrations.current_revision(database)
        database.close()
        return found

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(open_it, range(4))) == {migrations.HEAD}


def test_a_file_with_tables_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE customer (id INTEGER)")
    with pytest.raises(UsageError) as refused:
        migrations.bring_up_to_date(Database(str(path)))
    assert str(refused.value) == (
        "The database holds tables of something else.\n\n"
        f"  database      sqlite:///{path}\n"
        "  for example   customer\n\n"
        "Give the broker a database, or a file, of its own."
    )
