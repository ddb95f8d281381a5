"""State catalogues of the settings: read from a path, or fetched from the broker once and locked like a definition."""

from functools import partial
from pathlib import Path
from typing import Final

from contractkit.document.state_catalogue import StateCatalogue, dump_state_catalogue, load_state_catalogue
from contractkit.errors import SettingsError, StateCatalogueError
from contractkit.locking.brokers import address_of, connect
from contractkit.locking.definition_lock import DefinitionLock
from contractkit.locking.lock_file import (
    DIRECTORY,
    FILE,
    Entry,
    Slot,
    alone,
    copy_name,
    digest_of,
    read_copy,
    read_lock,
    write_lock,
)
from contractkit.settings import Settings
from contractkit.sources.places import BROKER, is_elsewhere

KEY: Final = "states"
"""What the lock calls a catalogue among a provider's definitions."""


def catalogue_at(path: str, *, root: Path) -> StateCatalogue:
    """Give the catalogue of a file, its path as seen from `root`.

    Raises:
        StateCatalogueError: It cannot be read, or holds none.
    """
    if is_elsewhere(path):
        raise StateCatalogueError(
            f"The state catalogue {path} cannot be read from there.",
            details=[("expected", "a path, or broker:NAME")],
            next_step="Keep a copy of it in the project, or ask the broker for it.",
        )
    try:
        data = (root / path).read_bytes()
    except OSError as error:
        raise StateCatalogueError(
            f"The state catalogue {path} cannot be read.",
            details=[("file", str(root / path)), ("reason", error.strerror or str(error))],
            next_step="Its team writes it: contractkit verify PROVIDER --write-state-catalogue FILE.",
        ) from None
    return load_state_catalogue(data, origin=path)


def locked_catalogue(lock: DefinitionLock, provider: str, location: str) -> StateCatalogue:
    """Give the catalogue of a provider of the settings: a path as it is, the broker's as it is locked.

    What is not locked is fetched and locked, and `lock.said` says so.

    Raises:
        StateCatalogueError: It cannot be read, the broker has none, or its copy is not what is locked.
        DefinitionError: The lock cannot be used or written.
        BrokerError: It is not locked, and the broker cannot be reached.
    """
    if not location.startswith(BROKER):
        return catalogue_at(location, root=lock.root)
    with alone(lock.root):
        entry = read_lock(lock.root).get((provider, KEY))
        if entry is not None and entry.source == location:
            data = read_copy(lock.root, entry)
            if data is not None:
                _check_copy(provider, entry, data)
                return load_state_catalogue(data, origin=f"{DIRECTORY}/{entry.copy}")
        found, digest = _lock_now(lock, provider, location)
    lock.said.append(
        f"{provider}: the states of {location} were not locked, and are now at {digest[:19]}; "
        f"commit {FILE} and {DIRECTORY}"
    )
    return found


def refresh_catalogue(lock: DefinitionLock, provider: str) -> str:
    """Lock a provider's catalogue as the broker has it now, and give a sentence on what changed; empty if nothing did.

    Raises:
        StateCatalogueError: The broker has none.
        BrokerError: It cannot be reached.
    """
    location = lock.settings.provider(provider).states or ""
    if not location.startswith(BROKER):
        return ""
    with alone(lock.root):
        entry = read_lock(lock.root).get((provider, KEY))
        found, digest = _lock_now(lock, provider, location)
    if entry is not None and entry.digest == digest:
        return ""
    return f"{provider}: the states of {location} ({len(found.names)} by name) are now locked at {digest[:19]}."


def _lock_now(lock: DefinitionLock, provider: str, location: str) -> tuple[StateCatalogue, str]:
    found = _fetched(lock.settings, location)
    data = dump_state_catalogue(found)
    slot: Slot = (provider, KEY)
    entry = Entry(source=location, digest=digest_of(data), copy=copy_name(slot, ".json"))
    write_lock(lock.root, {**read_lock(lock.root), slot: entry}, {entry.copy: data})
    return found, entry.digest


def _fetched(settings: Settings, location: str) -> StateCatalogue:
    name, at, where = location.removeprefix(BROKER).partition("@")
    if not name or (at and not where):
        raise StateCatalogueError(
            f"Not a state catalogue of the broker: {location}",
            next_step="The form is broker:NAME, broker:NAME@ENVIRONMENT or broker:NAME@BRANCH.",
        )
    if not address_of(settings):
        raise SettingsError(
            f"No broker is set, so the states of {location} cannot be asked for.",
            next_step="Set CONTRACTKIT_BROKER, or add to pyproject.toml:\n\n[tool.contractkit]\n"
            'broker = "https://broker.example"',
        )
    with connect(settings) as client:
        ask = partial(client.resources.state_catalogue, name)
        is_environment = where in {each.name for each in client.administration.environments()} if where else False
        found = (ask(environment=where) if is_environment else ask(branch=where)) if where else ask()
    if found is None:
        raise StateCatalogueError(
            f"The broker has no state catalogue for {location}.",
            next_step=f"The team of {name} publishes it with its results: contractkit verify {name} --publish.",
        )
    return found


def _check_copy(provider: str, entry: Entry, data: bytes) -> None:
    if digest_of(data) != entry.digest:
        raise StateCatalogueError(
            f"The copy of the states of {provider} is not what is locked.",
            details=[
                ("file", f"{DIRECTORY}/{entry.copy}"),
                ("expected", entry.digest),
                ("received", digest_of(data)),
            ],
            next_step=f"Take {FILE} and {DIRECTORY} from git, or lock what is there now: "
            f"contractkit definitions refresh {provider}",
        )
