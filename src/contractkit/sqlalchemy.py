"""Isolation for providers with SQLAlchemy: what an interaction does to the database is undone, and met by no other.

::

    # provider_states.py
    from contractkit import provider_state
    from contractkit.sqlalchemy import IsolatedDatabase
    from orders.database import engine

    database = IsolatedDatabase(engine)

    @provider_state("order exists", isolation=database)
    def order_exists(id: int): ...

It works for an application in this process (`--app`) whose requests use the same engine.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.pool import Pool, SingletonThreadPool

from contractkit.errors import UsageError
from contractkit.verification.isolators import Isolator
from contractkit.verification.worker_connections import HeldConnection, WorkerPool

__all__ = ["IsolatedDatabase"]


class IsolatedDatabase(Isolator):
    """Runs each interaction in a transaction that is rolled back; what the application commits becomes a savepoint.

    With SQLite, each worker has a copy of the database in memory. With PostgreSQL and `create`, each worker has a
    schema of its own; without `create`, as with any other database, interactions run one after another.
    """

    def __init__(self, engine: Engine, *, create: Callable[[Connection], None] | None = None) -> None:
        """Take the engine that the application uses.

        Args:
            engine: It is as before after the verification.
            create: Makes the tables, and what is in them from the start, in a schema of PostgreSQL, such as
                `Base.metadata.create_all`.

        Raises:
            UsageError: The engine is asynchronous, or an SQLite database in memory that each thread has for itself;
                or `create` is given for a database that has no schemas.
        """
        _check(engine, create)
        self._engine = engine
        self._create = create
        self._is_copied = engine.dialect.name == "sqlite"
        self._switch: WorkerPool | None = None
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()
        self._generation = 0

    @property
    def name(self) -> str:
        """Give the database's URL without its password."""
        return self._engine.url.render_as_string(hide_password=True)

    def begin(self, worker: int) -> None:
        """Give a worker its database, and begin what is rolled back at the end."""
        if not self._is_copied and self._create is None:
            self._one_at_a_time.acquire()
        try:
            switch = self._switched()
            held = switch.workers.get(worker)
            if held is None or held.generation != self._generation:
                held = self._opened(switch, worker)
            held.begin()
        except BaseException:
            self._release()
            raise

    def end(self, worker: int) -> None:
        """Roll back what the interaction did."""
        assert self._switch is not None, "begun first"
        try:
            self._switch.workers[worker].end()
        finally:
            self._release()

    def renew(self) -> None:
        """Make every worker copy the database anew.

        Raises:
            UsageError: The workers have schemas, which what was set up in another is not in.
        """
        if self._create is not None:
            raise UsageError(
                "What is shared cannot be set up where each worker has a schema.",
                next_step='Have `create` make it, or give the handler this isolation in place of "shared".',
            )
        self._generation += 1

    def close(self) -> None:
        """Remove copies and schemas, and let the engine be as it was."""
        with self._lock:
            if self._switch is not None:
                self._switch.undo()
                for worker, held in self._switch.workers.items():
                    held.close()
                    self._drop(worker)
                self._switch = None

    def _switched(self) -> "WorkerPool":
        with self._lock:
            if self._switch is None:
                self._switch = WorkerPool.into(self._engine)
            return self._switch

    def _release(self) -> None:
        if self._one_at_a_time.locked():
            self._one_at_a_time.release()

    def _opened(self, switch: "WorkerPool", worker: int) -> "HeldConnection":
        """Give a worker a connection of its own, to its own database or schema where it has one."""
        if worker in switch.workers:
            switch.workers.pop(worker).close()
        creator = _in_memory if self._is_copied else switch.original._creator
        held = HeldConnection(switch.pool_like_the_original(creator), self._engine, self._generation)
        if self._is_copied:
            with self._lock, closing(switch.original.connect()) as base:
                base.driver_connection.backup(held.connection)  # type: ignore[union-attr]
        elif self._create is not None:
            self._make_schema(held, worker, self._create)
        switch.workers[worker] = held
        return held

    def _make_schema(self, held: "HeldConnection", worker: int, create: Callable[[Connection], None]) -> None:
        schema = _schema_of(worker)
        with _alone(self._engine, held.pool) as engine, engine.begin() as connection:
            connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
            connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')
            connection.exec_driver_sql(f'SET search_path TO "{schema}"')
            create(connection)

    def _drop(self, worker: int) -> None:
        if self._create is not None:
            with self._engine.begin() as connection:
                connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{_schema_of(worker)}" CASCADE')


@contextmanager
def _alone(engine: Engine, pool: Pool) -> Iterator[Engine]:
    """Give an engine that uses one pool, beside the one that the application has."""
    yield Engine(pool, engine.dialect, engine.url)


def _in_memory() -> Any:
    import sqlite3

    return sqlite3.connect(":memory:", check_same_thread=False)


def _schema_of(worker: int) -> str:
    return f"contractkit_{os.getpid()}_{worker}"


def _check(engine: object, create: object) -> None:
    if not isinstance(engine, Engine):
        raise UsageError(
            "The engine cannot be isolated.",
            details=[("expected", "an Engine that create_engine made"), ("received", type(engine).__name__)],
            next_step='An asynchronous one is isolated by hand: isolation="worker" and contractkit.current_worker().',
        )
    if isinstance(engine.pool, SingletonThreadPool):
        raise UsageError(
            "The engine's database is another one in every thread.",
            details=[("engine", str(engine.url))],
            next_step='Use a file, or create_engine(..., poolclass=StaticPool, connect_args={"check_same_thread": '
            "False}).",
        )
    if create is not None and engine.dialect.name != "postgresql":
        raise UsageError(
            "`create` is for PostgreSQL, where each worker has a schema.",
            details=[("engine", engine.url.render_as_string(hide_password=True))],
            next_step="Leave it out.",
        )
