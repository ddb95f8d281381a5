"""The database: one code path for SQLite and PostgreSQL, reads in autocommit, each write one transaction."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    Insert,
    Row,
    Select,
    Table,
    create_engine,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from contractkit.errors import UsageError

Result = TypeVar("Result")

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row of whatever columns; it goes no further than the function that reads it."""

AnySelect: TypeAlias = Select[*tuple[Any, ...]]
"""A query for such rows."""


BUSY_MILLISECONDS = 10_000
"""How long a write to SQLite waits for another process that writes to the same file."""

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",  # what is acknowledged is with the system: a killed process loses none, a power cut the last
    "wal_autocheckpoint=4000",  # pages, 16 MB: one write in hundreds waits for the disk, and not one in dozens
    "cache_size=-32768",  # KiB
    "foreign_keys=ON",
)

_SETTINGS = {
    "plan_cache_mode": "force_generic_plan",  # else planning takes longer than asking
    "enable_seqscan": "off",  # a plan outlives the day on which a table was small enough to be read whole
    "jit": "off",
}

_SET_UP = f"""
SELECT set_config(name, wanted, false)
FROM pg_settings JOIN (VALUES {", ".join(map(str, _SETTINGS.items()))}) AS all_wanted (name, wanted) USING (name)
"""  # what is only like PostgreSQL may lack some

_READING = "AUTOCOMMIT"
"""The isolation of what only reads: each statement sees what is committed, and nothing is begun or ended."""

_RESTED = 1.0  # seconds without a statement, after which a connection may be gone unseen

_ATTEMPTS = 4  # a lost race (two first publications at once) is won on the second look


class Database:
    """A database whose tables are up to date. Safe to use from several threads."""

    def __init__(self, location: str, *, readers: int = 4) -> None:
        """Open a database.

        Args:
            location: A file path, or a URL beginning `sqlite:///` or `postgresql://`.
            readers: How many connections reads may hold at once.

        Raises:
            UsageError: The location is neither, its driver is not installed, or it cannot be opened.
        """
        self.url = database_url(location)
        self._is_sqlite = self.url.get_backend_name() == "sqlite"
        self._one_writer = threading.Lock()
        try:
            base = create_engine(self.url, pool_size=readers + 1, max_overflow=4)
        except ModuleNotFoundError:
            raise UsageError(
                "PostgreSQL is not installed for the broker.", next_step="pip install 'contractkit-cdct[postgres]'"
            ) from None
        self._reading = base.execution_options(isolation_level=_READING)
        self._writing = _sqlite_writer(self.url) if self._is_sqlite else base
        event.listen(base, "connect", _set_up_sqlite if self._is_sqlite else _set_up_postgresql)
        if not self._is_sqlite:
            event.listen(base, "checkin", _note_when)
            event.listen(base, "checkout", partial(_check_after_rest, base))

    @property
    def engine(self) -> Engine:
        """Give the engine that writes, for migrations."""
        return self._writing

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees what is committed; nothing may be written with it."""
        with self._reading.connect() as connection:
            yield connection

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Do some work in one transaction and give its result; all of it is stored, or on an error nothing."""
        for attempt in range(_ATTEMPTS):
            try:
                return self._write_once(work)
            except (IntegrityError, OperationalError):
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close every connection."""
        self._reading.dispose()
        self._writing.dispose()

    def _write_once(self, work: Callable[[Connection], Result]) -> Result:
        if not self._is_sqlite:
            with self._writing.begin() as connection:
                return work(connection)
        with self._one_writer, self._writing.begin() as connection:
            return work(connection)


def is_reading(connection: Connection) -> bool:
    """Say whether a connection is one of `Database.reading`, and not in a transaction that writes."""
    return connection.get_execution_options().get("isolation_level") == _READING


def database_url(location: str) -> URL:
    """Give the URL of a database from a path or URL; `postgresql://` is read through psycopg.

    Raises:
        UsageError: It is neither a path nor a URL of a database that is supported.
    """
    if "://" not in location:
        return URL.create("sqlite", database=str(Path(location)))
    try:
        url = make_url(location)
    except ArgumentError:
        url = URL.create("unreadable")
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername in ("sqlite", "postgresql+psycopg"):
        return url
    raise UsageError(
        "This is not a database that the broker can use.",
        details=[("expected", "a file path, sqlite:///PATH or postgresql://…"), ("received", location.split("@")[-1])],
    )


def upsert(
    connection: Connection,
    table: Table,
    keys: tuple[str, ...],
    values: dict[str, Any],
    update: tuple[str, ...] = (),
    rising: str | None = None,
) -> bool:
    """Insert a row, or where one has the same keys set the columns of `update`; say whether a row was written.

    Where `rising` names a column, a row is changed only if that column grows: of two writers at once the later wins.
    """
    return connection.execute(_upsert(connection.dialect.name, table, keys, update, rising), values).first() is not None


def upsert_id(
    connection: Connection, table: Table, keys: tuple[str, ...], values: dict[str, Any], update: tuple[str, ...] = ()
) -> int | None:
    """Do what `upsert` does, and give the `id` of the row that was written, or None."""
    statement = _upsert(connection.dialect.name, table, keys, update, None)
    written: int | None = connection.execute(statement, values).scalar()
    return written


def insert_missing(dialect: str, table: Table) -> Insert:
    """Give the statement that inserts rows and passes over those that are there."""
    statement: Insert = _inserts(dialect)(table).on_conflict_do_nothing()
    return statement


@cache
def _upsert(dialect: str, table: Table, keys: tuple[str, ...], update: tuple[str, ...], rising: str | None) -> Insert:
    statement = _inserts(dialect)(table)
    if update:
        changed = {name: statement.excluded[name] for name in update}
        only = None if rising is None else table.c[rising] < statement.excluded[rising]
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed, where=only)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    returning: Insert = statement.returning(next(iter(table.columns)))
    return returning


def _inserts(dialect: str) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert


def _sqlite_writer(url: URL) -> Engine:
    engine = create_engine(url, pool_size=1, max_overflow=0)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _set_up_postgresql(connection: Any, record: object) -> None:
    connection.prepare_threshold, connection.prepared_max = 1, 500  # from the second time on, and all there are
    connection.execute(_SET_UP)
    connection.commit()


def _note_when(connection: object, record: ConnectionPoolEntry) -> None:
    record.info["since"] = time.monotonic()


def _check_after_rest(engine: Engine, connection: Any, record: ConnectionPoolEntry, proxy: object) -> None:
    """Ask a connection that has rested if it still works: one that has not is seldom gone, and asking costs a trip."""
    if time.monotonic() - record.info.get("since", math.inf) < _RESTED:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


def _set_up_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver starts no transaction of its own
    for pragma in (f"busy_timeout={BUSY_MILLISECONDS}", *_PRAGMAS):
        connection.execute(f"PRAGMA {pragma}").close()
