"""Scopes: which versions of an application hold in an environment, on a branch, or where nobody says."""

from sqlalchemy import Connection

from contractkit_broker.service.selectors import known_environment
from contractkit_broker.store import applications, environments
from contractkit_broker.store.records import Application, Version


def versions_that_hold(
    connection: Connection,
    application: Application,
    *,
    environment: str | None,
    branch: str | None,
    newest: str | None,
) -> list[Version]:
    """Give the versions in an environment, at the head of a branch, or by default that of the main branch.

    Args:
        connection: The database.
        application: Whose versions.
        environment: Where what is deployed or released counts.
        branch: Whose head counts, where no environment is named.
        newest: The number of the version to fall back to, where neither is named.

    Raises:
        SelectorError: The environment is unknown.
    """
    if environment is not None:
        place = known_environment(connection, environment)
        return [each.version for each in environments.occupied(connection, [place.id], [application.id])]
    if branch is not None:
        return list(applications.named_branch_heads(connection, [application.id], branch))
    last = applications.find_version(connection, application.name, newest or "")
    return [*applications.main_branch_heads(connection, [application.id]), *([last] if last is not None else [])]
