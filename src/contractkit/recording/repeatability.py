"""Repeatability: what two runs of one test recorded differently, place by place, with what to do about it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from contractkit.model import BinaryBody, Contract, HttpCall, Interaction, JsonBody, Location, TextBody
from contractkit.results import ABSENT

_STATES = Location(("states",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What stands at one place of what was recorded of an operation, in two runs; `ABSENT` where nothing does."""

    provider: str
    operation: str
    location: Location
    values: tuple[Any, Any]
    advice: str


def pairs_of(
    first: Iterable[Contract], second: Iterable[Contract]
) -> Iterator[tuple[str, Interaction | None, Interaction | None]]:
    """Give what two runs recorded side by side, with the provider: of each operation the first with the first."""
    grouped: dict[tuple[str, str], tuple[list[Interaction], list[Interaction]]] = defaultdict(lambda: ([], []))
    for place, contracts in enumerate((first, second)):
        for contract in contracts:
            for each in contract.interactions:
                grouped[(contract.provider, str(each.operation))][place].append(each)
    for (provider, _), sides in grouped.items():
        for one, other in zip_longest(*sides):
            yield provider, one, other


def differences(first: Sequence[Contract], second: Sequence[Contract]) -> tuple[Difference, ...]:
    """Give what two runs of one test recorded differently.

    Answers depend on requests, so where the requests to an operation differ nothing is said of their answers.
    """
    return tuple(found for pair in pairs_of(first, second) for found in _between(*pair))


def _between(provider: str, one: Interaction | None, other: Interaction | None) -> Iterator[Difference]:
    known = one or other
    assert known is not None
    operation = str(known.operation)
    if one is None or other is None:
        values = (ABSENT, known.description) if one is None else (known.description, ABSENT)
        advice = "let the test ask for the same things each run"
        yield Difference(
            provider=provider, operation=operation, location=Location(("request",)), values=values, advice=advice
        )
        return
    asked = [*_states(one, other), *_parts(one, other, is_answer=False)]
    for location, values in asked or [*_parts(one, other, is_answer=True), *_served(one, other)]:
        advice = _advice(location, operation, is_http=isinstance(one.exchange, HttpCall))
        yield Difference(provider=provider, operation=operation, location=location, values=values, advice=advice)


_Found = Iterator[tuple[Location, tuple[Any, Any]]]


def _states(one: Interaction, other: Interaction) -> _Found:
    told = [{state.name: dict(state.params) for state in each.states} for each in (one, other)]
    yield from _unequal(told[0], told[1], _STATES)


def _parts(one: Interaction, other: Interaction, *, is_answer: bool) -> _Found:
    sides = [{part.location: part.value for part in each.exchange.parts()} for each in (one, other)]
    for location in dict.fromkeys([*sides[0], *sides[1]]):
        if _is_answer(location) is is_answer:
            yield from _unequal(
                _plain(sides[0].get(location, ABSENT)), _plain(sides[1].get(location, ABSENT)), location
            )


def _served(one: Interaction, other: Interaction) -> _Found:
    at = Location(("response", "body")) if isinstance(one.exchange, HttpCall) else Location(("served",))
    if [*_parts(one, other, is_answer=True)] == []:
        yield from _unequal(_plain(one.served), _plain(other.served), at)


def _is_answer(location: Location) -> bool:
    return location.steps[0] == "response"


def _plain(value: Any) -> Any:
    match value:
        case JsonBody(value=tree):
            return tree
        case TextBody(text=text):
            return text
        case BinaryBody(data=data):
            return data.hex()
        case Mapping():
            return {name: list(each) if isinstance(each, tuple) else each for name, each in value.items()}
    return value


def _unequal(one: Any, other: Any, at: Location) -> _Found:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys([*one, *other]):
            yield from _unequal(one.get(name, ABSENT), other.get(name, ABSENT), at / name)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _unequal(left, right, at if _is_field(at) and len(one) == 1 else at / index)
    elif one != other or type(one) is not type(other):
        yield at, (one, other)


def _is_field(at: Location) -> bool:
    """Say whether a place is a header or a parameter, whose one value has no index."""
    return len(at.steps) == 3 and at.steps[1] in ("headers", "query")


def _advice(location: Location, operation: str, *, is_http: bool) -> str:
    match location.steps:
        case ("states", *_):
            return "give the state the same parameters each run"
        case ("request", "path", *_):
            return "ask for the same id each run, or write it in .given(…) and take it from there"
        case ("request", ("query" | "headers" | "body") as part, *_) if is_http:
            return f'send the same value each run, or write a matcher in .on("{operation}").expects({part}=…)'
        case ("response", *_):
            return f'write a matcher in .on("{operation}").reply(…), or the same value each run'
    return "send the same value each run"
