"""Discriminators: a union whose branch is named by a property, lowered to one condition per branch.

So a value of one kind is judged by that kind's schema alone, and its errors are that schema's errors.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from contractkit.definitions.references import Documents, Node
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json

_SCHEMAS_AT: Final = "#/components/schemas/"
_DEEPEST: Final = 4  # unions in unions


def lowered_discriminator(node: Node, lowered: Mapping[str, Json], documents: Documents) -> dict[str, Json]:
    """Give a lowered schema with its union replaced by conditions; as it was where a branch's values cannot be told.

    Args:
        node: The schema that holds `discriminator` (OpenAPI 3.1 §4.8.25).
        lowered: What the schema was lowered to so far.
        documents: Where references are followed.
    """
    name = discriminating_member(node)
    keyword = next((key for key in ("oneOf", "anyOf") if key in lowered), None)
    if name is None or keyword is None:
        return dict(lowered)  # the parent of an inheritance: its children hold all of it, there is no branch to pick
    branches = tuple((node / keyword).items())
    by_value: dict[str, list[Json]] = {}
    for branch, schema in zip(branches, lowered[keyword], strict=True):
        values = branch_values(branch, name, node, documents)
        if not values:
            return dict(lowered)
        for value in values:
            by_value.setdefault(value, []).append(schema)
    tag = {"properties": {name: {"type": "string", "enum": list(by_value)}}, "required": [name], "type": "object"}
    cases = [_case(name, value, schemas) for value, schemas in by_value.items()]
    rest = {key: value for key, value in lowered.items() if key != keyword}
    default = _default(node, branches, lowered[keyword])
    if default is not None:
        return {**rest, "allOf": [*lowered.get("allOf", ()), *cases], "if": {"not": tag}, "then": default}
    if not all(_requires(branch, name, documents) for branch in branches):
        tag = {"if": {"required": [name]}, "then": tag, "else": {keyword: lowered[keyword]}}
    return {**rest, "allOf": [*lowered.get("allOf", ()), tag, *cases]}


def discriminating_member(node: Node) -> str | None:
    """Give the name of the member that tells a union's branches, or a schema's heirs, apart; None where none does.

    OpenAPI 2.0, which has no unions, writes the name by itself (Schema Object).
    """
    discriminator = node.get("discriminator")
    if discriminator is None:
        return None
    is_bare = isinstance(discriminator.value, str) and not {"oneOf", "anyOf"} & node.value.keys()
    name = discriminator if is_bare else discriminator.get("propertyName")
    return name.value if name is not None and isinstance(name.value, str) else None


def values_by_schema(parent: Node) -> dict[str, tuple[str, ...]]:
    """Give the values that a parent's `mapping` names for its heirs, by the names of their schemas."""
    found: dict[str, tuple[str, ...]] = {}
    for value, target in _mapping(parent):
        name = target.rpartition("/")[2]
        found[name] = (*found.get(name, ()), value)
    return found


def branch_values(branch: Node, name: str, union: Node, documents: Documents, *, depth: int = 0) -> tuple[str, ...]:
    """Give the values of the discriminating member that pick a branch, or none where they cannot be told.

    A branch that is a union itself is picked by the values of all its branches; `depth` counts the unions around it.
    """
    found = branch.value.get("$ref") if isinstance(branch.value, dict) else None
    reference = found if isinstance(found, str) else None
    mapped = tuple(value for value, target in _mapping(union) if reference and _same(target, reference))
    if mapped:
        return mapped
    declared = tuple(_declared(branch, name, documents))
    if declared:
        return declared
    inner, branches = _union_at(branch, documents)
    if branches:
        found = (
            [branch_values(each, name, inner, documents, depth=depth + 1) for each in branches]
            if depth < _DEEPEST
            else [()]
        )
        return tuple(dict.fromkeys(value for values in found for value in values)) if all(found) else ()
    return (reference.rpartition("/")[2],) if reference and discriminating_member(union) is not None else ()


def _union_at(branch: Node, documents: Documents) -> tuple[Node, tuple[Node, ...]]:
    """Give the schema of a branch, and the branches that it has itself; none where it is no union."""
    try:
        node = documents.resolve(branch)
    except DefinitionError:
        return branch, ()
    listed = next((found for key in ("oneOf", "anyOf") if (found := node.get(key)) is not None), None)
    return node, () if listed is None else tuple(listed.items())


def _requires(branch: Node, name: str, documents: Documents, *, depth: int = 0) -> bool:
    """Say whether a branch requires the discriminating member, itself, by inheritance, or in each of its branches."""
    node, branches = _union_at(branch, documents)
    required = node.get("required")
    if required is not None and isinstance(required.value, list) and name in required.value:
        return True
    if depth == _DEEPEST:
        return True
    inherited = node.get("allOf")
    if inherited is not None and any(_requires(each, name, documents, depth=depth + 1) for each in inherited.items()):
        return True
    return bool(branches) and all(_requires(each, name, documents, depth=depth + 1) for each in branches)


def _default(union: Node, branches: tuple[Node, ...], lowered: Json) -> Json:
    """Give the branch for values whose member is missing or names no branch (`defaultMapping`, 3.2), or None."""
    named = (union / "discriminator").get("defaultMapping")
    for branch, schema in zip(branches, lowered, strict=True):
        reference = branch.value.get("$ref") if isinstance(branch.value, dict) else None
        if named is not None and isinstance(reference, str) and _same(str(named.value), reference):
            return schema
    return None


def _mapping(union: Node) -> Iterator[tuple[str, str]]:
    discriminator = union.get("discriminator")
    mapping = discriminator.get("mapping") if discriminator is not None else None
    for value, target in mapping.members() if mapping is not None else ():
        if isinstance(target.value, str):
            yield value, target.value


def _same(target: str, reference: str) -> bool:
    """Say whether a mapping's target is the branch: the same reference, or the bare name of its schema."""
    return target == reference or f"{_SCHEMAS_AT}{target}" == reference


def _declared(branch: Node, name: str, documents: Documents) -> Iterator[str]:
    """Give the values that a branch's own schema allows for the member, inherited ones included."""
    pending = [branch]
    for _ in range(32):  # schemas; a branch that inherits more says nothing here
        if not pending:
            return
        try:
            node = documents.resolve(pending.pop(0))
        except DefinitionError:
            return
        properties = node.get("properties")
        member = properties.get(name) if properties is not None else None
        if member is not None:
            yield from _values(member, documents)
        inherited = node.get("allOf")
        pending.extend(inherited.items() if inherited is not None else ())


def _values(member: Node, documents: Documents, *, depth: int = 0) -> tuple[str, ...]:
    """Give the values that a schema leaves, or the first one that it is wrapped around (`allOf`) and leaves any."""
    try:
        node = documents.resolve(member)
    except DefinitionError:
        return ()
    schema = node.value if isinstance(node.value, dict) else {}
    listed = [schema["const"]] if "const" in schema else schema.get("enum")
    found = tuple(value for value in listed if isinstance(value, str)) if isinstance(listed, list) else ()
    wrapped = node.get("allOf")
    if found or wrapped is None or depth == _DEEPEST:
        return found
    inner = (_values(each, documents, depth=depth + 1) for each in wrapped.items())
    return next((values for values in inner if values), ())


def _case(name: str, value: str, schemas: list[Json]) -> dict[str, Json]:
    condition = {"properties": {name: {"const": value}}, "required": [name]}
    return {"if": condition, "then": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}
