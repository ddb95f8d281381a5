"""Distribution: with pytest-xdist, workers leave what they record in files, which the controller joins."""

import shutil
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from contractkit.errors import RecordingError
from contractkit.recording import TestRecord
from contractkit.recording.fragments import append_fragment, read_fragments
from contractkit.recording.local_state import state_directory
from pytest_contractkit.plugin import Run
from pytest_contractkit.tally import add

HELD = pytest.StashKey[Mapping[str, list[str]]]()
"""On the controller: each file that the workers collected, with the node ids of its tests."""

_RECORDS = pytest.StashKey[list[TestRecord]]()
_FRAGMENTS = pytest.StashKey[Path]()


def keeper_for(config: pytest.Config) -> Callable[[TestRecord], None]:
    """Give where records of this process go: to a fragment where it is a worker, else to a list."""
    workerinput = getattr(config, "workerinput", None)
    if workerinput is None:
        return config.stash.setdefault(_RECORDS, []).append
    directory = Path(workerinput["contractkit_fragments"])
    return partial(_leave, directory / f"{workerinput['workerid']}.jsonl")


def _leave(file: Path, record: TestRecord) -> None:
    """Leave the record of a test for the controller; a test whose record cannot be left has not passed."""
    __tracebackhide__ = True
    try:
        if not file.parent.exists():
            state_directory(file.parents[2].parent)
            file.parent.mkdir(parents=True, exist_ok=True)
        append_fragment(file, record)
        return
    except OSError as error:
        said = RecordingError(
            "What the test recorded cannot be kept for the controller.",
            details=[("file", str(file)), ("reason", error.strerror or str(error))],
            next_step="Mend that, then run the tests again; the contracts are as they were.",
        )
    pytest.fail(str(said), pytrace=False)


def give_output(run: Run, held: Mapping[str, frozenset[str]], output: dict[str, object]) -> None:
    """Hand over, in a worker, which tests there are and what it has to say; values that the wire takes."""
    output["contractkit_held"] = {file: sorted(ids) for file, ids in held.items()}
    output["contractkit_notices"] = [list(each) for each in run.notices]
    output["contractkit_remarks"] = run.remarks
    output["contractkit_properties"] = run.properties
    output["contractkit_counts"] = run.counts
    output["contractkit_learned"] = run.learned


def take_output(run: Run, output: Mapping[str, Any]) -> None:
    """Take, in the controller, what one worker handed over."""
    run.config.stash[HELD] = output["contractkit_held"]
    run.notices += [(kind, sentence, file, line) for kind, sentence, file, line in output["contractkit_notices"]]
    run.remarks += [each for each in output["contractkit_remarks"] if each not in run.remarks]
    run.properties |= output["contractkit_properties"]
    run.learned += output["contractkit_learned"]
    for name, count in output["contractkit_counts"].items():
        add(run.counts, name, count)


def fragment_directory(config: pytest.Config) -> Path:
    """Give the directory of this run's fragments, not made yet; one per run, so that runs at one time do not mix."""
    return config.stash.setdefault(_FRAGMENTS, config.rootpath / ".contractkit" / "fragments" / uuid.uuid4().hex)


def collected_records(config: pytest.Config) -> tuple[TestRecord, ...]:
    """Give what all processes of the run recorded, and remove the fragments."""
    directory = config.stash.get(_FRAGMENTS, None)
    own = config.stash.get(_RECORDS, [])
    if directory is None or not directory.exists():
        return tuple(own)
    try:
        return (*own, *read_fragments(directory))
    finally:
        shutil.rmtree(directory, ignore_errors=True)
