"""Parameters: from the texts of a request to typed values, in every style (OpenAPI 3.1 §4.8.12.2)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surfaces import Parameter
from contractkit.definitions.trees import read_tree, split_name, typed_text, typed_tree
from contractkit.exact_json import Json, JsonSyntaxError, read_json
from contractkit.model import Query, is_json_media_type
from contractkit.results import ABSENT, Absent

_SEPARATORS: Final = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}
"""Style to what stands between elements, where it is no comma; the last one is Swagger's `tsv`."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The value of a parameter, `ABSENT` where the request has none; `problem` where it cannot be decoded."""

    value: Json | Absent
    problem: str = ""


NOTHING: Final = Decoded(ABSENT)


def decode_text(text: str, parameter: Parameter) -> Decoded:
    """Give the value of a path or header parameter, or of a cookie, from its text."""
    if parameter.node.get("schema") is None and parameter.node.get("content") is not None:
        return _content(text)
    form = _form(parameter.view)
    if parameter.style in ("label", "matrix"):
        return Decoded(_PREFIXED[parameter.style](text, parameter, form))
    separator = _SEPARATORS.get(parameter.style, ",")
    return Decoded(_separated(text, separator, parameter.view, form, is_named=parameter.explode))


def decode_cookies(cookies: Query, parameter: Parameter) -> Decoded:
    """Give the value of a cookie parameter: of one cookie, or of several where the style spreads it over them."""
    texts = cookies.get(parameter.name, ())
    if len(texts) > 1 or _is_spread(parameter, _form(parameter.view)):
        return decode_query(cookies, parameter)
    return decode_text(texts[0] or "", parameter) if texts else NOTHING


def decode_query(query: Query, parameter: Parameter) -> Decoded:
    """Give the value of a query parameter from all that the query holds."""
    form = _form(parameter.view)
    if _is_spread(parameter, form):
        return _spread(query, parameter)
    texts = [text or "" for text in query.get(parameter.name, ())]
    if not texts:
        return _bracketed(query, parameter)
    if parameter.node.get("schema") is None and parameter.node.get("content") is not None:
        return _content(texts[0])
    if form == "array" and (parameter.explode or len(texts) > 1):
        return Decoded([typed_text(text, _element(parameter.view, at)) for at, text in enumerate(texts)])
    if len(texts) > 1:  # a list, which the schema of a single value refuses
        return Decoded(typed_tree(texts, parameter.view))
    separator = _SEPARATORS.get(parameter.style, ",")
    return Decoded(_separated(texts[0], separator, parameter.view, form, is_named=False))


def decode_whole_query(query: Query, parameter: Parameter) -> Decoded:
    """Give the value that the whole query is, by the media type of the parameter: a form, else JSON."""
    if not query:
        return NOTHING
    contents = parameter.node.get("content")
    named = next((name for name, _ in contents.members()), "") if contents is not None else ""
    if is_json_media_type(named):
        return _content("&".join(_written(name, text) for name, texts in query.items() for text in texts))
    tree = read_tree((name, text or "") for name, texts in query.items() for text in texts)
    return Decoded(typed_tree(tree, parameter.view))


def _written(name: str, text: str | None) -> str:
    return name if text is None else f"{name}={text}"


def names_of(parameter: Parameter, query: Query) -> frozenset[str]:
    """Give the names in a query that belong to a parameter: its own, its brackets', its members'."""
    if parameter.place == "querystring":
        return frozenset(query)
    if _is_spread(parameter, _form(parameter.view)) and parameter.view is not None:
        is_open = parameter.view.additional is not None or not parameter.view.members
        return frozenset(query) if is_open else frozenset(parameter.view.members) & query.keys()
    own = split_name(parameter.name)[0]
    return frozenset(name for name in query if name == parameter.name or _is_bracketed(name, own, parameter))


def read_cookies(values: Iterable[str]) -> Query:
    """Give the texts of the cookies of `Cookie` headers by name (RFC 6265 §4.2), percent-decoded."""
    found: dict[str, tuple[str | None, ...]] = {}
    for pair in (pair.strip() for value in values for pair in value.split(";")):
        name, equals, text = pair.partition("=")
        if equals:
            found[name] = (*found.get(name, ()), unquote(text.strip('"')))
    return found


def _form(view: SchemaView | None) -> str:
    """Say whether a parameter is meant as an `array`, an `object` or a `scalar`."""
    types = frozenset() if view is None else view.types - {"null"}
    if types & {"string", "integer", "number", "boolean"} or not types:
        return "scalar"
    return "array" if "array" in types else "object"


def _element(view: SchemaView | None, index: int) -> SchemaView | None:
    return None if view is None else view.element(index)


def _is_spread(parameter: Parameter, form: str) -> bool:
    """Say whether an object's members stand in the query under their own names (style form, exploded).

    Cookies have a style of that name since OpenAPI 3.2 (§4.12.4).
    """
    return form == "object" and parameter.style in ("form", "cookie") and parameter.explode and _has_schema(parameter)


def _has_schema(parameter: Parameter) -> bool:
    return parameter.node.get("schema") is not None


def _is_bracketed(name: str, own: str, parameter: Parameter) -> bool:
    if not name.startswith(f"{own}["):
        return False
    types = frozenset() if parameter.view is None else parameter.view.types
    return split_name(name)[0] == own and bool(types & {"array", "object"})


def _spread(query: Query, parameter: Parameter) -> Decoded:
    names = names_of(parameter, query)
    if not names:
        return NOTHING
    tree = read_tree((name, text or "") for name in query if name in names for text in query[name])
    return Decoded(typed_tree(tree, parameter.view))


def _bracketed(query: Query, parameter: Parameter) -> Decoded:
    own = split_name(parameter.name)[0]
    names = [name for name in query if _is_bracketed(name, own, parameter)]
    if not names:
        return NOTHING
    tree = read_tree((name, text or "") for name in names for text in query[name])
    return Decoded(typed_tree(tree[own], parameter.view))


def _content(text: str) -> Decoded:
    try:
        return Decoded(read_json(text))
    except JsonSyntaxError as error:
        return Decoded(text, problem=f"JSON ({error.problem})")


def _separated(text: str, separator: str, view: SchemaView | None, form: str, *, is_named: bool) -> Json:
    if form == "scalar":
        return typed_tree([text], view)
    parts = [part.strip() for part in text.split(separator)] if text else []
    return _listed(parts, view) if form == "array" else _named(parts, view, is_named=is_named)


def _listed(parts: Sequence[str], view: SchemaView | None) -> Json:
    return [typed_text(part, _element(view, index)) for index, part in enumerate(parts)]


def _named(parts: Sequence[str], view: SchemaView | None, *, is_named: bool) -> Json:
    if is_named:
        pairs = [(name, value) for name, _, value in (part.partition("=") for part in parts)]
    else:
        pairs = list(zip(parts[::2], parts[1::2], strict=False))
    return typed_tree({name: [value] for name, value in pairs}, view)


def _label(text: str, parameter: Parameter, form: str) -> Json:
    """Take both spellings of what is not exploded: commas by RFC 6570 §3.2.5, dots by the table of OpenAPI 3.0."""
    separator = "," if "," in text and not parameter.explode else "."
    return _separated(text.removeprefix("."), separator, parameter.view, form, is_named=parameter.explode)


def _matrix(text: str, parameter: Parameter, form: str) -> Json:
    parts = text.removeprefix(";").split(";")
    own = f"{parameter.name}="
    if form == "object" and parameter.explode:
        return _named(parts, parameter.view, is_named=True)
    if form == "array" and parameter.explode:
        return _listed([part.removeprefix(own) for part in parts], parameter.view)
    written = "" if parts[0] == parameter.name else parts[0].removeprefix(own)
    return _separated(written, ",", parameter.view, form, is_named=False)


_PREFIXED: Final[Mapping[str, Callable[[str, Parameter, str], Json]]] = {"label": _label, "matrix": _matrix}
