"""Isolation for providers with Django: what an interaction does to the databases is undone, and met by no other.

::

    # provider_states.py
    from contractkit import provider_state
    from contractkit.django import IsolatedDatabases

    databases = IsolatedDatabases()

    @provider_state("order exists", isolation=databases)
    def order_exists(id: int): ...

It works for the project's WSGI application in this process (`--app orders.wsgi:application`): Django keeps a connection
per thread, and a handler and its request run on one.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

from contractkit.errors import UsageError
from contractkit.verification.isolators import Isolator

__all__ = ["IsolatedDatabases"]


class IsolatedDatabases(Isolator):
    """Runs each interaction in transactions that are rolled back, as Django's `TestCase` does.

    With SQLite, each worker has a copy of the database in memory. What `transaction.on_commit` was given does not run.
    """

    def __init__(self, aliases: Sequence[str] | None = None) -> None:
        """Take the databases by their names in `DATABASES`; all of them where None.

        Raises:
            UsageError: Django is not set up, a name is none of a database, or a database is in memory, where each
                thread has another.
        """
        known = _configured()
        self._aliases = tuple(known) if aliases is None else tuple(aliases)
        for alias in self._aliases:
            _check(alias, known)
        self._begun: dict[int, list[Any]] = {}
        self._copied: dict[tuple[int, str], int] = {}
        self._generation = 0

    @property
    def name(self) -> str:
        """Give the databases by their names."""
        return f"Django's {', '.join(self._aliases)}"

    def begin(self, worker: int) -> None:
        """Begin a transaction on each of the worker's connections, copied first where they are SQLite's."""
        from django.db import connections, transaction  # type: ignore[import-untyped]

        begun = self._begun[worker] = []
        try:
            for alias in self._aliases:
                if connections[alias].vendor == "sqlite":
                    self._copy(alias, worker)
                atomic = transaction.atomic(using=alias)
                atomic.__enter__()
                begun.append(atomic)
        except BaseException:
            self.end(worker)
            raise

    def end(self, worker: int) -> None:
        """Roll every transaction back."""
        from django.db import connections, transaction

        for atomic in reversed(self._begun.pop(worker, [])):
            if not getattr(connections[atomic.using].connection, "in_transaction", True):
                self._copied.pop((worker, atomic.using), None)  # a script of SQLite's has committed it
            transaction.set_rollback(True, using=atomic.using)
            atomic.__exit__(None, None, None)

    def renew(self) -> None:
        """Make every worker copy the databases anew."""
        self._generation += 1

    def close(self) -> None:
        """Know that the workers' threads end, and the copies with them."""
        self._copied.clear()

    def _copy(self, alias: str, worker: int) -> None:
        """Put a copy of a database in memory in the place of this thread's connection."""
        from django.db import connections

        if self._copied.get((worker, alias)) == self._generation:
            return
        connections[alias].close()
        base = sqlite3.connect(f"file:{connections.settings[alias]['NAME']}?mode=ro", uri=True)
        copy = connections.create_connection(alias)
        copy.settings_dict = {**copy.settings_dict, "NAME": ":memory:"}
        copy.connect()
        base.backup(copy.connection)
        base.close()
        connections[alias] = copy
        self._copied[worker, alias] = self._generation


def _configured() -> Sequence[str]:
    from django.core.exceptions import ImproperlyConfigured  # type: ignore[import-untyped]
    from django.db import connections

    try:
        return tuple(connections.settings)
    except ImproperlyConfigured as error:
        raise UsageError(
            "Django is not set up, so its databases are not known.",
            details=[("reason", str(error).partition(". ")[0])],
            next_step="Import the project's WSGI application first, or set DJANGO_SETTINGS_MODULE.",
        ) from None


def _check(alias: str, known: Sequence[str]) -> None:
    from django.db import connections

    if alias not in known:
        raise UsageError(
            f"Django has no database {alias!r}.", details=[("known", ", ".join(known))], next_step="See DATABASES."
        )
    settings = connections.settings[alias]
    name = str(settings["NAME"])
    if settings["ENGINE"].endswith("sqlite3") and (name == ":memory:" or "mode=memory" in name):
        raise UsageError(
            f"Django's database {alias!r} is another one in every thread.",
            details=[("name", name)],
            next_step="Use a file: each worker copies it into memory.",
        )
