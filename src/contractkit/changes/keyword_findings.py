"""What can differ in keywords that no rule works out: they are compared by meaning as far as little suffices for it."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from contractkit.changes.found import Found, described, listed, said_found, without
from contractkit.changes.sameness import PROSE, describes_the_same
from contractkit.definitions.references import Node
from contractkit.definitions.schema_facets import ALL_TYPES, declared_types, type_of
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json
from contractkit.model import Wildcard

UNSETTLED_KEYWORDS = (
    "contains", "contentEncoding", "contentMediaType", "contentSchema", "dependentRequired", "dependentSchemas", "else",
    "if", "items", "multipleOf", "not", "patternProperties", "propertyNames", "then", "unevaluatedItems",
    "unevaluatedProperties", "uniqueItems",
)  # fmt: skip
"""Keywords that are compared as they are written, since what they amount to is not worked out."""

_LIMITED_TYPES: Final[Mapping[str, frozenset[str]]] = {
    "contains": frozenset({"array"}),
    "dependentRequired": frozenset({"object"}),
    "dependentSchemas": frozenset({"object"}),
    "else": ALL_TYPES,
    "if": ALL_TYPES,
    "items": frozenset({"array"}),
    "multipleOf": frozenset({"integer", "number"}),
    "not": ALL_TYPES,
    "propertyNames": frozenset({"object"}),
    "then": ALL_TYPES,
    "uniqueItems": frozenset({"array"}),
}
"""Those that surely exclude a value where nothing was demanded with them: of what types."""

_KNOWN_VALUES: Final = "x-extensible-enum"


def added_keyword(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the unsettled keywords that are new or surely demand more, so that values are refused that were not."""
    yield from (said_found(each, old, new) for each in _otherwise(new, old) if _surely_excludes(each, old, new))
    if _has_new_elements(old, new) and _is_limited(new.elements):
        yield from _elements_found(old, new)


def changed_keyword(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the unsettled keywords that demand something else, and those of which it is not sure what they exclude."""
    yield from (said_found(each, old, new) for each in _otherwise(new, old) if not _surely_excludes(each, old, new))
    if _has_new_elements(old, new) and not _is_limited(new.elements):
        yield from _elements_found(old, new)
    yield from _additional_found(old, new) if _is_typed(new) and not (_is_typed(old) or old.is_closed) else ()


def lost_keyword(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the unsettled keywords that are gone or demand less."""
    yield from (said_found(each, old, new) for each in _otherwise(old, new))
    yield from _elements_found(old, new) if _limits(old.elements) and not (new.elements or _is_full(new)) else ()
    yield from _additional_found(old, new) if _is_typed(old) and not (_is_typed(new) or new.is_closed) else ()


def lost_known_values(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that values are not known any more of which it is said that there may be others."""
    before, after = known_values(old), known_values(new)
    if after and (not before or without(before, after)):
        yield _known_values_found(old, new)


def other_known_values(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that other values are known of which it is said that there may be others."""
    before, after = known_values(old), known_values(new)
    if without(before, after) or without(after, before):
        yield _known_values_found(old, new)


def known_values(view: SchemaView) -> tuple[Json, ...]:
    """Give the values that a schema lists as known, beside which there may be others; none where it lists none."""
    return tuple(value for said in view.said(_KNOWN_VALUES) if isinstance(said, list) for value in said)


def _known_values_found(old: SchemaView, new: SchemaView) -> Found:
    said = [listed(known_values(view)) or "any value" for view in (old, new)]
    return Found(said[0], said[1], old.place(_KNOWN_VALUES), new.place(_KNOWN_VALUES))


def _otherwise(view: SchemaView, other: SchemaView) -> Iterator[str]:
    """Give the unsettled keywords by which one schema demands what the other does not."""
    for keyword in UNSETTLED_KEYWORDS:
        others = tuple(_demands(other, keyword))
        if not all(
            any(_covers(keyword, each, node, other, view) for each in others) for node in _demands(view, keyword)
        ):
            yield keyword
    yield from (flag for flag in _stray_flags(view) if True not in other.said(flag))


def _surely_excludes(keyword: str, old: SchemaView, new: SchemaView) -> bool:
    """Say whether there are values that a keyword excludes which demands more than it did: it was not there, or less.

    How members of free names are described is not looked into here, nor what is left unevaluated; contents are not
    looked into by who validates (JSON Schema 2020-12 validation §8.1), and a flag without its bound says nothing sure.
    """
    if keyword not in _LIMITED_TYPES or not _LIMITED_TYPES[keyword] & old.types:
        return False
    if keyword == "if" and not any(_demands(new, "then")) and not any(_demands(new, "else")):
        return False  # it only settles what is left unevaluated
    if keyword == "contains" and 0 in new.said("minContains"):
        return False
    if keyword in _SURE and not any(_SURE[keyword](said, old) for said in new.said(keyword)):
        return False
    return keyword in _WEIGHED or not any(_demands(old, keyword))


def _types_in(schema: Json) -> frozenset[str]:
    """Give the types of which a schema may take a value; an integer is a number too."""
    if not isinstance(schema, dict):
        return ALL_TYPES
    listed = [schema["const"]] if "const" in schema else schema.get("enum")
    types = declared_types(schema.get("type"))
    if not isinstance(listed, list):
        return types
    found = frozenset(map(type_of, listed))
    return types & (found | {"number"} if "integer" in found else found)


def _excludes_some(schema: Json, old: SchemaView) -> bool:
    """Say whether a schema under `not` takes values of types that there were."""
    return bool(_types_in(schema) & old.types)


def _leaves_out_integers(factor: Json, old: SchemaView) -> bool:
    """Say whether not all that was a number, or an integer, is a multiple of a factor."""
    is_known = isinstance(factor, int | float) and not isinstance(factor, bool) and 0 < factor <= 1
    return "number" in old.types or not (is_known and (1 / factor).is_integer())


def _requires_more(dependent: Json, old: SchemaView) -> bool:
    """Say whether a member that may be absent is required beside another one."""
    if not isinstance(dependent, dict):
        return True
    names = (name for each in dependent.values() if isinstance(each, list) for name in each)
    return any((member := old.member(str(name))) is None or not member.is_required for name in names)


def _refuses_lists(schema: Json, old: SchemaView) -> bool:
    """Say whether lists were allowed that hold no such element."""
    fewest = old.bounds.get("minItems")
    return _says_something(schema) or fewest is None or fewest.value < 1


_SURE: Final[Mapping[str, Callable[[Json, SchemaView], bool]]] = {
    "contains": _refuses_lists,
    "dependentRequired": _requires_more,
    "multipleOf": _leaves_out_integers,
    "not": _excludes_some,
}
"""Keywords that may exclude nothing which there was: what says that one surely does."""


def _stray_flags(view: SchemaView) -> Iterator[str]:
    """Give OpenAPI 3.0's flags without the bound they belong to: what they exclude, each tool decides for itself."""
    for flag, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if bound not in view.bounds and any(said is True for said in view.said(flag)):
            yield flag


def _demands(view: SchemaView, keyword: str) -> Iterator[Node]:
    for conjunct in view.conjuncts:
        if isinstance(conjunct.node.value, dict) and keyword in conjunct.node.value:
            node = conjunct.node / keyword
            if _demands_something(keyword, conjunct.node.value):
                yield node


def _demands_something(keyword: str, schema: Mapping[str, Json]) -> bool:
    value = schema[keyword]
    match keyword:
        case "items":
            return value is False  # what else it says is a schema of its own
        case "uniqueItems" | "not":
            return value is not False
        case "propertyNames":  # a name is a text, said or not
            return _says_something(value) and value != {"type": "string"}
        case "patternProperties" | "dependentSchemas":
            return not isinstance(value, dict) or any(map(_says_something, value.values()))
        case "unevaluatedProperties":
            return isinstance(value, dict) and bool(value)  # that others are refused has a rule of its own
        case "contains":
            return True
        case "if":  # alone it demands nothing, but settles what is left unevaluated
            return any(schema.get(each, True) not in (True, {}) for each in ("then", "else")) or _has_leftovers(schema)
        case "then" | "else":
            return "if" in schema and value not in (True, {})
    return value is not True and value != {}


def _says_something(schema: Json) -> bool:
    """Say whether a schema says anything beyond prose."""
    return schema is not True and (not isinstance(schema, dict) or bool(schema.keys() - PROSE))


def _has_leftovers(schema: Mapping[str, Json]) -> bool:
    return "unevaluatedProperties" in schema or "unevaluatedItems" in schema


def _covers(keyword: str, other: Node, node: Node, other_view: SchemaView, view: SchemaView) -> bool:
    """Say whether one schema demands with a keyword at least what another one does."""
    weigh = _WEIGHED.get(keyword)
    if weigh is not None:
        return weigh(other.value, node.value)
    return describes_the_same(other, other_view.schemas.documents, node, view.schemas.documents)


def _is_multiple(stronger: Json, weaker: Json) -> bool:
    if not all(isinstance(each, int | float) and not isinstance(each, bool) and each for each in (stronger, weaker)):
        return bool(stronger == weaker)
    try:
        return Decimal(str(stronger)) % Decimal(str(weaker)) == 0
    except InvalidOperation:  # too large to be divided exactly
        return bool(stronger == weaker)


def _requires_as_much(stronger: Json, weaker: Json) -> bool:
    if not (isinstance(stronger, dict) and isinstance(weaker, dict)):
        return bool(stronger == weaker)
    return all(_names(listed) <= _names(stronger.get(name)) for name, listed in weaker.items())


def _names(listed: Json) -> frozenset[str]:
    return frozenset(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else frozenset()


def _has_patterns(stronger: Json, weaker: Json) -> bool:
    if not (isinstance(stronger, dict) and isinstance(weaker, dict)):
        return bool(stronger == weaker)
    named = {pattern for pattern, schema in weaker.items() if _says_something(schema)}
    return named <= stronger.keys()  # what each demands is compared as schemas are


_WEIGHED: Mapping[str, Callable[[Json, Json], bool]] = {
    "dependentRequired": _requires_as_much,
    "multipleOf": _is_multiple,
    "patternProperties": _has_patterns,
}
"""By keyword: whether the first value demands at least what the second one does."""


def _is_full(view: SchemaView) -> bool:
    """Say whether no elements are allowed beyond the numbered ones."""
    return any(_demands(view, "items"))


def _limits(elements: SchemaView | None) -> bool:
    """Say whether anything is said of elements beyond prose."""
    return elements is not None and any(_says_something(each.node.value) for each in elements.conjuncts)


def _has_new_elements(old: SchemaView, new: SchemaView) -> bool:
    return _limits(new.elements) and not (old.elements or _is_full(old))


def _is_limited(elements: SchemaView | None) -> bool:
    """Say whether surely not every value may be an element."""
    return elements is not None and bool(elements.types != ALL_TYPES or elements.bounds or elements.values is not None)


def _elements_found(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    if _are_both("array", old, new):
        yield Found(
            described(old.elements), described(new.elements), old.place("items"), new.place("items"), Wildcard.INDEX
        )


def _is_typed(view: SchemaView) -> bool:
    return view.additional is not None and view.additional.types != ALL_TYPES


def _additional_found(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    if _are_both("object", old, new):
        before, after = (view.place("additionalProperties") for view in (old, new))
        yield Found(described(old.additional), described(new.additional), before, after, Wildcard.ANY)


def _are_both(kind: str, old: SchemaView, new: SchemaView) -> bool:
    return kind in old.types & new.types and old.types - {"null"} == new.types - {"null"}


def fewer_numbered(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that fewer of the first elements are described, and nothing is said of all."""
    if len(new.numbered) < len(old.numbered) and new.elements is None:
        yield _numbered_found(old, new)


def more_numbered(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that more of the first elements are described, where nothing was said of all."""
    if len(new.numbered) > len(old.numbered) and old.elements is None:
        yield _numbered_found(old, new)


def _numbered_found(old: SchemaView, new: SchemaView) -> Found:
    said = [f"{len(view.numbered)} described elements" for view in (old, new)]
    return Found(said[0], said[1], old.place("prefixItems"), new.place("prefixItems"))
