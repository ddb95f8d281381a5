"""Heirs: schemas that inherit one with a discriminator, any of which may stand where that one does.

OpenAPI 3.1 §4.8.25: all schemas that comprise such a parent in an `allOf` may be used as an alternate schema.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from contractkit.definitions.discriminators import discriminating_member, values_by_schema
from contractkit.definitions.nodes import NodeKey
from contractkit.definitions.references import Documents, Node
from contractkit.definitions.schemas import Schemas, SchemaView
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json

_WRAPPING: Final = frozenset(
    ("$ref", "allOf", "nullable", "x-nullable", "title", "description", "default", "example", "examples", "deprecated",
     "readOnly", "writeOnly", "externalDocs", "xml")
)  # fmt: skip
"""Keywords of a schema that is only wrapped around another one: they say nothing of what the heirs are."""

_HOLDERS: Final = ("/components/schemas", "/definitions")
"""Where OpenAPI 3 and 2.0 keep the schemas that have a name."""


@dataclass(frozen=True, slots=True)
class Heir:
    """A schema that may stand for its parent: its name, what it says, and the values of the member that pick it."""

    name: str
    view: SchemaView
    values: frozenset[str]


def heirs_of(view: SchemaView) -> tuple[Heir, ...]:
    """Give the heirs of a schema; none where no discriminator tells them apart. Ask by `SchemaView.known`."""
    parent = parent_of(view)
    if parent is None:
        return ()
    demanded = {each.key for each in view.conjuncts if each.node.key == parent.key or _says_something(each.node)}
    mapped = values_by_schema(parent)
    return tuple(
        Heir(name, heir, frozenset(mapped.get(name, (name,))))
        for name, heir in _inheriting(parent, view.schemas).get(parent.key, ())
        if heir.declared_at.key not in demanded and demanded <= {each.key for each in heir.conjuncts}
    )


def parent_of(view: SchemaView) -> Node | None:
    """Give the schema with the discriminator by which others inherit a view's schema; None where there is none."""
    nodes = (each.node for each in view.conjuncts if not {"oneOf", "anyOf"} & _keywords(each.node).keys())
    return next((node for node in nodes if discriminating_member(node) is not None), None)


def check_heir(view: SchemaView, name: str) -> None:
    """Check that a schema of a name, beside a parent, can be read: one that cannot is no heir, and is not gone either.

    Raises:
        DefinitionError: It is there, and leads nowhere.
    """
    parent = parent_of(view)
    for each, node in _named(parent, view.schemas.documents) if parent is not None else ():
        if each == name:
            view.schemas.view(node)


def own_values(view: SchemaView) -> frozenset[str]:
    """Give the values of the discriminating member that pick a parent itself."""
    parent = parent_of(view)
    if parent is None:
        return frozenset()
    name = parent.pointer.rpartition("/")[2]
    return frozenset(values_by_schema(parent).get(name, (name,)))


def _inheriting(parent: Node, schemas: Schemas) -> Mapping[NodeKey, tuple[tuple[str, SchemaView], ...]]:
    """Give, for each schema that others of its document inherit, the names of those and what they say; found once."""
    if parent.uri not in schemas.inheriting:
        found: dict[NodeKey, list[tuple[str, SchemaView]]] = {}
        for name, node in _named(parent, schemas.documents):
            heir = _view(schemas, node) if "allOf" in _keywords(node) else None
            for conjunct in heir.conjuncts if heir is not None else ():
                if heir is not None and conjunct.key != heir.declared_at.key:
                    found.setdefault(conjunct.key, []).append((name, heir))
        schemas.inheriting[parent.uri] = {key: tuple(heirs) for key, heirs in found.items()}
    return schemas.inheriting[parent.uri]


def _view(schemas: Schemas, node: Node) -> SchemaView | None:
    """Give what a schema says; None where it leads nowhere, which is told where it is used."""
    try:
        return schemas.view(node)
    except DefinitionError:
        return None


def _says_something(node: Node) -> bool:
    """Say whether a schema is more than wrapped around another one, or has a name of its own."""
    holder = node.pointer.rpartition("/")[0]
    return holder in _HOLDERS or not _WRAPPING.issuperset(_keywords(node))


def _keywords(node: Node) -> dict[str, Json]:
    return node.value if isinstance(node.value, dict) else {}


def _named(parent: Node, documents: Documents) -> Iterator[tuple[str, Node]]:
    """Give the schemas of a parent's document that have a name, as OpenAPI 3 and 2.0 keep them."""
    for holder in _HOLDERS:
        try:
            yield from documents.target(f"#{holder}", parent).members()
        except DefinitionError:
            continue
