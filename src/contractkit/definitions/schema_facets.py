"""Facets of schemas: the JSON types and the numeric bounds that keywords state, in one spelling for all versions."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from contractkit.exact_json import Json

ALL_TYPES: Final = frozenset({"null", "boolean", "object", "array", "number", "integer", "string"})
"""Every JSON type; `number` stands beside `integer`, so that a set with both admits decimals and one with
`integer` alone does not."""

_OF_ONE: Final = {name: frozenset({name, "integer"} if name == "number" else {name}) for name in ALL_TYPES}

UPPER_BOUNDS: Final = ("maximum", "maxLength", "maxItems", "maxProperties", "maxContains")
LOWER_BOUNDS: Final = ("minimum", "minLength", "minItems", "minProperties", "minContains")


@dataclass(frozen=True, slots=True)
class Bound:
    """An upper or lower bound by its keyword, `maximum` and `minimum` also for the exclusive spellings."""

    keyword: str
    value: float
    is_exclusive: bool

    def __str__(self) -> str:
        return f"{self.keyword} {self.value}{' (excluded)' if self.is_exclusive else ''}"

    def of_integers(self) -> "Bound":
        """Give the bound that leaves the same integers, itself included: below 5 is 4 at most."""
        if isinstance(self.value, float) and not math.isfinite(self.value):
            return self
        if self.keyword in UPPER_BOUNDS:
            most = math.ceil(self.value) - 1 if self.is_exclusive else math.floor(self.value)
            return Bound(self.keyword, most, is_exclusive=False)
        least = math.floor(self.value) + 1 if self.is_exclusive else math.ceil(self.value)
        return Bound(self.keyword, least, is_exclusive=False)

    def is_tighter_than(self, other: "Bound") -> bool:
        """Say whether fewer values fit this bound than another one of the same keyword."""
        if self.value == other.value:
            return self.is_exclusive and not other.is_exclusive
        return (self.value < other.value) is (self.keyword in UPPER_BOUNDS)


def type_of(value: Json) -> str:
    """Give the JSON type of a value, `integer` for whole numbers however they are spelled (JSON Schema §6.1.1)."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "string"
        case list():
            return "array"
    return "object"


def type_names(types: Iterable[str]) -> str:
    """Give a set of JSON types as a message names it: `integer or null`, `any type`."""
    found = frozenset(types)
    if found == ALL_TYPES:
        return "any type"
    shown = found - {"integer"} if "number" in found else found
    return " or ".join([*sorted(shown - {"null"}), *sorted(shown & {"null"})]) or "nothing"


def declared_types(declared: Json) -> frozenset[str]:
    """Give the JSON types that the value of `type` names; all where it names none that is known."""
    if isinstance(declared, str):
        return _OF_ONE.get(declared, ALL_TYPES)  # OpenAPI 2's `file` and misspelt types say nothing about JSON
    names = declared if isinstance(declared, list) else ()
    return frozenset[str]().union(*(_OF_ONE.get(name, ()) for name in names if isinstance(name, str))) or ALL_TYPES


def says_nullable(schema: Mapping[str, Json]) -> bool:
    """Say whether a schema allows null by a keyword of its own: `nullable` (3.0), `x-nullable` (Swagger)."""
    return schema.get("nullable") is True or schema.get("x-nullable") is True


def types_holding(value: Json) -> frozenset[str]:
    """Give the types among `ALL_TYPES` that a value of this kind has."""
    found = type_of(value)
    return frozenset({"integer", "number"} if found in ("integer", "number") else {found})


def bounds_of(schema: Mapping[str, Json]) -> Iterator[Bound]:
    """Give the bounds that a schema object states itself."""
    for keyword in (*UPPER_BOUNDS, *LOWER_BOUNDS):
        exclusive = schema.get(f"exclusive{keyword[0].upper()}{keyword[1:]}")  # a flag in OpenAPI 3.0, a number since
        for value, is_exclusive in ((schema.get(keyword), exclusive is True), (exclusive, True)):
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield Bound(keyword, value, is_exclusive)
