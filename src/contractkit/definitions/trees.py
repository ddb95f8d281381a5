"""Trees: names with brackets (`items[0][price]=x`, `expand[]=y`, `metadata[key]=v`) as structured, typed values.

Query parameters in the style `deepObject` and URL-encoded forms share this notation. Which brackets are a list and
which an object is decided by the schema, and where that is silent by the names: digits and nothing make a list.
"""

import re
from collections.abc import Iterable
from typing import Final, TypeAlias

from contractkit.definitions.schema_facets import ALL_TYPES
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json

Tree: TypeAlias = "list[str] | dict[str, Tree]"
"""The texts given for a name, in order, or what its brackets hold by name."""

_BRACKET: Final = re.compile(r"\[([^\[\]]*)\]")
_INTEGER: Final = re.compile(r"[-+]?\d{1,400}")
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
    """Give the value of a tree as the schema types it; what does not fit stays text for the check to refuse."""
    if view is None:
        return _untyped(tree)
    fitting = _fitting(tree, view)
    if isinstance(tree, list):
        return _typed_texts(tree, fitting)
    if "array" in fitting.types and (_is_numbered(tree) or "object" not in fitting.types):
        return _typed_elements(tree, fitting)
    return {name: typed_tree(child, _member_view(fitting, name)) for name, child in tree.items()}


def typed_text(text: str, view: SchemaView | None) -> Json:
    """Give a text as the JSON value that its schema makes of it; the text where it does not fit."""
    types = ALL_TYPES if view is None else view.types
    if view is None or "string" in types:
        return text
    if _INTEGER.fullmatch(text) and types & {"integer", "number"}:
        return int(text)
    if "number" in types:
        try:
            number = float(text)
        except ValueError:
            return text
        return text if number != number or abs(number) == float("inf") else number
    if "boolean" in types and text in _BOOLEANS:
        return _BOOLEANS[text]
    return None if "null" in types and text in ("", "null") else text


def _fitting(tree: Tree, view: SchemaView) -> SchemaView:
    """Give the branch of a union that has the tree's form, preferring one that describes the tree's names."""
    if len(view.value_branches) == 1 and isinstance(tree, list):
        return view.value_branches[0]
    wanted = {"object", "array"} if isinstance(tree, dict) or len(tree) > 1 else _SCALARS
    branches = [branch for branch in view.value_branches if branch.types & wanted] or [view]
    if isinstance(tree, dict):
        return max(branches, key=lambda branch: len(tree.keys() & branch.members.keys()))
    texts = [branch for branch in branches if branch.values and tree and tree[0] in branch.values]
    numbers = [each for each in branches if "string" not in each.types and _suits(tree, each)]
    return [*texts, *numbers, *branches][0]


def _suits(texts: list[str], view: SchemaView) -> bool:
    return bool(texts) and typed_text(texts[0], view) != texts[0]


def _typed_texts(texts: list[str], view: SchemaView) -> Json:
    if "array" in view.types and not view.types & _SCALARS:
        return [typed_text(text, view.element(index)) for index, text in enumerate(texts)]
    if len(texts) == 1:
        return typed_text(texts[0], view)
    return [typed_text(text, view.elements) for text in texts]


def _typed_elements(tree: dict[str, Tree], view: SchemaView) -> list[Json]:
    values: list[Json] = []
    for _, child in sorted(tree.items(), key=lambda pair: int(pair[0]) if pair[0].isdigit() else -1):
        if isinstance(child, list):
            values += [typed_text(text, view.elements) for text in child]
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
