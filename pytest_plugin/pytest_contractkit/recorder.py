"""The recorder: opens stubs for tests, fails tests that misuse them, and keeps what each test recorded."""

import inspect
import threading
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from contractkit.errors import ContractkitError, SettingsError, UnusedExpectationError, UsageError
from contractkit.recording import StubbedProvider, StubSession, TestOrigin, TestRecord, stubbed_provider
from contractkit.recording.uses import check_name
from contractkit.settings import Settings
from contractkit.sources import LoadedDefinition
from contractkit.sources.places import is_elsewhere
from contractkit.transports.unnoted import unnoted
from contractkit.warnings import NothingRecordedWarning
from pytest_contractkit.configuration import consumer_of, marked_for, settings_for, writes_contracts
from pytest_contractkit.notices import mistakes, unlocked
from pytest_contractkit.places import file_in_project, node_id_in_project
from pytest_contractkit.plugin import RUN, TOLD, Notice
from pytest_contractkit.properties import tell_of_test
from pytest_contractkit.volatile import steady_for

if TYPE_CHECKING:
    from contractkit.document.state_catalogue import StateCatalogue
    from contractkit.locking.definition_lock import DefinitionLock
    from contractkit.recording.serving import Serving
    from contractkit.recording.serving_again import ServingAgain
    from pytest_contractkit.replaying import Replay

OpenStub: TypeAlias = Callable[..., StubSession]
"""What the fixture gives: provider's name (and `definition=`) to the stub of this test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a test recorded that has just ended, with the providers it used and where its contracts are."""

    record: TestRecord
    providers: Mapping[str, StubbedProvider]
    contracts_directory: Path


AGAIN: "pytest.StashKey[ServingAgain]" = pytest.StashKey()
"""What the stubs of an item serve in a re-run; nothing is recorded then."""

RECORDED = pytest.StashKey[Recorded]()

REPLAYING: "pytest.StashKey[Replay]" = pytest.StashKey()
"""By which definition the stubs of a provider answer in place of its own; nothing is recorded then."""

_SESSIONS = pytest.StashKey[dict[str, StubSession]]()


class Recorder:
    """One per process, made when the first test asks for a stub."""

    def __init__(self, config: pytest.Config, keep: Callable[[TestRecord], None]) -> None:
        """Take what to do with the record of a test that ended."""
        self.config = config
        self._keep = keep
        self._providers: dict[tuple[Path, str, str], StubbedProvider] = {}
        self._locks: dict[Path, DefinitionLock] = {}
        self._users: dict[StubbedProvider, str] = {}
        self._replay = config.stash.get(REPLAYING, None)

    def notices(self) -> Iterator[Notice]:
        """Give what to warn of: definitions that were locked in this process, and mistakes met in definitions."""
        for lock in self._locks.values():
            yield from unlocked(lock.said, lock.root)
        for (root, _, _), provider in self._providers.items():
            yield from mistakes(provider, root)

    @contextmanager
    def test(self, request: pytest.FixtureRequest) -> Iterator[OpenStub]:
        """Give what opens stubs, for as long as one test runs."""
        __tracebackhide__ = True
        item = request.node
        sessions: dict[str, StubSession] = {}
        item.stash[_SESSIONS] = sessions
        settings = _settings_of(item)
        opening = _Opening(self, item, settings, sessions)
        yield opening.open_stub
        for session in sessions.values():
            session.close()
        for provider in opening.providers.values():
            self._users.pop(provider, None)
        if AGAIN not in item.stash and self._replay is None:
            self._ended(item, settings, sessions, opening.providers)
        late = _errors(sessions)
        del item.stash[_SESSIONS]  # items live as long as the run; what a test sent and was answered need not
        if late:
            pytest.fail(late, pytrace=False)

    def occupy(self, provider: StubbedProvider, item: pytest.Item) -> None:
        """Give a stub to one test until it ends.

        Raises:
            UsageError: Another test that has not ended has it: two run in threads of this process.
        """
        user = self._users.setdefault(provider, item.nodeid)
        if user != item.nodeid:
            raise UsageError(
                f"The stub of {provider.name} is open in two tests at once.",
                details=[("one", user), ("another", item.nodeid)],
                next_step="A stub cannot tell whose call it answers: run tests in processes (pytest-xdist).",
            )

    def keep(self, record: TestRecord) -> None:
        """Keep what a test recorded, in the place of what was kept of it before."""
        self._keep(record)

    def _ended(
        self,
        item: pytest.Item,
        settings: Settings,
        sessions: Mapping[str, StubSession],
        providers: Mapping[str, StubbedProvider],
    ) -> None:
        contracts = tuple(session.contract() for session in sessions.values())
        tell_of_test(item, contracts)
        record = TestRecord(node_id=_node_id(item, settings), root=settings.root, contracts=contracts)
        directory = settings.contracts_directory
        item.stash[RECORDED] = Recorded(record=record, providers=providers, contracts_directory=directory)
        self._keep(record)

    def provider(self, name: str, settings: Settings, definition: str | Path | None) -> StubbedProvider:
        """Give a provider with its definition, read once per process and project: another's may share its name."""
        known = settings.providers.get(name)
        location: str | Path | None = definition or settings.provider(name).definition
        key = (settings.root, name, str(location if definition is None else Path(definition)))
        if definition is None and known is not None and known.has_messages_alone:
            location = None
        if key not in self._providers:
            beside = known.proto if known and definition is None else None
            provider = stubbed_provider(
                name,
                location,
                root=settings.root,
                headers=known.headers if known else (),
                base_url=known.base_url if known else None,
                proto=beside,
                messages=known.messages if known else None,
                states=self._states(name, settings),
                remote_references=settings.remote_references,
                checks_credentials=known.check_credentials if known else True,
                load=self._loading(name, settings, (location, beside), is_set=definition is None),
            )
            if self._replay is not None and self._replay.is_about(name):
                provider = self._replay.provider(provider)
            self._providers[key] = provider
        return self._providers[key]

    def serving(self, provider: str) -> "Serving | None":
        """Give what stands between a provider's answers and a test in this run; None where nothing does."""
        if self._replay is None or not self._replay.is_about(provider):
            return None
        return self._replay.serving

    def is_as_set(self, provider: StubbedProvider, settings: Settings) -> bool:
        """Say whether a provider is as the settings define it, and not by a definition that a test named."""
        known = settings.providers.get(provider.name)
        key = (settings.root, provider.name, str(known.definition) if known else "")
        return self._providers.get(key) is provider

    def _states(self, name: str, settings: Settings) -> "tuple[StateCatalogue, str] | None":
        """Give the catalogue of states that a provider's team prepares, and where it is; None where none is set."""
        known = settings.providers.get(name)
        if known is None or known.states is None:
            return None
        from contractkit.locking.catalogue_lock import locked_catalogue
        from contractkit.locking.definition_lock import DefinitionLock

        lock = self._locks.setdefault(settings.root, DefinitionLock(settings))
        return locked_catalogue(lock, name, known.states), known.states

    def _loading(
        self, name: str, settings: Settings, places: tuple[str | Path | None, ...], *, is_set: bool
    ) -> Callable[[str, str | Path], LoadedDefinition] | None:
        """Give what reads definitions from elsewhere: of the settings as they are locked; None for paths."""
        if not any(place and is_elsewhere(place) for place in places):
            return None
        from contractkit.locking.definition_lock import DefinitionLock, read_unlocked

        if not is_set:
            return lambda _key, location: read_unlocked(location, root=settings.root)
        lock = self._locks.setdefault(settings.root, DefinitionLock(settings))
        return partial(lock.load, name)

    def stop(self) -> None:
        """Stop every server."""
        for provider in self._providers.values():
            provider.stop()

    @staticmethod
    def _explain(item: pytest.Item) -> None:
        """Add what the stubs refused to the report of a test that failed anyway."""
        text = _errors(item.stash.get(_SESSIONS, {}), failures_only=True)
        if text:
            item.add_report_section("call", "contractkit", text)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Fail a test whose stub refused something or was told something unused; explain one that failed anyway."""
        try:
            result = yield
        except BaseException:
            self._explain(item)
            raise
        sessions = item.stash.get(_SESSIONS, {})
        if getattr(item, "_excinfo", None):  # how a unittest.TestCase fails: nothing is raised
            self._explain(item)
            return result
        text = _errors(sessions)
        if text:
            pytest.fail(text, pytrace=False)
        for name, session in sessions.items():
            if not session.is_used:
                _warn_of_nothing(item, name)
        return result


class _Opening:
    """Opens the stubs of one test."""

    def __init__(
        self, recorder: Recorder, item: pytest.Item, settings: Settings, sessions: dict[str, StubSession]
    ) -> None:
        self._recorder = recorder
        self._item = item
        self._settings = settings
        self._sessions = sessions
        self.providers: dict[str, StubbedProvider] = {}

    def open_stub(self, provider: str | None = None, *, definition: str | Path | None = None) -> StubSession:
        """Give the stub of a provider for this test: the same one each time it is asked for."""
        __tracebackhide__ = True
        try:
            return unnoted(self._opened, provider, definition)
        except ContractkitError as error:
            said = str(error)
        pytest.fail(said)  # outside of the handler, or pytest shows both errors; with the line of the test

    def _opened(self, provider: str | None, definition: str | Path | None) -> StubSession:
        said = marked_for(self._item)
        name = said.get("provider") if provider is None else provider
        if name is None:
            raise _nothing_named(self._settings)
        check_name(name, what="A provider", like="orders")
        if name not in self._sessions:
            stubbed = self._recorder.provider(name, self._settings, definition)
            self._recorder.occupy(stubbed, self._item)
            self.providers[name] = stubbed
            self._sessions[name] = StubSession(
                stubbed,
                consumer=consumer_of(self._settings, said),
                origin=_origin(self._item, self._settings),
                pending=bool(said.get("pending")),
                again=self._item.stash.get(AGAIN, None) or self._recorder.serving(name),
                steady=steady_for(self._item, self._settings, name),
            )
        elif definition is not None:
            self._check_same(name, definition)
        return self._sessions[name]

    def _check_same(self, name: str, definition: str | Path) -> None:
        stubbed = self._recorder.provider(name, self._settings, definition)
        if stubbed.reference.digest != self.providers[name].reference.digest:
            raise UsageError(
                f"The test has a stub of {name} already, of another definition.",
                details=[("first", self.providers[name].source), ("then", stubbed.source)],
                next_step="Name the definition where the stub is first asked for, or use another provider's name.",
            )


def recorder_of(config: pytest.Config) -> Recorder:
    """Give the recorder of this process, made and registered when it is first asked for."""
    run = config.stash[RUN]
    if run.recorder is None:
        from pytest_contractkit.distribution import keeper_for

        run.recorder = Recorder(config, keeper_for(config) if writes_contracts(config) else _forget)
        config.pluginmanager.register(run.recorder, "contractkit-recorder")
        config.add_cleanup(run.recorder.stop)
    return run.recorder


def _forget(record: TestRecord) -> None:
    pass


def take_session_errors(item: pytest.Item) -> tuple[ContractkitError, ...]:
    """Give what the stubs of an item refused, or were told and did not use, since this was last asked."""
    return tuple(error for session in item.stash.get(_SESSIONS, {}).values() for error in session.take_errors())


def _errors(sessions: dict[str, StubSession], *, failures_only: bool = False) -> str:
    """Give what went wrong, as text; where the test failed anyway, what it left unused is no wonder."""
    errors = [error for session in sessions.values() for error in session.take_errors()]
    if failures_only:
        errors = [error for error in errors if not isinstance(error, UnusedExpectationError)]
    return "\n\n".join(map(str, errors))


def _warn_of_nothing(item: pytest.Item, provider: str) -> None:
    file, line, _ = item.location
    sentence = f"{item.nodeid} opened the stub of {provider} and called nothing: no contract has anything of it"
    warnings.warn_explicit(sentence, NothingRecordedWarning, filename=file, lineno=(line or 0) + 1)


def _settings_of(item: pytest.Item) -> Settings:
    __tracebackhide__ = True
    try:
        return settings_for(item.config, item.path)
    except ContractkitError as error:
        said = str(error)
        item.config.stash.setdefault(TOLD, set()).add(said)
    pytest.fail(said, pytrace=False)


def _nothing_named(settings: Settings) -> SettingsError:
    known = ", ".join(sorted(settings.providers)) or "none"
    return SettingsError(
        "contract_stub() names no provider.",
        details=[("file", settings.origin), ("providers", known)],
        next_step='Name one: contract_stub("orders"), or mark the test with contract(provider="orders").',
    )


def _node_id(item: pytest.Item, settings: Settings) -> str:
    return node_id_in_project(item.config, item.nodeid, settings.root)


def _origin(item: pytest.Item, settings: Settings) -> TestOrigin:
    file, line, _ = item.location
    function = getattr(item, "function", None)
    return TestOrigin(
        node_id=_node_id(item, settings),
        file=file_in_project(item.config, file, settings.root),
        source=str(item.path),
        line=(line or 0) + 1,
        thread=threading.get_ident(),
        is_coroutine=inspect.iscoroutinefunction(function),
    )
