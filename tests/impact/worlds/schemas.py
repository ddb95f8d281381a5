"""Schemas at random, and what they amount to once references and `allOf` are followed."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]
Value: TypeAlias = Any

NAMES = ("id", "name", "total", "status", "note", "lines", "owner", "tags", "price", "left")
WORDS = ("paid", "open", "lost", "sent", "new", "old")
PATTERNS = ("^[a-z]{3}$", "^[A-Z]-[0-9]+$", "^(red|blue|green)$")
FORMATS = ("date", "date-time", "uuid")
KNOWN = "x-extensible-enum"
"""The keyword for the values that come, of which it is said that others may in time."""
PART = "x-part"
"""Marks what is joined with others: closed, it would refuse their members."""
_SCALARS = ("string", "integer", "number", "boolean", "enum", "enum", "text", "null")
_KINDS = (*_SCALARS, "object", "object", "array", "array", "map", "union", "choice", "whole", "tuple")
_REFERENCE = "#/components/schemas/"


@dataclass(slots=True)
class SchemaMaker:
    """Makes schemas; what is referenced by name is put among the `named` ones."""

    random: Random
    named: dict[str, Schema]

    def object(self, depth: int, names: tuple[str, ...] = NAMES) -> Schema:
        """Make an object of a few members."""
        names = tuple(self.random.sample(names, self.random.randint(2, 5)))
        return {
            "type": "object",
            "required": [name for name in names if self.random.random() < 0.6],
            "properties": {name: self.schema(depth + 1) for name in names},
            **({"additionalProperties": False} if self.random.random() < 0.2 else {}),
        }

    def schema(self, depth: int) -> Schema:
        """Make any schema, less deep ones the deeper it lies."""
        kind = self.random.choice(_SCALARS if depth > 2 else _KINDS)
        match kind:
            case "object":
                return self.object(depth)
            case "array":
                return {"type": "array", "items": self.schema(depth + 1), **self._size()}
            case "map":
                return {"type": "object", "additionalProperties": self.schema(3)}
            case "union":
                return self._union(depth)
            case "choice":
                return {"anyOf": [{"type": "string", "enum": self._words()}, {"type": "integer"}]}
            case "whole":
                parts = [{**self._open(depth + 1, names), PART: True} for names in (NAMES[:5], NAMES[5:])]
                return {"allOf": [self._reference("Part", parts[0]), parts[1]]}
            case "tuple":
                return {"type": "array", "prefixItems": [self.scalar(), self.scalar()], "items": {"type": "string"}}
        return self.scalar(kind)

    def scalar(self, kind: str = "") -> Schema:
        """Make a schema of one plain value."""
        match kind or self.random.choice(_SCALARS):
            case "enum":
                return {"type": "string", KNOWN if self.random.random() < 0.15 else "enum": self._words()}
            case "text":
                said = {"pattern": self.random.choice(PATTERNS), "format": self.random.choice(FORMATS)}
                keyword = self.random.choice(tuple(said))
                return {"type": "string", keyword: said[keyword]}
            case "null":
                return {"type": [self.random.choice(("string", "integer", "number", "boolean")), "null"]}
            case "integer" if self.random.random() < 0.3:
                return {"type": "integer", "minimum": 1, "maximum": self.random.randint(5, 20)}
            case chosen:
                return {"type": chosen}

    def alternative(self, kind: str, depth: int, *, is_told: bool = True) -> Schema:
        """Make a named alternative of a union; where `is_told`, its member `kind` says which one it is."""
        schema = self._open(depth)
        schema["properties"]["kind"] = {"type": "string", "enum": [kind]} if is_told else {"type": "string"}
        schema["required"].append("kind")
        return self._reference("Case", schema)

    def _union(self, depth: int) -> Schema:
        kinds = self.random.sample(WORDS, 2)
        is_told = self.random.random() < 0.5
        union = {"oneOf": [self.alternative(kind, depth + 1, is_told=is_told) for kind in kinds]}
        if not is_told or self.random.random() < 0.5:
            names = [each["$ref"] for each in union["oneOf"]]
            return {**union, "discriminator": {"propertyName": "kind", "mapping": dict(zip(kinds, names, strict=True))}}
        return union

    def _open(self, depth: int, names: tuple[str, ...] = NAMES) -> Schema:
        schema = self.object(depth, names)
        schema.pop("additionalProperties", None)
        return schema

    def _reference(self, stem: str, schema: Schema) -> Schema:
        name = f"{stem}{len(self.named)}"
        self.named[name] = schema
        return {"$ref": f"{_REFERENCE}{name}"}

    def _words(self) -> list[str]:
        return self.random.sample(WORDS, self.random.randint(2, 4))

    def _size(self) -> Schema:
        return self.random.choice(({}, {}, {"minItems": 1}, {"maxItems": 2}))


def flat(schema: Schema, document: Any) -> Schema:
    """Give a schema with its reference followed and its `allOf` joined; alternatives are left as they are."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].removeprefix(_REFERENCE)]
    if "allOf" not in schema:
        return schema
    joined: Schema = {key: said for key, said in schema.items() if key != "allOf"}
    for part in schema["allOf"]:
        for key, said in flat(part, document).items():
            match key:
                case "properties":
                    joined[key] = {**said, **joined.get(key, {})}
                case "type":
                    joined[key] = _both(joined.get(key, said), said)
                case "required":
                    joined[key] = [*joined.get(key, ()), *said]
                case _:
                    joined.setdefault(key, said)
    return joined


def _both(types: Any, others: Any) -> Any:
    """Give the types that two parts have in common: no part of a whole allows what another one does not."""
    if types == others:
        return types
    both = [each for each in types_of({"type": types}) if each in types_of({"type": others})]
    return both[0] if len(both) == 1 else both


def alternatives(schema: Schema) -> list[Schema]:
    """Give the alternatives of a union, none of what is no union."""
    found: list[Schema] = schema.get("oneOf") or schema.get("anyOf") or []
    return found


def mapped(schema: Schema) -> dict[str, str]:
    """Give the values of `kind` that pick an alternative of a union, each with the reference to it."""
    found: dict[str, str] = schema.get("discriminator", {}).get("mapping", {})
    return found


def types_of(schema: Schema) -> list[str]:
    """Give the types that a flat schema names."""
    return [schema["type"]] if isinstance(schema.get("type"), str) else list(schema.get("type", ()))


def everything(document: Any) -> Iterator[Schema]:
    """Give every schema that the named ones hold, references not followed."""
    pending = list(document["components"]["schemas"].values())
    while pending:
        schema = pending.pop()
        yield schema
        pending += schema.get("properties", {}).values()
        pending += (schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict))
        pending += (each for key in ("oneOf", "anyOf", "allOf", "prefixItems") for each in schema.get(key, ()))
