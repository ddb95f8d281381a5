"""Environments, and which versions are or were in them: deployments and releases as intervals."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Connection,
    Table,
    bindparam,
    delete,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)

from contractkit.exact_json import Json
from contractkit_broker.store.applications import one_at_a_time
from contractkit_broker.store.database import AnyRow, AnySelect
from contractkit_broker.store.listed import among
from contractkit_broker.store.prepared import Prepared, Values
from contractkit_broker.store.records import Environment, Occupancy, Version
from contractkit_broker.store.schema import application, deployment, environment, integration, release, version

_TABLES = {"deployment": deployment, "release": release}

_ENVIRONMENT = ("id", "uuid", "name", "display_name", "production", "contacts", "created_at")
_VERSION = ("id", "application_id", "number", "build_url", "created_at")


def _build(kind: str, table: Table) -> AnySelect:
    return (
        select(
            literal(kind).label("kind"),
            table.c.uuid,
            (table.c.instance if kind == "deployment" else literal("")).label("instance"),
            table.c.started_at.label("started"),
            table.c.ended_at,
            *(environment.c[name].label(f"environment_{name}") for name in _ENVIRONMENT),
            *(version.c[name].label(f"version_{name}") for name in _VERSION),
            application.c.name.label("application"),
        )
        .join(environment, environment.c.id == table.c.environment_id)
        .join(version, version.c.id == table.c.version_id)
        .join(application, application.c.id == table.c.application_id)
    )


_SELECTS = {
    kind: _build(kind, table) for kind, table in _TABLES.items()
}  # built once: building takes longer than asking


def _current(*wanted: tuple[str, str]) -> Prepared:
    """Build the query for what is current, where columns are among collections to be filled in."""
    parts = (
        _SELECTS[kind].where(table.c.ended_at.is_(None), *(among(table.c[column], name) for column, name in wanted))
        for kind, table in _TABLES.items()
    )
    return Prepared(union_all(*parts).order_by("application", "kind", "started"))


_OCCUPIED = _current(("environment_id", "environments"))
_OCCUPIED_BY = _current(("environment_id", "environments"), ("application_id", "applications"))
_OCCUPIED_BY_VERSION = _current(("version_id", "versions"))

_VERSIONS_IN = Prepared(
    union_all(
        *(
            select(
                version.c.id.label("id"),
                version.c.application_id,
                application.c.name.label("application"),
                version.c.number,
                version.c.build_url,
                version.c.created_at,
            )
            .select_from(table)
            .join(environment, environment.c.id == table.c.environment_id)
            .join(version, version.c.id == table.c.version_id)
            .join(application, application.c.id == table.c.application_id)
            .where(
                table.c.ended_at.is_(None),
                among(table.c.application_id, "applications"),
                environment.c.name == bindparam("name"),
            )
            for table in _TABLES.values()
        )
    ).order_by("application", "id")
)

_INHABITED = (
    select(environment.c.name)
    .where(
        or_(
            *(
                select(table.c.id)
                .join(integration, integration.c.consumer_id == table.c.application_id)
                .where(table.c.environment_id == environment.c.id, table.c.ended_at.is_(None))
                .exists()
                for table in _TABLES.values()
            )
        )
    )
    .order_by(environment.c.name)
)

_WERE_IN = Prepared(
    select(application.c.id).where(
        among(application.c.id, "applications"),
        or_(
            *(
                select(table.c.id)
                .where(table.c.environment_id == bindparam("environment"), table.c.application_id == application.c.id)
                .exists()
                for table in _TABLES.values()
            )
        ),
    )
)

_NAMED = Prepared(select(environment).where(environment.c.name == bindparam("name")))
_ALL = Prepared(select(environment).order_by(environment.c.name))
_IDENTIFIED = Prepared(select(environment).where(environment.c.uuid == bindparam("uuid")))


def list_environments(connection: Connection, name: str | None = None) -> tuple[Environment, ...]:
    """Give the environments by name, or only the one of that name."""
    rows = _ALL.rows(connection) if name is None else _NAMED.rows(connection, name=name)
    return tuple(_environment(*row) for row in rows)


def find_environment(connection: Connection, *, name: str | None = None, uuid: str | None = None) -> Environment | None:
    """Give an environment by name or by uuid, or None."""
    rows = _NAMED.rows(connection, name=name) if name is not None else _IDENTIFIED.rows(connection, uuid=uuid)
    return _environment(*rows[0]) if rows else None


def add_environment(connection: Connection, values: dict[str, Any]) -> None:
    """Store a new environment; the values are the columns."""
    connection.execute(insert(environment).values(**values))


def change_environment(connection: Connection, uuid: str, values: dict[str, Any]) -> None:
    """Set columns of an environment."""
    connection.execute(update(environment).where(environment.c.uuid == uuid).values(**values))


def delete_environment(connection: Connection, uuid: str) -> bool:
    """Remove an environment with its deployments and releases; say whether there was one."""
    return connection.execute(delete(environment).where(environment.c.uuid == uuid)).rowcount > 0


def occupied(
    connection: Connection, environment_ids: Collection[int], application_ids: Collection[int] | None = None
) -> tuple[Occupancy, ...]:
    """Give what is now in environments, deployed or released, of all applications or of some."""
    if application_ids is None:
        return tuple(map(_occupancy, _OCCUPIED.rows(connection, environments=environment_ids)))
    rows = _OCCUPIED_BY.rows(connection, environments=environment_ids, applications=application_ids)
    return tuple(map(_occupancy, rows))


def versions_in(connection: Connection, name: str, application_ids: Collection[int]) -> tuple[Version, ...]:
    """Give the versions of some applications that are now in the environment of a name, by application; each once."""
    found = _VERSIONS_IN.records(connection, Version, name=name, applications=application_ids)
    return tuple({each.id: each for each in found}.values())


def inhabited(connection: Connection) -> tuple[str, ...]:
    """Give the names of the environments in which some consumer of an integration is now."""
    return tuple(connection.execute(_INHABITED).scalars())


def occupancies_of(connection: Connection, version_ids: Collection[int]) -> tuple[Occupancy, ...]:
    """Give where versions are now."""
    return tuple(map(_occupancy, _OCCUPIED_BY_VERSION.rows(connection, versions=version_ids)))


def history_of(connection: Connection, application_name: str, *, limit: int) -> tuple[Occupancy, ...]:
    """Give deployments and releases of an application, the newest first."""
    found = [
        row
        for kind, table in _TABLES.items()
        for row in connection.execute(
            _SELECTS[kind].where(application.c.name == application_name).order_by(table.c.id.desc()).limit(limit)
        )
    ]
    return tuple(sorted((_occupancy(row) for row in found), key=lambda each: each.started_at, reverse=True)[:limit])


def was_ever_in(connection: Connection, environment_id: int, application_ids: Collection[int]) -> frozenset[int]:
    """Give the ids of those applications of which some version has been in an environment."""
    rows = _WERE_IN.rows(connection, environment=environment_id, applications=application_ids)
    return frozenset(row[0] for row in rows)


def find_occupancy(connection: Connection, kind: str, uuid: str) -> Occupancy | None:
    """Give a deployment or release by its uuid, or None."""
    table = _TABLES[kind]
    row = connection.execute(_SELECTS[kind].where(table.c.uuid == uuid)).one_or_none()
    return None if row is None else _occupancy(row)


def start_deployment(
    connection: Connection, of: Version, environment_id: int, instance: str, *, uuid: str, now: str
) -> str:
    """Record that a version is deployed and give the uuid; what ran as the same instance before has ended.

    A repeated record of what is current changes nothing and gives the uuid of the first.
    """
    one_at_a_time(connection, of.application_id)
    current = (
        (deployment.c.environment_id == environment_id)
        & (deployment.c.application_id == of.application_id)
        & (deployment.c.instance == instance)
        & deployment.c.ended_at.is_(None)
    )
    running = connection.execute(select(deployment.c.uuid, deployment.c.version_id).where(current)).one_or_none()
    if running is not None and running.version_id == of.id:
        return str(running.uuid)
    connection.execute(update(deployment).where(current).values(ended_at=now))
    values = _interval(of, environment_id, uuid, now) | {"instance": instance}
    connection.execute(insert(deployment).values(**values))
    return uuid


def start_release(connection: Connection, of: Version, environment_id: int, *, uuid: str, now: str) -> tuple[str, bool]:
    """Record that a version is released and supported; give the uuid and whether it is new.

    A version whose support had ended is supported again, as a further interval.
    """
    one_at_a_time(connection, of.application_id)
    mine = (release.c.environment_id == environment_id) & (release.c.version_id == of.id)
    rows = connection.execute(select(release.c.uuid, release.c.ended_at).where(mine)).all()
    for row in rows:
        if row.ended_at is None:
            return str(row.uuid), False
    connection.execute(insert(release).values(**_interval(of, environment_id, uuid, now)))
    return uuid, not rows


def end_occupancy(connection: Connection, kind: str, uuid: str, now: str) -> None:
    """Record that a deployment was undone, or that support of a release ended."""
    table = _TABLES[kind]
    current = (table.c.uuid == uuid) & table.c.ended_at.is_(None)
    connection.execute(update(table).where(current).values(ended_at=now))


def _interval(of: Version, environment_id: int, uuid: str, now: str) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "environment_id": environment_id,
        "application_id": of.application_id,
        "version_id": of.id,
        "started_at": now,
    }


def _occupancy(row: AnyRow | Values) -> Occupancy:
    kind, uuid, instance, started_at, ended_at, *rest = row
    row_id, application_id, number, build_url, created_at, application_name = rest[len(_ENVIRONMENT) :]
    return Occupancy(
        kind=kind,
        uuid=uuid,
        environment=_environment(*rest[: len(_ENVIRONMENT)]),
        version=Version(
            id=row_id,
            application_id=application_id,
            application=application_name,
            number=number,
            build_url=build_url,
            created_at=created_at,
        ),
        instance=instance,
        started_at=started_at,
        ended_at=ended_at,
    )


def _environment(
    row_id: int, uuid: str, name: str, display_name: str, production: bool, contacts: list[Json], created_at: str
) -> Environment:
    return Environment(
        id=row_id,
        uuid=uuid,
        name=name,
        display_name=display_name,
        production=production,
        contacts=tuple(contacts),
        created_at=created_at,
    )
