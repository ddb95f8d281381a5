"""Blobs: files by digest, byte for byte."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select

from contractkit_broker.store.database import upsert
from contractkit_broker.store.listed import among
from contractkit_broker.store.schema import blob

_BLOB = select(blob.c.data).where(blob.c.digest == bindparam("digest"))

_AT_ONCE = 1_000  # files named in one statement: databases take so many values and no more

_BLOBS = select(blob.c.digest, blob.c.data).where(among(blob.c.digest, "digests"))


def add_blob(connection: Connection, digest: str, data: bytes, now: str) -> None:
    """Store bytes under their digest; what is there already stays."""
    upsert(connection, blob, ("digest",), {"digest": digest, "data": data, "created_at": now})


def find_blob(connection: Connection, digest: str) -> bytes | None:
    """Give the bytes stored under a digest, or None."""
    data = connection.execute(_BLOB, {"digest": digest}).scalar_one_or_none()
    return None if data is None else bytes(data)


def find_blobs(connection: Connection, digests: Collection[str]) -> dict[str, bytes]:
    """Give the bytes stored under each of some digests."""
    named, found = list(digests), {}
    for start in range(0, len(named), _AT_ONCE):
        rows = connection.execute(_BLOBS, {"digests": named[start : start + _AT_ONCE]})
        found.update({row[0]: bytes(row[1]) for row in rows})
    return found
