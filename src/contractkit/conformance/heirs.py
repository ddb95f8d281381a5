"""What the heirs of a schema say of a place that it does not declare itself: one of them may come in its stead."""

from collections.abc import Iterator, Mapping

from contractkit.conformance.grades import Grade, Standing, stand, views_at
from contractkit.conformance.uses import RESPONSE_BODY, Use, Uses
from contractkit.definitions.discriminators import discriminating_member
from contractkit.definitions.heirs import Heir, heirs_of, own_values, parent_of
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json
from contractkit.model import Location, Step, Wildcard


def stand_among_heirs(view: SchemaView, use: Use, answer: Json) -> Standing | None:
    """Give what the heirs say of a used place that a schema does not declare; None where none of them declares it.

    Args:
        view: What describes the answer.
        use: The place.
        answer: The expected answer: where it says of which kind it is, only the heirs of that kind count.
    """
    for count in range(len(use.steps) - 1, -1, -1):
        for parent in views_at(view, use.steps[:count]):
            around = max(0, use.around - count)
            heirs = _picked(parent, answer, use.steps, count)
            found = [stand(heir, use.steps[count:], use.types, around=around) for heir in heirs]
            declared = [each for each in found if each is not None and each.grade is not Grade.UNDECLARED]
            if declared:
                return next((each for each in declared if each.grade is not Grade.DISJOINT), declared[0])
    return None


def heirs_named(parent: SchemaView, value: Json) -> tuple[Heir, ...]:
    """Give the heirs of a schema that a value says to be of; none where it says nothing, or what no heir is."""
    heirs = parent.known(heirs_of)
    kind = _kind(value, parent) if heirs else None
    return tuple(each for each in heirs if kind in each.values)


def with_heirs(
    found: Mapping[Location, Standing], uses: Uses, view: SchemaView, answer: Json
) -> dict[Location, Standing]:
    """Give what a definition says of places that are used, where its schemas leave one to their heirs what those say.

    Args:
        found: What the schemas themselves say.
        uses: The places, those of bodies.
        view: What describes the answer.
        answer: The expected answer.
    """
    told = dict(found)
    for use in (*uses.single, *(use for group in uses.any_of for use in group)):
        standing = told.get(use.location)
        if standing is not None and standing.grade is Grade.UNDECLARED and use.location.starts_with(RESPONSE_BODY):
            told[use.location] = stand_among_heirs(view, use, answer) or standing
    return told


def may_be_inherited(view: SchemaView, use: Use) -> bool:
    """Say whether a schema on the way to a place has a discriminator, by which others inherit it."""
    ways = (use.steps[:count] for count in range(len(use.steps)))
    return any(parent_of(each) is not None for way in ways for each in views_at(view, way))


def _picked(parent: SchemaView, answer: Json, steps: tuple[Step, ...], count: int) -> tuple[SchemaView, ...]:
    """Give the heirs of the kinds that the answer says; all of them where it says none that is known."""
    heirs = parent.known(heirs_of)
    kinds = set(_kinds(answer, steps, count, parent)) if heirs else set()
    picked = tuple(each.view for each in heirs if not kinds.isdisjoint(each.values))
    is_parent_itself = bool(heirs) and not kinds.isdisjoint(parent.known(own_values))
    return picked if picked or is_parent_itself else tuple(each.view for each in heirs)


def _kinds(answer: Json, steps: tuple[Step, ...], count: int, parent: SchemaView) -> Iterator[str]:
    """Give what the objects that hold the place say of their kind."""
    for each in _at(answer, steps[:count]):
        kind = _kind(each, parent)
        if kind is not None and steps[count] in each:
            yield kind


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
