"""Heirs: schemas that inherit one with a discriminator, any of which may stand where that one does.

OpenAPI 3.1 §4.8.25: all schemas that comprise such a parent in an `allOf` may be used as an alternate schema.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from contractkit.definitions.discriminators import discriminating_member, values_by_schema
from contractkit.definitions.inheritance_mistakes import circle, refuse_mistaken_all_of
from contractkit.definitions.nodes import NodeKey
from contractkit.definitions.references import Documents, Node
from contractkit.definitions.schemas import Schemas, SchemaView
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json

_WRAPPING: Final = frozenset(
    ("$ref", "allOf", "anyOf", "oneOf", "nullable", "x-nullable", "title", "description", "default", "example",
     "examples", "deprecated", "readOnly", "writeOnly", "externalDocs", "xml")
)  # fmt: skip
"""Keywords of a schema that is only wrapped around others: they say nothing of what the heirs are."""

_HOLDERS: Final = ("/components/schemas", "/definitions")
"""Where OpenAPI 3 and 2.0 keep the schemas that have a name."""

_NOTHING: Final = Node(None, "", "")


@dataclass(frozen=True, slots=True)
class Heir:
    """A schema that may stand for its parent: its name, what it says, and the values of the member that pick it."""

    name: str
    view: SchemaView
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Inheriting:
    """A schema with a name that consists of others: the places of all of them."""

    name: str
    view: SchemaView
    parts: frozenset[NodeKey]


def heirs_of(view: SchemaView) -> tuple[Heir, ...]:
    """Give the heirs of a schema, or of its alternatives; none where no discriminator tells them apart.

    Ask by `SchemaView.known`.
    """
    branches = view.value_branches
    if branches != (view,):
        found = {each.name: each for branch in branches for each in branch.known(heirs_of)}
        return tuple(found.values())
    parent = parent_of(view)
    if parent is None:
        return ()
    demanded = {each.key for each in view.conjuncts if each.node.key == parent.key or _says_something(each.node)}
    known = _inheriting(parent, view.schemas)
    fewest = min((known.get(key, ()) for key in demanded), key=len)
    return tuple(
        Heir(each.name, each.view, _values_of(each, parent))
        for each in fewest
        if each.view.declared_at.key not in demanded and demanded <= each.parts
    )


def parent_of(view: SchemaView) -> Node | None:
    """Give the schema with the discriminator by which others inherit a view's schema; None where there is none."""
    nodes = (each.node for each in view.conjuncts if not {"oneOf", "anyOf"} & _keywords(each.node).keys())
    return next((node for node in nodes if discriminating_member(node) is not None), None)


def parents_in(view: SchemaView) -> tuple[Node, ...]:
    """Give the schemas with a discriminator by which others inherit a view's schema, or an alternative of it."""
    parents = (parent_of(branch) for branch in view.value_branches)
    return tuple({parent.key: parent for parent in parents if parent is not None}.values())


def check_heir(view: SchemaView, name: str) -> None:
    """Check that a schema of a name, beside a parent, can be read: one that cannot is no heir, and is not gone either.

    Raises:
        DefinitionError: It is there and leads nowhere, or what it inherits is mistaken.
    """
    for parent in parents_in(view):
        for each, node in _named(parent, view.schemas.documents):
            if each == name:
                _refuse_mistaken(view.schemas.view(node))


def _refuse_mistaken(heir: SchemaView) -> None:
    documents = heir.schemas.documents
    for each in heir.conjuncts:
        if "allOf" in _keywords(each.node):
            refuse_mistaken_all_of(each.node, documents)
    inherited = [heir.schemas.view(each) for each in (heir.declared_at.get("allOf") or _NOTHING).items()]
    own = heir.declared_at.key
    if inherited and all(own in (conjunct.key for conjunct in each.conjuncts) for each in inherited):
        raise circle(heir.declared_at, documents)


def own_values(view: SchemaView) -> frozenset[str]:
    """Give the values of the discriminating member that pick a parent itself."""
    parent = parent_of(view)
    if parent is None:
        return frozenset()
    name = parent.pointer.rpartition("/")[2]
    return frozenset(_mapped(parent, view.schemas).get(name, (name,)))


def _values_of(each: Inheriting, parent: Node) -> frozenset[str]:
    """Give the values that pick an heir: those that are mapped, else those that it declares itself, else its name."""
    schemas = each.view.schemas
    mapped = _mapped(parent, schemas).get(each.name)
    if mapped:
        return frozenset(mapped)
    name = discriminating_member(parent)
    own, its = (_texts(view, name) for view in (each.view, schemas.view(parent)))
    return own if own and own != its else frozenset((each.name,))


def _texts(view: SchemaView, name: str | None) -> frozenset[str]:
    member = view.member(name) if name is not None else None
    values = member.view.values if member is not None and member.view is not None else None
    return frozenset(each for each in values or () if isinstance(each, str))


def _mapped(parent: Node, schemas: Schemas) -> Mapping[str, tuple[str, ...]]:
    if parent.key not in schemas.mapped:
        schemas.mapped[parent.key] = values_by_schema(parent)
    return schemas.mapped[parent.key]


def _inheriting(parent: Node, schemas: Schemas) -> Mapping[NodeKey, tuple[Inheriting, ...]]:
    """Give, for each schema that others of its document inherit, the names of those and what they say; found once."""
    if parent.uri not in schemas.inheriting:
        found: dict[NodeKey, list[Inheriting]] = {}
        for name, node in _named(parent, schemas.documents):
            heir = _view(schemas, node) if "allOf" in _keywords(node) else None
            if heir is not None:
                parts = frozenset(conjunct.key for conjunct in heir.conjuncts)
                for key in parts - {heir.declared_at.key}:
                    found.setdefault(key, []).append(Inheriting(name, heir, parts))
        schemas.inheriting[parent.uri] = {key: tuple(heirs) for key, heirs in found.items()}
    known: Mapping[NodeKey, tuple[Inheriting, ...]] = schemas.inheriting[parent.uri]
    return known


def _view(schemas: Schemas, node: Node) -> SchemaView | None:
    """Give what a schema says; None where it leads nowhere, which is told where it is used."""
    try:
        return schemas.view(node)
    except DefinitionError:
        return None


def _says_something(node: Node) -> bool:
    """Say whether a schema is more than wrapped around another one, or has a name of its own and no alternatives."""
    keywords = _keywords(node).keys()
    is_named = node.pointer.rpartition("/")[0] in _HOLDERS and keywords.isdisjoint(("anyOf", "oneOf"))
    return is_named or not _WRAPPING.issuperset(keywords)


def _keywords(node: Node) -> dict[str, Json]:
    return node.value if isinstance(node.value, dict) else {}


def _named(parent: Node, documents: Documents) -> Iterator[tuple[str, Node]]:
    """Give the schemas of a parent's document that have a name, as OpenAPI 3 and 2.0 keep them."""
    for holder in _HOLDERS:
        try:
            yield from documents.target(f"#{holder}", parent).members()
        except DefinitionError:
            continue
