"""Definitions by version, impact jobs, and the audit of what changed after the fact."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from contractkit.exact_json import Json
from contractkit_broker.store.database import AnyRow, AnySelect, upsert
from contractkit_broker.store.listed import among
from contractkit_broker.store.records import AuditEntry, ImpactJob, StoredDefinition, Version
from contractkit_broker.store.schema import application, audit, blob, definition, impact_job, version

_NEWEST = select(func.max(definition.c.version_id)).where(definition.c.application_id == application.c.id)

_DEFINED = select(application.c.id).where(
    among(application.c.id, "ids"), _NEWEST.scalar_subquery().is_not(None)
)  # by the newest, which is one step in an index; whether there is any would be sought through all

_FACTS = tuple(column for column in impact_job.c if column.name not in ("report", "told"))

_JOB = select(*_FACTS, impact_job.c.report, application.c.name.label("provider")).join(
    application, application.c.id == impact_job.c.provider_id
)

_TOLD_JOB = select(*_FACTS, impact_job.c.told, application.c.name.label("provider")).join(
    application, application.c.id == impact_job.c.provider_id
)


def put_definition(connection: Connection, of: Version, digest: str, content_type: str, now: str) -> bool:
    """Set the definition of a version to a blob; say whether it is the version's first."""
    is_first = find_definition(connection, of) is None
    values = {"version_id": of.id, "digest": digest, "content_type": content_type, "created_at": now}
    values["application_id"] = of.application_id
    upsert(connection, definition, ("version_id",), values, update=("digest", "content_type"))
    return is_first


def find_definition(connection: Connection, of: Version) -> StoredDefinition | None:
    """Give the definition of a version, or None."""
    query = (
        select(definition.c.digest, definition.c.content_type, blob.c.data)
        .join(blob, blob.c.digest == definition.c.digest)
        .where(definition.c.version_id == of.id)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _definition(of, row)


def newest_version_with_definition(connection: Connection, application_name: str) -> str | None:
    """Give the number of the newest version that has a definition, or None."""
    query = (
        select(version.c.number)
        .join(application, application.c.id == version.c.application_id)
        .join(definition, definition.c.version_id == version.c.id)
        .where(application.c.name == application_name, definition.c.application_id == application.c.id)
        .order_by(definition.c.version_id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()


def applications_with_definition(connection: Connection, application_ids: Collection[int]) -> frozenset[int]:
    """Give those applications of which some version has a definition."""
    return frozenset(connection.execute(_DEFINED, {"ids": application_ids}).scalars())


def add_job(connection: Connection, values: dict[str, Any]) -> None:
    """Queue an impact job; the values are the columns."""
    connection.execute(insert(impact_job).values(**values, state="queued"))


def find_job(connection: Connection, uuid: str) -> ImpactJob | None:
    """Give an impact job with its report, or None."""
    return _job(connection, _JOB.where(impact_job.c.uuid == uuid))


def find_told_job(connection: Connection, uuid: str) -> ImpactJob | None:
    """Give an impact job with its report in words, which is the smaller of the two, or None."""
    return _job(connection, _TOLD_JOB.where(impact_job.c.uuid == uuid))


def claim_job(connection: Connection, *, now: str, abandoned_before: str) -> ImpactJob | None:
    """Take the oldest job that is queued, or whose worker went away, and mark it as running."""
    abandoned = (impact_job.c.state == "running") & (impact_job.c.started_at < abandoned_before)
    waiting = (impact_job.c.state == "queued") | abandoned
    oldest = select(impact_job.c.uuid).where(waiting).order_by(impact_job.c.created_at).limit(1)
    uuid = connection.execute(oldest.with_for_update(skip_locked=True)).scalar_one_or_none()
    if uuid is None:
        return None
    connection.execute(update(impact_job).where(impact_job.c.uuid == uuid).values(state="running", started_at=now))
    return find_job(connection, uuid)


def finish_job(
    connection: Connection, uuid: str, *, report: Json, problem: str | None, now: str, told: Json = None
) -> None:
    """Store how a job ended: a report, with the same in words, or a problem in words."""
    state = "done" if problem is None else "failed"
    values = {"state": state, "report": report, "told": told, "problem": problem, "ended_at": now}
    connection.execute(update(impact_job).where(impact_job.c.uuid == uuid).values(**values))


def add_audit(connection: Connection, entry: AuditEntry) -> None:
    """Append an entry to the audit."""
    values = {
        "at": entry.at,
        "event": entry.event,
        "application": entry.application,
        "version": entry.version,
        "details": dict(entry.details),
    }
    connection.execute(insert(audit).values(**values))


def audit_of(connection: Connection, application_name: str, *, limit: int = 100) -> tuple[AuditEntry, ...]:
    """Give the audit entries of an application, the newest first."""
    query = select(audit).where(audit.c.application == application_name).order_by(audit.c.id.desc()).limit(limit)
    return tuple(
        AuditEntry(at=row.at, event=row.event, application=row.application, version=row.version, details=row.details)
        for row in connection.execute(query)
    )


def _definition(of: Version, row: AnyRow) -> StoredDefinition:
    return StoredDefinition(version=of, digest=row.digest, content_type=row.content_type, data=bytes(row.data))


def _job(connection: Connection, query: AnySelect) -> ImpactJob | None:
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return ImpactJob(
        uuid=row.uuid,
        state=row.state,
        provider=row.provider,
        provider_id=row.provider_id,
        old_digest=row.old_digest,
        new_digest=row.new_digest,
        against=row.against,
        report=getattr(row, "report", None),
        told=getattr(row, "told", None),
        problem=row.problem,
        created_at=row.created_at,
        exemptions=row.exemptions,
    )
