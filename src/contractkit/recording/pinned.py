"""Pinned: places that a test says it needs are expected, also where nothing was proved of its needs."""

from collections.abc import Iterable
from dataclasses import replace

from contractkit.exact_json import Json
from contractkit.model import (
    HttpCall,
    Interaction,
    JsonBody,
    LocatedRules,
    Location,
    Rule,
    Step,
    Wildcard,
)
from contractkit.recording.serving_again import RESPONSE_BODY, place_of, served_trees
from contractkit.results import ABSENT, Absent


def expect_pinned(interaction: Interaction, pinned: Iterable[Location]) -> Interaction:
    """Give an interaction whose expectation holds the pinned places of an HTTP answer, by type, with their values.

    Over gRPC a field that has no presence is expected anyway, and of others a reply says what is needed.
    """
    places = [each for each in pinned if has_place(interaction, each)]
    call, served = interaction.exchange, interaction.served
    if not places or not isinstance(call, HttpCall) or not isinstance(served, JsonBody):
        return interaction
    value = call.response.body.value if isinstance(call.response.body, JsonBody) else ABSENT
    rules = interaction.rules
    if value is ABSENT:
        rules = (*rules, LocatedRules(location=RESPONSE_BODY, rules=(Rule("type"),)))
    for place in places:
        value = _laid(value, served.value, place.steps[len(RESPONSE_BODY.steps) :])
    response = replace(call.response, body=JsonBody(value, served.media_type))
    return replace(interaction, exchange=replace(call, response=response), rules=rules)


def has_place(interaction: Interaction, place: Location) -> bool:
    """Say whether an answer has a pinned place."""
    at = place_of(interaction)
    if not place.starts_with(at):
        return False
    return any(_reaches(tree, place.steps[len(at.steps) :]) for tree in served_trees(interaction))


def _reaches(value: Json, steps: tuple[Step, ...]) -> bool:
    if not steps:
        return True
    step, rest = steps[0], steps[1:]
    if isinstance(value, dict):
        return step in value and _reaches(value[step], rest)
    if isinstance(value, list) and (step is Wildcard.INDEX or isinstance(step, int)):
        return any(_reaches(each, rest) for each in value)
    return False


def _laid(expected: Json | Absent, served: Json, steps: tuple[Step, ...]) -> Json:
    """Give an expected value that has a place, with what was served there; of a list the first element."""
    if not steps:
        if expected is not ABSENT:
            return expected
        return type(served)() if isinstance(served, dict | list) else served
    step, rest = steps[0], steps[1:]
    if isinstance(served, dict):
        known = expected if isinstance(expected, dict) else {}
        return {**known, step: _laid(known.get(step, ABSENT), served[step], rest)}
    elements = expected if isinstance(expected, list) else []
    first = next(each for each in served if _reaches(each, rest))
    return [_laid(elements[0] if elements else ABSENT, first, rest), *elements[1:]]
