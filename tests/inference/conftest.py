"""A consumer that is a function of bodies, run by the procedure without pytest or a stub."""

from collections.abc import Callable
from typing import Any

import pytest

from contractkit.inference import (
    ALL_KINDS,
    Alternatives,
    AnswerId,
    Came,
    Findings,
    Kind,
    ObservedAnswer,
    Raised,
    Run,
    Where,
    changed,
    needs_found,
    runs_of,
)
from contractkit.model import InferredNeeds, Location, UnknownNeeds, parse_location

BODY = Location(("response", "body"))


class Pinned(Exception):
    """An assertion of the test, where every other error is one of the consumer."""


def answer(body: Any, key: str = "a", **more: Any) -> ObservedAnswer:
    """Give an answer; `alternatives` may be written by the location's text below the body."""
    also = {_place(text): one for text, one in more.pop("alternatives", {}).items()}
    read = more.pop("read", None)
    return ObservedAnswer(
        id=AnswerId("orders", key),
        operation=f"get {key}",
        at=BODY,
        bodies=(body,),
        alternatives=also,
        read=None if read is None else frozenset(map(_place, read)),
        pinned=tuple(map(_place, more.pop("pinned", ()))),
        **more,
    )


def _place(text: str) -> Location:
    return parse_location(f"response.body{text}" if text.startswith("[") else f"response.body.{text}")


class Inference:
    """Runs a consumer, a function that calls `get(key)` for the bodies it wants."""

    def __init__(self) -> None:
        self.runs: list[Run] = []

    def findings(
        self,
        consumer: Callable[..., Any],
        *answers: ObservedAnswer,
        kinds: frozenset[Kind] = ALL_KINDS - {Kind.STATUS, Kind.MORE},
        most: int = 500,
    ) -> Findings | UnknownNeeds:
        procedure = runs_of(answers, kinds, most=most)
        try:
            run = next(procedure)
            while True:
                self.runs.append(run)
                run = procedure.send(self._came(consumer, answers, run))
        except StopIteration as ended:
            result: Findings | UnknownNeeds = ended.value
            return result

    def needs(self, consumer: Callable[..., Any], *answers: ObservedAnswer, **more: Any) -> Any:
        """Give the needs of the only answer, or of all by key."""
        found = self.findings(consumer, *answers, **more)
        if isinstance(found, UnknownNeeds):
            return found
        each: dict[str, InferredNeeds] = {one.id.key: needs_found(one, found) for one in answers}
        return each if len(each) > 1 else next(iter(each.values()))

    def _came(self, consumer: Callable[..., Any], answers: tuple[ObservedAnswer, ...], run: Run) -> Came:
        served: set[AnswerId] = set()

        def get(key: str = answers[0].id.key) -> Any:
            one = next(each for each in answers if each.id.key == key)
            served.add(one.id)
            return changed(one.bodies[0], tuple(each for each in run.changes if each.answer == one.id), one.at)

        try:
            consumer(get)
        except Pinned:
            return Came(raised=Raised(where=Where.TEST, error="AssertionError"), served=frozenset(served))
        except Exception as error:
            return Came(raised=Raised(where=Where.OUTSIDE, error=type(error).__name__), served=frozenset(served))
        return Came(served=frozenset(served))


@pytest.fixture
def inference() -> Inference:
    return Inference()


def members(*values: Any, **more: Any) -> Alternatives:
    return Alternatives(members=values, **more)


def other(*values: Any, **more: Any) -> Alternatives:
    return Alternatives(other=values, **more)
