"""What the heirs of a schema say of a place that it does not declare itself: one of them may come in its stead."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace

from contractkit.conformance.grades import Grade, Standing, stand, views_at
from contractkit.conformance.uses import RESPONSE_BODY, Use, Uses
from contractkit.definitions.discriminators import discriminating_member
from contractkit.definitions.heirs import Heir, heirs_of, own_values, parent_of
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json
from contractkit.model import Location, Step, Wildcard


def stand_among_heirs(view: SchemaView, use: Use, answer: Json, *, is_strict: bool = False) -> Standing | None:
    """Give what the heirs say of a used place that a schema does not declare; None where none of them declares it.

    Args:
        view: What describes the answer.
        use: The place.
        answer: The expected answer: where it says of which kind it is, only the heirs of that kind count.
        is_strict: None count where the kind is not known, else all do.
    """
    return _among(view, use, use.steps, (answer,), _Way(nearest=0, is_strict=is_strict))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How heirs are looked for: from how many steps on, and whether a kind that is not known is of none."""

    nearest: int
    is_strict: bool


def _among(view: SchemaView, use: Use, steps: tuple[Step, ...], values: tuple[Json, ...], way: _Way) -> Standing | None:
    """Give what heirs say of what some steps lead to, and those of places on the way to it within them."""
    for count in range(len(steps) - 1, way.nearest - 1, -1):
        there = tuple(each for value in values for each in _at(value, steps[:count]))
        around = max(0, use.around - (len(use.steps) - len(steps)) - count)
        for parent in views_at(view, steps[:count]):
            found = [
                _stand(heir, use, steps[count:], there, around, way)
                for heir in _picked(parent, there, steps[count], way)
            ]
            declared = [each for each in found if each is not None and each.grade is not Grade.UNDECLARED]
            if declared:
                return next((each for each in declared if each.grade is not Grade.DISJOINT), declared[0])
    return None


def _stand(
    heir: SchemaView, use: Use, steps: tuple[Step, ...], values: tuple[Json, ...], around: int, way: _Way
) -> Standing | None:
    found = stand(heir, steps, use.types, around=around)
    if found is not None and found.grade is not Grade.UNDECLARED:
        return found
    return _among(heir, use, steps, values, replace(way, nearest=1)) or found


def heirs_named(parent: SchemaView, value: Json) -> tuple[Heir, ...]:
    """Give the heirs of a schema that a value says to be of; none where it says nothing, or what no heir is."""
    heirs = parent.known(heirs_of)
    kind = _kind(value, parent) if heirs else None
    return tuple(each for each in heirs if kind in each.values)


@dataclass(frozen=True, slots=True)
class WithHeirs:
    """What a definition says of places, heirs included; of those in `by_kind` the answer names whose kind it is."""

    standings: Mapping[Location, Standing]
    by_kind: frozenset[Location]


def with_heirs(
    found: Mapping[Location, Standing], uses: Uses, view: SchemaView, answer: Json, by_kind: Set[Location] = frozenset()
) -> WithHeirs:
    """Give what a definition says of places that are used, where its schemas leave one to their heirs what those say.

    Args:
        found: What the schemas themselves say.
        uses: The places, those of bodies.
        view: What describes the answer.
        answer: The expected answer.
        by_kind: The places of which only the kind counts that the answer names: it is known to be one.
    """
    told, named = dict(found), set[Location]()
    for use in (*uses.single, *(use for group in uses.any_of for use in group)):
        standing = told.get(use.location)
        if standing is None or standing.grade is not Grade.UNDECLARED or not use.location.starts_with(RESPONSE_BODY):
            continue
        of_kind = stand_among_heirs(view, use, answer, is_strict=True)
        if of_kind is not None:
            named.add(use.location)
        elif use.location not in by_kind:
            of_kind = stand_among_heirs(view, use, answer)
        told[use.location] = of_kind or standing
    return WithHeirs(told, frozenset(named))


def may_be_inherited(view: SchemaView, use: Use) -> bool:
    """Say whether a schema on the way to a place has a discriminator, by which others inherit it."""
    ways = (use.steps[:count] for count in range(len(use.steps)))
    return any(parent_of(each) is not None for way in ways for each in views_at(view, way))


def _picked(parent: SchemaView, values: tuple[Json, ...], step: Step, way: _Way) -> tuple[SchemaView, ...]:
    """Give the heirs of the kinds that values with a member say to be of; all of them where none says any."""
    heirs = parent.known(heirs_of)
    kinds = {_kind(each, parent) for each in values if isinstance(each, dict) and step in each} if heirs else set()
    kinds.discard(None)
    picked = tuple(each.view for each in heirs if not kinds.isdisjoint(each.values))
    is_known = bool(picked) or not kinds.isdisjoint(parent.known(own_values))
    return picked if kinds and (is_known or way.is_strict) else tuple(each.view for each in heirs)


def _kind(value: Json, parent: SchemaView) -> str | None:
    """Give what an object says of its kind, by the discriminator of a schema that describes it."""
    node = parent_of(parent)
    name = discriminating_member(node) if node is not None else None
    kind = value.get(name) if name is not None and isinstance(value, dict) else None
    return kind if isinstance(kind, str) else None


def _at(value: Json, steps: tuple[Step, ...]) -> Iterator[Json]:
    """Give every value at a place; a wildcard leads to each element, or to each member."""
    if not steps:
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            if steps[0] in (name, Wildcard.ANY):
                yield from _at(member, steps[1:])
    elif isinstance(value, list):
        for number, element in enumerate(value):
            if steps[0] in (number, Wildcard.INDEX):
                yield from _at(element, steps[1:])
