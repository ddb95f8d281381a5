"""Migrations keep what is stored, fill what they add, and end with the tables that the store describes."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from contractkit_broker import migrations
from contractkit_broker.store.database import Database
from contractkit_broker.store.schema import metadata
from sqlalchemy import Connection, text

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


def test_the_migrations_end_with_the_tables_of_the_store(database: str) -> None:
    opened = Database(database)
    with opened.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    opened.close()
