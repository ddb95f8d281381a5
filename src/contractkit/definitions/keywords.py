"""Keywords: what the value of each keyword of a schema must be, and what is made of it for the engine."""

from collections.abc import Callable, Mapping
from typing import Final

from contractkit.definitions.nodes import Node
from contractkit.exact_json import Json

TYPES: Final = frozenset({"null", "boolean", "object", "array", "number", "integer", "string"})


def _number(node: Node) -> Json:
    is_number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
    return node.value if is_number else None


def _positive(node: Node) -> Json:
    number = _number(node)
    return number if number is not None and number > 0 else None


def _count(node: Node) -> Json:
    number = _number(node)
    return int(number) if number is not None and number >= 0 and number == int(number) else None


def _flagged(node: Node) -> Json:
    return node.value if isinstance(node.value, bool) else None


def _text(node: Node) -> Json:
    return node.value if isinstance(node.value, str) else None


def _listed(node: Node) -> Json:
    return node.value if isinstance(node.value, list) and node.value else None


def _type(node: Node) -> Json:
    names = node.value if isinstance(node.value, list) else [node.value]
    known = [name for name in names if isinstance(name, str) and name in TYPES]
    if not known or len(known) < len(names):
        return None
    return node.value if isinstance(node.value, str) else list(dict.fromkeys(known))


def _names(node: Node) -> Json:
    if not isinstance(node.value, list) or not all(isinstance(name, str) for name in node.value):
        return None
    return list(dict.fromkeys(node.value))


def _pattern(node: Node) -> Json:
    return node.value if isinstance(node.value, str) and is_pattern(node.value) else None


def is_pattern(text: str) -> bool:
    """Say whether the engine that checks values can run a text as a regular expression."""
    import jsonschema_rs  # heavy; only definitions in use need it

    try:
        jsonschema_rs.Draft202012Validator({"pattern": text}, offline=True)
    except ValueError:
        return False
    return True


def _dependencies(node: Node) -> Json:
    return node.value if isinstance(node.value, dict) else None


READERS: Final[Mapping[str, Callable[[Node], Json]]] = {
    "type": _type,
    "enum": _listed,
    "required": _names,
    "format": _text,
    "pattern": _pattern,
    "multipleOf": _positive,
    "minimum": _number,
    "maximum": _number,
    "exclusiveMinimum": _number,
    "exclusiveMaximum": _number,
    "uniqueItems": _flagged,
    "dependentRequired": _dependencies,
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _count),
    **dict.fromkeys(("minContains", "maxContains"), _count),
}
"""Keyword to what reads its value; None is given where the value makes no sense."""

NAMED_SCHEMAS: Final = frozenset({"properties", "patternProperties", "dependentSchemas"})
LISTED_SCHEMAS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
SCHEMAS: Final = frozenset(
    {
        "additionalProperties",
        "contains",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
"""Keywords under which one schema stands, those before by name and in a list."""

OLDER: Final[Mapping[str, str]] = {
    "$recursiveRef": "$dynamicRef",
    "additionalItems": "items beside prefixItems",
    "dependencies": "dependentRequired or dependentSchemas",
}
"""Keyword of an older draft of JSON Schema to what is written for it in 2020-12."""

DIALECTS: Final = (
    "https://json-schema.org/draft/2020-12/schema",
    "https://spec.openapis.org/oas/3.1/dialect/",
    "https://spec.openapis.org/oas/3.2/dialect/",
)
"""What the URIs of dialects start with that schemas are read by (OpenAPI 3.1 §4.8.24.5)."""
