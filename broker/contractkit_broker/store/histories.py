"""Histories: what verifications said of one interaction, the newest first, and what a provider version was told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select

from contractkit.exact_json import Json
from contractkit_broker.store.schema import content, interaction_result, verification, version


@dataclass(frozen=True, slots=True, kw_only=True)
class PastOutcome:
    """What one verification said of an interaction; `content` is the store's id of the contract that it was in."""

    verification_id: int
    content: int
    content_id: str
    consumer_id: int
    provider_id: int
    version_id: int
    number: str
    success: bool
    mismatches: tuple[Mapping[str, Json], ...]
    errors: tuple[Mapping[str, Json], ...]
    verified_at: str


_WINDOW = (
    select(interaction_result)
    .where(
        interaction_result.c.interaction_id == bindparam("interaction"),
        interaction_result.c.verification_id < bindparam("before"),
    )
    .order_by(interaction_result.c.verification_id.desc(), interaction_result.c.position)
    .limit(bindparam("limit"))
    .subquery("newest")
)  # first, so that however often an interaction was verified, no more rows are visited than are given

_HISTORY = (
    select(
        _WINDOW.c.verification_id,
        verification.c.content,
        content.c.content_id,
        content.c.consumer_id,
        content.c.provider_id,
        version.c.id,
        version.c.number,
        _WINDOW.c.success,
        _WINDOW.c.mismatches,
        _WINDOW.c.errors,
        verification.c.verified_at,
    )
    .join(verification, verification.c.id == _WINDOW.c.verification_id)
    .join(content, content.c.id == verification.c.content)
    .join(version, version.c.id == verification.c.provider_version_id)
    .order_by(_WINDOW.c.verification_id.desc(), _WINDOW.c.position)
)

_TOLD = (
    select(verification.c.content, func.max(verification.c.id))
    .where(
        verification.c.provider_version_id == bindparam("version"),
        verification.c.content.in_(bindparam("contents", expanding=True)),
    )
    .group_by(verification.c.content)
)

NEWEST = 2**31 - 1
"""A number that is before no verification."""


def history_of(
    connection: Connection, interaction_id: str, *, before: int = NEWEST, limit: int
) -> tuple[PastOutcome, ...]:
    """Give what the newest verifications before a number said of an interaction, whoever's contract it stood in."""
    values = {"interaction": interaction_id, "before": before, "limit": limit}
    return tuple(
        PastOutcome(
            verification_id=row[0],
            content=row[1],
            content_id=row[2],
            consumer_id=row[3],
            provider_id=row[4],
            version_id=row[5],
            number=row[6],
            success=row[7],
            mismatches=tuple(row[8]),
            errors=tuple(row[9]),
            verified_at=row[10],
        )
        for row in connection.execute(_HISTORY, values)
    )


def newest_by(connection: Connection, version_id: int, contents: Collection[int]) -> dict[int, int]:
    """Give, by content, the number of a provider version's newest verification, those in part included."""
    rows = connection.execute(_TOLD, {"version": version_id, "contents": contents})
    return {row[0]: row[1] for row in rows}
