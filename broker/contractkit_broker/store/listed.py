"""Lists that are one value of a statement: the text is the same for one id and for a million.

Databases take so many values in a statement and no more, two conditions `IN` are tried for every combination, and a
text that grows with its values is compiled and planned anew each time. PostgreSQL is given an array instead, SQLite a
JSON text, and each element is one step in an index.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Column, ColumnElement, Dialect, Integer, String, TableValuedAlias, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement, GenericFunction
from sqlalchemy.types import TypeDecorator, TypeEngine

from contractkit.exact_json import Json, dump_compact


class _Many(TypeDecorator[Any]):
    """A collection as one value; what is there twice counts once."""

    impl = String
    cache_ok = True

    def __init__(self, element: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.element = element

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return ARRAY(self.element) if dialect.name == "postgresql" else String()

    def process_bind_param(self, value: Iterable[Any] | None, dialect: Dialect) -> Any:
        distinct = list(set(value or ()))
        return distinct if dialect.name == "postgresql" else dump_compact(distinct).decode()


class _Among(FunctionElement[bool]):
    """A column is one of the values of a collection."""

    inherit_cache = True
    name = "contractkit_among"
    type = Boolean()
    _is_implicitly_boolean = True  # else SQLite would be asked whether it is 1, and use no index


class _Numbers(GenericFunction[Any]):
    """A collection of numbers as rows with `value`."""

    inherit_cache = True
    name = "contractkit_numbers"


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Give the condition that a column is one of a collection of numbers or texts, filled in under a name."""
    element = Integer if isinstance(column.type, Integer) else String
    return _Among(column, bindparam(name, type_=_Many(element)))


def numbers(name: str) -> TableValuedAlias:
    """Give rows with the column `value`, one for each of a collection of numbers, filled in under a name."""
    return _Numbers(bindparam(name, type_=_Many(Integer))).table_valued("value", name=f"listed_{name}")


def rows(name: str, *columns: Column[Any]) -> TableValuedAlias:
    """Give rows of numbers, truths and texts, from what `as_list` makes of tuples, filled in under a name."""
    shape = _shape(tuple((column.name, _JSON_TYPES[type(column.type)]) for column in columns))
    return shape(bindparam(name, type_=String)).table_valued(*columns, name=f"listed_{name}")


def pairs(name: str) -> TableValuedAlias:
    """Give rows with the numbers `one` and `other`, as `rows` does."""
    return rows(name, Column("one", Integer), Column("other", Integer))


def as_list(values: Iterable[tuple[Json, ...]]) -> str:
    """Give the text to fill in for rows; what is there twice counts once."""
    return dump_compact(list(dict.fromkeys(values))).decode()


_JSON_TYPES: dict[type[TypeEngine[Any]], str] = {Integer: "integer", String: "text", Boolean: "boolean"}


@cache
def _shape(columns: tuple[tuple[str, str], ...]) -> type[GenericFunction[Any]]:
    """Give the function that makes rows of a JSON list of lists, of which each has a value for each column."""
    name = f"contractkit_rows_{'_'.join(column for column, _ in columns)}"
    shape = type(name, (GenericFunction,), {"inherit_cache": True, "name": name})

    @compiles(shape, "sqlite")
    def in_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
        members = (f"json_extract(value, '$[{place}]') AS {column}" for place, (column, _) in enumerate(columns))
        return f"(SELECT {', '.join(members)} FROM json_each({compiler.process(element.clauses, **options)}))"

    @compiles(shape, "postgresql")
    def in_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
        members = (f"CAST(value->>{place} AS {kind}) AS {column}" for place, (column, kind) in enumerate(columns))
        elements = f"json_array_elements(CAST({compiler.process(element.clauses, **options)} AS json))"
        return f"(SELECT {', '.join(members)} FROM {elements})"

    return shape


@compiles(_Among, "sqlite")
def _among_in_sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@compiles(_Among, "postgresql")
def _among_in_postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_Numbers, "sqlite")
def _numbers_in_sqlite(element: _Numbers, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Numbers, "postgresql")
def _numbers_in_postgresql(element: _Numbers, compiler: SQLCompiler, **options: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **options)}) AS value)"
