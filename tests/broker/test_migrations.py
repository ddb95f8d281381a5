"""Migrations keep what is stored, fill what they add, and end with the tables that the store describes."""

import json
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from contractkit_broker import migrations
from contractkit_broker.service.search import search
from contractkit_broker.store import finding
from contractkit_broker.store.database import Database
from contractkit_broker.store.schema import metadata, usage
from sqlalchemy import Connection, select, text

from tests.broker.conftest import contract, interaction

NOW = "2026-11-20T10:00:00.000000+00:00"

STORED_BY_0003 = f"""
INSERT INTO application (id, name, created_at) VALUES (1, 'shop', '{NOW}'), (2, 'orders', '{NOW}');
INSERT INTO version (id, application_id, number, created_at) VALUES (11, 1, '1.0', '{NOW}'), (12, 2, '7', '{NOW}');
INSERT INTO blob (digest, data, created_at) VALUES ('sha256:aa', '7b7d', '{NOW}');
INSERT INTO content (id, consumer_id, provider_id, content_id, file_digest, created_at)
VALUES (5, 1, 2, 'sha256:cc', 'sha256:aa', '{NOW}');
INSERT INTO publication (version_id, provider_id, content, file_digest, created_at)
VALUES (11, 2, 5, 'sha256:aa', '{NOW}');
INSERT INTO definition (version_id, digest, content_type, created_at)
VALUES (12, 'sha256:aa', 'application/yaml', '{NOW}');
"""


def upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def test_publications_and_definitions_are_told_whose_they_are(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "old.sqlite"))
    with database.engine.begin() as connection:
        upgrade(connection, "0003")
        for statement in STORED_BY_0003.strip().split(";\n"):
            connection.execute(text(statement.rstrip(";")))
    migrations.bring_up_to_date(database)
    with database.reading() as connection:
        publications = connection.execute(text("SELECT version_id, consumer_id, provider_id FROM publication")).all()
        definitions = connection.execute(text("SELECT version_id, application_id FROM definition")).all()
    assert ([tuple(row) for row in publications], [tuple(row) for row in definitions]) == ([(11, 1, 2)], [(12, 2)])
    database.close()


STORED_BY_0005 = f"""
INSERT INTO blob (digest, data, created_at) VALUES ('sha256:aa', '7b7d', '{NOW}'), ('sha256:bb', '7b7d', '{NOW}');
INSERT INTO usage (file_digest, interaction_key, location, operation, needed) VALUES
('sha256:aa', 'key 2', 'response.status', 'getOrder', NULL), ('sha256:aa', 'key 1', 'request.path', 'addOrder', TRUE),
('sha256:aa', 'key 2', 'response.body.id', 'getOrder', FALSE), ('sha256:bb', 'key 9', 'request.path', 'getOrder', TRUE);
"""


def test_uses_are_kept_with_the_place_of_their_interaction(database: str) -> None:
    opened = Database(database)
    with opened.engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DELETE FROM alembic_version"))
        upgrade(connection, "0005")
        for statement in STORED_BY_0005.strip().split(";\n"):
            connection.execute(text(statement.rstrip(";")))
    migrations.bring_up_to_date(opened)
    with opened.reading() as connection:
        assert [tuple(row) for row in connection.execute(select(usage).order_by(*usage.primary_key))] == [
            ("sha256:aa", "addOrder", "request.path", 0, True),
            ("sha256:aa", "getOrder", "response.body.id", 1, False),
            ("sha256:aa", "getOrder", "response.status", 1, None),
            ("sha256:bb", "getOrder", "request.path", 0, True),
        ]
    opened.close()


def test_the_migrations_end_with_the_tables_of_the_store(database: str) -> None:
    opened = Database(database)
    with opened.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    opened.close()


def test_contracts_of_before_are_found_by_their_words(tmp_path: Path) -> None:
    data = json.dumps(contract("shop", "orders", interaction("a large invoice"))).encode()
    database = Database(str(tmp_path / "old.sqlite"))
    with database.engine.begin() as connection:
        upgrade(connection, "0004")
        for statement in STORED_BY_0003.strip().split(";\n"):
            connection.execute(text(statement.rstrip(";")))
        connection.execute(text(f"INSERT INTO integration VALUES (2, 1, '{NOW}')"))
        connection.execute(text("UPDATE publication SET consumer_id = 1"))
        connection.execute(text("UPDATE blob SET data = :data"), {"data": data})
    migrations.bring_up_to_date(database)
    with database.reading() as connection:
        found = search(connection, "invoice")
        pairs, is_more = finding.pairs_with(connection, "inv", provider_id=None, limit=5)
    assert [each.interaction.description for each in found.interactions] == ["a large invoice"]
    assert (pairs, is_more) == (((1, 2),), False)
    database.close()


def test_a_contract_that_cannot_be_read_any_more_stops_no_migration(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "old.sqlite"))
    with database.engine.begin() as connection:
        upgrade(connection, "0004")
        for statement in STORED_BY_0003.strip().split(";\n"):
            connection.execute(text(statement.rstrip(";")))
        connection.execute(text(f"INSERT INTO integration VALUES (2, 1, '{NOW}')"))
        connection.execute(text("UPDATE publication SET consumer_id = 1"))
        connection.execute(text("UPDATE blob SET data = :data"), {"data": b"{"})
    migrations.bring_up_to_date(database)
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM search_word")).scalar_one() == 0
    database.close()
