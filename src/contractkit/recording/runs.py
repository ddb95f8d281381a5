"""Runs: what all tests of a run recorded, checked, joined and written to the contract files of each project."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from contractkit.document import contract_file_name
from contractkit.errors import ContractkitError
from contractkit.model import Contract
from contractkit.recording.contract_files import FileUpdate, recorded_contracts, update_contract_file
from contractkit.recording.joining import join_contracts
from contractkit.recording.local_state import (
    Confirmations,
    current_revision,
    read_confirmations,
    write_confirmations,
)
from contractkit.recording.merging import RunFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRecord:
    """What one test recorded: a contract for each provider it used. `root` is the directory of its project."""

    __test__ = False

    node_id: str
    root: Path
    contracts: tuple[Contract, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What came of a run: the contract files it touched, and the errors that kept others as they were.

    `days` has for each file and key the day on which a test last confirmed that interaction here, where one did.
    """

    updates: tuple[FileUpdate, ...]
    errors: tuple[ContractkitError, ...]
    days: Mapping[Path, Mapping[str, date]] = field(default_factory=dict)


def finish_run(
    records: Iterable[TestRecord],
    facts: RunFacts,
    *,
    directories: Mapping[Path, Path],
    is_gone: Callable[[str], bool] = lambda file: False,
    today: date | None = None,
) -> RunReport:
    """Write what a run recorded.

    A mistake in one contract keeps that file as it was, and the others are written.

    Args:
        records: What tests recorded, of a test that ran several times the last; those that did not pass count nothing.
        facts: Which tests passed, and which are there.
        directories: The root of each project to the directory of its contract files.
        is_gone: Says whether a test file that evidence names is certainly no longer there.
        today: The day on which what is confirmed now was confirmed; no days are kept where None.
    """
    last = {record.node_id: record for record in records if record.node_id in facts.passed}
    updates: list[FileUpdate] = []
    errors: list[ContractkitError] = []
    days: dict[Path, Mapping[str, date]] = {}
    for root, directory in sorted(directories.items()):
        recorded = [last[node_id].contracts for node_id in sorted(last) if last[node_id].root == root]
        done = _write(directory, [each for contracts in recorded for each in contracts], facts, is_gone, errors)
        updates += done
        days |= _confirm(root, done, today, errors)
    return RunReport(updates=tuple(updates), errors=tuple(errors), days=days)


def _write(
    directory: Path,
    recorded: Sequence[Contract],
    facts: RunFacts,
    is_gone: Callable[[str], bool],
    errors: list[ContractkitError],
) -> list[FileUpdate]:
    known = recorded_contracts(directory)
    facts = _with_gone_files(facts, known, is_gone)
    groups: dict[str, list[Contract]] = defaultdict(list)
    for contract in known:
        if _concerns(facts, contract):
            groups[_name(contract)].append(_emptied(contract))
    for contract in recorded:
        if contract.interactions:
            groups[_name(contract)].append(contract)
    updates = []
    for name in sorted(groups):
        try:
            updates.append(update_contract_file(directory, join_contracts(groups[name]), facts))
        except ContractkitError as error:
            errors.append(error)
    return updates


def _confirm(
    root: Path, updates: Sequence[FileUpdate], today: date | None, errors: list[ContractkitError]
) -> Mapping[Path, Mapping[str, date]]:
    """Keep what the tests confirmed, and give the day on which each interaction was confirmed last."""
    keys = {update.path.name: update.confirmed for update in updates}
    if not keys:
        return {}
    known, revision = read_confirmations(root), current_revision(root)
    days = {update.path: _days(update, known.days.get(update.path.name, {}), today) for update in updates}
    confirmations = Confirmations(
        revision=revision,
        keys=keys,
        days={path.name: each for path, each in days.items()},
        tests={update.path.name: update.witnesses for update in updates},
        dropped={each.path.name: _dropped(each, known if known.revision == revision else None) for each in updates},
    )
    try:
        write_confirmations(root, confirmations)
    except OSError as error:
        details = [("directory", str(root)), ("reason", error.strerror or str(error))]
        errors.append(ContractkitError("What this run confirmed cannot be kept.", details=details))
    return days


def _days(update: FileUpdate, known: Mapping[str, date], today: date | None) -> Mapping[str, date]:
    """Give the day of each interaction that the file now holds; those of interactions that are gone are forgotten."""
    now = dict.fromkeys(update.confirmed, today) if today is not None else {}
    return {key: day for key, day in {**known, **now}.items() if key in update.after and day is not None}


def _dropped(update: FileUpdate, known: Confirmations | None) -> Mapping[str, frozenset[str]]:
    """Give by key the tests that recorded it earlier and no longer do, as of the runs at one revision."""
    earlier = known.dropped.get(update.path.name, {}) if known is not None else {}
    before = update.former_owners
    found = {
        key: (earlier.get(key, frozenset()) | before.get(key, frozenset())) - update.owners.get(key, frozenset())
        for key in sorted(earlier.keys() | before.keys())
    }
    return {key: tests for key, tests in found.items() if tests}


def _with_gone_files(facts: RunFacts, known: Sequence[Contract], is_gone: Callable[[str], bool]) -> RunFacts:
    files = {evidence.test.file for each in known for one in each.interactions for evidence in one.evidence}
    gone = {file: frozenset[str]() for file in files - facts.held.keys() if is_gone(file)}
    return RunFacts(passed=facts.passed, held={**facts.held, **gone})


def _concerns(facts: RunFacts, contract: Contract) -> bool:
    tests = (evidence.test for each in contract.interactions for evidence in each.evidence)
    return any(not facts.leaves(test) for test in tests)


def _emptied(contract: Contract) -> Contract:
    """Give who the contract is between, so that what its tests no longer record can go."""
    return Contract(consumer=contract.consumer, provider=contract.provider, interactions=())


def _name(contract: Contract) -> str:
    return contract_file_name(contract.consumer, contract.provider)
