"""Connections of workers: an engine of SQLAlchemy gives each worker one of its own, and its commits are savepoints.

Loaded only where a provider uses `contractkit.sqlalchemy`.
"""

from collections.abc import Callable
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, Pool, StaticPool

from contractkit.verification.lanes import current_worker

OUTDATED = -1
"""The generation of a copy that holds what an interaction did, and is not used again."""

_STEPS = ("do_begin", "do_commit", "do_rollback")


class HeldConnection:
    """The one connection of a worker: in an interaction, the application's transactions are savepoints of it.

    `generation` says of which state of the database it is a copy.
    """

    def __init__(self, pool: Pool, engine: Engine, generation: int) -> None:
        self.pool = pool
        self.generation = generation
        self.is_begun = False
        self._dialect = engine.dialect
        with closing(pool.connect()) as checked_out:
            connection = checked_out.dbapi_connection
        assert connection is not None
        self.connection: DBAPIConnection = connection
        self._savepoints: list[str] = []
        self._of_checkout: dict[int, str] = {}
        self._count = 0

    def begin(self) -> None:
        """Begin what is rolled back at the end."""
        if self._dialect.name == "sqlite":
            self.execute("BEGIN")  # the others begin with the first statement
        self.is_begun = True

    def end(self) -> None:
        """Roll back, whatever the application committed."""
        self.is_begun = False
        self._savepoints.clear()
        self._of_checkout.clear()
        if not getattr(self.connection, "in_transaction", True):  # a script of SQLite's has committed it
            self.generation = OUTDATED
        self.connection.rollback()

    def close(self) -> None:
        """Close the connection."""
        self.pool.dispose()

    def execute(self, statement: str) -> None:
        """Run a statement past SQLAlchemy."""
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(statement)

    def open(self, checkout: object) -> None:
        """Begin a transaction of the application."""
        self._count += 1
        name = f"contractkit_{self._count}"
        self.execute(f"SAVEPOINT {name}")
        self._savepoints.append(name)
        self._of_checkout[id(checkout)] = name

    def keep(self, checkout: object) -> None:
        """Commit a transaction of the application."""
        name = self._of_checkout.pop(id(checkout), None)
        if name in self._savepoints:
            self.execute(f"RELEASE SAVEPOINT {name}")
            del self._savepoints[self._savepoints.index(name) :]

    def undo(self, checkout: object) -> None:
        """Roll back a transaction of the application."""
        name = self._of_checkout.get(id(checkout))
        if name in self._savepoints:
            self.execute(f"ROLLBACK TO SAVEPOINT {name}")
            self.keep(checkout)


class WorkerPool(Pool):
    """A pool that gives out the connection of the running worker, outside of an interaction the original ones."""

    original: Pool
    workers: dict[int, HeldConnection]
    _engine: Engine
    _replaced: dict[str, Callable[[Any], None]]

    @classmethod
    def into(cls, engine: Engine) -> "WorkerPool":
        """Put one into an engine, until `undo`."""
        original = engine.pool
        switch = cls(
            original._creator,
            dialect=engine.dialect,
            reset_on_return=original._reset_on_return,
            _dispatch=original.dispatch,
        )
        switch.original, switch.workers, switch._engine = original, {}, engine
        engine.pool = switch
        dialect: Any = engine.dialect
        switch._replaced = {name: getattr(dialect, name) for name in _STEPS}
        dialect.do_begin = switch._or_else("do_begin", HeldConnection.open)
        dialect.do_commit = switch._or_else("do_commit", HeldConnection.keep)
        dialect.do_rollback = switch._or_else("do_rollback", HeldConnection.undo)
        event.listen(engine, "before_cursor_execute", switch._without_begin, retval=True)
        return switch

    def undo(self) -> None:
        """Put the original back."""
        self._engine.pool = self.original
        for name in _STEPS:
            delattr(self._engine.dialect, name)
        event.remove(self._engine, "before_cursor_execute", self._without_begin)

    def pool_like_the_original(self, creator: Any) -> Pool:
        """Give a pool of one connection, set up as the engine's are."""
        return StaticPool(
            creator,
            dialect=self._engine.dialect,
            reset_on_return=self.original._reset_on_return,
            _dispatch=self.original.dispatch,
        )

    def status(self) -> str:
        """Give the original's."""
        return self.original.status()

    def dispose(self) -> None:
        """Close the original's connections; the workers' are closed at the end."""
        self.original.dispose()

    def recreate(self) -> "WorkerPool":
        """Make the original anew, as `Engine.dispose` wants it."""
        self.original = self.original.recreate()
        return self

    def _do_get(self) -> ConnectionPoolEntry:
        held = self.workers.get(current_worker())
        return (held.pool if held is not None and held.is_begun else self.original)._do_get()

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        raise AssertionError("a connection goes back to the pool that it is of")

    def _or_else(self, name: str, of_worker: Callable[[HeldConnection, object], None]) -> Callable[[Any], None]:
        """Give what a transaction's step is for a worker's connection, and for any other what it was."""
        otherwise = self._replaced[name]

        def step(checkout: Any) -> None:
            held = self._held(checkout.dbapi_connection if hasattr(checkout, "dbapi_connection") else checkout)
            if held is None:
                otherwise(checkout)
            else:
                of_worker(held, checkout)

        return step

    def _held(self, connection: object) -> HeldConnection | None:
        return next((each for each in self.workers.values() if each.connection is connection and each.is_begun), None)

    def _without_begin(
        self, connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        """Leave out the `BEGIN` that applications with SQLite say themselves: the transaction has begun."""
        is_begin = statement[:5].upper() == "BEGIN"
        if is_begin and self._held(connection.connection.dbapi_connection) is not None:
            return "SELECT 1", parameters
        return statement, parameters
