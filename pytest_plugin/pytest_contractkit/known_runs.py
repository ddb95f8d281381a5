"""Known runs: which tests need not be noted this time, since nothing that decides what they run has changed."""

import pytest

from contractkit.errors import ContractkitError
from contractkit.model import InferredNeeds, Needs
from contractkit.recording.proofs import Proofs
from contractkit.settings import Settings
from pytest_contractkit.configuration import settings_for
from pytest_contractkit.executed import note_nothing
from pytest_contractkit.executed_memory import Memory, Remembered
from pytest_contractkit.executed_tests import conftests_of, watch_fixtures
from pytest_contractkit.executed_world import world_of
from pytest_contractkit.needs_settings import NeedsSettings
from pytest_contractkit.passed import NeedsByKey, PassedTest
from pytest_contractkit.plugin import Run
from pytest_contractkit.recorder import recorder_of


class KnownRuns:
    """What is remembered of the tests of a process, where noting them costs more than that."""

    def __init__(self, run: Run, proofs: Proofs) -> None:
        """Take the run, and what stands in the contracts."""
        self._config = run.config
        self._proofs = proofs
        self._memory: Memory | None = None
        if note_nothing():
            self._memory = Memory(run.config.rootpath, world_of(run.config), began=run.began)

    def of(self, item: pytest.Item, settings: NeedsSettings) -> Remembered | None:
        """Give what is known of a test that is about to run; None where it is to be noted."""
        found = None if self._memory is None or not settings.is_on else self._memory.of(item.nodeid)
        if found is None or found.asked != _asked(settings) or found.conftests != _conftests(item):
            return None
        try:
            stands = self._stands(found, settings_for(item.config, item.path))
        except ContractkitError:  # the test is told of that when it opens its stub
            return None
        if stands:
            watch_fixtures(item.config)  # other tests that use them may be noted
        return found if stands else None

    def _stands(self, found: Remembered, project: Settings) -> bool:
        recorder = recorder_of(self._config)
        return self._proofs.has(project.contracts_directory, found.valid_for) and all(
            recorder.provider(name, project, None).reference.digest == digest
            for name, digest in found.definitions.items()
        )

    def learn(self, test: PassedTest, known: NeedsByKey | None) -> None:
        """Remember what was noted of a test whose needs were known; forget what was, where they were not."""
        if self._memory is not None:
            self._memory.learn(test.item.nodeid, None if known is None else self._noted(self._memory, test, known))

    def learned(self) -> list[dict[str, object]]:
        """Give what is to be kept at the end of the run."""
        learned = None if self._memory is None else self._memory.learned()
        return [] if learned is None else [learned]

    def _noted(self, memory: Memory, test: PassedTest, known: NeedsByKey) -> Remembered | None:
        executed, definitions = test.executed, self._definitions(test)
        if executed is None or not executed.is_complete or definitions is None:
            return None
        reached = executed.reached_then
        files = {file: digest for file, digest in memory.digests_of(reached.files).items() if digest is not None}
        if files.keys() != reached.files:
            return None
        return Remembered(
            digest=test.executed_digest,
            asked=_asked(test.settings),
            valid_for=_valid_for(next(iter(known.values()))),
            conftests=_conftests(test.item),
            files=files,
            folders=memory.folders_of(files),
            modules=reached.names(),
            definitions=definitions,
        )

    def _definitions(self, test: PassedTest) -> dict[str, str] | None:
        """Give the definitions of the stubs that a test opened; None where one was not that of the settings."""
        recorder, project = recorder_of(self._config), settings_for(self._config, test.item.path)
        opened = test.recorded.providers
        if not all(recorder.is_as_set(each, project) for each in opened.values()):
            return None
        return {name: each.reference.digest for name, each in opened.items()}


def _asked(settings: NeedsSettings) -> str:
    return " ".join([settings.mode, *map(str, settings.pinned)])


def _conftests(item: pytest.Item) -> tuple[str, ...]:
    return tuple(map(str, conftests_of(item)))


def _valid_for(needs: Needs) -> str:
    return needs.valid_for if isinstance(needs, InferredNeeds) else ""
