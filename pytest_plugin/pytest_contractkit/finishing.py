"""Finishing: when all tests have run, what they recorded is written, and the run fails where that cannot be done."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from contractkit.errors import ContractkitError
from contractkit.recording import RunFacts, RunReport, finish_run
from pytest_contractkit.configuration import settings_for, writes_contracts
from pytest_contractkit.distribution import HELD, collected_records
from pytest_contractkit.plugin import REPORT, Run


def finish(run: Run, session: pytest.Session) -> None:
    """Write contracts; of a worker, hand over which tests there are."""
    held = _collected(run)
    workeroutput = getattr(session.config, "workeroutput", None)
    if workeroutput is not None:
        workeroutput["contractkit_held"] = {file: sorted(ids) for file, ids in held.items()}
        return
    if not writes_contracts(session.config):
        return
    try:
        report = _written(run, {**_from_workers(session.config), **held})
    except ContractkitError as error:
        report = RunReport(updates=(), errors=(error,))
    session.config.stash[REPORT] = report
    if report.errors and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _written(run: Run, held: Mapping[str, frozenset[str]]) -> RunReport:
    config = run.config
    records = collected_records(config)
    whole = [] if config.getoption("lf", False) else _whole_arguments(config)
    facts = RunFacts(
        passed=frozenset(run.passed),
        held={file: ids for file, ids in held.items() if _lies_in(config.rootpath / file, whole)},
    )
    roots = {record.root for record in records} | {settings_for(config, config.rootpath).root}
    return finish_run(
        records,
        facts,
        directories={root: settings_for(config, root).contracts_directory for root in roots},
        is_gone=lambda file: not (config.rootpath / file).exists() and _lies_in(config.rootpath / file, whole),
    )


def _collected(run: Run) -> Mapping[str, frozenset[str]]:
    """Give each module that was collected, with the node ids of the tests in it."""
    found: dict[str, set[str]] = defaultdict(set)
    for item in run.items:
        found[item.nodeid.partition("::")[0]].add(item.nodeid)
    return {file: frozenset(found[file]) for file in run.files}


def _from_workers(config: pytest.Config) -> Mapping[str, frozenset[str]]:
    return {file: frozenset(ids) for file, ids in config.stash.get(HELD, {}).items()}


def _whole_arguments(config: pytest.Config) -> list[Path]:
    """Give the files and directories that were asked for whole, not test by test."""
    given = [argument for argument in config.args if "::" not in argument]
    return [(config.invocation_params.dir / argument).resolve() for argument in given]


def _lies_in(path: Path, places: list[Path]) -> bool:
    resolved = path.resolve()
    return any(resolved == place or resolved.is_relative_to(place) for place in places)
