"""What can differ in formats: one may hold all values of another, as `int64` does those of `int32`."""

from collections.abc import Iterator, Mapping
from typing import Final

from contractkit.changes.found import Found, said_found
from contractkit.definitions.schema_facets import ALL_TYPES
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json

_HELD_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "int8": ("int16",),
    "int16": ("int32",),
    "int32": ("int64",),
    "uint8": ("uint16", "int16"),
    "uint16": ("uint32", "int32"),
    "uint32": ("uint64", "int64"),
    "float": ("double",),
    "email": ("idn-email",),
    "hostname": ("idn-hostname",),
    "uri": ("iri", "uri-reference"),
    "iri": ("iri-reference",),
    "uri-reference": ("iri-reference",),
}
"""By format: the next ones that hold all of its values (JSON Schema 2020-12 validation §7.3, OpenAPI's registry)."""


def other_format(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find a format that is new or another, and does not hold all values of the old one."""
    if _are_alike_but_for_null(old, new) and not takes_formats(new, old):
        yield said_found("format", old, new)


def lost_format(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find a format that is gone or another, and did not hold all values of the new one."""
    if _are_alike_but_for_null(old, new) and not takes_formats(old, new):
        yield said_found("format", old, new)


def takes_formats(view: SchemaView, other: SchemaView) -> bool:
    """Say whether the formats of a schema exclude none of another one's values.

    A format that only repeats the type (`boolean`) says nothing.
    """
    return all(any(_holds(said, each) for each in other.said("format")) for said in _formats(view))


def _formats(view: SchemaView) -> list[Json]:
    return [said for said in view.said("format") if not (isinstance(said, str) and said in ALL_TYPES)]


def _holds(wider: Json, narrower: Json) -> bool:
    if wider == narrower:
        return True
    return isinstance(narrower, str) and any(_holds(wider, each) for each in _HELD_BY.get(narrower, ()))


def _are_alike_but_for_null(old: SchemaView, new: SchemaView) -> bool:
    return old.types - {"null"} == new.types - {"null"}
