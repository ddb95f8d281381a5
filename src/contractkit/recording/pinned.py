"""Pinned: places that a test says it needs are expected, also where nothing was proved of its needs."""

from collections.abc import Iterable
from dataclasses import replace

from contractkit.exact_json import Json
from contractkit.model import (
    Body,
    HttpCall,
    Interaction,
    JsonBody,
    LocatedRules,
    Location,
    Message,
    Rule,
    Step,
    Wildcard,
)
from contractkit.recording.serving_again import place_of, served_trees
from contractkit.results import ABSENT, Absent


def expect_pinned(interaction: Interaction, pinned: Iterable[Location]) -> Interaction:
    """Give an interaction whose expectation holds the pinned places of JSON, by type, with their values.

    Of protobuf a field that has no presence is expected anyway, and of others the test says what is needed.
    """
    places = [each for each in pinned if has_place(interaction, each)]
    served = interaction.served
    if not places or not isinstance(served, JsonBody) or interaction.wire is not None:
        return interaction
    match interaction.exchange:
        case HttpCall(response=response) as call:
            body, rules = _laid_in(interaction, response.body, served, places)
            return replace(interaction, exchange=replace(call, response=replace(response, body=body)), rules=rules)
        case Message(contents=contents) as message:
            body, rules = _laid_in(interaction, contents, served, places)
            return replace(interaction, exchange=replace(message, contents=body), rules=rules)
    return interaction


def _laid_in(
    interaction: Interaction, body: Body, served: JsonBody, places: Iterable[Location]
) -> tuple[Body, tuple[LocatedRules, ...]]:
    """Give an expected body that has the places, and the rules of its interaction with one for it."""
    at = place_of(interaction)
    value = body.value if isinstance(body, JsonBody) else ABSENT
    whole = (LocatedRules(location=at, rules=(Rule("type"),)),) if value is ABSENT else ()
    for place in places:
        value = _laid(value, served.value, place.steps[len(at.steps) :])
    return JsonBody(value, served.media_type), (*interaction.rules, *whole)


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
