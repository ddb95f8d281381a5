"""Trials: one interaction replayed after some others, to see whether they make a difference to it.

A provider in this process is tried in forks of it as it was before anything was replayed; one that is started by a
command is started anew for each trial. One at a URL is as the trials before left it.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from contractkit.errors import ProviderUnreachableError
from contractkit.results import Outcome
from contractkit.verification.asgi_transport import AsgiTransport
from contractkit.verification.launcher import LaunchedTransport
from contractkit.verification.plan import Ready
from contractkit.verification.verifier import Provider, SelectedContract, VerificationOptions, opened
from contractkit.verification.wsgi_transport import WsgiTransport


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The interactions to replay before one, by their places in the selection, or together with it."""

    others: tuple[int, ...]
    victim: int
    together: bool = False


class Trials(Protocol):
    """Carries trials out. `are_fresh` says that no trial sees what was before it."""

    are_fresh: bool

    def passes(self, trial: Trial) -> bool:
        """Say whether the interaction passes."""


@contextlib.contextmanager
def opened_trials(
    selected: Sequence[SelectedContract], provider: Provider, options: VerificationOptions
) -> Iterator[Trials]:
    """Give what carries trials out; to be opened before anything is replayed."""
    transports = provider if isinstance(provider, tuple) else (provider,)
    here = _Here(selected, provider, replace(options, note=_unheard, warn=_unheard))
    here.are_fresh = all(isinstance(each, LaunchedTransport) for each in transports)
    if hasattr(os, "fork") and any(isinstance(each, AsgiTransport | WsgiTransport) for each in transports):
        with _forks(here) as forks:
            yield forks
    else:
        yield here


class _Here:
    """Trials in this process."""

    def __init__(self, selected: Sequence[SelectedContract], provider: Provider, options: VerificationOptions) -> None:
        self._selected = tuple(selected)
        self._provider = provider
        self._options = options
        self.are_fresh = False

    def passes(self, trial: Trial) -> bool:
        found: list[Outcome] = []
        asyncio.run(self._try(trial, found))
        return found == [Outcome.PASSED]

    async def _try(self, trial: Trial, found: list[Outcome]) -> None:
        alone = _only(self._selected, (trial.victim,))
        async with opened(alone, self._provider, self._options) as run:
            if not trial.together:
                if trial.others:
                    await run.verify(_only(self._selected, trial.others), _arranged(trial.others))
                results = await run.verify(alone)
                found += [each.outcome for one in results for each in one.results]
                return
            numbers = tuple(dict.fromkeys((*trial.others, trial.victim)))
            results = await run.verify(_only(self._selected, numbers), _arranged(numbers))
            outcomes = [each.outcome for one in results for each in one.results]
            found.append(outcomes[sorted(numbers).index(trial.victim)])


class _Forks:
    """Trials in forks of a process that has replayed nothing."""

    are_fresh = True

    def __init__(self, connection: "Connection[Trial, bool]") -> None:
        self._connection = connection

    def passes(self, trial: Trial) -> bool:
        try:
            self._connection.send(trial)
            return self._connection.recv()
        except (EOFError, OSError):
            raise ProviderUnreachableError(
                "The process in which the provider was tried ended by itself, so it was not found who disturbs whom.",
                next_step="Check the isolation with --command: the provider is then started anew for each trial.",
            ) from None


@contextlib.contextmanager
def _forks(here: _Here) -> Iterator[_Forks]:
    ours, theirs = Pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    process = os.fork()
    if process == 0:
        ours.close()
        _serve(here, theirs)
    theirs.close()
    try:
        yield _Forks(ours)
    finally:
        ours.close()
        os.waitpid(process, 0)


def _serve(here: _Here, connection: "Connection[bool, Trial]") -> None:
    """Fork for each trial that is asked for, and end with the one who asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Path(os.devnull).open("w") as nothing:  # what applications log in a trial was logged before
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    with contextlib.suppress(EOFError, OSError):
        while True:
            trial = connection.recv()
            process = os.fork()
            if process == 0:
                _try_and_end(here, trial)
            _, status = os.waitpid(process, 0)
            connection.send(os.waitstatus_to_exitcode(status) == 0)
    os._exit(0)


def _try_and_end(here: _Here, trial: Trial) -> None:
    code = 2
    try:
        code = 0 if here.passes(trial) else 1
    finally:
        os._exit(code)


def _only(selected: Sequence[SelectedContract], numbers: Sequence[int]) -> tuple[SelectedContract, ...]:
    """Give the selection with only those interactions, in its order."""
    wanted, found, start = set(numbers), [], 0
    for each in selected:
        kept = tuple(one for place, one in enumerate(each.interactions, start) if place in wanted)
        start += len(each.interactions)
        if kept:
            found.append(replace(each, interactions=kept))
    return tuple(found)


def _arranged(numbers: Sequence[int]) -> Callable[[list[Ready]], list[Ready]]:
    """Give what puts the interactions of such a selection into the order of the numbers as given."""
    places = {number: place for place, number in enumerate(sorted(numbers))}
    rank = {places[number]: turn for turn, number in enumerate(numbers)}
    return lambda ready: sorted(ready, key=lambda each: rank[each.number])


def _unheard(_: object) -> None:
    pass
