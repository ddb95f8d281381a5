"""Parameters: from the texts of a request to typed values, wherever they stand (OpenAPI 3.1 §4.8.12)."""

from collections.abc import Iterable
from urllib.parse import unquote

from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.styles import (
    NOTHING,
    Decoded,
    decode_content,
    decode_json,
    decode_text,
    form_of,
    is_content,
)
from contractkit.definitions.surfaces import Parameter
from contractkit.definitions.trees import Tree, read_tree, split_name, typed_element, typed_tree
from contractkit.exact_json import Json
from contractkit.model import Query, is_json_media_type


def decode_cookies(cookies: Query, parameter: Parameter) -> Decoded:
    """Give the value of a cookie parameter: of one cookie, or of several where the style spreads it over them."""
    texts = cookies.get(parameter.name, ())
    if len(texts) > 1 or _is_spread(parameter):
        return decode_query(cookies, parameter)
    return decode_text(texts[0] or "", parameter) if texts else NOTHING


def decode_query(query: Query, parameter: Parameter) -> Decoded:
    """Give the value of a query parameter from all that the query holds."""
    if _is_spread(parameter):
        return _spread(query, parameter)
    texts = [text or "" for text in query.get(parameter.name, ())]
    if not texts:
        return _bracketed(query, parameter)
    if is_content(parameter):
        several: Json = list(texts)
        return decode_content(texts[0], parameter) if len(texts) == 1 else Decoded(several, problem="one value")
    if form_of(parameter.view) == "array" and (parameter.explode or len(texts) > 1):
        return Decoded([typed_element(text, _element(parameter, at)) for at, text in enumerate(texts)])
    if len(texts) > 1:  # a list, which the schema of a single value refuses
        return Decoded(typed_tree(texts, parameter.view))
    return decode_text(texts[0], parameter)


def decode_whole_query(query: Query, parameter: Parameter) -> Decoded:
    """Give the value that the whole query is, by the media type of the parameter: a form, else JSON."""
    if not query:
        return NOTHING
    contents = parameter.node.get("content")
    named = next((name for name, _ in contents.members()), "") if contents is not None else ""
    if is_json_media_type(named):
        return decode_json("&".join(_written(name, text) for name, texts in query.items() for text in texts))
    tree = read_tree((name, text or "") for name, texts in query.items() for text in texts)
    return Decoded(typed_tree(tree, parameter.view))


def _written(name: str, text: str | None) -> str:
    return name if text is None else f"{name}={text}"


def names_of(parameter: Parameter, query: Query) -> frozenset[str]:
    """Give the names in a query that belong to a parameter: its own, its brackets', its members'."""
    if parameter.place == "querystring" or is_free(parameter):
        return frozenset(query)
    if _is_spread(parameter) and parameter.view is not None:
        return frozenset(name for branch in parameter.view.value_branches for name in branch.members) & query.keys()
    return frozenset(name for name in query if name == parameter.name or _is_bracketed(name, parameter))


def is_free(parameter: Parameter) -> bool:
    """Say whether any name in the query may be a member of a parameter: an exploded object of free members."""
    if not _is_spread(parameter) or parameter.view is None:
        return False
    return any(branch.additional is not None or not branch.members for branch in parameter.view.value_branches)


def read_cookies(values: Iterable[str]) -> Query:
    """Give the texts of the cookies of `Cookie` headers by name (RFC 6265 §4.2), percent-decoded."""
    found: dict[str, tuple[str | None, ...]] = {}
    for pair in (pair.strip() for value in values for pair in value.split(";")):
        name, equals, text = pair.partition("=")
        if equals:
            found[name] = (*found.get(name, ()), unquote(text.strip('"')))
    return found


def _is_spread(parameter: Parameter) -> bool:
    """Say whether an object's members stand in the query under their own names (style form, exploded).

    Cookies have a style of that name since OpenAPI 3.2 (§4.12.4).
    """
    is_exploded = parameter.explode and parameter.style in ("form", "cookie")
    return is_exploded and form_of(parameter.view) == "object" and not is_content(parameter)


def _is_bracketed(name: str, parameter: Parameter) -> bool:
    """Say whether a name is a parameter's with brackets: `created[gte]` of `created`, `ids[0]` of `ids[]`."""
    own = parameter.name.removesuffix("[]")
    types = frozenset() if parameter.view is None else parameter.view.types
    return name.startswith(f"{own}[") and len(split_name(name)) > 1 and bool(types & {"array", "object"})


def _spread(query: Query, parameter: Parameter) -> Decoded:
    """Give the object whose members stand in the query; a name with brackets is one as it is where nothing can nest."""
    owned = names_of(parameter, query)
    names = [name for name in query if name in owned]
    if not names:
        return NOTHING
    nested = [name for name in names if _nests(name, parameter.view)]
    tree = read_tree((name, text or "") for name in nested for text in query[name])
    tree |= {name: [text or "" for text in query[name]] for name in names if name not in nested}
    return Decoded(typed_tree(tree, parameter.view))


def _nests(name: str, view: SchemaView | None) -> bool:
    first, *steps = split_name(name)
    members = [branch.member(first) for branch in view.value_branches] if view is not None and steps else []
    return any(each is None or each.view is None or each.view.types & {"object", "array"} for each in members)


def _bracketed(query: Query, parameter: Parameter) -> Decoded:
    names = [name for name in query if _is_bracketed(name, parameter)]
    if not names:
        return NOTHING
    tree: Tree = read_tree((name, text or "") for name in names for text in query[name])
    for step in split_name(parameter.name.removesuffix("[]")):
        assert isinstance(tree, dict)  # every name has brackets behind those of the parameter
        tree = tree[step]
    return Decoded(typed_tree(tree, parameter.view))


def _element(parameter: Parameter, index: int) -> SchemaView | None:
    return None if parameter.view is None else parameter.view.element(index)
