"""How each integration stands: one narrow row for each, since pages count and sort all and show a few."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from contractkit_broker.store.schema import application, integration, publication, verdict

_CONTENT = (
    select(publication.c.content)
    .where(
        publication.c.consumer_id == integration.c.consumer_id, publication.c.provider_id == integration.c.provider_id
    )
    .order_by(publication.c.version_id.desc())
    .limit(1)
    .scalar_subquery()
)

# what is cut off nowhere is looked up once for each: PostgreSQL would else write it twice into the query around it
_NEWEST = select(integration.c.consumer_id, integration.c.provider_id, _CONTENT.label("content")).offset(0).subquery()

_SUCCESS = (
    select(verdict.c.success)
    .where(verdict.c.content == _NEWEST.c.content)
    .order_by(verdict.c.verification_id.desc())
    .limit(1)
    .scalar_subquery()
)

_STANDINGS = select(_NEWEST, _SUCCESS.label("success"))

_NAMES = select(application.c.id, application.c.name)


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
    rows = connection.execute(_STANDINGS).all()
    names = {row[0]: row[1] for row in connection.execute(_NAMES).all()}  # after it: one may be gone, none unknown
    return tuple(
        IntegrationStanding(
            consumer_id=consumer_id,
            provider_id=provider_id,
            consumer=names[consumer_id],
            provider=names[provider_id],
            success=success,
        )
        for consumer_id, provider_id, content, success in rows
        if content is not None and consumer_id in names and provider_id in names
    )
