"""Assuming: what would be in an environment if versions were deployed there, or taken away; nothing is written."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from contractkit_broker.service.selectors import SelectorError
from contractkit_broker.store import applications
from contractkit_broker.store.records import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """An application of which this version takes the place of all that is there; none does where there is no number."""

    application: str
    number: str | None = None


def with_assumed(
    connection: Connection, assumed: Sequence[Assumed], there: Sequence[Version], wanted: Collection[int]
) -> tuple[Version, ...]:
    """Give the versions that would be in a place.

    Args:
        connection: The database.
        assumed: What is assumed of the place; nothing where it is empty.
        there: The versions that are there.
        wanted: The ids of the applications that are looked for.

    Raises:
        SelectorError: An application or a version of it is unknown.
    """
    if not assumed:
        return tuple(there)
    found = {application: version for each in assumed for application, version in (_found(connection, each),)}
    staying = [each for each in there if each.application_id not in found]
    coming = [version for application, version in found.items() if version is not None and application in wanted]
    return (*staying, *coming)


def _found(connection: Connection, assumed: Assumed) -> tuple[int, Version | None]:
    application = applications.find_application(connection, assumed.application)
    if application is None:
        raise SelectorError(f"No pacticipant with name '{assumed.application}' found")
    if assumed.number is None:
        return application.id, None
    version = applications.find_version(connection, assumed.application, assumed.number)
    if version is None:
        raise SelectorError(f"No version {assumed.number} of pacticipant '{assumed.application}' found to assume")
    return application.id, version
