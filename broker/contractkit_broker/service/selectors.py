"""Selectors: which versions of applications are meant, as the matrix and the verification queries write them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from contractkit_broker.store import applications, environments
from contractkit_broker.store.records import Environment, Version


class SelectorError(Exception):
    """A selector that cannot be followed; the message is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSelector:
    """Which versions of one application, or of every application where it is a target.

    At most one of `number`, `branch`, `tag`, `environment`, `main_branch` is set; `latest` narrows a tag or a branch
    to its newest version, and alone means the newest version. Nothing set means every version.
    """

    application: str = ""
    number: str | None = None
    branch: str | None = None
    tag: str | None = None
    environment: str | None = None
    main_branch: bool = False
    latest: bool = False

    @property
    def is_open(self) -> bool:
        """Say whether every version is meant."""
        return not (self.number or self.branch or self.tag or self.environment or self.main_branch or self.latest)

    @property
    def words(self) -> str:
        """Give the selection as it stands in a sentence: `production`, `the main branches`."""
        if self.environment:
            return self.environment
        if self.tag:
            return f"the newest versions tagged {self.tag}" if self.latest else f"the versions tagged {self.tag}"
        if self.main_branch:
            return "the heads of the main branches"
        return f"the branch {self.branch}" if self.branch else "the newest versions"


def known_environment(connection: Connection, name: str) -> Environment:
    """Give the environment of that name.

    Raises:
        SelectorError: There is none.
    """
    found = environments.find_environment(connection, name=name)
    if found is None:
        names = ", ".join(each.name for each in environments.list_environments(connection))
        raise SelectorError(f"No environment named '{name}' is known. Known: {names}.")
    return found


def select_versions(
    connection: Connection, selector: VersionSelector, application_ids: Collection[int]
) -> tuple[Version, ...]:
    """Give the versions of some applications that a selector means; an open one gives none, since it limits nothing.

    Raises:
        SelectorError: The environment is unknown.
    """
    if not application_ids:
        return ()
    if selector.environment:
        found = environments.versions_in(connection, selector.environment, application_ids)
        if not found:
            known_environment(connection, selector.environment)
        return found
    if selector.tag:
        return applications.tagged_versions(connection, application_ids, selector.tag, newest_only=selector.latest)
    if selector.main_branch:
        return applications.main_branch_heads(connection, application_ids)
    if selector.branch:
        if selector.latest:
            return applications.named_branch_heads(connection, application_ids, selector.branch)
        return applications.branch_versions(connection, application_ids, selector.branch)
    return applications.newest_versions(connection, application_ids) if selector.latest else ()
