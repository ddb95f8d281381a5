"""Styles: one text of a parameter as the value that its style makes of it (OpenAPI 3.1 §4.8.12.3)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from contractkit.definitions.fitting import fits
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surfaces import Parameter
from contractkit.definitions.trees import read_tree, typed_element, typed_tree
from contractkit.exact_json import Json, JsonSyntaxError, read_json
from contractkit.model import base_media_type, is_json_media_type
from contractkit.results import ABSENT, Absent

_SEPARATORS: Final = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}
"""Style to what stands between elements, where it is no comma; the last one is Swagger's `tsv`."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The value of a parameter, `ABSENT` where the request has none.

    `problem` says what was expected where it cannot be decoded; what `is_opaque` is of a media type that nobody reads.
    """

    value: Json | Absent
    problem: str = ""
    is_opaque: bool = False


NOTHING: Final = Decoded(ABSENT)


class _MisspeltError(ValueError):
    """A text that its style cannot have; the message says what was expected."""


def decode_text(text: str, parameter: Parameter) -> Decoded:
    """Give the value of a path or header parameter, of a cookie, or of a query parameter that is one text."""
    if is_content(parameter):
        return decode_content(text, parameter)
    form = form_of(parameter.view)
    try:
        if parameter.style in _PREFIXED:
            return Decoded(_PREFIXED[parameter.style](text, parameter, form))
        separator = _SEPARATORS.get(parameter.style, ",")
        is_named = parameter.explode and parameter.place != "query"
        return Decoded(_separated(text, separator, parameter.view, form, is_named=is_named))
    except _MisspeltError as error:
        return Decoded(text, problem=str(error))


def is_content(parameter: Parameter) -> bool:
    """Say whether a parameter is described by a media type in place of a style."""
    return parameter.node.get("schema") is None and parameter.node.get("content") is not None


def decode_content(text: str, parameter: Parameter) -> Decoded:
    """Give the value that a text is under the media type of its parameter: JSON, a form, or text."""
    contents = parameter.node.get("content")
    named = next((name for name, _ in contents.members()), "") if contents is not None else ""
    if is_json_media_type(named):
        return decode_json(text)
    if base_media_type(named) == "application/x-www-form-urlencoded":
        return Decoded(typed_tree(read_tree(parse_qsl(text, keep_blank_values=True)), parameter.view))
    return Decoded(typed_tree([text], parameter.view), is_opaque=not named.startswith("text/"))


def decode_json(text: str) -> Decoded:
    """Give the value of a text of JSON, or what is wrong with it."""
    try:
        return Decoded(read_json(text))
    except JsonSyntaxError as error:
        return Decoded(text, problem=f"JSON ({error.problem})")


def form_of(view: SchemaView | None) -> str:
    """Say whether a parameter is meant as an `array`, an `object` or a `scalar`."""
    types = frozenset() if view is None else view.types - {"null"}
    if types & {"string", "integer", "number", "boolean"} or not types:
        return "scalar"
    return "array" if "array" in types else "object"


def _separated(text: str, separator: str, view: SchemaView | None, form: str, *, is_named: bool) -> Json:
    if form == "scalar":
        return _scalar(text, separator, view, is_named=is_named)
    parts = [part.strip() for part in text.split(separator)] if text else []
    return _listed(parts, view) if form == "array" else _named(parts, view, is_named=is_named)


def _scalar(text: str, separator: str, view: SchemaView | None, *, is_named: bool) -> Json:
    """Give a scalar; of a union, what a list or an object of that text is where only that fits."""
    value = typed_tree([text], view)
    if view is None or separator not in text or fits(value, view):
        return value
    for branch in view.value_branches:
        form = form_of(branch)
        if form == "scalar" or (form == "object" and not is_named and text.count(separator) % 2 == 0):
            continue
        other = _separated(text, separator, branch, form, is_named=is_named)
        if fits(other, branch):
            return other
    return value


def _listed(parts: Sequence[str], view: SchemaView | None) -> Json:
    return [typed_element(part, None if view is None else view.element(at)) for at, part in enumerate(parts)]


def _named(parts: Sequence[str], view: SchemaView | None, *, is_named: bool) -> Json:
    if is_named:
        pairs = [(name, value) for name, _, value in (part.partition("=") for part in parts)]
    elif len(parts) % 2:
        raise _MisspeltError("names and values by turns")
    else:
        pairs = list(zip(parts[::2], parts[1::2], strict=True))
    return typed_tree({name: [value] for name, value in pairs}, view)


def _label(text: str, parameter: Parameter, form: str) -> Json:
    """Take both spellings of what is not exploded: commas by RFC 6570 §3.2.5, dots by the table of OpenAPI 3.0."""
    if not text.startswith("."):
        raise _MisspeltError('a text that starts with "."')
    separator = "," if "," in text and not parameter.explode else "."
    return _separated(text[1:], separator, parameter.view, form, is_named=parameter.explode)


def _matrix(text: str, parameter: Parameter, form: str) -> Json:
    first, *parts = text.split(";")
    own = f"{parameter.name}="
    if form == "object" and parameter.explode:
        if first or not all("=" in part for part in parts):
            raise _MisspeltError('";name=value" for each member')
        return _named(parts, parameter.view, is_named=True)
    is_list = form == "array" and parameter.explode
    if first or not parts or (len(parts) > 1 and not is_list) or not all(f"{part}=".startswith(own) for part in parts):
        raise _MisspeltError(f'a text that starts with ";{own}"')
    texts = [part[len(own) :] for part in parts]
    if is_list:
        return _listed(texts, parameter.view)
    return _separated(texts[0], ",", parameter.view, form, is_named=False)


_PREFIXED: Final[Mapping[str, Callable[[str, Parameter, str], Json]]] = {"label": _label, "matrix": _matrix}
