"""Published definitions: what a broker has of an application, and what it has instead of what it lacks."""

from collections.abc import Iterator
from typing import Final

from contractkit.broker_client import BrokerClient
from contractkit.broker_client.records import StoredDefinition
from contractkit.errors import BrokerRefusedError, DefinitionError, UnknownNameError, suggestion

_BAD_REQUEST: Final = 400
_NOT_FOUND: Final = 404
_LACKING: Final = (_BAD_REQUEST, _NOT_FOUND)


def definition_in(client: BrokerClient, name: str, environment: str | None) -> StoredDefinition:
    """Give an application's definition in an environment, else that of its main branch, else the newest.

    Raises:
        UnknownNameError: The broker knows no such application or environment; the nearest are suggested.
        DefinitionError: It has no definition there; what it has is told.
        BrokerError: It cannot be reached, or refuses otherwise.
    """
    try:
        return client.resources.definition(name, environment=environment)
    except BrokerRefusedError as error:
        if error.status not in _LACKING:
            raise
    _check_keeps(client)
    if environment is not None:
        client.administration.environment(environment)
    client.administration.check_application(name)
    raise _lacking(client, name, environment, is_environment=True)


def definition_at(client: BrokerClient, name: str, where: str) -> StoredDefinition:
    """Give an application's definition in an environment of this name, or else on its branch of this name.

    Raises:
        UnknownNameError: The broker knows no such application, or neither of the two; the nearest are suggested.
        DefinitionError: It has no definition there; what it has is told.
        BrokerError: It cannot be reached, or refuses otherwise.
    """
    found = _asked(client, name, where)
    if found is not None:
        return found
    _check_keeps(client)
    known = client.administration
    known.check_application(name)
    environments = [each.name for each in known.environments()]
    names = {*environments, *(each.name for each in known.branches(name))}
    if where not in names:
        raise UnknownNameError(
            f"The broker knows no environment and no branch of {name} named {where!r}.",
            next_step=suggestion(where, sorted(names)) or f"Name none: broker:{name}",
        )
    raise _lacking(client, name, where, is_environment=where in environments)


def _asked(client: BrokerClient, name: str, where: str) -> StoredDefinition | None:
    try:
        return client.resources.definition(name, environment=where)
    except BrokerRefusedError as error:
        if error.status not in _LACKING:
            raise
        if error.status == _NOT_FOUND:  # there is such an environment, or no such application
            return None
    try:
        return client.resources.definition(name, branch=where)
    except BrokerRefusedError as error:
        if error.status not in _LACKING:
            raise
    return None


def _check_keeps(client: BrokerClient) -> None:
    if not client.resources.keeps_definitions:
        raise DefinitionError(
            f"The broker at {client.url} keeps no definitions.",
            next_step="Name a path, a URL or a git revision; definitions are kept by contractkit's own broker.",
        )


def _lacking(client: BrokerClient, name: str, where: str | None, *, is_environment: bool) -> DefinitionError:
    at = "" if where is None else f" in {where}" if is_environment else f" on the branch {where}"
    there = () if where is None else tuple(_versions(client, name, where, is_environment=is_environment))
    other = None if where is None else _default(client, name)
    return DefinitionError(
        f"The broker has no definition of {name}{at}.",
        details=[
            *([] if where is None else [("there", "\n".join(there) or f"no version of {name}")]),
            *([] if other is None else [("it has", f"broker:{name}, of version {other.version}")]),
        ],
        next_step=f"Its team publishes it with results: contractkit verify {name} --publish --definition FILE",
    )


def _versions(client: BrokerClient, name: str, where: str, *, is_environment: bool) -> Iterator[str]:
    """Give the versions that are where there is no definition: none of them published one."""
    if is_environment:
        place = client.administration.environment(where)
        found = (*client.occupancies.deployed(place, name), *client.occupancies.released(place, name))
        numbers = [each.version for each in found]
    else:
        numbers = [client.administration.branch(name, where).head]
    yield from (f"{name} {number}, which published none" for number in dict.fromkeys(numbers) if number)


def _default(client: BrokerClient, name: str) -> StoredDefinition | None:
    try:
        return client.resources.definition(name)
    except BrokerRefusedError as error:
        if error.status != _NOT_FOUND:
            raise
    return None
