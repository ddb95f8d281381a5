"""Forms: URL-encoded bodies as objects, each member in the way that its `encoding` says (OpenAPI 3.1 §4.8.14.4).

What a definition leaves open is read as clients write it: brackets nest, repeated names make a list, and the text of
an object may be JSON.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl

from contractkit.definitions.fitting import fits
from contractkit.definitions.parameters import decode_query, names_of
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surfaces import Content, Encoding, Parameter
from contractkit.definitions.trees import read_tree, typed_tree
from contractkit.exact_json import Json, JsonSyntaxError, read_json
from contractkit.model import Query, is_json_media_type
from contractkit.results import ABSENT

FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"


def read_form(text: str, content: Content | None) -> Json:
    """Give a URL-encoded form as an object, typed by its schema; brackets nest (`items[0][price]=x`)."""
    return read_fields(parse_qsl(text, keep_blank_values=True), content)


def read_fields(pairs: list[tuple[str, str]], content: Content | None) -> dict[str, Json]:
    """Give the object that names and texts make, typed by the schema and encoding of a media type."""
    view = content.view if content is not None else None
    separated = dict(_separated(pairs, content)) if content is not None and content.encoding else {}
    taken = {name for _, names in separated.values() for name in names}
    left = [pair for pair in pairs if pair[0] not in taken] if taken else pairs
    tree = read_tree(left)
    found = typed_tree(tree, view) if left else {}
    if not isinstance(found, dict):  # the names are numbers, or the schema is that of a list: a form is an object
        found = {name: typed_tree(child, None) for name, child in tree.items()}
    found |= {name: value for name, (value, _) in separated.items()}
    return {name: _parsed(name, value, content) for name, value in found.items()} if content is not None else found


def json_or_text(text: str) -> Json:
    """Give what a text is as JSON, the text itself where it is none."""
    try:
        return read_json(text)
    except JsonSyntaxError:
        return text


def is_object(view: SchemaView | None) -> bool:
    """Say whether a value can only be an object, apart from null."""
    return view is not None and view.types - {"null"} == {"object"}


def is_json(encoding: Encoding | None) -> bool:
    """Say whether a member is written as JSON by its encoding."""
    return encoding is not None and any(map(is_json_media_type, encoding.media_types))


def _separated(pairs: list[tuple[str, str]], content: Content) -> Iterator[tuple[str, tuple[Json, frozenset[str]]]]:
    """Give the members whose encoding has a style of its own, with the names that spell them."""
    query: dict[str, tuple[str | None, ...]] = {}
    for name, text in pairs:
        query[name] = (*query.get(name, ()), text)
    for name, encoding in content.encoding.items():
        parameter = _as_parameter(name, encoding, content)
        if parameter is not None:
            yield from _decoded(parameter, query)


def _decoded(parameter: Parameter, query: Query) -> Iterator[tuple[str, tuple[Json, frozenset[str]]]]:
    value = decode_query(query, parameter).value
    if value is not ABSENT:
        yield parameter.name, (value, names_of(parameter, query))


def _as_parameter(name: str, encoding: Encoding, content: Content) -> Parameter | None:
    """Give a member as the query parameter that its style makes it; None where its brackets or repetition tell all."""
    is_plain = encoding.style in ("", "deepObject") or (encoding.style == "form" and encoding.explode)
    member = None if is_plain or content.view is None else content.view.member(name)
    if member is None or member.view is None:
        return None
    return Parameter(
        name=name,
        place="query",
        is_required=False,
        view=member.view,
        node=content.node,
        style=encoding.style,
        explode=encoding.explode,
    )


def _parsed(name: str, value: Json, content: Content) -> Json:
    """Give the object that a text of JSON stands for, where the schema wants one or the encoding says JSON."""
    if is_json(content.encoding.get(name)):
        texts = value if isinstance(value, list) else [value]
        return json_or_text(texts[0]) if len(texts) == 1 and isinstance(texts[0], str) else value
    return written_as_json(value, _member(name, content))


def written_as_json(value: Json, view: SchemaView | None) -> Json:
    """Give the object or list that a text of JSON stands for, where the schema wants one and no such text."""
    if isinstance(value, list) and view is not None:
        elements = next((each.elements for each in view.value_branches if each.elements is not None), None)
        return [written_as_json(each, elements) if isinstance(each, str) else each for each in value]
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    if is_object(view):
        return json_or_text(value)
    return found if not fits(value, view) and fits(found := json_or_text(value), view) else value


def _member(name: str, content: Content) -> SchemaView | None:
    member = content.view.member(name) if content.view is not None else None
    return member.view if member is not None else None
