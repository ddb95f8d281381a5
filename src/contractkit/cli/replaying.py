"""Replaying: the consumer's own tests are run on stubs of a proposed definition, to prove what is predicted of them."""

import os
import tempfile
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from contractkit.cli.replay_manner import Manner, Pair
from contractkit.cli.replay_runs import Replaying
from contractkit.errors import NothingToCheckError, UsageError
from contractkit.impact import ConsumerImpact, ImpactReport
from contractkit.impact.proofs import with_proofs
from contractkit.impact.proven import Proven, TestProof
from contractkit.locking.definition_lock import DefinitionLock, Named
from contractkit.locking.lock_file import DIRECTORY
from contractkit.model import TestReference
from contractkit.settings import Settings
from contractkit.sources.places import is_elsewhere

_MOST_NAMED = 5


def present_definition(settings: Settings, provider: str | None) -> str:
    """Give where the definition is that this project's tests rely on now.

    Raises:
        UsageError: No provider is named and several are set, or its definition is no file here.
    """
    name = provider if provider is not None or len(settings.providers) != 1 else next(iter(settings.providers))
    if name is None:
        raise UsageError(
            "It is not said which provider's definition NEW is to take the place of.",
            details=[("providers", ", ".join(sorted(settings.providers)) or "none is set")],
            next_step="Name it: --provider NAME; or give both definitions: contractkit impact OLD NEW --replay",
        )
    known = settings.provider(name)
    place = known.definition or known.messages
    copy = None if place is None else _locked_copy(settings, name, str(place))
    if copy is not None:
        return os.path.relpath(copy)
    if place is None or is_elsewhere(place):
        raise UsageError(
            f"The present definition of {name} is no file here.",
            details=[("definition", str(place))],
            next_step="Give both definitions: contractkit impact OLD NEW --replay",
        )
    return os.path.relpath(settings.path(place))


def _locked_copy(settings: Settings, provider: str, location: str) -> Path | None:
    """Give the file that a definition from elsewhere is locked as, which the tests rely on; None where it has none."""
    entry = DefinitionLock(settings).entry_of(Named(provider=provider, key="definition", location=location))
    file = None if entry is None else settings.root / DIRECTORY / entry.copy
    return file if is_elsewhere(location) and file is not None and file.is_file() else None


def replayed(report: ImpactReport, pair: Pair, settings: Settings, manner: Manner) -> ImpactReport:
    """Give a report with what the tests of this project prove.

    Raises:
        NothingToCheckError: No contract is this project's own, or none of its tests is here.
        UsageError: pytest cannot be run, or a test is named that recorded nothing.
    """
    own = _own(report.consumers, settings)
    recorded = _recorded(own)
    tests = {node_id: test for node_id, test in recorded.items() if _is_here(test, settings.root)}
    _check(report, own, recorded, tests, manner.tests)
    wanted = {node_id: test for node_id, test in tests.items() if node_id in manner.tests or not manner.tests}
    unasked = {node_id: _not_asked(test) for node_id, test in tests.items() if node_id not in wanted}
    with tempfile.TemporaryDirectory(prefix="contractkit-replay-") as directory:
        replaying = Replaying(pair, settings, manner, Path(directory))
        proofs = replaying.proofs(wanted)
    _check_ran(wanted, proofs)
    return with_proofs(report, {**unasked, **proofs}, {each.consumer for each in own})


def _check_ran(wanted: Collection[str], proofs: Mapping[str, TestProof]) -> None:
    told = next((each for each in proofs.values() if each.outcome is Proven.NOT_RUN), None)
    if any(each.outcome is not Proven.NOT_RUN for each in proofs.values()):
        return
    reason = told.message if told is not None else "pytest could not collect them, or they are not there any more"
    raise NothingToCheckError(
        "None of the tests was run, so nothing is proven.",
        details=[("tests", "\n".join(list(wanted)[:_MOST_NAMED])), ("reason", reason)],
        next_step="Run them with pytest to see why.",
    )


def _own(consumers: Iterable[ConsumerImpact], settings: Settings) -> tuple[ConsumerImpact, ...]:
    """Give the contracts that this project's tests recorded: of its consumer, or in its directory."""
    place = settings.contracts_directory.resolve()
    return tuple(
        each
        for each in consumers
        if each.consumer == settings.consumer or Path(each.info.origin).resolve().is_relative_to(place)
    )


def _is_here(test: TestReference, root: Path) -> bool:
    """Say whether a test's file is one of this project: a contract may name any."""
    file = (root / test.file).resolve()
    return file.is_file() and file.is_relative_to(root.resolve())


def _recorded(consumers: Iterable[ConsumerImpact]) -> Mapping[str, TestReference]:
    found = {
        evidence.test.node_id: evidence.test
        for consumer in consumers
        for impact in consumer.interactions
        for evidence in impact.interaction.evidence
    }
    return {node_id: test for node_id, test in found.items() if test.file}


def _check(
    report: ImpactReport,
    own: Collection[ConsumerImpact],
    recorded: Mapping[str, TestReference],
    tests: Mapping[str, TestReference],
    named: Collection[str],
) -> None:
    if not own:
        raise NothingToCheckError(
            "None of the contracts is this project's own, so there are no tests to run.",
            details=[("contracts of", ", ".join(dict.fromkeys(each.consumer for each in report.consumers)))],
            next_step="Run this where the consumer's tests are; contractkit impact without --replay needs none.",
        )
    if not tests:
        files = ", ".join(dict.fromkeys(each.file for each in recorded.values())) or "none is named"
        raise NothingToCheckError(
            "The tests that recorded the contract are not here.",
            details=[("tests in", files)],
            next_step="Run pytest, which records the contract anew, then ask again.",
        )
    unknown = [name for name in named if name not in tests]
    if unknown:
        raise UsageError(
            "No contract here was recorded by such a test.",
            details=[("test", each) for each in unknown],
            next_step=f"Name one as the contract does, for example {next(iter(tests))}",
        )


def _not_asked(test: TestReference) -> TestProof:
    return TestProof(test=test, outcome=Proven.NOT_RUN, message="it was not asked for")
