"""Replays: what a run of a consumer's tests under a proposed definition is told, and what it tells afterwards.

Both go through files, since the run is a process of its own: the variable `REPLAY` names the order, which names the
file for what came of it.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

REPLAY = "CONTRACTKIT_REPLAY"
"""The variable of the environment that names the file of an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOrder:
    """What one run is to do.

    Attributes:
        provider: The provider whose stubs answer by another definition.
        definition: Where that definition is.
        old: Where the definition is that it takes the place of; None where this is the control run.
        weakest: Answers are to be as weak as the definition now allows.
        directory: What relative locations start from.
        root: The consumer's project, which node ids start from.
        tests: The node ids of the tests that are wanted.
        results: Where to write what came of them.
    """

    provider: str
    definition: str
    old: str | None
    weakest: bool
    directory: str
    root: str
    tests: tuple[str, ...]
    results: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedTest:
    """What came of one test: `passed`, `failed` or `skipped`; why, where it did not pass, and the line of that."""

    node_id: str
    outcome: str
    message: str = ""
    file: str = ""
    line: int = 0


def dump_order(order: ReplayOrder) -> str:
    """Give an order as text."""
    return json.dumps(asdict(order))


def load_order(path: Path) -> ReplayOrder:
    """Give the order that a file holds, as `dump_order` wrote it."""
    said: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return ReplayOrder(**{**said, "tests": tuple(said["tests"])})


def dump_replayed(tests: Iterable[ReplayedTest]) -> str:
    """Give what came of tests as text."""
    return json.dumps([asdict(each) for each in tests])


def load_replayed(path: Path) -> tuple[ReplayedTest, ...]:
    """Give what came of tests, as `dump_replayed` wrote it."""
    return tuple(ReplayedTest(**each) for each in json.loads(path.read_text("utf-8")))
