"""Replay watch: one run of pytest, which is ended with its children when a test does not end by itself."""

import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from contractkit.recording.replays import ReplayProgress

MOST_SILENT = 600.0
"""Seconds in which a run must begin its next test: collecting may take long, and so may fixtures between tests."""

_LOOK_SECONDS = 0.05
_TELLING_SECONDS = 0.3  # for the run to note where a test stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How a run ended: its exit code, None where it was ended; and the tests that it was ended for."""

    code: int | None
    hung: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class _Clock:
    """What has been running since when, by the same clock."""

    limit: float
    began: dict[str, float] = field(default_factory=dict)
    heard: float = field(default_factory=time.monotonic)

    def look(self, progress: ReplayProgress) -> frozenset[str] | None:
        """Give the tests for which a run is to be ended, none of them where all is silent; None where it goes on."""
        now = time.monotonic()
        if progress.read():
            self.heard = now
        self.began = {name: self.began.get(name, now) for name in progress.running}
        hung = {name for name, began in self.began.items() if now - began > self.limit + _TELLING_SECONDS}
        silent = self.limit if progress.is_over else MOST_SILENT
        is_silent = not self.began and now - self.heard > silent
        return frozenset(hung) if hung or is_silent else None


def run_watched(
    command: Sequence[str],
    *,
    directory: Path,
    environment: Mapping[str, str],
    output: IO[bytes],
    progress: ReplayProgress,
    limit: float,
) -> Watched:
    """Run a command until it ends, a test takes longer than `limit` seconds, or nothing happens.

    Raises:
        OSError: It cannot be started.
    """
    from contractkit.verification.process_groups import end_group, ending_when_told  # loads all that verifies

    process = subprocess.Popen(
        command,
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # so that what it starts can be ended with it
    )
    undo = ending_when_told(process)
    clock = _Clock(limit=limit)
    try:
        while True:
            try:
                code = process.wait(_LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                hung = clock.look(progress)
                if hung is not None:
                    return Watched(code=None, hung=hung)
            else:
                return Watched(code=code)
    finally:
        if process.poll() is None:
            end_group(process, asking=signal.SIGINT)  # fixtures are torn down then, which end what they started
        undo()
        progress.read()
