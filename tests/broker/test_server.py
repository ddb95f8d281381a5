"""The command, the server, and the databases it opens."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from contractkit_broker import migrations
from contractkit_broker.command import broker as broker_command
from contractkit_broker.server import listen
from contractkit_broker.store.database import Database
from contractkit_broker.store.schema import metadata
from sqlalchemy import text

from contractkit.errors import AddressInUseError, UsageError


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_where_it_runs_and_stops_when_told(tmp_path: Path, ending: signal.Signals) -> None:
    command = [sys.executable, "-m", "contractkit", "broker", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        first = process.stdout.readline().strip()
        url = first.removeprefix("The broker runs at ")
        assert httpx.get(f"{url}/diagnostic/status/heartbeat").json()["ok"] is True
        process.send_signal(ending)
        output, errors = process.stdout.read(), process.stderr.read()
    assert f"Publish a first contract: contractkit publish --broker {url} --version 1" in output
    assert process.returncode == 0
    assert errors.splitlines()[-1:] == ["The broker has stopped."]
    assert (tmp_path / "contractkit-broker.sqlite").exists()


def test_a_port_in_use_is_said_in_words() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressInUseError) as refused:
            listen("127.0.0.1", port)
    assert str(refused.value) == (
        f"Port {port} of 127.0.0.1 is in use: something else listens there.\n\n"
        "Stop it, or choose another port: contractkit broker --port 0 takes a free one."
    )
    assert refused.value.exit_code == 2


def test_an_address_of_another_machine_is_said_in_words() -> None:
    with pytest.raises(UsageError) as refused:
        listen("192.0.2.1", 0)
    assert str(refused.value) == (
        "The broker cannot listen on 192.0.2.1, port 0.\n\n"
        "  reason   Cannot assign requested address\n\n"
        "Check --host and --port; ports below 1024 need rights."
    )


def test_a_database_of_another_kind_is_refused_without_its_password() -> None:
    with pytest.raises(UsageError) as refused:
        Database("mysql://admin:secret@db/broker")
    assert str(refused.value) == (
        "This is not a database that the broker can use.\n\n"
        "  expected   a file path, sqlite:///PATH or postgresql://…\n"
        "  received   db/broker"
    )


@pytest.mark.parametrize("location", ["no/such/folder/b.sqlite", "."])
def test_a_file_that_cannot_be_opened_is_said_in_words(location: str) -> None:
    database = Database(location)
    with pytest.raises(UsageError, match=r"The database cannot be opened\."):
        migrations.bring_up_to_date(database)


def test_a_file_that_is_no_database_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be taken for one " * 50)
    with pytest.raises(UsageError) as refused:
        migrations.bring_up_to_date(Database(str(path)))
    assert refused.value.explanation.summary == "The database cannot be opened."
    assert ("reason", "file is not a database") in refused.value.explanation.details


_A_VERIFICATION = (
    "INSERT INTO verification (content, provider_version_id, success, verified_by, test_results, verified_at) "
    "VALUES (1, 1, 1, '{}', '[]', '2026-11-20T10:00:00')"
)


def test_a_database_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "b.sqlite"))
    migrations.bring_up_to_date(database)
    database.write(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(UsageError) as refused:
        migrations.bring_up_to_date(database)
    assert str(refused.value) == (
        "The database was written by a newer release of contractkit.\n\n"
        "  its tables     9999\n"
        f"  this release   {migrations.HEAD}\n\n"
        "Upgrade contractkit-cdct on this machine."
    )


def test_the_migrations_lead_to_the_tables_in_use(database: str) -> None:
    store = Database(database)
    with store.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    store.close()
    assert differences == []


def test_verifications_of_the_first_release_left_nothing_out(tmp_path: Path) -> None:
    path = tmp_path / "b.sqlite"
    database = Database(str(path))
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with closing(sqlite3.connect(path)) as plain, plain:  # which checks no references
        plain.execute(_A_VERIFICATION)
    assert migrations.bring_up_to_date(database)
    with database.reading() as connection:
        assert connection.execute(text("SELECT success, left_out FROM verification")).all() == [(1, 0)]
    database.close()


def test_the_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD


def test_a_database_that_is_up_to_date_needs_no_alembic(empty_sqlite: Path) -> None:
    program = (
        "import sys; from contractkit_broker.migrations import bring_up_to_date; "
        "from contractkit_broker.store.database import Database; "
        f"bring_up_to_date(Database({str(empty_sqlite)!r})); print('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "False\n"


def test_help_needs_no_server() -> None:
    assert [option.name for option in broker_command.params] == [
        "database",
        "host",
        "port",
        "public_url",
        "protobuf_plugin",
        "similar_names",
    ]
