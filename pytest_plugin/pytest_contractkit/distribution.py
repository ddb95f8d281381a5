"""Distribution: with pytest-xdist, workers leave what they record in files, which the controller joins."""

import shutil
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from contractkit.recording import TestRecord
from contractkit.recording.fragments import append_fragment, read_fragments
from contractkit.recording.local_state import state_directory
from pytest_contractkit.plugin import Run

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
    state_directory(directory.parent.parent.parent)
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / f"{workerinput['workerid']}.jsonl"
    return lambda record: append_fragment(file, record)


def give_output(run: Run, held: Mapping[str, frozenset[str]], output: dict[str, object]) -> None:
    """Hand over, in a worker, which tests there are and what it has to say; values that the wire takes."""
    output["contractkit_held"] = {file: sorted(ids) for file, ids in held.items()}
    output["contractkit_notices"] = [list(each) for each in run.notices]
    output["contractkit_remarks"] = run.remarks
    output["contractkit_properties"] = run.properties


def take_output(run: Run, output: Mapping[str, Any]) -> None:
    """Take, in the controller, what one worker handed over."""
    run.config.stash[HELD] = output["contractkit_held"]
    run.notices += [(kind, sentence, file, line) for kind, sentence, file, line in output["contractkit_notices"]]
    run.remarks += [each for each in output["contractkit_remarks"] if each not in run.remarks]
    run.properties |= output["contractkit_properties"]


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
