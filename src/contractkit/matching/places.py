"""Places: every place at which an expected part and an actual one meet, in the order in which they are compared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contractkit.exact_json import Json
from contractkit.matching.bodies import shown_body
from contractkit.matching.failures import shown_part
from contractkit.matching.fields import split_values
from contractkit.matching.json_bodies import DEEPEST
from contractkit.matching.members import inner_rules, said_of_members
from contractkit.matching.rules import Members
from contractkit.matching.tracing import TracedScope
from contractkit.model import Body, JsonBody, Part, PartKind, Step, TextBody
from contractkit.results import ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place in a part: the steps that lead to it, what is expected and found there, and the rules' scope."""

    steps: tuple[Step, ...]
    expected: object
    actual: object
    scope: TracedScope

    def below(self, step: Step) -> "Place":
        """Give this place as seen from the container that a step leads from."""
        return Place(steps=(step, *self.steps), expected=self.expected, actual=self.actual, scope=self.scope)


def places_in(expected: Part, actual: Part, scope: TracedScope) -> Iterator[Place]:
    """Give the places of a part; those that the example does not have and no rule reaches are not among them."""
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
            yield from body_places(wanted, found, scope)
        case _:
            yield Place(steps=(), expected=wanted, actual=found, scope=scope)


def body_places(expected: Body, actual: Body, scope: TracedScope) -> Iterator[Place]:
    """Give the places of a body: those in it where its form has any and both bodies have it, else itself."""
    if isinstance(expected, JsonBody) and isinstance(actual, JsonBody):
        yield from _json_places(expected.value, actual.value, scope)
        return
    if isinstance(expected, TextBody) and isinstance(actual, TextBody):
        from contractkit.matching.text_places import form_places, xml_places

        inside = form_places(expected, actual, scope) or xml_places(expected, actual, scope)
        if inside is not None:
            yield from inside
            return
    yield Place(steps=(), expected=shown_body(expected), actual=shown_body(actual), scope=scope)


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


def _json_places(expected: Json, actual: object, scope: TracedScope, depth: int = 0) -> Iterator[Place]:
    yield Place(steps=(), expected=shown_part(expected), actual=shown_part(actual), scope=scope)
    if depth >= DEEPEST or type(expected) is not type(actual):
        return
    if isinstance(expected, dict):
        pairs: Iterator[tuple[Step, Json, object]] = _members(expected, actual, scope)
    elif isinstance(expected, list) and Members.VARIANTS not in said_of_members(scope.chosen):
        pairs = _items(expected, actual, scope)
    else:
        return
    inner = inner_rules(scope.chosen)
    owner = scope.candidates()[0].located if inner else None
    for step, example, value in pairs:
        below = scope.step(step)
        below = below.under_each_value(owner, inner) if inner else below
        yield from _below(step, _json_places(example, value, below, depth + 1))


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


def _below(step: Step, places: Iterator[Place]) -> Iterator[Place]:
    return (place.below(step) for place in places)
