"""Whereabouts: the branches that versions stand on, their tags, and where they are now, in one statement."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, false, literal_column, select, union_all

from contractkit_broker.store.branching import on_branches
from contractkit_broker.store.database import AnySelect
from contractkit_broker.store.listed import among
from contractkit_broker.store.prepared import Prepared
from contractkit_broker.store.records import BranchMembership, Place
from contractkit_broker.store.schema import branch, branch_head, branch_version, deployment, environment, release, tag

_NO_TEXT: ColumnElement[str] = literal_column("''")

_OWN = ("name", "since", "marked", "uuid", "display_name")


def _part(
    kind: str, version_id: ColumnElement[int], sort: ColumnElement[str], *columns: ColumnElement[Any]
) -> AnySelect:
    """Give the columns that all parts have: the kind, the version, what sorts within the kind, and five of its own."""
    return select(
        literal_column(f"'{kind}'").label("kind"),
        version_id.label("version_id"),
        sort.label("sort"),
        *(column.label(name) for name, column in zip(_OWN, columns, strict=True)),
    ).where(among(version_id, "ids"))


_BRANCHES = on_branches(
    _part(
        "branch",
        branch_version.c.version_id,
        branch.c.name,
        branch.c.name,
        branch_version.c.created_at,
        branch_head.c.id.is_not(None),
        _NO_TEXT,
        _NO_TEXT,
    )
)

_TAGS = _part("tag", tag.c.version_id, tag.c.name, tag.c.name, tag.c.created_at, false(), _NO_TEXT, _NO_TEXT)


def _places(table: Table) -> AnySelect:
    return (
        _part(
            "place",
            table.c.version_id,
            table.c.started_at,
            environment.c.name,
            table.c.started_at,
            environment.c.production,
            environment.c.uuid,
            environment.c.display_name,
        )
        .join(environment, environment.c.id == table.c.environment_id)
        .where(table.c.ended_at.is_(None))
    )


_WHEREABOUTS = Prepared(union_all(_BRANCHES, _TAGS, _places(deployment), _places(release)).order_by("sort"))


class Whereabouts(NamedTuple):
    """Of one version: the branches that it stands on and its tags, by name; where it is, in the order it came there.

    A tuple, since a decision shows hundreds.
    """

    branches: tuple[BranchMembership, ...]
    tags: tuple[str, ...]
    places: tuple[Place, ...]


def whereabouts_of(connection: Connection, version_ids: Collection[int]) -> dict[int, Whereabouts]:
    """Give the whereabouts of each of some versions."""
    branches: dict[int, list[BranchMembership]] = {}
    tags: dict[int, list[str]] = {}
    places: dict[int, list[Place]] = {}
    for row in _WHEREABOUTS.rows(connection, ids=version_ids):
        kind, version_id, _, name, since, marked, uuid, display_name = row
        if kind == "branch":
            membership = BranchMembership(version_id=version_id, branch=name, is_head=marked, created_at=since)
            branches.setdefault(version_id, []).append(membership)
        elif kind == "tag":
            tags.setdefault(version_id, []).append(name)
        else:
            places.setdefault(version_id, []).append(Place(version_id, uuid, name, display_name, marked, since))
    return {
        each: Whereabouts(tuple(branches.get(each, ())), tuple(tags.get(each, ())), tuple(places.get(each, ())))
        for each in version_ids
    }
