"""Texts of which only the beginning is known: found in an index, whatever the database's language sorts by."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseList, FunctionElement

_LAST = "\U0010ffff"  # sorts behind every other character


class _Begins(FunctionElement[bool]):
    """A column lies between two texts, byte by byte."""

    inherit_cache = True
    name = "contractkit_begins"
    type = Boolean()
    _is_implicitly_boolean = True  # else SQLite would be asked whether it is 1, and use no index
    clauses: ClauseList


def begins(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Give the condition that a column begins with a text; `beginning` makes the values to fill in under a name."""
    return _Begins(column, bindparam(f"{name}_from"), bindparam(f"{name}_to"))


def beginning(name: str, text: str) -> dict[str, Any]:
    """Give the values to fill in for a text."""
    return {f"{name}_from": text, f"{name}_to": text + _LAST}


@compiles(_Begins, "sqlite")
def _in_sqlite(element: _Begins, compiler: SQLCompiler, **options: Any) -> str:
    column, first, last = (compiler.process(each, **options) for each in element.clauses)
    return f"({column} >= {first} AND {column} < {last})"


@compiles(_Begins, "postgresql")
def _in_postgresql(element: _Begins, compiler: SQLCompiler, **options: Any) -> str:
    column, first, last = (compiler.process(each, **options) for each in element.clauses)
    return f"({column} ~>=~ {first} AND {column} ~<~ {last})"
