"""Matched: what the matchers that a test wrote say of an exchange, joined from its parts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from contractkit.errors import MatcherError
from contractkit.exact_json import Json
from contractkit.model import Body, JsonBody, LocatedGenerator, LocatedRules, Location, Step, Wildcard

if TYPE_CHECKING:
    from contractkit.matchers.unfolding import Unfolded


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The rules and generators of matchers, and the places of the example where they stood, with real indexes."""

    rules: tuple[LocatedRules, ...] = ()
    generators: tuple[LocatedGenerator, ...] = ()
    places: frozenset[Location] = frozenset()


NOTHING_MATCHED = Matched()
"""No matcher was written."""


def join_matched(parts: Iterable["Unfolded | Matched"]) -> Matched:
    """Give what several parts of an exchange say together."""
    said = [part for part in parts if part.places]
    if not said:
        return NOTHING_MATCHED
    return Matched(
        rules=tuple(rules for part in said for rules in part.rules),
        generators=tuple(generator for part in said for generator in part.generators),
        places=frozenset[Location]().union(*(part.places for part in said)),
    )


def refuse_matchers(what: str, values: Mapping[str, object]) -> None:
    """Refuse matchers in values that are sent as they are.

    Raises:
        MatcherError: One of them is a matcher, or holds one.
    """
    from contractkit.matchers.unfolding import unfold  # heavy, and stubs without tests need none

    for name, value in values.items():
        if unfold(value, Location((name,)), _no_example):
            raise MatcherError(
                f"{what} is a plain value, no matcher.",
                details=[("at", name), ("expected", "a JSON value"), ("received", "a matcher")],
                next_step="Write the example alone. What a state gives to requests, .expects(…) says.",
            )


def below(matched: Matched, place: Location) -> Matched:
    """Give what of it speaks of a place and what is below."""
    if not matched.places:
        return NOTHING_MATCHED
    return Matched(
        rules=tuple(each for each in matched.rules if each.location.starts_with(place)),
        generators=tuple(each for each in matched.generators if each.location.starts_with(place)),
        places=frozenset(each for each in matched.places if each.starts_with(place)),
    )


def moved(matched: Matched, at: Location) -> Matched:
    """Give what is said of a message as what is said of it below an event."""
    if not matched.places:
        return matched
    return Matched(
        rules=tuple(replace(each, location=at.under(each.location.steps)) for each in matched.rules),
        generators=tuple(replace(each, location=at.under(each.location.steps)) for each in matched.generators),
        places=frozenset(at.under(each.steps) for each in matched.places),
    )


def laid_exactly(served: Body, written: Body | None, matched: Matched, at: Location) -> Body:
    """Give an answer in which what is matched exactly is what the test wrote, and nothing synthesised beside it.

    Args:
        served: The answer, in which what was written lies over what was synthesised.
        written: What was written.
        matched: What its matchers say.
        at: Where both stand.
    """
    if not isinstance(served, JsonBody) or not isinstance(written, JsonBody):
        return served
    value = served.value
    for located in matched.rules:
        steps = located.location.steps[len(at.steps) :]
        is_below = located.location.starts_with(at) and not any(isinstance(step, Wildcard) for step in steps)
        if is_below and any(rule.name == "equality" for rule in located.rules):
            value = _replaced(value, written.value, steps)
    return served if value is served.value else replace(served, value=value)


def _replaced(value: Json, written: Json, steps: tuple[Step, ...]) -> Json:
    """Give a value with what was written at a place put in; inside of lists, which win whole, it is there already."""
    if not steps or not isinstance(value, dict) or not isinstance(written, dict):
        return written if not steps else value
    name, *rest = steps
    return {**value, str(name): _replaced(value.get(str(name)), written[str(name)], tuple(rest))}


def _no_example(_matcher: object, _place: Location) -> Json:
    return None
