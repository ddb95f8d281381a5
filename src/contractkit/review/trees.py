"""Trees: the parts of an exchange as nested objects and lists, so that every place of them has a location."""

import hashlib
from collections.abc import Sequence
from typing import Any, TypeAlias

from contractkit.exact_json import show_json
from contractkit.matching.forms import read_fields
from contractkit.matching.multipart import read_parts
from contractkit.matching.xml_trees import Element, XmlError, read_xml
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    JsonBody,
    MissingBody,
    Part,
    PartKind,
    TextBody,
    base_media_type,
)
from contractkit.results import ABSENT

Tree: TypeAlias = Any
"""JSON values, bytes, `ABSENT` where a body is missing and `EMPTY` where there must be none."""

EMPTY = "an empty body"
_SHOWN = 120  # characters of a value in a report
_FORM = "application/x-www-form-urlencoded"


class EmptyTree(str):
    """Stands for an empty body, and is equal to no text that a body may hold."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EmptyTree)


def tree_of(part: Part) -> Tree:
    """Give what a part holds: of headers and parameters values by name, of a body what its media type makes of it."""
    value: Any = part.value
    match part.kind:
        case PartKind.BODY:
            return body_tree(value)
        case PartKind.QUERY | PartKind.FIELDS:
            return {name: _one_or_all(values) for name, values in value.items()}
        case PartKind.METADATA:
            return dict(value)
    return value


def body_tree(body: Body) -> Tree:
    """Give what a body holds: JSON as it is, XML, forms and multipart bodies taken apart, all else as text or bytes."""
    match body:
        case MissingBody():
            return ABSENT
        case EmptyBody():
            return EmptyTree(EMPTY)
        case JsonBody(value=value):
            return value
        case TextBody() | BinaryBody():
            return _taken_apart(body)


def show_tree(tree: Tree) -> str:
    """Give a tree in one line, as a report shows it."""
    if tree is ABSENT:
        return "nothing"
    if isinstance(tree, EmptyTree):
        return str(tree)
    return show_json(_writable(tree), limit=_SHOWN)


def _taken_apart(body: TextBody | BinaryBody) -> Tree:
    whole: Tree = body.text if isinstance(body, TextBody) else body.data
    base = base_media_type(body.media_type)
    if base.endswith(("/xml", "+xml")):
        try:
            root = read_xml(whole)
        except XmlError:
            return whole
        return {root.name.written: _element_tree(root)}
    if base == _FORM and isinstance(body, TextBody):
        return {name: _one_or_all(values) for name, values in read_fields(body.text).items()}
    if base.startswith("multipart/"):
        parts = read_parts(body)
        return whole if parts is None else {name: body_tree(part.body) for name, part in parts.items()}
    return whole


def _element_tree(element: Element) -> Tree:
    """Give an element: attributes under `@name`, text under `#text`, children by name, a list of several."""
    tree: dict[str, Tree] = {f"@{name.written}": value for name, value in element.attributes.items()}
    if element.text or not (element.children or element.attributes):
        tree["#text"] = element.text
    for name, children in element.children_by_name().items():
        trees = [_element_tree(child) for child in children]
        tree[name.written] = trees[0] if len(trees) == 1 else trees
    return tree


def _one_or_all(values: Sequence[str | None]) -> Tree:
    return values[0] if len(values) == 1 else list(values)


def _writable(tree: Tree) -> Tree:
    if isinstance(tree, bytes):
        return f"{len(tree)} bytes, sha256 {hashlib.sha256(tree).hexdigest()[:12]}"
    if isinstance(tree, EmptyTree):
        return EMPTY
    if isinstance(tree, dict):
        return {name: _writable(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_writable(value) for value in tree]
    return None if tree is ABSENT else tree
