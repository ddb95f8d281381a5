"""State catalogues by version: which provider states a provider's team prepares."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from contractkit_broker.store.database import upsert
from contractkit_broker.store.records import Version
from contractkit_broker.store.schema import application, blob, state_catalogue, version


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCatalogue:
    """A state catalogue as it was uploaded for a version."""

    version: Version
    digest: str
    data: bytes
    created_at: str


def put_catalogue(connection: Connection, of: Version, digest: str, now: str) -> None:
    """Set the catalogue of a version to a blob."""
    values = {"version_id": of.id, "application_id": of.application_id, "digest": digest, "created_at": now}
    upsert(connection, state_catalogue, ("version_id",), values, update=("digest", "created_at"))


def find_catalogue(connection: Connection, of: Version) -> StoredCatalogue | None:
    """Give the catalogue of a version, or None."""
    query = (
        select(state_catalogue.c.digest, blob.c.data, state_catalogue.c.created_at)
        .join(blob, blob.c.digest == state_catalogue.c.digest)
        .where(state_catalogue.c.version_id == of.id)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return StoredCatalogue(version=of, digest=row[0], data=bytes(row[1]), created_at=row[2])


def newest_version_with_catalogue(connection: Connection, application_name: str) -> str | None:
    """Give the number of the newest version that has a catalogue, or None."""
    query = (
        select(version.c.number)
        .join(application, application.c.id == version.c.application_id)
        .join(state_catalogue, state_catalogue.c.version_id == version.c.id)
        .where(application.c.name == application_name, state_catalogue.c.application_id == application.c.id)
        .order_by(state_catalogue.c.version_id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()
