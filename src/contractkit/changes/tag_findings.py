"""What can differ in how the alternatives of a union are told apart: the discriminating member and its values.

Values of a schema that no `discriminator` speaks of are as valid with one: it is a hint for readers (OpenAPI 3.1
§4.8.25). So one that comes or goes hurts nobody who goes by the schemas; one that leads elsewhere does.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from contractkit.changes.alignment import align
from contractkit.changes.found import Found
from contractkit.definitions.discriminators import discriminating_member
from contractkit.definitions.heirs import heirs_of
from contractkit.definitions.nodes import NodeKey
from contractkit.definitions.references import Documents, Node
from contractkit.definitions.schemas import UNIONS, Schemas, SchemaView
from contractkit.errors import DefinitionError

_KEYWORD = "discriminator"
_MOST_TOLD = 8


def lost_tags(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that another member picks the alternative, or that a value picks another one or none of those that stay."""
    for before, after in _told_apart(old, new):
        if _names(before) != _names(after) or _is_lost(before, after):
            yield _tags_found(before, after)


def other_tags(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that another member names the alternative, or that a value names another one, or came for a known one."""
    for before, after in _told_apart(old, new):
        if _names(before) != _names(after) or _is_lost(after, before):
            yield _tags_found(before, after)


def came_or_went(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that alternatives are told apart by a member which were not, or the reverse."""
    if bool(_names(old)) != bool(_names(new)) and align(old, new).pairs:
        yield _tags_found(old, new)


def _told_apart(old: SchemaView, new: SchemaView) -> Iterator[tuple[SchemaView, SchemaView]]:
    """Give two schemas that are told apart by a member; else the alternatives that are, by what they inherit."""
    has_old, has_new = bool(_names(old)), bool(_names(new))
    if has_old and has_new:
        yield old, new
    elif not (has_old or has_new):
        alternatives = (pair for pair in align(old, new).pairs if pair[0] is not old)
        yield from (pair for pair in alternatives if _names(pair[0]) and _names(pair[1]))


def _names(view: SchemaView) -> frozenset[str]:
    return frozenset(name for node in _objects(view) if (name := discriminating_member(node)) is not None)


def _is_lost(view: SchemaView, other: SchemaView) -> bool:
    return _leads_elsewhere(view, other) or not view.known(_heirs) <= other.known(_heirs)


def _heirs(view: SchemaView) -> frozenset[str]:
    """Give the values that pick an heir of a schema which has no alternatives of its own."""
    parents = [node for node in _objects(view) if discriminating_member(node) is not None and not _is_union(node)]
    picked = (_picked_by(node, view.schemas) - _picking_siblings(node, view) for node in parents)
    return frozenset(value for each in picked for value, _ in each)


def _picking_siblings(parent: Node, view: SchemaView) -> frozenset[tuple[str, NodeKey]]:
    """Give what picks other heirs of a parent than a schema, which is one itself: none of them stands where it does."""
    heirs = {each.view.declared_at.key for each in view.schemas.view(parent).known(heirs_of)}
    own = _keys(view)
    if heirs.isdisjoint(own):
        return frozenset()
    siblings = heirs - own - {each.view.declared_at.key for each in view.known(heirs_of)}
    return frozenset(each for each in _picked_by(parent, view.schemas) if each[1] in siblings)


def _picked_by(parent: Node, schemas: Schemas) -> frozenset[tuple[str, NodeKey]]:
    """Give the values that pick an heir, with that; asked for once of a parent, since each of its heirs is one too."""
    if parent.key not in schemas.picking:
        schemas.picking[parent.key] = frozenset(_mapped(parent, schemas.documents))
    return schemas.picking[parent.key]


def _leads_elsewhere(view: SchemaView, other: SchemaView) -> bool:
    """Say whether a value that picks an alternative of the one schema picks another, or none, of the other one.

    Alternatives that the other schema has not are left out: that they went is said already.
    """
    stands_for = {left.declared_at.key: right.declared_at.key for left, right in align(view, other).pairs}
    picked = _tags(other)
    return any(
        target in stands_for and picked.get(value, _named(value, stands_for[target])) != stands_for[target]
        for value, target in _tags(view).items()
    )


def _named(value: str, target: NodeKey) -> NodeKey | None:
    """Give the schema that a value picks where it is not mapped: the one of that name (OpenAPI 3.1 §4.8.25.4)."""
    return target if value == target[1].rsplit("/", 1)[-1] else None


def _tags(view: SchemaView) -> Mapping[str, NodeKey]:
    """Give the values that pick an alternative, each with where that one is declared.

    The name of a schema is left out, which stands for it where nothing else does: renaming it changes nothing else.
    """
    found: dict[str, NodeKey] = {}
    for union in filter(_is_union, _objects(view)):
        name = discriminating_member(union)
        for branch in (each for keyword in UNIONS if keyword in union.value for each in (union / keyword).items()):
            alternative = view.schemas.view(branch)
            for value in _picking(alternative, union, name) if name is not None else ():
                found.setdefault(value, alternative.declared_at.key)
    return found


def _picking(alternative: SchemaView, union: Node, name: str) -> Iterator[str]:
    mapped = [value for value, target in _mapped(union, alternative.schemas.documents) if target in _keys(alternative)]
    member = alternative.member(name)
    allowed = member.view.values if member is not None and member.view is not None else None
    yield from mapped or (value for value in allowed or () if isinstance(value, str))


def _keys(view: SchemaView) -> set[NodeKey]:
    return {conjunct.key for conjunct in view.conjuncts}


def _mapped(node: Node, documents: Documents) -> Iterator[tuple[str, NodeKey]]:
    """Give the values that are mapped and where each leads, last where all others do (`defaultMapping`, 3.2)."""
    discriminator = node / _KEYWORD
    mapping, default = discriminator.get("mapping"), discriminator.get("defaultMapping")
    for value, target in (*(mapping.members() if mapping else ()), *([("any other", default)] if default else ())):
        if isinstance(target.value, str):
            reference = target.value if {"/", "#"} & {*target.value} else f"#/components/schemas/{target.value}"
            with suppress(DefinitionError):  # a mistake of the document: it leads nowhere
                yield value, documents.target(reference, node).key


def _objects(view: SchemaView) -> Iterator[Node]:
    return (conjunct.node for conjunct in view.conjuncts if isinstance(conjunct.node.value, dict))


def _is_union(node: Node) -> bool:
    return any(isinstance(node.value.get(keyword), list) for keyword in UNIONS)


def _tags_found(old: SchemaView, new: SchemaView) -> Found:
    return Found(_described(old), _described(new), old.place(_KEYWORD), new.place(_KEYWORD))


def _described(view: SchemaView) -> str:
    tags = [f"{value}: {target[1].rsplit('/', 1)[-1]}" for value, target in sorted(_tags(view).items())]
    tags += sorted(view.known(_heirs))
    names = ", ".join(sorted(_names(view))) or "nothing"
    return f"{names} ({', '.join(tags[:_MOST_TOLD])}{', …' if len(tags) > _MOST_TOLD else ''})" if tags else names
