"""Applications, their versions and tags, and the versions that head branches or stand on them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from contractkit_broker.store.database import upsert, upsert_id
from contractkit_broker.store.listed import among
from contractkit_broker.store.prepared import Prepared
from contractkit_broker.store.records import Application, Version
from contractkit_broker.store.schema import application, branch, branch_head, branch_version, tag, version

_VERSION = select(
    version.c.id,
    version.c.application_id,
    application.c.name.label("application"),
    version.c.number,
    version.c.build_url,
    version.c.created_at,
).join(application, application.c.id == version.c.application_id)

_APPLICATION = Prepared(select(application).where(application.c.name == bindparam("name")))

_IDENTIFIED = select(application.c.id).where(application.c.name == bindparam("application")).correlate(None)

_NEWEST_FIRST = _VERSION.where(version.c.application_id == _IDENTIFIED.scalar_subquery()).order_by(
    version.c.id.desc()
)  # by the id, which is in an index with the versions: else those of all are gone through until some are its own

_VERSION_NAMED = Prepared(
    _VERSION.where(application.c.name == bindparam("name"), version.c.number == bindparam("number"))
)

_OWNER = application.alias("owner")

_HEADS = (
    _VERSION.join(branch_head, branch_head.c.version_id == version.c.id)
    .join(branch, branch.c.id == branch_head.c.branch_id)
    .where(branch_head.c.ended_at.is_(None))
)  # from branch to head to version, with nothing said by which versions meet branches that they do not head

_HEADS_OF = _HEADS.where(among(branch.c.application_id, "ids"))

_HEADS_SINCE = Prepared(_HEADS_OF.where(version.c.created_at >= bindparam("since")).order_by(version.c.id))

_IS_MAIN = branch.c.name == application.c.main_branch

_IS_NAMED = branch.c.name == bindparam("name")

_MAIN_OF = branch.alias("main_of")

_MAIN_HEADS = Prepared(
    _HEADS.where(
        branch.c.id.in_(
            select(
                select(_MAIN_OF.c.id)
                .where(_MAIN_OF.c.application_id == _OWNER.c.id, _MAIN_OF.c.name == _OWNER.c.main_branch)
                .scalar_subquery()
            ).where(among(_OWNER.c.id, "ids"))
        )
    )
)  # one step in an index for each application, however many branches it has

_NAMED_HEADS = Prepared(_HEADS_OF.where(_IS_NAMED))

_ON_BRANCHES = (
    _VERSION.join(branch_version, branch_version.c.version_id == version.c.id)
    .join(branch, branch.c.id == branch_version.c.branch_id)
    .where(among(branch.c.application_id, "ids"))
    .order_by(version.c.id)
)

_ON_MAIN_BRANCHES = Prepared(_ON_BRANCHES.where(_IS_MAIN))

_ON_NAMED_BRANCHES = Prepared(_ON_BRANCHES.where(_IS_NAMED))

_TAGGED = Prepared(
    _VERSION.join(tag, tag.c.version_id == version.c.id)
    .where(among(version.c.application_id, "ids"), tag.c.name == bindparam("name"))
    .order_by(version.c.id)
)

_APPLICATIONS = select(application).where(among(application.c.id, "ids"))

_KNOWN_NAMES = select(application.c.name).where(among(application.c.name, "names"))

_NEWEST = Prepared(
    _VERSION.where(
        version.c.id.in_(
            select(
                select(func.max(version.c.id)).where(version.c.application_id == application.c.id).scalar_subquery()
            ).where(among(application.c.id, "ids"))
        )
    )
)

_TAGS = select(tag.c.version_id, tag.c.name).where(among(tag.c.version_id, "ids")).order_by(tag.c.name)

_LOCKED = select(application.c.id).where(application.c.id == bindparam("id")).with_for_update(key_share=True)


def ensure_application(connection: Connection, name: str, now: str) -> Application:
    """Give the application of that name, which is created if there is none."""
    found = find_application(connection, name)
    if found is None:
        upsert(connection, application, ("name",), {"name": name, "created_at": now})
        found = find_application(connection, name)
    assert found is not None
    return found


def find_application(connection: Connection, name: str) -> Application | None:
    """Give the application of that name, or None."""
    return _APPLICATION.record(connection, Application, name=name)


def applications_by_id(connection: Connection, ids: Collection[int]) -> tuple[Application, ...]:
    """Give the applications with some ids, in no order."""
    return tuple(Application(**row._mapping) for row in connection.execute(_APPLICATIONS, {"ids": ids}).all())


def known_names(connection: Connection, names: Collection[str]) -> frozenset[str]:
    """Give those of some names that applications have."""
    return frozenset(connection.execute(_KNOWN_NAMES, {"names": names}).scalars())


def list_applications(connection: Connection) -> tuple[Application, ...]:
    """Give all applications by name."""
    rows = connection.execute(select(application).order_by(application.c.name))
    return tuple(Application(**row._mapping) for row in rows)


def change_application(connection: Connection, name: str, changes: dict[str, Any]) -> None:
    """Set columns of an application: `display_name`, `repository_url`, `main_branch` and their like."""
    if changes:
        connection.execute(update(application).where(application.c.name == name).values(**changes))


def delete_application(connection: Connection, name: str) -> bool:
    """Remove an application with everything that hangs on it; say whether there was one."""
    return connection.execute(delete(application).where(application.c.name == name)).rowcount > 0


def ensure_version(connection: Connection, of: Application, number: str, now: str) -> tuple[Version, bool]:
    """Give a version, which is created if there is none, and whether it was created."""
    values = {"application_id": of.id, "number": number, "created_at": now}
    row_id = upsert_id(connection, version, ("application_id", "number"), values)
    if row_id is not None:
        created = Version(
            id=row_id, application_id=of.id, application=of.name, number=number, build_url=None, created_at=now
        )
        return created, True
    found = find_version(connection, of.name, number)
    assert found is not None
    return found, False


def set_build_url(connection: Connection, version_id: int, build_url: str) -> None:
    """Set where a version was built."""
    connection.execute(update(version).where(version.c.id == version_id).values(build_url=build_url))


def find_version(connection: Connection, name: str, number: str) -> Version | None:
    """Give the version of an application by its number, or None."""
    return _VERSION_NAMED.record(connection, Version, name=name, number=number)


def count_versions(connection: Connection, of: Application) -> int:
    """Give how many versions an application has."""
    query = select(func.count()).select_from(version).where(version.c.application_id == of.id)
    return int(connection.execute(query).scalar_one())


def delete_version(connection: Connection, of: Version, now: str) -> None:
    """Remove a version with what it published and verified; a branch that it headed goes back to the one before."""
    one_at_a_time(connection, of.application_id)
    headed = select(branch_head.c.branch_id).where(branch_head.c.version_id == of.id, branch_head.c.ended_at.is_(None))
    branches = list(connection.execute(headed).scalars())
    connection.execute(delete(version).where(version.c.id == of.id))
    for branch_id in branches:
        newest = (
            select(branch_version.c.version_id)
            .where(branch_version.c.branch_id == branch_id)
            .order_by(branch_version.c.created_at.desc(), branch_version.c.version_id.desc())
            .limit(1)
        )
        before = connection.execute(newest).scalar_one_or_none()
        if before is not None:
            connection.execute(insert(branch_head).values(branch_id=branch_id, version_id=before, started_at=now))


def newest_version(connection: Connection, name: str, with_tag: str | None = None) -> Version | None:
    """Give the version that became known last, of those with a tag where one is named."""
    query = _NEWEST_FIRST.limit(1)
    if with_tag is not None:
        query = query.join(tag, tag.c.version_id == version.c.id).where(tag.c.name == with_tag)
    row = connection.execute(query, {"application": name}).first()
    return None if row is None else Version(**row._mapping)


def list_versions(
    connection: Connection, name: str, *, limit: int, before: int | None = None, offset: int = 0
) -> tuple[Version, ...]:
    """Give versions of an application, newest first, those before a store id where one is given."""
    query = _NEWEST_FIRST.limit(limit).offset(offset)
    if before is not None:
        query = query.where(version.c.id < before)
    rows = connection.execute(query, {"application": name}).all()
    return tuple(Version(**row._mapping) for row in rows)


def main_branch_heads(connection: Connection, application_ids: Collection[int]) -> tuple[Version, ...]:
    """Give the heads of the main branches of applications; one without a main branch has none."""
    return _many(connection, _MAIN_HEADS, ids=application_ids)


def named_branch_heads(connection: Connection, application_ids: Collection[int], name: str) -> tuple[Version, ...]:
    """Give the heads of the branches of one name of applications."""
    return _many(connection, _NAMED_HEADS, ids=application_ids, name=name)


def every_branch_head(
    connection: Connection, application_ids: Collection[int], *, since: str = ""
) -> tuple[Version, ...]:
    """Give the heads of all branches of applications that became known since a time."""
    return _many(connection, _HEADS_SINCE, ids=application_ids, since=since)


def newest_versions(connection: Connection, application_ids: Collection[int]) -> tuple[Version, ...]:
    """Give the newest version of each application."""
    return _many(connection, _NEWEST, ids=application_ids)


def tagged_versions(
    connection: Connection, application_ids: Collection[int], name: str, *, newest_only: bool
) -> tuple[Version, ...]:
    """Give the versions of applications with a tag, or of each application only the newest such."""
    found = _many(connection, _TAGGED, ids=application_ids, name=name)
    return tuple({each.application_id: each for each in found}.values()) if newest_only else found


def branch_versions(connection: Connection, application_ids: Collection[int], name: str) -> tuple[Version, ...]:
    """Give every version on the branches of one name of applications."""
    return _many(connection, _ON_NAMED_BRANCHES, ids=application_ids, name=name)


def main_branch_versions(connection: Connection, application_ids: Collection[int]) -> tuple[Version, ...]:
    """Give every version on the main branches of applications."""
    return _many(connection, _ON_MAIN_BRANCHES, ids=application_ids)


def one_at_a_time(connection: Connection, application_id: int) -> None:
    """Wait until no other transaction moves a head or a deployment of an application, and keep others waiting."""
    if connection.dialect.name != "sqlite":  # which has one writer anyway
        connection.execute(_LOCKED, {"id": application_id})


def add_tag(connection: Connection, version_id: int, name: str, now: str) -> bool:
    """Put a tag on a version; say whether it is new there."""
    return upsert(connection, tag, ("version_id", "name"), {"version_id": version_id, "name": name, "created_at": now})


def remove_tag(connection: Connection, version_id: int, name: str) -> bool:
    """Take a tag off a version; say whether it was there."""
    found = (tag.c.version_id == version_id) & (tag.c.name == name)
    return connection.execute(delete(tag).where(found)).rowcount > 0


def tags_of(connection: Connection, version_ids: Collection[int]) -> tuple[tuple[int, str], ...]:
    """Give version id and tag of every tag on versions, by name."""
    return tuple((row[0], row[1]) for row in connection.execute(_TAGS, {"ids": version_ids}).all())


def _many(connection: Connection, query: Prepared, **values: Any) -> tuple[Version, ...]:
    return tuple(query.records(connection, Version, **values))
