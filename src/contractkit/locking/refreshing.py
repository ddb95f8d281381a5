"""Refreshing: each definition of the settings beside what is locked and recorded, and what a newer one would mean."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from contractkit.errors import BrokerError, ContractkitError, UnreachableDefinitionError
from contractkit.locking.definition_lock import MESSAGES, DefinitionLock, Named
from contractkit.locking.fetching import Fetched
from contractkit.locking.legality import AnyDefinition, Recheck, recheck
from contractkit.locking.lock_file import digest_of, read_copy
from contractkit.model import Contract
from contractkit.sources import LoadedDefinition, load_definition
from contractkit.sources.messages import LoadedMessages, read_any_messages


class State(Enum):
    """How a definition stands to what is locked of it; of a path, to what contracts were recorded against."""

    FRESH = "fresh"
    STALE = "stale"
    NOT_LOCKED = "not locked"
    DAMAGED = "damaged"  # the copy is missing, or is not what is locked
    UNREACHABLE = "unreachable"
    UNUSABLE = "unusable"  # what is there is no definition, or the location is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A definition of the settings, looked at.

    Attributes:
        named: Which.
        state: How it stands.
        locked: The digest that is locked; None of a path, and where nothing is.
        copy: The digest of the copy; None of a path, and where there is none.
        now: The digest of what is there now; None where that cannot be read.
        tested: The definition that tests use: the copy, or what is at the path.
        current: The definition as it is now.
        fetched: What was fetched, of one from elsewhere.
        error: Why it is unreachable or unusable.
        recorded_otherwise: The contract files that name another definition than the one tests use.
    """

    named: Named
    state: State
    locked: str | None = None
    copy: str | None = None
    now: str | None = None
    tested: LoadedDefinition | LoadedMessages | None = None
    current: LoadedDefinition | LoadedMessages | None = None
    fetched: Fetched | None = None
    error: ContractkitError | None = None
    recorded_otherwise: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        """Say whether a refresh changes what is locked or its copy."""
        return self.fetched is not None and (self.state is not State.FRESH)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderLook:
    """One provider's definitions, looked at, and what its contracts are worth under them as they are now."""

    provider: str
    looks: tuple[Look, ...]
    recheck: Recheck = field(default_factory=Recheck)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFile:
    """A contract with the name of its file."""

    name: str
    contract: Contract


def look_at(lock: DefinitionLock, provider: str, recorded: Sequence[RecordedFile]) -> ProviderLook:
    """Give how a provider's definitions stand, that of its messages last; what is elsewhere is fetched.

    Nothing is written.

    Raises:
        DefinitionError: The lock file cannot be used.
    """
    looks = [_look(lock, named) for named in lock.named() if named.provider == provider]
    looks += look_at_messages(lock, provider)
    digest = _joined([each.tested for each in looks])
    others = tuple(
        each.name
        for each in recorded
        if digest is not None and each.contract.definition is not None and each.contract.definition.digest != digest
    )
    return ProviderLook(provider=provider, looks=tuple(_with_recorded(each, others) for each in looks))


def refresh(
    lock: DefinitionLock, provider: str, recorded: Sequence[RecordedFile], *, is_check: bool = False
) -> ProviderLook:
    """Lock a provider's definitions as they are now, and hold its contracts against them.

    Args:
        lock: The project's lock.
        provider: Whose.
        recorded: The contracts with it.
        is_check: Only say what would be.

    Returns:
        How the definitions stood before, with what the contracts are worth now.

    Raises:
        DefinitionError: The lock file cannot be used or written.
    """
    found = look_at(lock, provider, recorded)
    if not is_check:
        for each in found.looks:
            if each.is_new and each.fetched is not None:
                lock.lock(each.named, each.fetched)
    changed = [
        (each.tested.definition if each.tested is not None else None, each.current.definition)
        for each in found.looks
        if each.current is not None
    ]
    return replace(found, recheck=_rechecked(recorded, changed))


def _rechecked(
    recorded: Sequence[RecordedFile],
    changed: Sequence[tuple[AnyDefinition | None, AnyDefinition]],
) -> Recheck:
    contracts = [each.contract for each in recorded]
    if not changed:
        return Recheck(unjudged=tuple(interaction for each in contracts for interaction in each.interactions))
    return recheck(contracts, changed)


def _look(lock: DefinitionLock, named: Named) -> Look:
    return _look_elsewhere(lock, named) if named.is_lockable else _look_at_path(lock, named)


def _look_at_path(lock: DefinitionLock, named: Named) -> Look:
    settings = lock.settings
    try:
        found = load_definition(named.location, root=settings.root, remote_references=settings.remote_references)
    except ContractkitError as error:
        return Look(named=named, state=State.UNUSABLE, error=error)
    return Look(named=named, state=State.FRESH, now=found.definition.digest, tested=found, current=found)


def _look_elsewhere(lock: DefinitionLock, named: Named) -> Look:
    entry = lock.entry_of(named)
    data = None if entry is None else read_copy(lock.root, entry)
    known = Look(
        named=named,
        state=State.NOT_LOCKED,
        locked=None if entry is None else entry.digest,
        copy=None if data is None else digest_of(data),
        tested=None if entry is None else lock.copy_of(named, entry),
    )
    try:
        fetched = lock.fetched(named)
    except (UnreachableDefinitionError, BrokerError) as error:
        return replace(known, state=State.UNREACHABLE, error=error)
    except ContractkitError as error:
        return replace(known, state=State.UNUSABLE, error=error)
    now = digest_of(fetched.data)
    state = next(state for state, applies in _STATES if applies(known, now))
    return replace(known, state=state, now=now, fetched=fetched, current=fetched.loaded)


_STATES: tuple[tuple[State, Callable[[Look, str], bool]], ...] = (
    (State.NOT_LOCKED, lambda known, now: known.locked is None),
    (State.DAMAGED, lambda known, now: known.copy != known.locked),
    (State.STALE, lambda known, now: known.locked != now),
    (State.FRESH, lambda known, now: True),
)
"""States of what could be fetched, with what each takes; the first that applies speaks."""


def _with_recorded(look: Look, others: tuple[str, ...]) -> Look:
    is_stale = bool(others) and look.state is State.FRESH and not look.named.is_lockable
    return replace(look, recorded_otherwise=others, state=State.STALE if is_stale else look.state)


def look_at_messages(lock: DefinitionLock, provider: str) -> Iterator[Look]:
    """Give how the messages stand that the settings name of a provider, if any: of a path, which nothing locks."""
    known = lock.settings.providers.get(provider)
    if known is None or known.messages is None:
        return
    named = Named(provider=provider, key=MESSAGES, location=known.messages)
    try:
        found = read_any_messages(known.messages, root=lock.root)
    except ContractkitError as error:
        yield Look(named=named, state=State.UNUSABLE, error=error)
    else:
        yield Look(named=named, state=State.FRESH, now=found.definition.digest, tested=found, current=found)


def _joined(definitions: Sequence[LoadedMessages | LoadedDefinition | None]) -> str | None:
    """Give the digest that contracts name a provider's definitions by; None where one of them is not known."""
    digests = list(_digests(definitions))
    if not digests or len(digests) < len(definitions):
        return None
    if len(digests) == 1:
        return digests[0]
    joined = "\n".join(digests)
    return f"sha256:{hashlib.sha256(joined.encode()).hexdigest()}"


def _digests(definitions: Sequence[LoadedMessages | LoadedDefinition | None]) -> Iterator[str]:
    yield from (each.definition.digest for each in definitions if each is not None)
