"""Branches: which versions stand on them, and what heads each since when."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from contractkit_broker.store.applications import one_at_a_time
from contractkit_broker.store.database import AnyRow, AnySelect, upsert, upsert_id
from contractkit_broker.store.listed import among
from contractkit_broker.store.records import Application, Branch, BranchMembership, Version
from contractkit_broker.store.schema import application, branch, branch_head, branch_version, version

_BRANCH = (
    select(branch.c.id, application.c.name.label("application"), branch.c.name, branch.c.created_at, version.c.number)
    .join(application, application.c.id == branch.c.application_id)
    .outerjoin(branch_head, (branch_head.c.branch_id == branch.c.id) & branch_head.c.ended_at.is_(None))
    .outerjoin(version, version.c.id == branch_head.c.version_id)
)

_BRANCH_ID = select(branch.c.id).where(
    branch.c.application_id == bindparam("application_id"), branch.c.name == bindparam("name")
)

_HEAD = (branch_head.c.branch_id == bindparam("branch")) & branch_head.c.ended_at.is_(None)

_MOVED_SINCE = select(branch_head.c.id).where(_HEAD, branch_head.c.started_at > bindparam("since"))

_END_HEAD = update(branch_head).where(_HEAD).values(ended_at=bindparam("now"))

_ADD_HEAD = insert(branch_head)

_AT_ONCE = 1_000  # rows named in one statement: databases take so many values and no more


def on_branches(query: AnySelect) -> AnySelect:
    """Give a query of memberships with their branches, and with their heads where the version is a branch's head."""
    return query.join(branch, branch.c.id == branch_version.c.branch_id).outerjoin(
        branch_head,
        (branch_head.c.branch_id == branch_version.c.branch_id)
        & (branch_head.c.version_id == branch_version.c.version_id)
        & branch_head.c.ended_at.is_(None),
    )


_MEMBERSHIPS = (
    on_branches(
        select(
            branch_version.c.version_id,
            branch.c.name,
            branch_head.c.id.is_not(None),
            branch_version.c.created_at,
        )
    )
    .where(among(branch_version.c.version_id, "ids"))
    .order_by(branch.c.name)
)


def add_to_branch(connection: Connection, of: Version, name: str, now: str, *, is_past: bool = False) -> bool:
    """Put a version on a branch and make it the head; a version that is already there moves nothing.

    One that joined in the past (`now` is when) becomes the head only where none has since.

    Returns:
        Whether the version was new on the branch.
    """
    branch_id = _ensure_branch(connection, of.application_id, name, now)
    one_at_a_time(connection, of.application_id)
    membership = {"branch_id": branch_id, "version_id": of.id, "created_at": now}
    if not upsert(connection, branch_version, ("branch_id", "version_id"), membership):
        return False
    if is_past and connection.execute(_MOVED_SINCE, {"branch": branch_id, "since": now}).first() is not None:
        return True
    connection.execute(_END_HEAD, {"branch": branch_id, "now": now})
    connection.execute(_ADD_HEAD, {"branch_id": branch_id, "version_id": of.id, "started_at": now})
    return True


def _ensure_branch(connection: Connection, application_id: int, name: str, now: str) -> int:
    """Give the id of a branch, which is created if there is none."""
    key = {"application_id": application_id, "name": name}
    known = connection.execute(_BRANCH_ID, key).scalar()
    if known is None:
        known = upsert_id(connection, branch, ("application_id", "name"), {**key, "created_at": now})
    return int(known if known is not None else connection.execute(_BRANCH_ID, key).scalar_one())


def list_branches(connection: Connection, name: str) -> tuple[Branch, ...]:
    """Give the branches of an application, the one moved last first."""
    query = _BRANCH.where(application.c.name == name).order_by(version.c.id.desc(), branch.c.name)
    return tuple(_branch(row) for row in connection.execute(query).all())


def find_branch(connection: Connection, name: str, branch_name: str) -> Branch | None:
    """Give a branch of an application, or None."""
    row = connection.execute(_BRANCH.where(application.c.name == name, branch.c.name == branch_name)).one_or_none()
    return None if row is None else _branch(row)


def delete_branch(connection: Connection, branch_id: int) -> None:
    """Remove a branch; its versions stay."""
    connection.execute(delete(branch).where(branch.c.id == branch_id))


def delete_branches(connection: Connection, of: Application, but: Collection[str]) -> int:
    """Remove the branches of an application except some and the main branch; give how many there were."""
    one_at_a_time(connection, of.id)
    names = connection.execute(select(branch.c.id, branch.c.name).where(branch.c.application_id == of.id))
    kept = {*but, of.main_branch}
    gone = [row[0] for row in names if row[1] not in kept]
    for start in range(0, len(gone), _AT_ONCE):
        connection.execute(delete(branch).where(branch.c.id.in_(gone[start : start + _AT_ONCE])))
    return len(gone)


def memberships(connection: Connection, version_ids: Collection[int]) -> tuple[BranchMembership, ...]:
    """Give the branches that versions stand on."""
    return tuple(
        BranchMembership(version_id=row[0], branch=row[1], is_head=bool(row[2]), created_at=row[3])
        for row in connection.execute(_MEMBERSHIPS, {"ids": version_ids}).all()
    )


def branch_of(connection: Connection, application_name: str, name: str) -> tuple[int, str] | None:
    """Give id and time of creation of a branch, or None."""
    query = (
        select(branch.c.id, branch.c.created_at)
        .join(application, application.c.id == branch.c.application_id)
        .where(application.c.name == application_name, branch.c.name == name)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def _branch(row: AnyRow) -> Branch:
    return Branch(id=row[0], application=row[1], name=row[2], created_at=row[3], head=row[4])
