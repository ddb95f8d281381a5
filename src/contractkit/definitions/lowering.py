"""Lowering: schemas of OpenAPI 3.0 to 3.2 as JSON Schema 2020-12, for the engine that checks values.

Each schema that a `$ref` names is lowered once and stands under `$defs` by a number, so recursion and sharing cost
nothing. Where OpenAPI is read more mildly than written, real documents are the reason:

- `nullable: true` allows null wherever it stands, also beside `$ref`, `anyOf`, `allOf` or an `enum` without null.
- A `discriminator` picks the branch by its mapping, else by the `const` or `enum` of the branch's own property, else by
  the branch's name; where that leaves a branch without a value, it is left out of account.
- A keyword whose value makes no sense (`type: text`, `required: true`, a pattern that does not compile) is passed over
  with a warning.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from contractkit.definitions.discriminators import lowered_discriminator
from contractkit.definitions.keywords import (
    DIALECTS,
    LISTED_SCHEMAS,
    NAMED_SCHEMAS,
    OLDER,
    READERS,
    SCHEMAS,
    is_pattern,
)
from contractkit.definitions.nodes import NodeKey
from contractkit.definitions.references import Documents, Node
from contractkit.definitions.schema_facets import says_nullable
from contractkit.definitions.type_mistakes import meant_type
from contractkit.exact_json import Json, show_json

Schema = dict[str, Json] | bool

_BASE64: Final = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_RANGES: Final = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_COMPOSED: Final = ("$ref", "allOf", "anyOf", "oneOf", "not", "if")


class Direction(Enum):
    """Which way a value goes: decides what `readOnly` and `writeOnly` leave out (OpenAPI 3.0 §4.7.24.2)."""

    REQUEST = "readOnly"
    RESPONSE = "writeOnly"


@dataclass(frozen=True, slots=True)
class Origin:
    """A schema of the definition behind a number under `$defs`, with the numbers of the schemas it refers to."""

    node: Node
    schema: Schema
    refers_to: tuple[int, ...]


class Lowering:
    """Lowers the schemas of one set of documents for one direction, each once."""

    def __init__(self, documents: Documents, direction: Direction, warn: Callable[[str, Node], None]) -> None:
        self._documents = documents
        self._direction = direction
        self._warn = warn
        version = str(documents.root.value.get("openapi", ""))
        self._ignores_siblings = version.startswith("3.0")
        self._knows_dynamic = not self._ignores_siblings
        self._numbers: dict[NodeKey, int] = {}
        self._nodes: list[Node] = []
        self._origins: dict[int, Origin] = {}
        dialect = documents.root.get("jsonSchemaDialect")
        if dialect is not None:
            self._warn_of_dialect(dialect)

    def closure(self, node: Node, *, known: Mapping[str, Json] | None = None) -> dict[str, Json]:
        """Give one self-contained schema: a `$ref` to the node's number, and all that is reached under `$defs`.

        What stands under the numbers `known`, which hold all that they reach, is left out.

        Raises:
            DefinitionError: A `$ref` in it leads nowhere.
        """
        first = self.number(node)
        found: dict[str, Schema] = {}
        pending = [first]
        while pending:
            number = pending.pop()
            if str(number) not in found and (known is None or str(number) not in known):
                origin = self.origin(number)
                found[str(number)] = origin.schema
                pending.extend(origin.refers_to)
        return {"$ref": f"#/$defs/{first}", "$defs": found}

    def origin(self, number: int) -> Origin:
        """Give what stands under a number, lowered when first asked for."""
        origin = self._origins.get(number)
        if origin is None:
            refers_to: list[int] = []
            node = self._nodes[number]
            origin = self._origins[number] = Origin(node, self._lower(node, refers_to), tuple(refers_to))
        return origin

    def number(self, node: Node) -> int:
        """Give the number that stands for a schema."""
        if node.key not in self._numbers:
            self._numbers[node.key] = len(self._nodes)
            self._nodes.append(node)
        return self._numbers[node.key]

    def _lower(self, node: Node, refers_to: list[int]) -> Schema:
        if isinstance(node.value, bool):
            return node.value
        if not isinstance(node.value, dict):
            self._warn(f"Not a schema: {show_json(node.value, limit=60)}. Any value is allowed there.", node)
            return True
        node = self._documents.entered(node)
        is_reference = isinstance(node.value.get("$ref"), str)
        lowered = self._reference(node, refers_to) if is_reference else {}
        if not (is_reference and self._ignores_siblings):
            lowered |= self._keywords(node, refers_to)
        if self._knows_dynamic and isinstance(node.value.get("$dynamicRef"), str):
            found = self._documents.dynamic_target(node.value["$dynamicRef"], node)
            lowered["allOf"] = [*lowered.get("allOf", ()), self._numbered(found, refers_to)]
        return _nullable(lowered) if says_nullable(node.value) else lowered

    def _named(self, node: Node, refers_to: list[int]) -> dict[str, Json]:
        held = self._documents.resolve(node)  # no place for a $ref by the standard, but one that is used
        if held is node:
            return {name: self._lower(each, refers_to) for name, each in node.members()}
        return {name: self._numbered(each, refers_to) for name, each in held.members()}  # it may lead to where we are

    def _pass_over_wrong_patterns(self, schemas: dict[str, Json], named: Node) -> None:
        for pattern in [each for each in schemas if not is_pattern(each)]:
            del schemas[pattern]
            said = f"patternProperties cannot be of {show_json(pattern, limit=60)}, which is no regular expression"
            self._warn(f"{said}; it is passed over.", named / pattern)

    def _reference(self, node: Node, refers_to: list[int]) -> dict[str, Json]:
        return self._numbered(self._documents.target(node.value["$ref"], node), refers_to)

    def _numbered(self, node: Node, refers_to: list[int]) -> dict[str, Json]:
        number = self.number(node)
        refers_to.append(number)
        return {"$ref": f"#/$defs/{number}"}

    def _keywords(self, node: Node, refers_to: list[int]) -> dict[str, Json]:
        lowered: dict[str, Json] = {}
        for keyword, child in node.members():
            if keyword == "const":
                lowered[keyword] = child.value  # null included
            elif keyword in ("exclusiveMinimum", "exclusiveMaximum") and isinstance(child.value, bool):
                continue  # a flag of OpenAPI 3.0
            elif keyword in READERS:
                read = READERS[keyword](child)
                if read is None:
                    said = f"{keyword} cannot be {show_json(child.value, limit=60)}; it is passed over."
                    self._warn(
                        f"{said} {meant_type(child.value).capitalize()}".rstrip() if keyword == "type" else said, child
                    )
                else:
                    lowered[keyword] = read
            elif keyword in NAMED_SCHEMAS:
                lowered[keyword] = self._named(child, refers_to)
                if keyword == "patternProperties":
                    self._pass_over_wrong_patterns(lowered[keyword], child)
            elif keyword in LISTED_SCHEMAS and isinstance(child.value, list) and child.value:
                lowered[keyword] = [self._lower(each, refers_to) for each in child.items()]
            elif keyword in SCHEMAS and not isinstance(child.value, list):
                lowered[keyword] = self._lower(child, refers_to)
            else:
                self._warn_of_older(keyword, child)
        return self._adapted(node, lowered)

    def _warn_of_older(self, keyword: str, child: Node) -> None:
        """Say what is written as older drafts have it and means nothing now, rather than let it pass unseen."""
        if keyword in OLDER:
            self._warn(f"{keyword} is of an older JSON Schema and is passed over; write {OLDER[keyword]}.", child)
        elif keyword == "items":
            self._warn("items cannot be a list; it is passed over. Write prefixItems.", child)
        elif keyword == "$schema":
            self._warn_of_dialect(child)

    def _warn_of_dialect(self, named: Node) -> None:
        if not str(named.value).startswith(DIALECTS):
            self._warn(f"Schemas of {show_json(named.value, limit=80)} are read as JSON Schema 2020-12.", named)

    def _adapted(self, node: Node, lowered: dict[str, Json]) -> dict[str, Json]:
        if "required" in lowered:
            lowered["required"] = [name for name in lowered["required"] if not self._is_left_out(node, name)]
        for limit in ("Minimum", "Maximum"):
            _boolean_limit(node.value, lowered, limit)
        _format_ranges(lowered)
        return lowered_discriminator(node, lowered, self._documents) if "discriminator" in node.value else lowered

    def _is_left_out(self, node: Node, name: str) -> bool:
        """Say whether a member is not expected in this direction, declared here or in a member of `allOf`."""
        for holder in (node, *self._inherited(node)):
            properties = holder.get("properties")
            member = properties.get(name) if properties is not None else None
            if member is not None and isinstance(member.value, dict):
                beside = member.value.get(self._direction.value)
                return beside is True or _flag(self._documents.resolve(member), self._direction)
        return False

    def _inherited(self, node: Node) -> Iterator[Node]:
        listed = node.get("allOf")
        for each in listed.items() if listed is not None else ():
            yield self._documents.resolve(each)


def _flag(node: Node, direction: Direction) -> bool:
    return isinstance(node.value, dict) and node.value.get(direction.value) is True


def _nullable(schema: dict[str, Json]) -> dict[str, Json]:
    if "anyOf" in schema and not (schema.keys() & {"type", "enum", "const", "$ref", "allOf", "oneOf", "not", "if"}):
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    if schema.keys() & set(_COMPOSED) or "const" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    changed = dict(schema)
    if "type" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        changed["type"] = [*types, *([] if "null" in types else ["null"])]
    if "enum" in schema and None not in schema["enum"]:
        changed["enum"] = [*schema["enum"], None]
    return changed


def _boolean_limit(source: Mapping[str, Json], lowered: dict[str, Json], limit: str) -> None:
    """Turn OpenAPI 3.0's flag `exclusiveMinimum: true` beside `minimum` into the number of 3.1."""
    if source.get(f"exclusive{limit}") is True and limit.lower() in lowered:
        lowered[f"exclusive{limit}"] = lowered.pop(limit.lower())


def _format_ranges(lowered: dict[str, Json]) -> None:
    """Turn the formats that the engine does not know into keywords it does (OpenAPI format registry)."""
    name = lowered.get("format")
    types = lowered.get("type")
    if name in _RANGES and (types == "integer" or (isinstance(types, list) and "integer" in types)):
        least, most = _RANGES[name]
        lowered["minimum"] = max(least, lowered.get("minimum", least))
        lowered["maximum"] = min(most, lowered.get("maximum", most))
    if name == "byte" and "pattern" not in lowered:
        lowered["pattern"] = _BASE64
