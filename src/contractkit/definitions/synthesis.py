"""Synthesis: valid values of a schema, made, checked and mended until the definition allows them."""

from collections.abc import Iterable
from typing import Final

from contractkit.definitions.building import Builder, Repairs, copied
from contractkit.definitions.checks import Check
from contractkit.definitions.making import Steps
from contractkit.definitions.plans import plan_of
from contractkit.definitions.schemas import SchemaView
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, show_json
from contractkit.model import Location
from contractkit.results import ABSENT, Violation

_ATTEMPTS: Final = 12
_MINIMAL_FROM: Final = 8  # the attempt from which only required members are made
_ROOT: Final = Location()


def synthesise(
    view: SchemaView,
    check: Check,
    seed: str,
    *,
    given: Json = ABSENT,
    base: Json = ABSENT,
    is_sorted: bool = False,
) -> Json:
    """Give a value that a schema allows, equal for equal arguments.

    Args:
        view: The schema.
        check: The same schema, compiled.
        seed: Decides the values.
        given: What must be in it; where that is not allowed the value is given all the same, for the caller to check.
        base: An example to start from, which must be valid itself.
        is_sorted: Members may come in the order of their names, since the value is written so; see `plan_of`.

    Raises:
        DefinitionError: No attempt was valid though nothing was given, or required members never end.
    """
    if given is ABSENT:
        first = plan_of(view, is_sorted=is_sorted).value(seed) if base is ABSENT else copied(base)
        if first is not ABSENT and check.accepts(first):
            return first
    repairs = Repairs()
    value: Json = None
    violations: tuple[Violation, ...] = ()
    for attempt in range(_ATTEMPTS):
        repairs.is_minimal = attempt >= _MINIMAL_FROM
        builder = Builder(seed, repairs)
        value = builder.build(view, given=given, base=base)
        violations = check.violations(value, _ROOT)
        ours = [each.location.steps for each in violations if not _covers(given, each.location.steps)]
        if not ours:
            return value
        _mend(repairs, builder, ours)
    if given is not ABSENT:
        return value
    raise _impossible(view, violations[0])


def _covers(given: Json, steps: Iterable[object]) -> bool:
    """Say whether a place lies in, or under, what was given."""
    for step in steps:
        is_inside = isinstance(given, dict) and step in given
        if not is_inside and not (isinstance(given, list) and isinstance(step, int) and step < len(given)):
            return given is not ABSENT and not isinstance(given, dict | list)
        given = given[step]
    return given is not ABSENT


def _mend(repairs: Repairs, builder: Builder, places: Iterable[tuple[object, ...]]) -> None:
    """Learn from the places that were wrong: first doubt examples, then the choice of a branch, then the member."""
    for place in places:
        example = _longest(builder.from_examples, place)
        union = _longest(builder.unions, place)
        optional = _longest(builder.optional, place)
        if example is not None:
            repairs.without_examples.add(example)
        elif union is not None and repairs.turns[union] < 6 and len(union) >= len(optional or ()):
            repairs.turns[union] += 1
        elif optional is not None and optional not in repairs.omitted:
            repairs.omitted.add(optional)
        else:
            repairs.demanded.add(place)  # type: ignore[arg-type]  # a location's steps, without wildcards here
            repairs.turns[place] += 1  # type: ignore[index]


def _longest(known: set[Steps], place: tuple[object, ...]) -> Steps | None:
    return max((each for each in known if place[: len(each)] == each), key=len, default=None)


def _impossible(view: SchemaView, violation: Violation) -> DefinitionError:
    received = "nothing" if violation.received is ABSENT else show_json(violation.received, limit=80)
    return DefinitionError(
        "No valid answer could be made for a schema of the definition.",
        details=[
            ("schema", view.declared_at.pointer),
            ("at", str(violation.location) or "the value itself"),
            ("expected", violation.expected),
            ("made", received),
            ("says", violation.pointer),
        ],
        next_step="Give the media type an example in the definition, or reply with a body of your own.",
    )
