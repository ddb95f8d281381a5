"""Shapes: JSON values but for the scalars in them; values of one shape are alike wherever only types count."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

from contractkit.definitions.schema_facets import type_of
from contractkit.exact_json import Json
from contractkit.model import Location, Step, Wildcard

Shape: TypeAlias = "str | tuple[str | tuple[str, ...], tuple[Shape, ...]]"
"""A JSON type; of an object its names with the shapes of its members, of a list `array` with the distinct elements'."""

_SIMPLE = {str: "string", int: "integer", bool: "boolean", type(None): "null"}  # most values: faster than asking
_KEPT = 4_096  # shapes whose places are remembered


def shape_of(value: Json) -> Shape:
    """Give the shape of a value."""
    simple = _SIMPLE.get(type(value))
    if simple is not None:
        return simple
    if isinstance(value, dict):
        return tuple(value), tuple(_shapes_of(value.values()))
    if isinstance(value, list):
        return "array", tuple(dict.fromkeys(_shapes_of(value)))
    return type_of(value)


def _shapes_of(values: Iterable[Json]) -> list[Shape]:
    return [_SIMPLE.get(type(value)) or shape_of(value) for value in values]  # scalars need no call of their own


@lru_cache(maxsize=_KEPT)
def types_by_place(shape: Shape, at: Location) -> dict[Location, frozenset[str]]:
    """Give the JSON types at each place of all values of a shape that stand at a location; elements are `[*]`."""
    found: dict[Location, set[str]] = {}
    for location, kind in _walk(shape, at):
        found.setdefault(location, set()).add(kind)
    return {location: frozenset(kinds) for location, kinds in found.items()}


def values_at(value: Json, steps: tuple[Step, ...]) -> list[Json]:
    """Give the values that some steps lead to, those of every element where a step is `[*]`."""
    reached = [value]
    for step in steps:
        if step is Wildcard.INDEX:
            reached = [element for each in reached if isinstance(each, list) for element in each]
        else:
            reached = [each[step] for each in reached if isinstance(each, dict) and step in each]
    return reached


def _walk(shape: Shape, at: Location) -> Iterator[tuple[Location, str]]:
    if isinstance(shape, str):
        yield at, shape
    elif isinstance(shape[0], str):
        yield at, "array"
        for element in shape[1]:
            yield from _walk(element, at / Wildcard.INDEX)
    else:
        yield at, "object"
        for name, member in zip(*shape, strict=True):
            assert isinstance(name, str)
            yield from _walk(member, at / name)
