"""Progress: how far a long verification is, on standard error; a short one says nothing."""

import sys
import time
from collections.abc import Callable

import click

from contractkit.results import InteractionResult, Outcome

_FIRST_AFTER = 3.0
_ON_A_TERMINAL = 0.5
_IN_A_LOG = 15.0
"""Seconds before the first line, and from one to the next: a terminal's line is overwritten, a log's stays."""


class Progress:
    """Counts results as they come, and says so now and then."""

    def __init__(
        self, total: int, *, clock: Callable[[], float] = time.monotonic, is_terminal: bool | None = None
    ) -> None:
        """Take how many interactions there are.

        Args:
            total: Their number.
            clock: Gives seconds.
            is_terminal: Standard error is read by a person; looked up where None.
        """
        self._total = total
        self._clock = clock
        self._is_terminal = sys.stderr.isatty() if is_terminal is None else is_terminal
        self._due = clock() + _FIRST_AFTER
        self._done = self._not_passed = 0
        self._width = 0

    def note(self, result: InteractionResult) -> None:
        """Take one more result."""
        self._done += 1
        self._not_passed += result.outcome is not Outcome.PASSED
        now = self._clock()
        if now >= self._due and self._done < self._total:
            self._due = now + (_ON_A_TERMINAL if self._is_terminal else _IN_A_LOG)
            self._say()

    def end(self) -> None:
        """Take the line away where it is one of a terminal."""
        if self._width:
            click.echo(f"\r{' ' * self._width}\r", nl=False, err=True)

    def _say(self) -> None:
        bad = f", {self._not_passed} of them not passed" if self._not_passed else ""
        line = f"{self._done} of {self._total} replayed{bad}"
        if not self._is_terminal:
            click.echo(f"{line}.", err=True)
            return
        click.echo(f"\r{line.ljust(self._width)}", nl=False, err=True)
        self._width = len(line)
