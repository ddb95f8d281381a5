"""Finishing: when all tests have run, what they recorded is written, and the run fails where that cannot be done."""

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from contractkit.errors import ContractkitError
from contractkit.recording import RunFacts, RunReport, finish_run
from pytest_contractkit.configuration import settings_for, writes_contracts
from pytest_contractkit.distribution import HELD, collected_records
from pytest_contractkit.places import file_in_project, node_id_in_project
from pytest_contractkit.plugin import REPORT, TOLD, Run


def finish(run: Run, session: pytest.Session) -> None:
    """Write contracts; of a worker, hand over which tests there are."""
    held = _collected(run)
    workeroutput = getattr(session.config, "workeroutput", None)
    if workeroutput is not None:
        workeroutput["contractkit_held"] = {file: sorted(ids) for file, ids in held.items()}
        workeroutput["contractkit_locked"] = run.locked
        return
    if not writes_contracts(session.config):
        return
    try:
        with _no_collections():
            report = _written(run, {**_from_workers(session.config), **held})
    except ContractkitError as error:
        is_told = str(error) in session.config.stash.get(TOLD, ())
        report = RunReport(updates=(), errors=() if is_told else (error,))
    session.config.stash[REPORT] = report
    if report.errors and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@contextmanager
def _no_collections() -> Iterator[None]:
    """Hold off the garbage collector: a contract in the making is no garbage, and each look takes milliseconds."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _written(run: Run, held: Mapping[str, frozenset[str]]) -> RunReport:
    config = run.config
    records = collected_records(config)
    whole = [] if config.getoption("lf", False) else _whole_arguments(config)
    held = {file: ids for file, ids in held.items() if _lies_in(config.rootpath / file, whole)}
    places = {config.rootpath, *(config.rootpath / file for file in held)}
    roots = {record.root for record in records} | {settings_for(config, place).root for place in places}
    reports = [
        finish_run(
            [record for record in records if record.root == root],
            _facts_in(config, root, run.passed, held),
            directories={root: settings_for(config, root).contracts_directory},
            is_gone=partial(_is_gone, root, whole),
        )
        for root in sorted(roots)
    ]
    return RunReport(
        updates=tuple(update for report in reports for update in report.updates),
        errors=tuple(error for report in reports for error in report.errors),
    )


def _facts_in(config: pytest.Config, root: Path, passed: Iterable[str], held: Mapping[str, frozenset[str]]) -> RunFacts:
    """Give what the run says, tests and files named as seen from one project."""
    return RunFacts(
        passed=frozenset(node_id_in_project(config, each, root) for each in passed),
        held={
            file_in_project(config, file, root): frozenset(node_id_in_project(config, each, root) for each in ids)
            for file, ids in held.items()
        },
    )


def _is_gone(root: Path, whole: list[Path], file: str) -> bool:
    return not (root / file).exists() and _lies_in(root / file, whole)


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
