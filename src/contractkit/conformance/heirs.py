"""Heirs: schemas that inherit one with a discriminator, any of which may stand where that one does.

OpenAPI 3.1 §4.8.25: all schemas that comprise such a parent in an `allOf` may be used as an alternate schema.
"""

from collections.abc import Iterator
from typing import Final

from contractkit.conformance.grades import Grade, Standing, stand, views_at
from contractkit.conformance.uses import Use
from contractkit.definitions.discriminators import discriminating_member, mapped_values
from contractkit.definitions.references import Documents, Node
from contractkit.definitions.schemas import SchemaView
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json
from contractkit.model import Step, Wildcard

_WRAPPING: Final = frozenset(
    ("$ref", "allOf", "nullable", "x-nullable", "title", "description", "default", "example", "examples", "deprecated",
     "readOnly", "writeOnly", "externalDocs", "xml")
)  # fmt: skip
"""Keywords of a schema that is only wrapped around another one: they say nothing of what the heirs are."""


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
    heirs = parent.known(_heirs)
    kinds = set(_kinds(answer, steps, count, parent)) if heirs else set()
    picked = tuple(heir for heir, values in heirs if not kinds.isdisjoint(values))
    is_parent_itself = bool(heirs) and not kinds.isdisjoint(_own_values(parent))
    return picked if picked or is_parent_itself else tuple(heir for heir, _ in heirs)


def _heirs(view: SchemaView) -> tuple[tuple[SchemaView, frozenset[str]], ...]:
    """Give the heirs of a schema, each with the values of the discriminating member that pick it."""
    parent = _parent(view)
    if parent is None:
        return ()
    named = dict(_named(parent, view.schemas.documents))
    places = {node.key for node in named.values()}
    demanded = {
        each.key for each in view.conjuncts if each.key in places or not _WRAPPING.issuperset(_keywords(each.node))
    }
    found = []
    for name, node in named.items():
        heir = view.schemas.view(node) if "allOf" in _keywords(node) else None
        if heir is not None and node.key not in demanded and demanded <= {each.key for each in heir.conjuncts}:
            found.append((heir, frozenset(mapped_values(parent, name) or (name,))))
    return tuple(found)


def _parent(view: SchemaView) -> Node | None:
    """Give the schema with the discriminator by which others inherit a view's schema; None where there is none."""
    nodes = (each.node for each in view.conjuncts if not {"oneOf", "anyOf"} & _keywords(each.node).keys())
    return next((node for node in nodes if discriminating_member(node) is not None), None)


def _own_values(view: SchemaView) -> frozenset[str]:
    """Give the values of the discriminating member that pick a parent itself."""
    parent = _parent(view)
    if parent is None:
        return frozenset()
    names = (name for name, node in _named(parent, view.schemas.documents) if node.key == parent.key)
    return frozenset(value for name in names for value in mapped_values(parent, name) or (name,))


def _keywords(node: Node) -> dict[str, Json]:
    return node.value if isinstance(node.value, dict) else {}


def _named(parent: Node, documents: Documents) -> Iterator[tuple[str, Node]]:
    """Give the schemas of a parent's document that have a name, as OpenAPI 3 and 2.0 keep them."""
    for reference in ("#/components/schemas", "#/definitions"):
        try:
            yield from documents.target(reference, parent).members()
        except DefinitionError:
            continue


def _kinds(answer: Json, steps: tuple[Step, ...], count: int, parent: SchemaView) -> Iterator[str]:
    """Give what the objects that hold the place say of their kind."""
    node = _parent(parent)
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
