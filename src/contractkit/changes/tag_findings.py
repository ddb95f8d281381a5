"""What can differ in how the alternatives of a union are told apart: the discriminating member and its values.

Values of a schema that no `discriminator` speaks of are as valid with one: it is a hint for readers (OpenAPI 3.1
§4.8.25). So one that comes or goes hurts nobody who goes by the schemas; one that leads elsewhere does.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from contractkit.changes.alignment import align
from contractkit.changes.found import Found
from contractkit.definitions.discriminators import discriminating_member
from contractkit.definitions.nodes import NodeKey
from contractkit.definitions.references import Documents, Node
from contractkit.definitions.schemas import UNIONS, Schemas, SchemaView
from contractkit.errors import DefinitionError

_KEYWORD = "discriminator"
_MOST_TOLD = 8


def lost_tags(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that another member picks the alternative, or that a value picks another one or none of those that stay."""
    if _both_have_tags(old, new):
        if _names(old) != _names(new) or _is_lost(old, new):
            yield _tags_found(old, new)
    elif _is_lost_by_inheritance(old, new):
        yield _inherited_found(old, new)


def other_tags(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that another member names the alternative, or that a value names another one, or came for a known one."""
    if _both_have_tags(old, new):
        if _names(old) != _names(new) or _is_lost(new, old):
            yield _tags_found(old, new)
    elif _is_lost_by_inheritance(new, old):
        yield _inherited_found(old, new)


def came_or_went(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that alternatives are told apart by a member which were not, or the reverse."""
    if bool(_names(old)) != bool(_names(new)) and align(old, new).pairs:
        yield _tags_found(old, new)


def _both_have_tags(old: SchemaView, new: SchemaView) -> bool:
    return bool(_names(old) and _names(new))


def _names(view: SchemaView) -> frozenset[str]:
    return frozenset(name for node in _objects(view) if (name := discriminating_member(node)) is not None)


def _is_lost(view: SchemaView, other: SchemaView) -> bool:
    return _leads_elsewhere(view, other) or not view.known(_heirs) <= other.known(_heirs)


def _heirs(view: SchemaView) -> frozenset[str]:
    """Give the values that pick an heir of a schema which has no alternatives of its own."""
    return frozenset(value for parent in _parents(view) for value, _ in _picked_by(parent, view.schemas))


def _parents(view: SchemaView) -> tuple[Node, ...]:
    parents = (node for node in _objects(view) if discriminating_member(node) is not None)
    return tuple(node for node in parents if not _is_union(node))


def _picked_by(parent: Node, schemas: Schemas) -> frozenset[tuple[str, NodeKey]]:
    """Give the values that pick an heir, with that; asked for once of a parent, since each of its heirs is one too."""
    if parent.key not in schemas.picking:
        schemas.picking[parent.key] = frozenset(_mapped(parent, schemas.documents))
    return schemas.picking[parent.key]


def _is_lost_by_inheritance(view: SchemaView, other: SchemaView) -> bool:
    """Say whether a value picks an alternative that inherits what tells it apart, and none in the other schema.

    So it is where a union names the heirs of a schema, and leaves the discriminator to that one. What is still picked
    by its name may be written out in the other one.
    """
    if _names(view) or _names(other) or view.value_branches == (view,):
        return False
    if not any(_parents(branch) for branch in other.value_branches):
        return False
    own, others = (frozenset(key for branch in each.value_branches for key in _keys(branch)) for each in (view, other))
    picked = _inherited_picks(other)
    within = {value for value, target in picked if target in others}
    by_name = {(value, target[1]) for value, target in picked}
    return any(
        target in own and value not in within and (value, target[1]) not in by_name
        for value, target in _inherited_picks(view)
    )


def _inherited_picks(view: SchemaView) -> frozenset[tuple[str, NodeKey]]:
    parents = {node.key: node for branch in view.value_branches for node in _parents(branch)}
    return frozenset(each for node in parents.values() for each in _picked_by(node, view.schemas))


def _inherited_found(old: SchemaView, new: SchemaView) -> Found:
    before, after = (next(each for each in view.value_branches if _parents(each)) for view in (old, new))
    return _tags_found(before, after)


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
