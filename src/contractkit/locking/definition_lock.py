"""The definition lock: definitions of the settings as they are locked, and as they are where they come from."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from contractkit.errors import DefinitionError, UnreachableDefinitionError
from contractkit.locking.brokers import definition_of_broker
from contractkit.locking.fetching import Fetched, fetch_whole, shown
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
from contractkit.settings import Settings, load_settings
from contractkit.sources import LoadedDefinition, load_definition, read_definition
from contractkit.sources.places import BROKER, is_elsewhere

MESSAGES: Final = "messages"
"""The setting that names messages, which are read from a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A definition that the settings name: whose it is, by which of its settings, and where it is."""

    provider: str
    key: str
    location: str

    @property
    def slot(self) -> Slot:
        """Give what the lock knows it by."""
        return (self.provider, self.key)

    @property
    def source(self) -> str:
        """Give its location as lock, contracts and messages name it."""
        return shown(self.location)

    @property
    def is_lockable(self) -> bool:
        """Say whether it comes from elsewhere; what is a path is as the project has it, and messages are."""
        return self.key != MESSAGES and is_elsewhere(self.location)


class DefinitionLock:
    """The lock of one project.

    `said` grows by a sentence for each definition that was not locked and now is.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.root = settings.root
        self.said: list[str] = []

    @property
    def file(self) -> Path:
        """Give the lock file, which need not exist."""
        return self.root / FILE

    def named(self) -> Iterator[Named]:
        """Give every definition of the settings, by provider."""
        for provider, known in sorted(self.settings.providers.items()):
            if known.has_messages_alone:
                continue  # those are read from paths, which nothing locks
            yield Named(provider=provider, key="definition", location=known.definition)
            if known.proto is not None:
                yield Named(provider=provider, key="proto", location=known.proto)

    def entry_of(self, named: Named) -> Entry | None:
        """Give what is locked for a definition; None where nothing is, or where it came from somewhere else."""
        entry = read_lock(self.root).get(named.slot)
        return entry if entry is not None and entry.source == named.source else None

    def load(self, provider: str, key: str, location: str | Path) -> LoadedDefinition:
        """Give a definition: a path as it is, what comes from elsewhere as it is locked.

        What is not locked is fetched and locked, and `said` says so. What is locked and has no copy is fetched, and
        used if it still is what was locked. A location that the settings do not name is read as it is now.

        Args:
            provider: Whose it is.
            key: Which of its settings names it: `definition` or `proto`.
            location: Where it is.

        Raises:
            DefinitionError: It cannot be read; its copy is not what is locked; or the lock cannot be used or written.
            BrokerError: It is not locked, and the broker cannot be reached.
        """
        named = Named(provider=provider, key=key, location=str(location))
        if not named.is_lockable or named not in self.named():
            return self._as_it_is(named)
        with alone(self.root):
            entry = self.entry_of(named)
            if entry is None:
                return self._locked_now(named)
            return self._copied(named, entry) or self._restored(named, entry)

    def fetched(self, named: Named) -> Fetched:
        """Give a definition as it is now where it comes from; raises as `fetch_whole` does."""
        return fetch_whole(
            named.location,
            root=self.root,
            remote_references=self.settings.remote_references,
            ask_broker=partial(definition_of_broker, self.settings),
        )

    def lock(self, named: Named, fetched: Fetched) -> Entry:
        """Lock a definition as it was fetched, and keep it.

        Raises:
            DefinitionError: The lock cannot be used or written.
        """
        copy = copy_name(named.slot, fetched.ending)
        entry = Entry(source=named.source, digest=digest_of(fetched.data), copy=copy)
        with alone(self.root):
            entries = {**read_lock(self.root), named.slot: entry}
            write_lock(self.root, entries, {copy: fetched.data})
        return entry

    def forget_others(self) -> tuple[Slot, ...]:
        """Forget what is locked and no longer named by the settings, and give what that was."""
        kept = {named.slot for named in self.named() if named.is_lockable}
        kept |= {
            (name, "states")
            for name, known in self.settings.providers.items()
            if known.states is not None and known.states.startswith(BROKER)
        }
        with alone(self.root):
            entries = read_lock(self.root)
            gone = tuple(sorted(entries.keys() - kept))
            if gone:
                write_lock(self.root, {slot: entry for slot, entry in entries.items() if slot in kept}, {})
        return gone

    def copy_of(self, named: Named, entry: Entry) -> LoadedDefinition | None:
        """Give the definition that is locked; None where its copy is missing or is not what is locked."""
        data = read_copy(self.root, entry)
        if data is None or digest_of(data) != entry.digest:
            return None
        return read_definition(data, source=named.source, file=entry.copy)

    def _as_it_is(self, named: Named) -> LoadedDefinition:
        if named.location.startswith(BROKER):
            return self.fetched(named).loaded
        return load_definition(named.location, root=self.root, remote_references=self.settings.remote_references)

    def _copied(self, named: Named, entry: Entry) -> LoadedDefinition | None:
        data = read_copy(self.root, entry)
        if data is None:
            return None
        if digest_of(data) == entry.digest:
            return read_definition(data, source=named.source, file=entry.copy)
        raise DefinitionError(
            f"The copy of the definition of {named.provider} is not what is locked.",
            details=[
                ("file", f"{DIRECTORY}/{entry.copy}"),
                ("expected", entry.digest),
                ("received", digest_of(data)),
            ],
            next_step=f"Take {FILE} and {DIRECTORY} from git, or lock what is there now: "
            f"contractkit definitions refresh {named.provider}",
        )

    def _restored(self, named: Named, entry: Entry) -> LoadedDefinition:
        fetched = self.fetched(named)
        if digest_of(fetched.data) == entry.digest:
            self.lock(named, fetched)
            return fetched.loaded
        raise DefinitionError(
            f"The definition of {named.provider} that is locked is gone: it has no copy, and its source has another.",
            details=[
                ("source", named.source),
                ("file", f"{DIRECTORY}/{entry.copy}"),
                ("expected", entry.digest),
                ("received", digest_of(fetched.data)),
            ],
            next_step=f"Commit {DIRECTORY} beside {FILE}, or lock what is there now: "
            f"contractkit definitions refresh {named.provider}",
        )

    def _locked_now(self, named: Named) -> LoadedDefinition:
        try:
            fetched = self.fetched(named)
        except UnreachableDefinitionError as error:
            raise _once_locked(named, error) from None
        entry = self.lock(named, fetched)
        lacking = f", which lacks what could not be read: {', '.join(fetched.missing)}" if fetched.missing else ""
        self.said.append(
            f"{named.provider}: {named.source} was not locked, and is now at {entry.digest[:19]}{lacking}; "
            f"commit {FILE} and {DIRECTORY}"
        )
        return fetched.loaded


def read_unlocked(location: str | Path, *, root: Path) -> LoadedDefinition:
    """Give the definition at a location of any kind as it is now, without a lock; the settings name the broker.

    Raises:
        DefinitionError: It cannot be read.
        BrokerError: The broker cannot be reached.
    """
    settings = load_settings(root)
    if not str(location).startswith(BROKER):
        return load_definition(location, root=root, remote_references=settings.remote_references)
    return DefinitionLock(settings).load("", "definition", location)


def _once_locked(named: Named, error: UnreachableDefinitionError) -> UnreachableDefinitionError:
    told = error.explanation
    step = f"It is not locked yet; once it is (contractkit definitions refresh {named.provider}), no run asks for it."
    next_step = f"{told.next_step}\n{step}".strip()
    return UnreachableDefinitionError(told.summary, details=told.details, next_step=next_step)
