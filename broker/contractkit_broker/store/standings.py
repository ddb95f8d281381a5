"""How each integration stands: one narrow row for each, since pages count and sort all and show a few."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from contractkit_broker.store.contracts import NEWEST_VERSION
from contractkit_broker.store.schema import application, integration, publication, verdict, verification

_CONSUMER, _PROVIDER = application.alias("consumer"), application.alias("provider")

_NEWEST_VERIFICATION = (
    select(func.max(verdict.c.verification_id)).where(verdict.c.content == publication.c.content).scalar_subquery()
)

_STANDINGS = (
    select(
        integration.c.consumer_id,
        integration.c.provider_id,
        _CONSUMER.c.name,
        _PROVIDER.c.name,
        verification.c.success,
    )
    .select_from(integration)
    .join(_CONSUMER, _CONSUMER.c.id == integration.c.consumer_id)
    .join(_PROVIDER, _PROVIDER.c.id == integration.c.provider_id)
    .join(
        publication,
        (publication.c.version_id == NEWEST_VERSION) & (publication.c.provider_id == integration.c.provider_id),
    )
    .outerjoin(verification, verification.c.id == _NEWEST_VERIFICATION)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationStanding:
    """A pair, and whether the newest verification of its newest contract succeeded; None where there is none."""

    consumer_id: int
    provider_id: int
    consumer: str
    provider: str
    success: bool | None


def integration_standings(connection: Connection) -> tuple[IntegrationStanding, ...]:
    """Give every integration of which some version still has a contract, in no order."""
    return tuple(
        IntegrationStanding(
            consumer_id=consumer_id, provider_id=provider_id, consumer=consumer, provider=provider, success=success
        )
        for consumer_id, provider_id, consumer, provider, success in connection.execute(_STANDINGS).all()
    )
