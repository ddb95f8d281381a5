"""Labels: free words on applications, by which lists are narrowed."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from contractkit_broker.store.database import upsert
from contractkit_broker.store.listed import among
from contractkit_broker.store.records import Application
from contractkit_broker.store.schema import application, label

_LABELS = select(label.c.application_id, label.c.name).order_by(label.c.name)

_LABELS_OF = _LABELS.where(among(label.c.application_id, "ids"))


def add_label(connection: Connection, of: Application, name: str, now: str) -> bool:
    """Put a label on an application; say whether it is new there."""
    values = {"application_id": of.id, "name": name, "created_at": now}
    return upsert(connection, label, ("application_id", "name"), values)


def remove_label(connection: Connection, of: Application, name: str) -> bool:
    """Take a label off an application; say whether it was there."""
    found = (label.c.application_id == of.id) & (label.c.name == name)
    return connection.execute(delete(label).where(found)).rowcount > 0


def labels_of(connection: Connection, application_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Give the labels of applications by name; one without any is left out."""
    found: dict[int, tuple[str, ...]] = {}
    for row in connection.execute(_LABELS_OF, {"ids": application_ids}):
        found[row[0]] = (*found.get(row[0], ()), row[1])
    return found


def list_labels(connection: Connection) -> tuple[str, ...]:
    """Give every label that some application has, by name."""
    return tuple(connection.execute(select(label.c.name).distinct().order_by(label.c.name)).scalars())


def applications_with(connection: Connection, name: str) -> tuple[Application, ...]:
    """Give the applications with a label, by name."""
    query = select(application).join(label, label.c.application_id == application.c.id).where(label.c.name == name)
    return tuple(Application(**row._mapping) for row in connection.execute(query.order_by(application.c.name)))
