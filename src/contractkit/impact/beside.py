"""Beside: where there is much to judge, a fork of this process judges the calls of some operations meanwhile.

What it says is what would be said here. Where it ends without a word, or meets mistakes of the definitions, which are
told by who met them, its share is judged here as well.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import Pipe, current_process, get_context
from multiprocessing.connection import Connection
from typing import Final, TypeAlias

from contractkit.impact.http_judgement import HttpJudgement
from contractkit.impact.records import Worry
from contractkit.model import HttpCall, Interaction

Judged: TypeAlias = tuple[str, tuple[Worry, ...]]
"""The operation that an interaction calls, and what got worse for it."""

_MANY: Final = 2_000  # interactions; to judge fewer takes no longer than to start a process
_SHARE: Final = 2 / 3  # of them for the other process: this one finds all changes of the definitions, too


def is_worth_it(interactions: Sequence[Interaction]) -> bool:
    """Say whether there is much to judge, and a processor and a system that let a fork of this process do it.

    A fork has none of the threads that the process has; what they hold at that moment nobody lets go there. A daemon of
    `multiprocessing` may start no process.
    """
    can_fork = sys.platform == "linux" and threading.active_count() == 1 and not current_process().daemon
    return can_fork and len(interactions) >= _MANY and len(os.sched_getaffinity(0)) > 1


def judged_in_two(judgement: HttpJudgement, interactions: Sequence[Interaction]) -> dict[int, Judged]:
    """Give what is said of each interaction, by its identity; a part of it is found in a fork of this process."""
    theirs, ours = _shares(interactions)
    with _forked(judgement, theirs) as result:
        judgement.compare()
        return {**_judged(judgement, ours), **result()}


def _judged(judgement: HttpJudgement, interactions: Sequence[Interaction]) -> dict[int, Judged]:
    return {id(each): judgement.judged(each) for each in interactions}


def _shares(interactions: Sequence[Interaction]) -> tuple[list[Interaction], list[Interaction]]:
    """Give the interactions of each process: what was found out of an operation serves all that call it."""
    by_operation: dict[Hashable, list[Interaction]] = {}
    for each in interactions:
        by_operation.setdefault(each.operation or _called(each), []).append(each)
    theirs: list[Interaction] = []
    ours: list[Interaction] = []
    for group in by_operation.values():
        (theirs if len(theirs) < _SHARE * len(interactions) else ours).extend(group)
    return theirs, ours


def _called(interaction: Interaction) -> Hashable:
    call = interaction.exchange
    return (call.request.method, call.request.path) if isinstance(call, HttpCall) else ""


@contextmanager
def _forked(judgement: HttpJudgement, interactions: Sequence[Interaction]) -> Iterator[Callable[[], dict[int, Judged]]]:
    """Give what waits for the judgement of a fork, and judges here where none comes."""
    try:
        ours, theirs = Pipe(duplex=False)
        given = (judgement, interactions, theirs, ours)
        process = get_context("fork").Process(target=_judge_and_send, args=given, daemon=True)
        process.start()
    except OSError:  # there are as many processes, or open files, as there may be
        yield partial(_judged, judgement, interactions)
        return
    theirs.close()
    try:
        yield partial(_received, ours, judgement, interactions)
    finally:
        ours.close()
        process.kill()  # it has said what it has to say, or nobody listens any more
        process.join()


def _judge_and_send(
    judgement: HttpJudgement,
    interactions: Sequence[Interaction],
    connection: "Connection[dict[int, Judged], None]",
    other_end: "Connection[None, dict[int, Judged]]",
) -> None:
    other_end.close()  # else this would wait for itself to listen where who asked was killed
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked is interrupted, and ends this
    known = judgement.mistakes()
    with suppress(Exception):  # it comes again, and is told, where it is judged again
        found = _judged(judgement, interactions)
        if judgement.mistakes() == known:
            connection.send(found)


def _received(
    connection: "Connection[None, dict[int, Judged]]", judgement: HttpJudgement, interactions: Sequence[Interaction]
) -> dict[int, Judged]:
    try:
        return connection.recv()
    except (EOFError, OSError):
        return _judged(judgement, interactions)
