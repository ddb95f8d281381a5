"""Wording: what a lowered schema allows, in words: `an integer of at least 1`, `one of "open", "shipped"`."""

from collections.abc import Callable, Mapping
from typing import Final

from contractkit.exact_json import Json, show_json

_MOST_VALUES: Final = 8
_NOUNS: Final = {
    "null": "null",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "number": "a number",
    "integer": "an integer",
    "string": "a string",
}
_FORMATS: Final = {
    "date": "a date such as 2026-03-01",
    "date-time": "a date and time such as 2026-03-01T12:30:00Z",
    "time": "a time such as 12:30:00Z",
    "duration": "a duration such as P3D",
    "email": "an email address",
    "hostname": "a host name",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "uri": "a URI",
    "uri-reference": "a URI or a part of one",
    "uuid": "a UUID",
    "byte": "a string in base64",
}
_INTEGER_FORMATS: Final = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


def described(schema: Json) -> str:
    """Give what a schema allows, as far as its own keywords say."""
    if not isinstance(schema, dict):
        return "any value" if schema is not False else "no value"
    if "const" in schema:
        return show_json(schema["const"])
    if isinstance(schema.get("enum"), list):
        return _one_of(schema["enum"])
    listed = schema.get("type")
    types = listed if isinstance(listed, list) else [listed] if listed else []
    nouns = [_noun(name, schema) for name in types if name != "null"] or [_untyped(schema)]
    return " or ".join([*nouns, *(["null"] if "null" in types else [])])


def _one_of(values: list[Json]) -> str:
    if len(values) == 1:
        return show_json(values[0])
    shown = ", ".join(show_json(value, limit=60) for value in values[:_MOST_VALUES])
    return f"one of {shown}{', …' if len(values) > _MOST_VALUES else ''}"


def _noun(name: str, schema: Mapping[str, Json]) -> str:
    noun = _NOUNS[name]
    if name == "string" and schema.get("format") in _FORMATS:
        noun = _FORMATS[schema["format"]]
    return " ".join([noun, *filter(None, (say(schema) for say in _QUALITIES.get(name, ())))])


def _untyped(schema: Mapping[str, Json]) -> str:
    for name, keywords in _TELLING.items():
        if schema.keys() & keywords:
            return _noun(name, schema)
    return "any value"


def _range(schema: Mapping[str, Json]) -> str:
    least, most = _INTEGER_FORMATS.get(schema.get("format", ""), (None, None))
    low, high = schema.get("minimum"), schema.get("maximum")
    low = None if low == least and schema.get("type") != "number" else low
    high = None if high == most else high
    words = []
    if low is not None and high is not None:
        words.append(f"from {show_json(low)} to {show_json(high)}")
    elif low is not None or high is not None:
        words.append(f"of at least {show_json(low)}" if low is not None else f"of at most {show_json(high)}")
    words += [f"above {show_json(schema['exclusiveMinimum'])}"] if "exclusiveMinimum" in schema else []
    words += [f"below {show_json(schema['exclusiveMaximum'])}"] if "exclusiveMaximum" in schema else []
    if not words and schema.get("format") in _INTEGER_FORMATS:
        words.append(f"of {schema['format'].removeprefix('int')} bits")
    return " ".join(words)


def _multiple(schema: Mapping[str, Json]) -> str:
    return f"that is a multiple of {show_json(schema['multipleOf'])}" if "multipleOf" in schema else ""


def _counted(least: str, most: str, unit: str) -> Callable[[Mapping[str, Json]], str]:
    def say(schema: Mapping[str, Json]) -> str:
        low, high = schema.get(least), schema.get(most)
        if low is None and high is None:
            return ""
        if low == high:
            return f"of {low} {_plural(unit, low)}"
        if low is not None and high is not None:
            return f"of {low} to {high} {_plural(unit, high)}"
        if low is not None:
            return f"of at least {low} {_plural(unit, low)}"
        return f"of at most {high} {_plural(unit, high)}"

    return say


def _plural(unit: str, count: Json) -> str:
    return unit if count == 1 else f"{unit}s"


def _matching(schema: Mapping[str, Json]) -> str:
    return f"that matches {schema['pattern']}" if "pattern" in schema and schema.get("format") != "byte" else ""


def _formatted(schema: Mapping[str, Json]) -> str:
    name = schema.get("format")
    return f"in the format {name}" if isinstance(name, str) and name not in _FORMATS else ""


_QUALITIES: Final = {
    "integer": (_range, _multiple),
    "number": (_range, _multiple),
    "string": (_formatted, _counted("minLength", "maxLength", "character"), _matching),
    "array": (_counted("minItems", "maxItems", "element"),),
    "object": (_counted("minProperties", "maxProperties", "member"),),
}
_TELLING: Final = {
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "string": {"minLength", "maxLength", "pattern", "format"},
    "array": {"minItems", "maxItems", "items", "prefixItems"},
    "object": {"minProperties", "maxProperties", "properties", "required"},
}
"""Type to keywords that only make sense for it, for schemas that name no type."""
