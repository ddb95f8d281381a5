"""Usage rows: which operation and location of a provider the interactions of a stored file use."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import Column, Connection, Insert, String, Table, bindparam, func, select, text, tuple_

from contractkit_broker.store.database import insert_missing
from contractkit_broker.store.listed import among, as_list, rows
from contractkit_broker.store.schema import usage, usage_value

UsedAt: TypeAlias = tuple[str, str, int, bool | None]
"""Operation, location, the place of the interaction in its contract, and whether the location is needed there."""

_OF_USE = (usage.c.operation, usage.c.location, usage.c.interaction, usage.c.needed)

_OF_VALUE = (usage_value.c.operation, usage_value.c.location, usage_value.c.value, usage_value.c.needed)

_INTERACTIONS = (
    select(usage.c.file_digest, func.count(usage.c.interaction.distinct()))
    .where(among(usage.c.file_digest, "digests"))
    .group_by(usage.c.file_digest)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A location of an operation that a file uses; `needed` is None where the consumer's needs were not inferred."""

    file_digest: str
    operation: str
    location: str
    needed: bool | None


def add_usage(connection: Connection, file_digest: str, used: Iterable[UsedAt]) -> None:
    """Store what the interactions of a file use; what is there stays, since the same file uses the same.

    Args:
        connection: The transaction.
        file_digest: The file.
        used: The columns beside the digest.
    """
    _add(connection, usage, _OF_USE, file_digest, set(used))


def interaction_counts(connection: Connection, file_digests: Collection[str]) -> dict[str, int]:
    """Give how many interactions files hold, by digest."""
    return {row[0]: row[1] for row in connection.execute(_INTERACTIONS, {"digests": file_digests}).all()}


def uses_of(
    connection: Connection,
    file_digests: Collection[str],
    *,
    operation: str | None = None,
    locations: Collection[str] | None = None,
    places: Collection[tuple[str, str]] | None = None,
) -> Iterator[Use]:
    """Give what files use, each use of a file once, by operation and location; of those alone that are named.

    `places` are pairs of both: then only what is used of these.
    """
    columns = (usage.c.file_digest, usage.c.operation, usage.c.location, usage.c.needed)
    query = select(*columns).where(usage.c.file_digest.in_(file_digests)).distinct()
    if operation is not None:
        query = query.where(usage.c.operation == operation)
    if locations is not None:
        query = query.where(usage.c.location.in_(locations))
    if places is not None:
        query = query.where(tuple_(usage.c.operation, usage.c.location).in_(places))
    for row in connection.execute(query.order_by(usage.c.operation, usage.c.location, usage.c.file_digest)):
        yield Use(file_digest=row[0], operation=row[1], location=row[2], needed=row[3])


def places_used(connection: Connection, file_digests: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Give each operation and location that files use once, in order."""
    columns = (usage.c.operation, usage.c.location)
    query = select(*columns).where(usage.c.file_digest.in_(file_digests)).distinct().order_by(*columns)
    return tuple((row[0], row[1]) for row in connection.execute(query))


def values_used(connection: Connection, file_digests: Collection[str]) -> tuple[tuple[str, str, str], ...]:
    """Give each operation, location and value in JSON that files use once."""
    columns = (usage_value.c.operation, usage_value.c.location, usage_value.c.value)
    query = select(*columns).where(usage_value.c.file_digest.in_(file_digests)).distinct()
    return tuple((row[0], row[1], row[2]) for row in connection.execute(query))


def with_unknown_needs(connection: Connection, file_digests: Collection[str]) -> frozenset[str]:
    """Give the files of which some use is not known to be needed or not."""
    query = select(usage.c.file_digest).where(usage.c.file_digest.in_(file_digests), usage.c.needed.is_(None))
    return frozenset(connection.execute(query.distinct()).scalars())


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedValue:
    """A value, as JSON, that a file uses at a location of an operation; `needed` as that of a `Use`."""

    file_digest: str
    operation: str
    location: str
    value: str
    needed: bool | None


def add_values(connection: Connection, file_digest: str, used: Iterable[tuple[str, str, str, bool | None]]) -> None:
    """Store which values a file uses; what is there stays, since the same file uses the same.

    Args:
        connection: The transaction.
        file_digest: The file.
        used: Operation, location, value and whether it is needed, each value of a location once.
    """
    _add(connection, usage_value, _OF_VALUE, file_digest, used)


def _add(
    connection: Connection,
    table: Table,
    columns: tuple[Column[Any], ...],
    file_digest: str,
    used: Iterable[tuple[str, str, str | int, bool | None]],
) -> None:
    found = sorted(used, key=lambda each: each[:3])  # builds at once wait in turn
    if found:
        connection.execute(
            _adding(connection.dialect.name, table, columns), {"digest": file_digest, "used": as_list(found)}
        )


@cache
def _adding(dialect: str, table: Table, columns: tuple[Column[Any], ...]) -> Insert:
    listed = rows("used", *(Column(each.name, each.type) for each in columns))
    found = select(bindparam("digest", type_=String), *listed.c).where(text("true"))  # else SQLite takes ON for a join
    return insert_missing(dialect, table).from_select([table.c.file_digest, *columns], found)


def values_of(
    connection: Connection,
    file_digests: Collection[str],
    *,
    operation: str | None = None,
    locations: Collection[str] | None = None,
    places: Collection[tuple[str, str]] | None = None,
) -> Iterator[UsedValue]:
    """Give which values files use, by operation, location and value; of what is named, as `uses_of` does."""
    query = select(usage_value.c.file_digest, *_OF_VALUE).where(usage_value.c.file_digest.in_(file_digests))
    if operation is not None:
        query = query.where(usage_value.c.operation == operation)
    if locations is not None:
        query = query.where(usage_value.c.location.in_(locations))
    if places is not None:
        query = query.where(tuple_(usage_value.c.operation, usage_value.c.location).in_(places))
    for row in connection.execute(query.order_by(*_OF_VALUE[:3], usage_value.c.file_digest)):
        yield UsedValue(file_digest=row[0], operation=row[1], location=row[2], value=row[3], needed=row[4])
