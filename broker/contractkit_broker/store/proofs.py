"""Proofs of impact: what a consumer version's own tests proved of one definition that may take another's place."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from contractkit.exact_json import Json
from contractkit_broker.store.database import AnyRow, upsert
from contractkit_broker.store.records import Version
from contractkit_broker.store.schema import application, impact_proof, version

_KEYS = ("version_id", "provider_id", "old_digest", "new_digest")

_consumer, _provider = application.alias("consumer"), application.alias("provider")

_PROOFS = (
    select(
        _consumer.c.name.label("consumer"),
        version.c.number,
        _provider.c.name.label("provider"),
        impact_proof.c.old_digest,
        impact_proof.c.new_digest,
        impact_proof.c.interactions,
        impact_proof.c.created_at,
    )
    .join(version, version.c.id == impact_proof.c.version_id)
    .join(_consumer, _consumer.c.id == version.c.application_id)
    .join(_provider, _provider.c.id == impact_proof.c.provider_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactProof:
    """What the tests of a consumer version proved; `interactions` are as they were sent."""

    consumer: str
    version: str
    provider: str
    old_digest: str
    new_digest: str
    interactions: list[Json]
    created_at: str


def put_proof(
    connection: Connection, of: Version, provider_id: int, digests: tuple[str, str], interactions: list[Json], now: str
) -> bool:
    """Keep what was proved for a pair of an old and a new definition; say whether it is the first for them."""
    old, new = digests
    is_first = find_proof(connection, of, provider_id, digests) is None
    values = {"version_id": of.id, "provider_id": provider_id, "old_digest": old, "new_digest": new}
    values |= {"interactions": interactions, "created_at": now}
    upsert(connection, impact_proof, _KEYS, values, update=("interactions", "created_at"))
    return is_first


def find_proof(connection: Connection, of: Version, provider_id: int, digests: tuple[str, str]) -> ImpactProof | None:
    """Give what a version's tests proved for a pair of definitions, or None."""
    old, new = digests
    query = _PROOFS.where(
        impact_proof.c.version_id == of.id,
        impact_proof.c.provider_id == provider_id,
        impact_proof.c.old_digest == old,
        impact_proof.c.new_digest == new,
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _proof(row)


def proofs_of(connection: Connection, provider: str, new_digest: str, most: int) -> tuple[ImpactProof, ...]:
    """Give what is proved of a definition of a provider, whichever it takes the place of, the newest versions first.

    Args:
        connection: The database.
        provider: The provider's name.
        new_digest: Of the definition that is proposed.
        most: How many are given at most.
    """
    query = _PROOFS.where(_provider.c.name == provider, impact_proof.c.new_digest == new_digest)
    ordered = query.order_by(impact_proof.c.version_id.desc(), impact_proof.c.old_digest).limit(most)
    return tuple(_proof(row) for row in connection.execute(ordered))


def _proof(row: AnyRow) -> ImpactProof:
    return ImpactProof(
        consumer=row.consumer,
        version=row.number,
        provider=row.provider,
        old_digest=row.old_digest,
        new_digest=row.new_digest,
        interactions=row.interactions,
        created_at=row.created_at,
    )
