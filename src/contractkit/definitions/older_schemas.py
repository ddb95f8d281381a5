"""Older schemas: what drafts of JSON Schema before 2020-12 write differently, rewritten as 2020-12 has it.

Schemas of messages are often of draft 7, and those of AsyncAPI are a superset of it. Other keywords read the same, or
are read as OpenAPI's own older forms are (`exclusiveMinimum: true`).
"""

from collections.abc import Mapping
from typing import Final

from contractkit.exact_json import Json

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_NAMED: Final = frozenset(
    {"properties", "patternProperties", "dependentSchemas", "$defs", "definitions", "schemas", "messages", "channels"}
)
"""Keywords whose members have names of the author's choosing, which are no keywords."""

_VALUES: Final = frozenset({"const", "default", "enum", "example", "examples"})
"""Keywords that hold values, not schemas."""


def upgraded_schemas(value: Json) -> Json:
    """Give a document of schemas, or one that holds them, with every schema as JSON Schema 2020-12 writes it."""
    if isinstance(value, list):
        return [upgraded_schemas(each) for each in value]
    if not isinstance(value, dict):
        return value
    inner = {name: _inner(name, member) for name, member in value.items()}
    return _with_dialect(_without_dependencies(_with_prefix(inner)))


def _inner(name: str, member: Json) -> Json:
    if name in _VALUES:
        return member
    if name in _NAMED and isinstance(member, dict):
        return {each: upgraded_schemas(schema) for each, schema in member.items()}
    return upgraded_schemas(member)


def _with_prefix(schema: dict[str, Json]) -> dict[str, Json]:
    """Give a schema whose list of `items` is `prefixItems` (JSON Schema 2020-12, appendix G)."""
    if not isinstance(schema.get("items"), list):
        return schema
    named = {"items": "prefixItems", "additionalItems": "items"}
    return {named.get(name, name): member for name, member in schema.items()}


def _without_dependencies(schema: dict[str, Json]) -> dict[str, Json]:
    """Give a schema whose `dependencies` are told apart by what they ask for (JSON Schema 2019-09 §10)."""
    found = schema.get("dependencies")
    if not isinstance(found, Mapping):
        return schema
    required = {name: each for name, each in found.items() if isinstance(each, list)}
    schemas = {name: each for name, each in found.items() if not isinstance(each, list)}
    rest = {name: member for name, member in schema.items() if name != "dependencies"}
    return {
        **rest,
        **({"dependentRequired": required} if required else {}),
        **({"dependentSchemas": schemas} if schemas else {}),
    }


def _with_dialect(schema: dict[str, Json]) -> dict[str, Json]:
    named = schema.get("$schema")
    is_older = isinstance(named, str) and "json-schema.org/" in named and "2020-12" not in named
    return {**schema, "$schema": _DIALECT} if is_older else schema
