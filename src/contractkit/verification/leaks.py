"""Leaks: what a state handler changed in this process, and neither it nor its teardown took back."""

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from contractkit.exact_json import show_json
from contractkit.verification.lanes import LANE
from contractkit.verification.states import StateHandler

_POOLED = (LANE, "asyncio_", "ThreadPoolExecutor", "AnyIO worker")
"""How threads are named that are kept for the next call, and are nobody's leak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a handler shares with everything else in the process."""

    directory: str
    variables: Mapping[str, str]
    threads: frozenset[threading.Thread]

    @classmethod
    def now(cls) -> "Surroundings":
        """Give them as they are."""
        threads = frozenset(each for each in threading.enumerate() if not each.name.startswith(_POOLED))
        return cls(directory=_directory(), variables=dict(os.environ), threads=threads)


class Watch:
    """Tells of each handler that leaks, once."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._told: set[StateHandler] = set()

    def compare(self, handler: StateHandler, before: Surroundings, after: Surroundings) -> None:
        """Tell what a handler changed, from before its set-up to after it, where that still is so."""
        if before == after or handler in self._told:
            return
        left = _left(before, after, Surroundings.now())
        if left:
            self._told.add(handler)
            rows = "\n".join(f"  left      {each}" for each in left)
            self._warn(
                f'The handler of the state "{handler.name}" leaves behind what other interactions meet.\n\n'
                f"  handler   {handler.described_at(handler.place)}\n{rows}\n\n"
                "Take it back after a `yield` in the handler.\n"
            )


def _left(before: Surroundings, after: Surroundings, now: Surroundings) -> list[str]:
    left = []
    if before.directory != after.directory == now.directory:
        left.append(f"the working directory {now.directory} (it was {before.directory})")
    names = sorted(name for name in {*before.variables, *after.variables} if _is_left(name, before, after, now))
    left += [f"the environment variable {name}" for name in names]
    threads = sorted(each.name for each in (after.threads - before.threads) & now.threads)
    return [*left, *(f"the running thread {show_json(name)}" for name in threads)]


def _is_left(name: str, before: Surroundings, after: Surroundings, now: Surroundings) -> bool:
    was, became, is_now = (each.variables.get(name) for each in (before, after, now))
    return was != became == is_now


def _directory() -> str:
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        return "(one that is not there any more)"
