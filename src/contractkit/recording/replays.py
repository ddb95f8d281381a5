"""Replays: what a run of a consumer's tests under a proposed definition is told, and what it tells afterwards.

Both go through files, since the run is a process of its own: the variable `REPLAY` names the order, which names the
file for what comes of it. That is a log with a line of JSON for each step: it stands when the run is ended.
"""

import json
from dataclasses import asdict, dataclass, field
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
        results: Where to write what comes of them.
        limit: The seconds after which a test is taken to hang, and says where.
    """

    provider: str
    definition: str
    old: str | None
    weakest: bool
    directory: str
    root: str
    tests: tuple[str, ...]
    results: str
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedTest:
    """What came of one test: `passed`, `failed`, `skipped` or `hung`; why, where it did not pass, and the line of that.

    `seconds` is how long it took, with its fixtures.
    """

    node_id: str
    outcome: str
    message: str = ""
    file: str = ""
    line: int = 0
    seconds: float = field(default=0.0, compare=False)


class ReplayLog:
    """Writes what comes of the tests, as it comes."""

    def __init__(self, path: Path) -> None:
        """Take the file, which is begun anew by whoever orders the run."""
        self._path = path

    def begun(self, node_id: str) -> None:
        """Note that a test begins."""
        self._write({"begun": node_id})

    def ended(self, test: ReplayedTest) -> None:
        """Note that a test is over, and what came of it."""
        self._write({"ended": asdict(test)})

    def hangs(self, node_id: str, file: str, line: int) -> None:
        """Note where a test stands that has taken too long."""
        self._write({"hangs": node_id, "file": file, "line": line})

    def over(self) -> None:
        """Note that all tests are over, or that none was found."""
        self._write({"over": True})

    def _write(self, step: dict[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(step)}\n")


class ReplayProgress:
    """What the log of a run holds so far.

    Attributes:
        running: The tests that have begun and are not over.
        tests: What came of those that are over, by node id; of one that ran again the last time counts.
        places: File and line at which tests stood that took too long, by node id.
        is_over: All tests are over.
    """

    def __init__(self, path: Path) -> None:
        """Take the file, which need not be there yet."""
        self.running: set[str] = set()
        self.tests: dict[str, ReplayedTest] = {}
        self.places: dict[str, tuple[str, int]] = {}
        self.is_over = False
        self._path = path
        self._read = 0

    def read(self) -> bool:
        """Read on, and say whether there was anything new; a line that is being written is left for the next time."""
        if not self._path.exists():
            return False
        with self._path.open("rb") as file:
            file.seek(self._read)
            whole, newline, _ = file.read().rpartition(b"\n")
        self._read += len(whole) + len(newline)
        for line in whole.splitlines():
            self._take(json.loads(line))
        return bool(newline)

    def _take(self, step: dict[str, Any]) -> None:
        match step:
            case {"begun": node_id}:
                self.running.add(node_id)
            case {"ended": said}:
                self.running.discard(said["node_id"])
                self.tests[said["node_id"]] = ReplayedTest(**said)
            case {"hangs": node_id, "file": file, "line": line}:
                self.places[node_id] = (file, line)
            case _:
                self.is_over = True


def dump_order(order: ReplayOrder) -> str:
    """Give an order as text."""
    return json.dumps(asdict(order))


def load_order(path: Path) -> ReplayOrder:
    """Give the order that a file holds, as `dump_order` wrote it."""
    said: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return ReplayOrder(**{**said, "tests": tuple(said["tests"])})


def load_replayed(path: Path) -> tuple[ReplayedTest, ...]:
    """Give what came of the tests of a run that is over."""
    progress = ReplayProgress(path)
    progress.read()
    return tuple(progress.tests.values())
