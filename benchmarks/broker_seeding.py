"""Writes a history into a broker's database, straight into its tables: years of builds in minutes.

`python benchmarks/broker_seeding.py DATABASE [--services N] [--versions N] [--integrations N]` seeds an empty database:
a file for SQLite, or `postgresql://…`. The sizes are those of a company of a thousand services where none are named.
"""

import argparse
import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any, Protocol

import broker_history as history
import psycopg
from broker_history import Build, Result, Said, World
from contractkit_broker.migrations import bring_up_to_date
from contractkit_broker.service.usage import usage_rows, value_rows
from contractkit_broker.service.words import words_of_contract
from contractkit_broker.store import schema
from contractkit_broker.store.database import Database
from sqlalchemy import Index, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, DropIndex

from contractkit.document import content_id, file_digest, interaction_content_id, load_contract

Row = tuple[Any, ...]

_AT_ONCE = 50_000  # rows of one table that are kept before they are written

_SEEDED: tuple[Table, ...] = (
    schema.application,
    schema.version,
    schema.branch,
    schema.branch_version,
    schema.branch_head,
    schema.deployment,
    schema.release,
    schema.blob,
    schema.usage,
    schema.usage_value,
    schema.content,
    schema.publication,
    schema.integration,
    schema.search_word,
    schema.verification,
    schema.interaction_result,
    schema.verdict,
)


class Loader(Protocol):
    """Puts rows into tables, all columns in their order."""

    def load(self, table: Table, rows: list[Row]) -> None:
        """Put rows into a table."""

    def run(self, statement: str) -> None:
        """Run a statement."""


class SqliteLoader:
    """Puts rows into a file that nobody else uses: without journal, foreign keys unchecked."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-400000"):
            self.run(f"PRAGMA {pragma}")
        self.run("BEGIN")

    def load(self, table: Table, rows: list[Row]) -> None:
        """Put rows into a table."""
        places = ", ".join("?" * len(table.columns))
        self._connection.executemany(f"INSERT INTO {table.name} ({_columns(table)}) VALUES ({places})", rows)

    def run(self, statement: str) -> None:
        """Run a statement."""
        self._connection.execute(statement).close()

    def close(self) -> None:
        """Keep what was written."""
        self.run("COMMIT")
        self._connection.close()


class PostgresLoader:
    """Puts rows into PostgreSQL by COPY, foreign keys unchecked, and leaves sequences and statistics as they belong."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url)
        for setting in ("session_replication_role = replica", "maintenance_work_mem = '256MB'"):
            self.run(f"SET {setting}")

    def load(self, table: Table, rows: list[Row]) -> None:
        """Put rows into a table."""
        if table is schema.blob:
            rows = [(digest, f"\\\\x{data.hex()}", at) for digest, data, at in rows]
        line = "\t".join(["%s"] * len(table.columns)) + "\n"
        # nothing that is written holds a tab, a line's end or a backslash, or says just None
        statement = f"COPY {table.name} ({_columns(table)}) FROM STDIN WITH (NULL 'None')"
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write("".join([line % row for row in rows]))

    def run(self, statement: str) -> None:
        """Run a statement."""
        self._connection.execute(statement)

    def close(self) -> None:
        """Keep what was written."""
        for table in _SEEDED:
            if "id" in table.columns:
                sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
                self.run(f"SELECT setval({sequence}, (SELECT coalesce(max(id), 1) FROM {table.name}))")
        self._connection.commit()
        self._connection.autocommit = True
        self.run("VACUUM ANALYZE")
        self._connection.close()


def seed(database: str, world: World) -> None:
    """Write a history into a database that holds none yet; brings its tables up to date first."""
    opened = Database(database)
    bring_up_to_date(opened)
    opened.close()
    url = opened.url
    is_sqlite = url.get_backend_name() == "sqlite"
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    loader = SqliteLoader(str(url.database)) if is_sqlite else PostgresLoader(plain)
    with closing(loader):
        dialect = sqlite.dialect() if is_sqlite else postgresql.dialect()  # type: ignore[no-untyped-call]
        indexes = [index for table in _SEEDED for index in sorted(table.indexes, key=_name)]
        for index in indexes:
            loader.run(str(DropIndex(index).compile(dialect=dialect)))
        _Teller(world, loader).tell_everything()
        for index in indexes:  # many times as fast as keeping them while rows come
            loader.run(str(CreateIndex(index).compile(dialect=dialect)))


def _name(index: Index) -> str:
    return str(index.name)


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


class _Teller:
    """Makes of each build the rows that the broker would write."""

    def __init__(self, world: World, loader: Loader) -> None:
        self._world, self._loader, self._pairs = world, loader, world.pairs()
        self._rows: dict[str, list[Row]] = {table.name: [] for table in _SEEDED}
        self._contents: dict[Said, tuple[int, str, list[str]]] = {}
        self._branches: dict[tuple[int, str], int] = {}
        self._open: dict[Any, tuple[str, Callable[[str | None], Row]]] = {}
        self._integrated: set[int] = set()
        self._words: dict[int, frozenset[str]] = defaultdict(frozenset)
        self._counts: dict[str, int] = defaultdict(int)

    def tell_everything(self) -> None:
        """Write every build, and then what is still current."""
        builds = iter(history.builds(self._world))
        for first in builds:
            self._applications(first.at)
            self._build(first)
            break
        for build in builds:
            self._build(build)
        for table, row in self._open.values():
            self._rows[table].append(row(None))
        for table_of in _SEEDED:
            self._flush(table_of)

    def _flush(self, table: Table, more_than: int = 0) -> None:
        if len(self._rows[table.name]) > more_than:
            self._loader.load(table, self._rows[table.name])
            self._rows[table.name] = []

    def _id(self, table: str) -> int:
        self._counts[table] += 1
        return self._counts[table]

    def _applications(self, at: str) -> None:
        for service in range(self._world.services):
            known = {"id": service + 1, "name": self._world.name(service), "main_branch": "main", "created_at": at}
            self._rows["application"].append(tuple(known.get(each.name) for each in schema.application.columns))

    def _build(self, build: Build) -> None:
        version, rows = self._id("version"), self._rows
        rows["version"].append(
            (version, build.service + 1, self._world.number(build.service, build.version), None, build.at)
        )
        self._join(build, version)
        for said in build.contracts:
            self._publish(build, version, said)
        for result in build.results:
            self._verify(build, version, result)
        self._settle(version, build.results)
        for environment in build.environments:
            self._occupy(build, version, environment)
        for table in _SEEDED:
            self._flush(table, _AT_ONCE)

    def _join(self, build: Build, version: int) -> None:
        key = (build.service, build.branch)
        branch = self._branches.get(key)
        if branch is None:
            branch = self._branches[key] = self._id("branch")
            self._rows["branch"].append((branch, build.service + 1, build.branch, build.at))
        self._rows["branch_version"].append((branch, version, build.at))
        head = self._id("branch_head")
        self._begin(("head", branch), "branch_head", build.at, lambda ended: (head, branch, version, build.at, ended))

    def _begin(self, key: Any, table: str, at: str, row: Callable[[str | None], Row]) -> None:
        """Open an interval; the one that was open under the key ends."""
        self._end(key, at)
        self._open[key] = (table, row)

    def _end(self, key: Any, at: str) -> None:
        if key in self._open:
            table, ended = self._open.pop(key)
            self._rows[table].append(ended(at))

    def _publish(self, build: Build, version: int, said: Said) -> None:
        provider = self._pairs[said.pair][1] + 1
        content, digest, _ = self._contents.get(said) or self._keep(build, said)
        if said.pair not in self._integrated:
            self._integrated.add(said.pair)
            self._rows["integration"].append((provider, build.service + 1, build.at))
        self._rows["publication"].append((version, provider, content, digest, build.at, build.service + 1))

    def _keep(self, build: Build, said: Said) -> tuple[int, str, list[str]]:
        data, row = history.contract_bytes(self._world, self._pairs, said), self._id("content")
        contract, digest = load_contract(data, origin="a seeded contract"), file_digest(data)
        ids = [interaction_content_id(contract, each).partition(":")[2] for each in contract.interactions]
        consumer, provider = self._pairs[said.pair]
        self._rows["blob"].append((digest, data, build.at))
        self._rows["content"].append((row, consumer + 1, provider + 1, content_id(contract), digest, build.at))
        self._rows["usage"] += [(digest, *each) for each in sorted(usage_rows(contract), key=lambda each: each[:3])]
        self._rows["usage_value"] += [
            (digest, *each) for each in sorted(value_rows(contract), key=lambda each: each[:3])
        ]
        words = words_of_contract(contract) - self._words[said.pair]
        self._words[said.pair] |= words
        self._rows["search_word"] += [(provider + 1, consumer + 1, word) for word in sorted(words)]
        self._contents[said] = row, digest, ids
        return self._contents[said]

    def _verify(self, build: Build, version: int, result: Result) -> None:
        content, _, ids = self._contents[result.said]
        row, succeeded = self._id("verification"), result.failing is None
        said = history.test_results(result, ids)
        reported = json.dumps(said) if said else "[]"
        self._rows["verification"].append((row, content, version, succeeded, None, "{}", reported, build.at, 0))
        for place, each in enumerate(said):
            mismatches = json.dumps(each["mismatches"])
            outcome = (row, place, each["interactionId"], each["success"], mismatches, "[]")
            self._rows["interaction_result"].append(outcome)

    def _settle(self, version: int, results: Iterable[Result]) -> None:
        first = self._counts["verification"] - len(list(results)) + 1
        newest = {result.said: (first + place, result.failing is None) for place, result in enumerate(results)}
        self._rows["verdict"] += [
            (self._contents[said][0], version, row, succeeded) for said, (row, succeeded) in newest.items()
        ]

    def _occupy(self, build: Build, version: int, environment: str) -> None:
        place, application = {"test": 1, "production": 2}[environment], build.service + 1
        uuid, at = f"{self._id('uuid'):08}-0000-4000-8000-000000000000", build.at
        if environment == "test" or build.service not in self._world.is_released:
            row = self._id("deployment")
            known = (row, uuid, place, application, version, "", at)
            self._begin((place, application), "deployment", at, lambda ended: (*known, ended))
            return
        row = self._id("release")
        released = (row, uuid, place, application, version, at)
        self._begin((place, application, build.version), "release", at, lambda ended: (*released, ended))
        if build.support_ends is not None:
            self._end((place, application, build.support_ends), at)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("database", help="a file, or postgresql://…")
    for name in ("services", "versions", "integrations"):
        parser.add_argument(f"--{name}", type=int, default=getattr(World(), name))
    given = vars(parser.parse_args())
    started = time.perf_counter()
    seed(given.pop("database"), World(**given))
    print(f"seeded in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
