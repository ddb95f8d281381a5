"""Volatile values: what a client draws anew for each request, and the stable examples that stand for it in a contract.

A UUID, a token or the time of day would change the contract with every run. Such a value is recorded as a rule with an
example that depends on its place alone, and with a generator where one makes its like, so that each replay draws its
own. Values in paths stay: a provider's state speaks of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from contractkit.exact_json import Json
from contractkit.model import (
    Contract,
    HttpCall,
    HttpRequest,
    Interaction,
    JsonBody,
    LocatedGenerator,
    LocatedRules,
    Location,
    Rule,
)
from contractkit.recording.matched import Matched
from contractkit.recording.volatile_kinds import is_of_clock, like_of

_QUERY, _HEADERS, _BODY = (Location(("request", name)) for name in ("query", "headers", "body"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """What stands in a contract for a volatile value at one place of the requests to an operation."""

    operation: str
    location: Location
    what: str
    rule: Rule
    example: Json
    generator: LocatedGenerator | None = None


def steady_places(
    first: HttpRequest, second: HttpRequest, operation: str, *, began: datetime, ended: datetime
) -> Iterator[Steady]:
    """Give what can stand for each place at which two requests of one test differ, or hold the time of day.

    Args:
        first: A request as it would be recorded.
        second: The same of another run.
        operation: What was asked.
        began: When the first run began, in UTC: whatever is no older was read from a clock.
        ended: When the last run ended, in UTC: a date may be that of another day than the first run's.
    """
    others = dict(_values_of(second))
    for location, value in _values_of(first):
        other = others.get(location, value)
        if value == other and not is_of_clock(value, began, ended):
            continue
        like = like_of(value, str(location))
        if like is not None and like_of(other, str(location)) == like:
            name, attributes = like.generator or ("", {})
            yield Steady(
                operation=operation,
                location=location,
                what=like.what,
                rule=like.rule,
                example=like.example,
                generator=LocatedGenerator(location=location, name=name, attributes=attributes) if name else None,
            )


def known_places(contracts: Iterable[Contract], provider: str, node_id: str) -> tuple[Steady, ...]:
    """Give what stood for volatile values of a test when its contract was last written."""
    return tuple(
        steady
        for contract in contracts
        if contract.provider == provider
        for interaction in contract.interactions
        if interaction.rules and any(each.test.node_id == node_id for each in interaction.evidence)
        for steady in _known_in(interaction)
    )


def steadied(request: HttpRequest, operation: str, places: Sequence[Steady]) -> tuple[HttpRequest, Matched]:
    """Give a request with stable examples in the place of its volatile values, and what is said of those."""
    values = dict(_values_of(request))
    fitting = [each for each in places if each.operation == operation and _fits(each, values.get(each.location))]
    for each in fitting:
        request = _put(request, each.location.steps, each.example)
    rules = {each.location: LocatedRules(location=each.location, rules=(each.rule,)) for each in fitting}
    generators = {each.location: each.generator for each in fitting if each.generator is not None}
    return request, Matched(rules=tuple(rules.values()), generators=tuple(generators.values()), places=frozenset(rules))


def _values_of(request: HttpRequest) -> Iterator[tuple[Location, Json]]:
    """Give the values of a request that may stand for others: single ones of query and headers, and JSON's scalars."""
    for at, fields in ((_QUERY, request.query), (_HEADERS, request.headers)):
        yield from ((at / name, values[0]) for name, values in fields.items() if len(values) == 1)
    if isinstance(request.body, JsonBody):
        yield from _scalars(request.body.value, _BODY)


def _scalars(value: Json, at: Location) -> Iterator[tuple[Location, Json]]:
    if isinstance(value, dict | list):
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for step, child in members:
            yield from _scalars(child, at / step)
    else:
        yield at, value


def _known_in(interaction: Interaction) -> Iterator[Steady]:
    if not isinstance(interaction.exchange, HttpCall):
        return
    values = dict(_values_of(interaction.exchange.request))
    generators = {each.location: each for each in interaction.generators}
    for rules in interaction.rules:
        value = values.get(rules.location)
        like = None if value is None else like_of(value, str(rules.location))
        if like is not None and rules.rules == (like.rule,) and value == like.example:
            yield Steady(
                operation=str(interaction.operation),
                location=rules.location,
                what=like.what,
                rule=like.rule,
                example=like.example,
                generator=generators.get(rules.location),
            )


def _fits(place: Steady, value: Json) -> bool:
    like = None if value is None else like_of(value, str(place.location))
    return like is not None and like.rule == place.rule


def _put(request: HttpRequest, steps: tuple[Any, ...], example: Json) -> HttpRequest:
    match steps:
        case ("request", "query", str(name)):
            return replace(request, query={**request.query, name: (str(example),)})
        case ("request", "headers", str(name)):
            return replace(request, headers={**request.headers, name: (str(example),)})
    assert isinstance(request.body, JsonBody)
    return replace(request, body=replace(request.body, value=_laid(request.body.value, steps[2:], example)))


def _laid(value: Any, steps: tuple[Any, ...], example: Json) -> Json:
    if not steps:
        return example
    step, *rest = steps
    if isinstance(value, dict):
        return {**value, step: _laid(value[step], tuple(rest), example)}
    return [_laid(each, tuple(rest), example) if index == step else each for index, each in enumerate(value)]
