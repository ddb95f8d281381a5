"""Surveys: what of a definition nobody needs, worked out beside the requests and kept for those who ask again."""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

from contractkit.exact_json import Json
from contractkit.impact.usage import Sureness, Unused
from contractkit_broker.bounded_process import BoundedProcess
from contractkit_broker.settings import BrokerSettings

_MOST_KEPT = 64
_PATIENCE = 0.5  # seconds that a request waits for a survey which was not made before

Subject: TypeAlias = tuple[str, ...]
"""What a survey is of, by digests: the definition's, then those of the contracts' files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What of a definition nobody is known to need, or the problem in words that hides it."""

    unused: tuple[Unused, ...] = ()
    problem: str = ""


class Surveyor:
    """Makes one survey at a time, in a process of its own, and remembers the newest; what it knows can be made anew."""

    def __init__(self, settings: BrokerSettings) -> None:
        self._process = BoundedProcess("contractkit_broker.usage_process", settings.impact.seconds)
        self._memory = settings.impact.memory
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="survey")
        self._known: OrderedDict[Subject, Future[Survey]] = OrderedDict()
        self._lock = Lock()

    def survey(self, subject: Subject, order: Callable[[], dict[str, Json]]) -> Survey | None:
        """Give the survey of a subject, None while it is being made; `order` gives what the process needs for it.

        One that came to nothing is told once, and made anew for who asks after that.
        """
        with self._lock:
            if subject not in self._known:
                self._known[subject] = self._thread.submit(self._made, order)
            self._known.move_to_end(subject)
            while len(self._known) > _MOST_KEPT:
                self._known.popitem(last=False)[1].cancel()
            future = self._known[subject]
        done, _ = wait([future], timeout=_PATIENCE)
        if not done or future.cancelled():  # others asked for so much that this one has to be asked for again
            return None
        if future.exception() is not None or future.result().problem:
            with self._lock:
                self._known.pop(subject, None)
        return future.result()

    def stop(self) -> None:
        """End the process, and make nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._process.kill()
        self._thread.shutdown()

    def _made(self, order: Callable[[], dict[str, Json]]) -> Survey:
        answer = self._process.answer({"memory": self._memory, **order()})
        if "problem" in answer:
            return Survey(problem=answer["problem"])
        return Survey(unused=tuple(_unused(each) for each in answer["unused"]))


def _unused(said: Json) -> Unused:
    return Unused(
        operation=said["operation"],
        location=said["location"],
        sureness=Sureness(said["sureness"]),
        consumers=tuple(said["consumers"]),
    )
