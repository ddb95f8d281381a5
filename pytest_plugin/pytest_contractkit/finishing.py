"""Finishing: when all tests have run, what they recorded is written, and the run fails where that cannot be done."""

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from contractkit.errors import ContractkitError
from contractkit.recording import RunFacts, RunReport, finish_run
from pytest_contractkit.configuration import settings_for, writes_contracts
from pytest_contractkit.distribution import HELD, collected_records, give_output
from pytest_contractkit.executed_memory import keep
from pytest_contractkit.notices import outdated, warn_of
from pytest_contractkit.places import file_in_project, node_id_in_project
from pytest_contractkit.plugin import REPORT, TOLD, Run
from pytest_contractkit.properties import tell_of_run
from pytest_contractkit.summary import write_errors
from pytest_contractkit.tally import lines_of


def finish(run: Run, session: pytest.Session) -> None:
    """Write contracts; of a worker, hand over which tests there are."""
    held = _collected(run)
    run.notices += run.recorder.notices() if run.recorder is not None else ()
    workeroutput = getattr(session.config, "workeroutput", None)
    if workeroutput is not None:
        give_output(run, held, workeroutput)
        return
    run.remarks[:0] = lines_of(run.counts, session.config)
    report = RunReport(updates=(), errors=())
    if writes_contracts(session.config):
        report = _report(run, {**_from_workers(session.config), **held})
        keep(session.config.rootpath, run.learned)
    report = replace(report, errors=(*report.errors, *warn_of([*run.notices, *outdated(report.updates)])))
    session.config.stash[REPORT] = report
    tell_of_run(session.config, report, run.properties)
    if report.errors and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if session.config.getoption("no_summary", False):
        _tell_of_errors(session.config, report)


def _tell_of_errors(config: pytest.Config, report: RunReport) -> None:
    """Tell of errors where `--no-summary` keeps the summary away: a run that fails says why."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        write_errors(terminal, report)


def _report(run: Run, held: Mapping[str, frozenset[str]]) -> RunReport:
    """Give what became of the contracts; where the settings cannot be used, that, unless a test told it already."""
    try:
        with _no_collections():
            return _written(run, held)
    except ContractkitError as error:
        is_told = str(error) in run.config.stash.get(TOLD, ())
        return RunReport(updates=(), errors=() if is_told else (error,))


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
            today=date.today(),
        )
        for root in sorted(roots)
    ]
    return RunReport(
        updates=tuple(update for report in reports for update in report.updates),
        errors=tuple(error for report in reports for error in report.errors),
        days={path: days for report in reports for path, days in report.days.items()},
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
