"""Proof against prediction, by experiment: consumers are served what a replay serves, in worlds with random changes."""

from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from contractkit.errors import ContractkitError
from contractkit.impact import ConsumerInfo, Verdict, analyse
from contractkit.model import HttpCall, JsonBody, parse_location
from contractkit.recording.serving_proposed import ServingProposed
from tests.impact.worlds.making import World, contract_of, make_world
from tests.impact.worlds.needs import copes
from tests.impact.worlds.schemas import alternatives, everything

LEAST_FAILING = 0.95
"""The share of those judged broken that a replay must show failing."""

LEAST_ABLE_TO_FAIL = 0.8
"""The share of those judged at risk for a body without unions that the usual or the weakest answers must show failing.

Of a union a replay serves one alternative, and the risk may lie in another; null for all of a body it never serves.
"""

BODY = parse_location("response.body")
UNSHOWN = {
    "a bound went",
    "a member is no longer described",
    "an alternative came",
    "an answer is no longer described",
    "an integer may be a fraction",
    "any value may stand",
    "other values are known",
}
"""Changes whose risk lies in answers that a replay does not make: another alternative, a longer list, any value."""
MOST_UNWRITABLE = 0.03
"""The share of the unaffected whose tests write, in a union or a tuple, what is no answer any more: those must fail."""


def definition(document: Any) -> OpenApiDefinition:
    return OpenApiDefinition(Documents({"d": document}, "d"), source="d")


def has_union(document: Any) -> bool:
    return any(alternatives(schema) for schema in everything(document))


def passes(world: World, old: OpenApiDefinition, new: OpenApiDefinition, *, weakest: bool, writes: bool) -> bool:
    """Serve the consumer what a replay serves, and say whether it copes; its test `writes` the answer, or does not."""
    (interaction,) = contract_of(world).interactions
    assert isinstance(interaction.exchange, HttpCall)
    route = new.route(interaction.exchange.request)
    if route is None or new.check_request(route):
        return False
    written = JsonBody(world.example) if writes else None
    try:
        answer = new.answer(route.operation, seed="replay", status=200, body=written, route=route)
        known = replace(interaction, operation=route.operation.name)
        served = ServingProposed(old, new, weakest=weakest).http("orders", known, answer.response)
    except ContractkitError:
        return False
    if not isinstance(served.body, JsonBody) or served.body.media_type != "application/json":
        return False
    headers = {name: values[0] for name, values in served.headers.items()}
    return world.consumer.copes_with(headers) and copes(world.consumer.needs, world.example, served.body.value)


def proven(world: World, old: OpenApiDefinition, new: OpenApiDefinition, *, writes: bool) -> str:
    if not passes(world, old, new, weakest=False, writes=writes):
        return "fails"
    return "passes" if passes(world, old, new, weakest=True, writes=writes) else "can fail"


@pytest.mark.slow
@pytest.mark.parametrize("count", [60, pytest.param(4_000, marks=pytest.mark.deep)])
def test_who_is_judged_unaffected_passes_and_who_is_judged_broken_fails(count: int) -> None:
    tally: Counter[tuple[str, str]] = Counter()
    wrong = []
    for seed in range(count):
        world = make_world(Random(seed))
        old, new = definition(world.document), definition(world.changed)
        report = analyse(old, new, [(contract_of(world), ConsumerInfo())])
        is_of_answer = any(each.worry.location.starts_with(BODY) for each in report.findings)
        is_shown = is_of_answer and UNSHOWN.isdisjoint(world.changes) and not has_union(world.document)
        predicted = report.verdict.value if report.verdict is not Verdict.AT_RISK or is_shown else "elsewhere at risk"
        for writes in (False, True):
            if not passes(world, old, old, weakest=False, writes=writes):
                continue  # no test that fails on the stub of the old definition was ever recorded
            found = proven(world, old, new, writes=writes)
            tally[predicted, found] += 1
            if report.verdict is Verdict.UNAFFECTED and found != "passes" and not writes:
                wrong.append(f"world {seed}, {', '.join(world.changes)}: {found}")
    print(f"{count} worlds, twice each; predicted, and proven: {dict(sorted(tally.items()))}")
    assert wrong == []
    assert share(tally, "unaffected", "fails", "can fail") <= MOST_UNWRITABLE
    assert share(tally, "broken", "fails") >= LEAST_FAILING
    assert share(tally, "at risk", "fails", "can fail") >= LEAST_ABLE_TO_FAIL


def share(tally: Counter[tuple[str, str]], predicted: str, *outcomes: str) -> float:
    total = sum(number for (said, _), number in tally.items() if said == predicted)
    return sum(tally[predicted, each] for each in outcomes) / total
