"""Migrations: how a database comes to the tables of this release. Alembic is imported only where one is due."""

from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from contractkit.errors import UsageError
from contractkit_broker.store.database import Database

HEAD = "0010"
"""The revision that this release works with; a test holds it equal to the newest file in `versions`."""

_LOCK = 0x636B6974  # any number that is ours: "ckit"


def bring_up_to_date(database: Database) -> bool:
    """Bring a database to the tables of this release, and say whether anything had to be done.

    Raises:
        UsageError: The database cannot be opened, or was written by a newer release.
    """
    try:
        foreign = _tables(database)  # first: what another broker makes meanwhile then has a revision
        found = current_revision(database)
    except DatabaseError as error:
        raise UsageError(
            "The database cannot be opened.",
            details=[("database", database.url.render_as_string()), ("reason", str(error.orig).strip())],
            next_step="Check the path or URL, and that it may be read and written.",
        ) from None
    if found is None and foreign:
        raise UsageError(
            "The database holds tables of something else.",
            details=[("database", database.url.render_as_string()), ("for example", min(foreign))],
            next_step="Give the broker a database, or a file, of its own.",
        )
    if found == HEAD:
        return False
    if found is not None and found > HEAD:
        raise UsageError(
            "The database was written by a newer release of contractkit.",
            details=[("its tables", found), ("this release", HEAD)],
            next_step="Upgrade contractkit-cdct on this machine.",
        )
    _upgrade(database)
    return True


def current_revision(database: Database) -> str | None:
    """Give the revision that a database is at, or None where it is empty."""
    with database.reading() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        return None if revision is None else str(revision)


def _tables(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def _upgrade(database: Database) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # replicas that start together migrate one after another
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
