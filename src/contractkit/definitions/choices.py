"""Choices: what a schema offers a value to be: its examples, the branch that fits what is given, a branch's tag."""

from collections.abc import Iterator, Mapping

from contractkit.definitions.discriminators import branch_values, discriminating_member
from contractkit.definitions.schema_facets import type_of
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json, same_json
from contractkit.results import ABSENT


def examples_of(view: SchemaView, branch: SchemaView) -> tuple[Json, ...]:
    """Give the examples, then the defaults, that the schemas of a view and of its branch carry, the view's first.

    Null and empty ones are no examples.
    """
    return view.known(_own_examples) if branch is view else tuple(_examples(view, branch))


def _own_examples(view: SchemaView) -> tuple[Json, ...]:
    return tuple(_examples(view))


def _examples(*views: SchemaView) -> Iterator[Json]:
    nodes = list({id(each.node.value): each.node for view in views for each in view.conjuncts}.values())
    for keyword in ("example", "examples", "default"):
        for node in nodes:
            found = node.value.get(keyword, ABSENT) if isinstance(node.value, dict) else ABSENT
            listed = found if keyword == "examples" and isinstance(found, list) else [found]
            yield from (value for value in listed[:1] if value is not ABSENT and value not in (None, [], {}))


def suits(value: Json, view: SchemaView) -> bool:
    """Say whether a value is of a type and, where constants are listed, one of those that a schema allows."""
    kind = type_of(value)
    if kind not in view.types and not (kind == "integer" and "number" in view.types):
        return False
    return view.values is None or any(same_json(value, each) for each in view.values)


def tags_of(view: SchemaView) -> Mapping[str, str]:
    """Give the discriminating members that a branch, or a child of an inheritance, must carry."""
    return view.known(_tags)


def _tags(view: SchemaView) -> Mapping[str, str]:
    return dict(_each_tag(view))


def _each_tag(view: SchemaView) -> Iterator[tuple[str, str]]:
    for conjunct in view.conjuncts:
        name = discriminating_member(conjunct.node)
        if name is None:
            continue
        documents = view.schemas.documents
        for branch in (view.used_at, *(other.used_at for other in view.conjuncts)):
            is_reference = isinstance(branch.value, dict) and "$ref" in branch.value
            values = branch_values(branch, name, conjunct.node, documents) if is_reference else ()
            if values:
                yield name, values[0]
                break


def likeness(given: Json, view: SchemaView) -> int:
    """Give how well a branch fits what is given: by kind, by described members, by constants that agree or do not."""
    score = 100 if type_of(given) in view.types else 0
    if not isinstance(given, dict):
        return score
    tags = tags_of(view)
    for name, value in given.items():
        member = view.members.get(name)
        score += 2 if member is not None else (-2 if view.is_closed else 0)
        values = [tags[name]] if name in tags else member.view.values if member and member.view else None
        if values is not None:
            score += 20 if any(same_json(value, each) for each in values) else -20
    return score
