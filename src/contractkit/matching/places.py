"""Places: every place at which an expected part and an actual one meet, in the order in which they are compared."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contractkit.exact_json import Json
from contractkit.matching.bodies import shown_body
from contractkit.matching.failures import shown_part
from contractkit.matching.fields import split_values
from contractkit.matching.json_bodies import DEEPEST
from contractkit.matching.members import inner_rules, said_of_members
from contractkit.matching.rules import Members
from contractkit.matching.tracing import TracedScope
from contractkit.model import BinaryBody, Body, JsonBody, Part, PartKind, Step, TextBody
from contractkit.results import ABSENT

MOST_ELEMENTS = 1_000
"""Elements of one list that are places of their own; of a list longer than that, nobody reads each element."""

MOST_PLACES = 50_000
"""Places of one JSON value, beyond which only those are given at which something is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place in a part: the steps that lead to it, what is expected and found there, and the rules' scope.

    `left_out` counts the members of a very large value that are no places of their own; nothing is wrong with them.
    """

    steps: tuple[Step, ...]
    expected: object
    actual: object
    scope: TracedScope
    left_out: int = 0

    def below(self, step: Step) -> "Place":
        """Give this place as seen from the container that a step leads from."""
        return replace(self, steps=(step, *self.steps))


def places_in(
    expected: Part, actual: Part, scope: TracedScope, wrong: Container[tuple[Step, ...]] = ()
) -> Iterator[Place]:
    """Give the places of a part; those that the example does not have and no rule reaches are not among them.

    Args:
        expected: The part as it is expected.
        actual: The part as it came.
        scope: The rules at its place and below.
        wrong: The steps, from the part on, to places with mismatches and to all above them; they are never left out.
    """
    wanted: Any = expected.value
    found: Any = actual.value
    match expected.kind:
        case PartKind.FIELDS:
            lowered = {name.lower(): split_values(name, values) for name, values in found.items()}
            named = {name.lower(): split_values(name, values) for name, values in wanted.items()}
            yield from _value_places(named, lowered, scope)
        case PartKind.QUERY:
            yield from _value_places(wanted, found, scope)
        case PartKind.METADATA:
            for name, value in wanted.items():
                yield from _below(name, _json_places(value, found.get(name, ABSENT), scope.step(name)))
        case PartKind.BODY:
            yield from body_places(wanted, found, scope, wrong)
        case _:
            yield Place(steps=(), expected=wanted, actual=found, scope=scope)


def body_places(
    expected: Body, actual: Body, scope: TracedScope, wrong: Container[tuple[Step, ...]] = (), *, nested: int = 0
) -> Iterator[Place]:
    """Give the places of a body: those in it where its form has any and both bodies have it, else itself.

    `nested` says in how many multipart bodies it is a part.
    """
    if isinstance(expected, JsonBody) and isinstance(actual, JsonBody):
        yield from _json_places(expected.value, actual.value, scope, wrong)
        return
    inside = _places_in_text(expected, actual, scope, nested)
    if inside is not None:
        yield from inside
        return
    yield Place(steps=(), expected=shown_body(expected), actual=shown_body(actual), scope=scope)


def _places_in_text(expected: Body, actual: Body, scope: TracedScope, nested: int) -> Iterator[Place] | None:
    """Give the places of forms, XML and multipart bodies; None where the bodies have no inside that both share."""
    from contractkit.matching.text_places import form_places, part_places, xml_places

    if isinstance(expected, TextBody) and isinstance(actual, TextBody):
        inside = form_places(expected, actual, scope) or xml_places(expected, actual, scope)
        if inside is not None:
            return inside
    if isinstance(expected, TextBody | BinaryBody) and isinstance(actual, TextBody | BinaryBody):
        return part_places(expected, actual, scope, nested)
    return None


def value_places(expected: Sequence[object], actual: Sequence[object], scope: TracedScope) -> Iterator[Place]:
    """Give the places of the values of one name; a single one stands under the name itself."""
    if len(actual) <= 1 and len(expected) <= 1:
        at = scope.step(0) if expected else scope
        yield Place(steps=(), expected=_first(expected), actual=_first(actual), scope=at)
        return
    for index, value in enumerate(actual):
        example = expected[index] if index < len(expected) else _first(expected)
        yield Place(steps=(index,), expected=example, actual=value, scope=scope.step(index))


def _value_places(
    expected: Mapping[str, Sequence[object]], actual: Mapping[str, Sequence[object]], scope: TracedScope
) -> Iterator[Place]:
    for name, values in expected.items():
        yield from _below(name, value_places(values, actual.get(name, ()), scope.step(name)))


def _json_places(
    expected: Json, actual: object, scope: TracedScope, wrong: Container[tuple[Step, ...]] = ()
) -> list[Place]:
    """Give the places of a JSON value; of very large ones only so many, and those at or above what is `wrong`."""
    found: list[Place] = []

    def look(steps: tuple[Step, ...], expected: Json, actual: object, scope: TracedScope) -> None:
        own = len(found)
        found.append(Place(steps=steps, expected=shown_part(expected), actual=shown_part(actual), scope=scope))
        if len(steps) >= DEEPEST or type(expected) is not type(actual) or not isinstance(expected, dict | list):
            return
        left_out, most = 0, MOST_ELEMENTS if isinstance(expected, list) else MOST_PLACES
        inner = inner_rules(scope.chosen)
        owner = scope.candidates()[0].located if inner else None
        for number, (step, example, value) in enumerate(_pairs(expected, actual, scope)):
            inside = (*steps, step)
            if (number >= most or len(found) >= MOST_PLACES) and inside not in wrong:
                left_out += 1
                continue
            below = scope.step(step)
            look(inside, example, value, below.under_each_value(owner, inner) if inner else below)
        if left_out:
            found[own] = replace(found[own], left_out=left_out)

    look((), expected, actual, scope)
    return found


def _pairs(
    expected: dict[str, Json] | list[Json], actual: object, scope: TracedScope
) -> Iterator[tuple[Step, Json, object]]:
    if isinstance(expected, dict):
        return _members(expected, actual, scope)
    if Members.VARIANTS in said_of_members(scope.chosen):
        return iter(())
    return _items(expected, actual, scope)


def _members(expected: dict[str, Json], actual: Any, scope: TracedScope) -> Iterator[tuple[Step, Json, object]]:
    said = said_of_members(scope.chosen)
    if not said & {Members.FREE, Members.EACH_KEY, Members.EACH_VALUE}:
        yield from ((key, value, actual.get(key, ABSENT)) for key, value in expected.items())
        return
    first = next(iter(expected.values()), ABSENT)
    reaches_further = first is not ABSENT and bool(said & {Members.FREE, Members.EACH_VALUE})
    for key, value in actual.items():
        if key in expected or reaches_further:
            yield key, expected.get(key, first), value


def _items(expected: list[Json], actual: Any, scope: TracedScope) -> Iterator[tuple[Step, Json, object]]:
    if not scope.chosen or Members.EQUAL in said_of_members(scope.chosen):
        yield from ((index, *pair) for index, pair in enumerate(zip(expected, actual, strict=False)))
        return
    for index, value in enumerate(actual if expected else ()):
        yield index, expected[index] if index < len(expected) else expected[0], value


def _first(values: Sequence[object]) -> object:
    return values[0] if values else ABSENT


def _below(step: Step, places: Iterable[Place]) -> Iterator[Place]:
    return (place.below(step) for place in places)
