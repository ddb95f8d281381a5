"""Checkup: what `contractkit doctor` looks at, one function for each part of a project, in a table."""

import os
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from importlib.metadata import entry_points, version
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

from contractkit.cli.brokers import address_of, connect
from contractkit.cli.contract_files import ContractFile, find_contract_files, read_contract_file
from contractkit.cli.findings import Finding, finding_of, fine, problem, warning
from contractkit.errors import ContractkitError
from contractkit.locking.definition_lock import MESSAGES, DefinitionLock
from contractkit.locking.lock_file import DIRECTORY as COPIES
from contractkit.locking.lock_file import FILE as LOCK
from contractkit.locking.refreshing import Look, RecordedFile, State, look_at, look_at_messages
from contractkit.recording.local_state import current_revision, read_confirmations
from contractkit.settings import ServiceSettings, Settings
from contractkit.sources import LoadedDefinition
from contractkit.sources.messages import LoadedMessages


class Project:
    """What is looked at: the settings, and what lies beside them. `asks` is whether anything may be asked elsewhere."""

    def __init__(self, settings: Settings, *, asks: bool) -> None:
        self.settings = settings
        self.lock = DefinitionLock(settings)
        self.asks = asks

    @cached_property
    def contracts(self) -> tuple[ContractFile | ContractkitError, ...]:
        """Give each contract file, or why it cannot be read."""
        directory = self.settings.contracts_directory
        files = find_contract_files([directory]) if directory.exists() else ()
        return tuple(map(_read, files))

    def recorded_with(self, provider: str) -> list[RecordedFile]:
        """Give the contracts with one provider."""
        read = [each for each in self.contracts if isinstance(each, ContractFile)]
        return [
            RecordedFile(name=each.path.name, contract=each.contract)
            for each in read
            if each.contract.provider == provider
        ]


def check_settings(project: Project) -> Iterator[Finding]:
    """Say whose project it is, and what it calls and offers."""
    settings = project.settings
    called, offered = ", ".join(sorted(settings.providers)) or "nothing", ", ".join(sorted(settings.provides))
    yield fine(f"{settings.origin}: calls {called}" + (f", is {offered}" if offered else ""))
    if settings.providers and settings.consumer is None:
        yield problem("the consumer has no name", 'Add to [tool.contractkit]: consumer = "your-service"')


def check_plugin(project: Project) -> Iterator[Finding]:
    """Say whether pytest finds the plugin, in the environment that this command runs in."""
    if not project.settings.providers:
        return
    if find_spec("pytest") is None:
        yield problem(f"pytest is not installed for {sys.executable}", "Install contractkit where pytest is.")
    elif not entry_points(group="pytest11", name="contractkit"):
        yield problem("pytest does not find the plugin", "Install contractkit-cdct again: its entry point is missing.")
    elif os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        yield problem(
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD keeps pytest from loading the plugin",
            "Unset it, or run pytest -p pytest_contractkit.plugin.",
        )
    else:
        yield fine(f"pytest {version('pytest')} loads contractkit {version('contractkit-cdct')} ({sys.executable})")


def check_definitions(project: Project) -> Iterator[Finding]:
    """Say whether each definition can be read, is locked where it comes from elsewhere, and is the one recorded."""
    for provider in sorted(project.settings.providers):
        if not project.asks and any(each.is_lockable for each in project.lock.named() if each.provider == provider):
            yield from _locked_copies(project, provider)
            continue
        for look in look_at(project.lock, provider, project.recorded_with(provider)).looks:
            yield from _looked_at(look)


def check_contracts(project: Project) -> Iterator[Finding]:
    """Say whether each contract can be read, and whether tests confirmed it at this version."""
    if project.settings.providers and not project.contracts:
        yield warning("no contract is recorded yet", "Run pytest; contractkit init writes a first test.")
    confirmed, revision = read_confirmations(project.settings.root), current_revision(project.settings.root)
    is_current = confirmed.revision == revision
    for each in project.contracts:
        if isinstance(each, ContractkitError):
            yield finding_of("", each)
            continue
        name, contract = each.path.name, each.contract
        keys = confirmed.of(name) if is_current else frozenset()
        missing = [one for one in contract.interactions if one.evidence and one.key not in keys]
        count = len(contract.interactions)
        total = f"{name}: {count} interaction{'' if count == 1 else 's'}"
        if missing:
            yield warning(f"{total}, {len(missing)} not confirmed by tests at this version", "Run pytest.")
        else:
            yield fine(f"{total}, confirmed at this version")
        if contract.provider not in project.settings.providers:
            known = f"[tool.contractkit.providers.{contract.provider}]"
            yield warning(f"{name} is with {contract.provider}, which is not set", f"Add {known}, or remove the file.")


def check_git(project: Project) -> Iterator[Finding]:
    """Say whether git keeps what is to be committed."""
    from contractkit.cli.git_state import ignored_by_git, unknown_to_git

    root, contracts = project.settings.root, project.settings.contracts_directory
    if contracts.exists() and ignored_by_git(root, contracts):
        yield warning(
            f"git ignores {project.settings.contracts}", "Commit contracts: reviews show what changed in them."
        )
    for name in (LOCK, COPIES):
        if (root / name).exists() and unknown_to_git(root, root / name):
            yield warning(f"{name} is not committed", f"git add {name}")


def check_services(project: Project) -> Iterator[Finding]:
    """Say whether a service that this project is can be verified as the settings say."""
    for name, service in sorted(project.settings.provides.items()):
        faults = list(_faults_of(project.settings, name, service))
        yield from faults or [fine(f"{name}: verified at {_way(service)}")]
        if not any((service.url, service.app, service.command, service.grpc, service.messages, service.messages_url)):
            yield warning(f"{name}: nothing says where it runs", f"Set url, app or command in [{_table(name)}].")


def check_broker(project: Project) -> Iterator[Finding]:
    """Say whether the broker can be reached and lets us in."""
    if not address_of(project.settings):
        yield fine("none is set: nothing is published or asked for")
    elif not project.asks:
        yield fine("not asked")
    else:
        try:
            with connect(project.settings) as client:
                count = len(client.administration.environments())
                yield fine(f"{client.url} answers, and knows {count} environment{'' if count == 1 else 's'}")
        except ContractkitError as error:
            yield finding_of("", error)


Check: TypeAlias = Callable[[Project], Iterator[Finding]]
"""Looks at one part of a project."""

CHECKS: tuple[tuple[str, Check], ...] = (
    ("settings", check_settings),
    ("plugin", check_plugin),
    ("definitions", check_definitions),
    ("contracts", check_contracts),
    ("git", check_git),
    ("services", check_services),
    ("broker", check_broker),
)
"""What is looked at, in this order."""


def _looked_at(look: Look) -> Iterator[Finding]:
    named = look.named
    place, refresh = f"{named.provider}: {named.source}", f"contractkit definitions refresh {named.provider}"
    match look.state:
        case State.UNREACHABLE if look.tested is not None:
            yield warning(f"{place} cannot be reached; its locked copy is used", "")
        case State.UNREACHABLE | State.UNUSABLE:
            assert look.error is not None
            yield finding_of(f"{named.provider}: ", look.error)
        case State.DAMAGED:
            yield problem(f"{place}: the copy is not what is locked", f"Take {COPIES} from git, or: {refresh}")
        case State.NOT_LOCKED:
            yield warning(f"{place} is not locked", f"{refresh}, and commit {LOCK} and {COPIES}")
        case State.STALE if named.is_lockable:
            yield warning(f"{place} is not what is locked any longer", f"{refresh} --check says what that means.")
        case State.STALE:
            files = ", ".join(look.recorded_otherwise)
            yield warning(f"{place} is not what {files} was recorded against", "Run pytest.")
        case State.FRESH:
            yield from _usable(look)


def _usable(look: Look) -> Iterator[Finding]:
    found = look.tested or look.current
    assert found is not None
    place, (count, what) = f"{look.named.provider}: {look.named.source}", _defined(look.named.key, found)
    if not count:
        yield problem(f"{place} defines no operation", "Name the definition that has the operations.")
        return
    yield fine(f"{place}, {count} {what}{'' if count == 1 else 's'}")


def _defined(key: str, found: LoadedDefinition | LoadedMessages) -> tuple[int, str]:
    """Give how much a definition defines, and what; without a message it is none of messages."""
    if isinstance(found, LoadedMessages):
        return len(found.definition.names), "message"
    return (
        (len(found.protobuf.emissions), "message")
        if key == MESSAGES
        else (len(found.definition.operations), "operation")
    )


def _locked_copies(project: Project, provider: str) -> Iterator[Finding]:
    """Look at what is locked without asking where it comes from; paths of the same provider are read."""
    for named in (each for each in project.lock.named() if each.provider == provider):
        entry = project.lock.entry_of(named)
        if named.is_lockable and (entry is None or project.lock.copy_of(named, entry) is None):
            step = f"contractkit definitions refresh {provider}"
            yield problem(f"{provider}: {named.source} has no locked copy, and was not asked for", step)
        else:
            yield fine(f"{provider}: {named.source}, as it is here")
    for look in look_at_messages(project.lock, provider):
        yield from _looked_at(look)


def _faults_of(settings: Settings, name: str, service: ServiceSettings) -> Iterator[Finding]:
    from contractkit.sources import load_definition
    from contractkit.sources.messages import defines_messages, load_messages
    from contractkit.verification.loading import load_states

    for place in filter(None, (service.definition, service.proto)):
        try:
            if not defines_messages(place, root=settings.root):
                load_definition(place, root=settings.root, remote_references=settings.remote_references)
            else:
                load_messages(place, root=settings.root)
        except ContractkitError as error:
            yield finding_of(f"{name}: ", error)
    if service.message_definition:
        try:
            load_messages(service.message_definition, root=settings.root)
        except ContractkitError as error:
            yield finding_of(f"{name}: ", error)
    if service.states:
        try:
            load_states(service.states, root=settings.root)
        except ContractkitError as error:
            yield finding_of(f"{name}: ", error)


def _way(service: ServiceSettings) -> str:
    ways = (service.url, service.app, service.command, service.grpc, service.messages, service.messages_url)
    return next((way for way in ways if way), "what --url names")


def _table(name: str) -> str:
    return f"tool.contractkit.provides.{name}"


def _read(file: Path) -> ContractFile | ContractkitError:
    try:
        return read_contract_file(file)
    except ContractkitError as error:
        return error
