"""What the heirs of a schema say of a place that it does not declare itself: one of them may come in its stead."""

from collections.abc import Iterator

from contractkit.conformance.grades import Grade, Standing, stand, views_at
from contractkit.conformance.uses import Use
from contractkit.definitions.discriminators import discriminating_member
from contractkit.definitions.heirs import heirs_of, own_values, parent_of
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json
from contractkit.model import Step, Wildcard


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


def _picked(parent: SchemaView, answer: Json, steps: tuple[Step, ...], count: int) -> tuple[SchemaView, ...]:
    """Give the heirs of the kinds that the answer says; all of them where it says none that is known."""
    heirs = parent.known(heirs_of)
    kinds = set(_kinds(answer, steps, count, parent)) if heirs else set()
    picked = tuple(each.view for each in heirs if not kinds.isdisjoint(each.values))
    is_parent_itself = bool(heirs) and not kinds.isdisjoint(parent.known(own_values))
    return picked if picked or is_parent_itself else tuple(each.view for each in heirs)


def _kinds(answer: Json, steps: tuple[Step, ...], count: int, parent: SchemaView) -> Iterator[str]:
    """Give what the objects that hold the place say of their kind."""
    node = parent_of(parent)
    name = discriminating_member(node) if node is not None else None
    for each in _at(answer, steps[:count]):
        if name is not None and isinstance(each, dict) and steps[count] in each:
            kind = each.get(name)
            if isinstance(kind, str):
                yield kind


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
