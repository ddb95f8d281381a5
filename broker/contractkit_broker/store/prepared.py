"""Prepared questions: those of a decision go straight to the driver, for SQLAlchemy takes longer than they do.

A `can-i-deploy` asks a dozen small questions of a few rows each. What is done around each of them in Python (looking
the statement up, building a context, a cursor result and rows) is then most of the time of a request. A statement that
never changes is therefore compiled once for each kind of database, and read with a cursor of the driver.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import CompoundSelect, Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from contractkit_broker.store.database import AnySelect, is_reading

Record = TypeVar("Record")

Values: TypeAlias = tuple[Any, ...]
"""The values of a row, in the order of the columns of its statement."""

_Process: TypeAlias = Callable[[Any], Any]


class Prepared:
    """A statement that only reads, with values to be filled in by name; the same text for each question."""

    def __init__(self, statement: AnySelect | CompoundSelect[*tuple[Any, ...]]) -> None:
        self.statement = statement
        self._names = tuple(column.key or "" for column in statement.selected_columns)
        self._texts: dict[str, _Text] = {}

    def rows(self, connection: Connection, **values: Any) -> list[Values]:
        """Give the rows that are found."""
        if not is_reading(connection):  # an error ends a transaction, so that there is no asking once more
            return [*connection.execute(self.statement, values).all()]
        text = self._texts.get(connection.dialect.name) or self._compile(connection.dialect)
        try:
            return text.read(connection, values)
        except connection.dialect.loaded_dbapi.Error:
            # once more through SQLAlchemy, which knows what an error means: whether a connection is gone, or all are
            return [*connection.execute(self.statement, values).all()]

    def record(self, connection: Connection, kind: Callable[..., Record], **values: Any) -> Record | None:
        """Give a record of the one row that is found, or None."""
        return next(iter(self.records(connection, kind, **values)), None)

    def records(self, connection: Connection, kind: Callable[..., Record], **values: Any) -> list[Record]:
        """Give a record of each row that is found; its fields are named like the columns."""
        return [kind(**dict(zip(self._names, row, strict=True))) for row in self.rows(connection, **values)]

    def _compile(self, dialect: Dialect) -> "_Text":
        text = self._texts[dialect.name] = _compiled(self.statement, dialect)
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """A statement as one kind of database takes it.

    `places` are the names of the values in the order in which they stand in the text, None where they stand by name;
    `fixed` are values that the statement brings itself; `of_values` and `of_columns` turn values into those of the
    driver, and back, where they are not the same.
    """

    sql: str
    places: tuple[str, ...] | None
    fixed: Mapping[str, Any]
    of_values: Mapping[str, _Process]
    of_columns: tuple[tuple[int, _Process], ...]

    def read(self, connection: Connection, values: Mapping[str, Any]) -> list[Values]:
        """Give the rows that are found for some values."""
        given = {**self.fixed, **values}
        for name, process in self.of_values.items():
            given[name] = process(given[name])
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self.sql, given if self.places is None else [given[name] for name in self.places])
            found = list(cursor.fetchall())
        finally:
            cursor.close()
        return [self._processed(row) for row in found] if self.of_columns else found

    def _processed(self, row: Values) -> Values:
        columns = list(row)
        for place, process in self.of_columns:
            columns[place] = process(columns[place])
        return tuple(columns)


def _compiled(statement: AnySelect | CompoundSelect[*tuple[Any, ...]], dialect: Dialect) -> _Text:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    of_columns = (
        (place, column.type.dialect_impl(dialect).result_processor(dialect, None))
        for place, column in enumerate(statement.selected_columns)
    )
    of_values = {name: each.type.dialect_impl(dialect).bind_processor(dialect) for name, each in compiled.binds.items()}
    return _Text(
        sql=compiled.string,
        places=tuple(compiled.positiontup or ()) if compiled.positional else None,
        fixed={name: each.effective_value for name, each in compiled.binds.items() if not each.required},
        of_values={name: process for name, process in of_values.items() if process is not None},
        of_columns=tuple((place, process) for place, process in of_columns if process is not None),
    )
