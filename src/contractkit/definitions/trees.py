"""Trees: names with brackets (`items[0][price]=x`, `expand[]=y`, `metadata[key]=v`) as structured, typed values.

Query parameters in the style `deepObject` and URL-encoded forms share this notation. Which brackets are a list and
which an object is decided by the schema, and where that is silent by the names: digits and nothing make a list.
"""

import re
from collections.abc import Iterable
from typing import Final, TypeAlias

from contractkit.definitions.fitting import fits
from contractkit.definitions.schema_facets import ALL_TYPES
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json

Tree: TypeAlias = "list[str] | dict[str, Tree]"
"""The texts given for a name, in order, or what its brackets hold by name."""

_BRACKET: Final = re.compile(r"\[([^\[\]]*)\]")
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,400}")
_NUMBER: Final = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_DEEPEST: Final = 32  # brackets; a name with more is taken as it is written
_BOOLEANS: Final = {"true": True, "false": False, "True": True, "False": False}  # as Python's form clients write them
_SCALARS: Final = frozenset({"boolean", "integer", "number", "string", "null"})


def read_tree(pairs: Iterable[tuple[str, str]]) -> dict[str, Tree]:
    """Give the tree that pairs of names and texts spell; a name used as text and with brackets keeps the brackets."""
    root: dict[str, Tree] = {}
    for name, text in pairs:
        steps = split_name(name)
        branch = root
        for step in steps[:-1]:
            child = branch.get(step)
            if not isinstance(child, dict):
                child = branch[step] = {}
            branch = child
        leaf = branch.setdefault(steps[-1], [])
        if isinstance(leaf, list):
            leaf.append(text)
    return root


def split_name(name: str) -> list[str]:
    """Give the steps of a name: `items[0][price]` as `items`, `0`, `price`; a name not so formed as it is."""
    first, bracket, _ = name.partition("[")
    steps = _BRACKET.findall(name[len(first) :])
    written = first + "".join(f"[{step}]" for step in steps)
    if not first or not bracket or written != name or len(steps) > _DEEPEST:
        return [name]
    return [first, *steps]


def typed_tree(tree: Tree, view: SchemaView | None) -> Json:
    """Give the value of a tree as the schema types it; what does not fit stays text for the check to refuse.

    Of a union, the first branch counts that the value then fits; where it fits none, the one that is nearest.
    """
    if view is None:
        return _untyped(tree)
    branches = _ordered(tree, view)
    if len(branches) > 1:
        for branch in branches:
            value = _typed(tree, branch)
            if fits(value, branch):
                return value
    if view.is_nullable and isinstance(tree, list) and tree in ([""], ["null"]) and "string" not in view.types:
        return None
    return _typed(tree, branches[0])


def _typed(tree: Tree, view: SchemaView) -> Json:
    if isinstance(tree, list):
        return _typed_texts(tree, view)
    if "array" in view.types and (_is_numbered(tree) or "object" not in view.types):
        return _typed_elements(tree, view)
    return {name: typed_tree(child, _member_view(view, name)) for name, child in tree.items()}


def typed_text(text: str, view: SchemaView | None) -> Json:
    """Give a text as the JSON value that its schema makes of it; the text where it does not fit."""
    types = ALL_TYPES if view is None else view.types
    if view is None or "string" in types:
        return text
    if _INTEGER.fullmatch(text) and types & {"integer", "number"}:
        return int(text)
    if "number" in types and _NUMBER.fullmatch(text):
        number = float(text)
        return text if abs(number) == float("inf") else number
    if "boolean" in types and text in _BOOLEANS:
        return _BOOLEANS[text]
    return None if "null" in types and text in ("", "null") else text


def typed_element(text: str, view: SchemaView | None) -> Json:
    """Give one text of a list as its schema makes of it, of a union as the branch that it fits."""
    if view is None or len(view.value_branches) < 2:
        return typed_text(text, view)
    return typed_tree([text], view)


def _ordered(tree: Tree, view: SchemaView) -> list[SchemaView]:
    """Give the branches of a union in the order in which a tree is likely written for them, the likeliest first."""
    if len(view.value_branches) < 2:
        return [*view.value_branches, view][:1]
    return sorted(view.value_branches, key=lambda branch: _unlikeliness(tree, branch))


def _unlikeliness(tree: Tree, branch: SchemaView) -> tuple[int, ...]:
    """Give a rank: a constant before a number before any text, brackets for what describes most of their names."""
    if isinstance(tree, dict):
        known = tree.keys() & branch.members.keys()
        contradicted = sum(_is_contradicted(tree[name], _member_view(branch, name)) for name in known)
        return (not branch.types & {"object", "array"}, contradicted, -len(known))
    if len(tree) > 1:
        return ("array" not in branch.types,)
    if not branch.types & _SCALARS:
        return (3,)
    if branch.values and tree and tree[0] in branch.values:
        return (0,)
    return (1 if "string" not in branch.types and _suits(tree, branch) else 2,)


def _is_contradicted(tree: Tree, view: SchemaView | None) -> bool:
    """Say whether a text is another one than the constants of its member: it tells another branch."""
    if view is None or view.values is None or not isinstance(tree, list) or len(tree) != 1:
        return False
    return tree[0] not in view.values and typed_text(tree[0], view) not in view.values


def _suits(texts: list[str], view: SchemaView) -> bool:
    return bool(texts) and typed_text(texts[0], view) != texts[0]


def _typed_texts(texts: list[str], view: SchemaView) -> Json:
    if "array" in view.types and not view.types & _SCALARS:
        return [typed_element(text, view.element(index)) for index, text in enumerate(texts)]
    if len(texts) == 1:
        return typed_text(texts[0], view)
    return [typed_element(text, view.elements) for text in texts]


def _typed_elements(tree: dict[str, Tree], view: SchemaView) -> list[Json]:
    values: list[Json] = []
    for _, child in sorted(tree.items(), key=lambda pair: int(pair[0]) if pair[0].isdigit() else -1):
        if isinstance(child, list):
            values += [typed_element(text, view.elements) for text in child]
        else:
            values.append(typed_tree(child, view.elements))
    return values


def _is_numbered(tree: dict[str, Tree]) -> bool:
    return all(name == "" or name.isdigit() for name in tree)


def _member_view(view: SchemaView, name: str) -> SchemaView | None:
    member = view.member(name)
    return None if member is None else member.view


def _untyped(tree: Tree) -> Json:
    if isinstance(tree, list):
        return tree[0] if len(tree) == 1 else list(tree)
    if _is_numbered(tree):
        return [_untyped(child) for child in tree.values()]
    return {name: _untyped(child) for name, child in tree.items()}
