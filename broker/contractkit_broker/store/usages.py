"""Usage rows: which operation and location of a provider the interactions of a stored file use."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select, tuple_

from contractkit_broker.store.schema import usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A location of an operation that a file uses; `needed` is None where the consumer's needs were not inferred."""

    file_digest: str
    operation: str
    location: str
    needed: bool | None


def uses_of(
    connection: Connection,
    file_digests: Collection[str],
    *,
    operation: str | None = None,
    location: str | None = None,
    places: Collection[tuple[str, str]] | None = None,
) -> Iterator[Use]:
    """Give what files use, each use of a file once, by operation and location; of one of these where it is named.

    `places` are pairs of both: then only what is used of these.
    """
    columns = (usage.c.file_digest, usage.c.operation, usage.c.location, usage.c.needed)
    query = select(*columns).where(usage.c.file_digest.in_(file_digests)).distinct()
    if operation is not None:
        query = query.where(usage.c.operation == operation)
    if location is not None:
        query = query.where(usage.c.location == location)
    if places is not None:
        query = query.where(tuple_(usage.c.operation, usage.c.location).in_(places))
    for row in connection.execute(query.order_by(usage.c.operation, usage.c.location, usage.c.file_digest)):
        yield Use(file_digest=row[0], operation=row[1], location=row[2], needed=row[3])


def places_used(connection: Connection, file_digests: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Give each operation and location that files use once, in order."""
    columns = (usage.c.operation, usage.c.location)
    query = select(*columns).where(usage.c.file_digest.in_(file_digests)).distinct().order_by(*columns)
    return tuple((row[0], row[1]) for row in connection.execute(query))


def with_unknown_needs(connection: Connection, file_digests: Collection[str]) -> frozenset[str]:
    """Give the files of which some use is not known to be needed or not."""
    query = select(usage.c.file_digest).where(usage.c.file_digest.in_(file_digests), usage.c.needed.is_(None))
    return frozenset(connection.execute(query.distinct()).scalars())
