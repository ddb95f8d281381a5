"""Lists that are one value of a statement, as rows to join with: the text is the same for one id and for a million.

Databases take so many values in a statement and no more, and two conditions `IN` are tried for every combination. A
list travels as JSON text instead, and each of its rows is one step in an index.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import String, TableValuedAlias, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class _Numbers(GenericFunction[Any]):
    """A JSON list of numbers as rows with `value`."""

    inherit_cache = True
    name = "contractkit_numbers"


class _Pairs(GenericFunction[Any]):
    """A JSON list of pairs of numbers as rows with `one` and `other`."""

    inherit_cache = True
    name = "contractkit_pairs"


def numbers(name: str) -> TableValuedAlias:
    """Give rows with the column `value`, from what `as_list` makes of a collection, filled in under a name."""
    return _Numbers(bindparam(name, type_=String)).table_valued("value", name=f"listed_{name}")


def pairs(name: str) -> TableValuedAlias:
    """Give rows with the columns `one` and `other`, from what `as_list` makes of pairs, filled in under a name."""
    return _Pairs(bindparam(name, type_=String)).table_valued("one", "other", name=f"listed_{name}")


def as_list(values: Iterable[int] | Iterable[tuple[int, int]]) -> str:
    """Give the text to fill in; what is there twice counts once."""
    return json.dumps(list(set(values)))


@compiles(_Numbers, "sqlite")
def _numbers_in_sqlite(element: _Numbers, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Numbers, "postgresql")
def _numbers_in_postgresql(element: _Numbers, compiler: SQLCompiler, **options: Any) -> str:
    elements = f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS json))"
    return f"(SELECT CAST(value AS integer) AS value FROM {elements})"


@compiles(_Pairs, "sqlite")
def _pairs_in_sqlite(element: _Pairs, compiler: SQLCompiler, **options: Any) -> str:
    first, second = (f"json_extract(value, '$[{place}]')" for place in (0, 1))
    return f"(SELECT {first} AS one, {second} AS other FROM json_each({compiler.process(element.clauses, **options)}))"


@compiles(_Pairs, "postgresql")
def _pairs_in_postgresql(element: _Pairs, compiler: SQLCompiler, **options: Any) -> str:
    first, second = (f"CAST(value->>{place} AS integer)" for place in (0, 1))
    elements = f"json_array_elements(CAST({compiler.process(element.clauses, **options)} AS json))"
    return f"(SELECT {first} AS one, {second} AS other FROM {elements})"
