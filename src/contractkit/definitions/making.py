"""Making: what the value of a schema is to be at a place: its type, how many members, what draws are for."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from contractkit.definitions.nodes import Node
from contractkit.definitions.plausible import counted
from contractkit.definitions.schema_facets import ALL_TYPES
from contractkit.definitions.schemas import SchemaView

Steps: TypeAlias = tuple[str | int, ...]
"""A place in the value that is made: names of members and indexes, from the root."""

OPTIONAL_DEPTH: Final = 5
"""Steps from the root; deeper, only what is required is made."""

MOST_ELEMENTS: Final = 1_000
"""Elements of a list and members of an object that are made, whatever is demanded."""

_ORDER: Final = ("object", "array", "string", "integer", "number", "boolean")


def name_at(at: Steps) -> str:
    """Give the last name on the way to a place."""
    return next((step for step in reversed(at) if isinstance(step, str)), "")


def scalar_place(at: Steps, turn: int = 0) -> str:
    """Give the place for which a scalar is drawn, another one each time the first was wrong."""
    return f"{place_in_words(at)}#{turn}"


def least_members(view: SchemaView, at: Steps, *, has_some: bool) -> int:
    """Give how many members an object is to have: one more than none where that shows something."""
    return max(counted(view, "minProperties") or 0, 0 if has_some or len(at) >= OPTIONAL_DEPTH else 1)


def further_members(view: SchemaView, count: int) -> Iterator[tuple[str, SchemaView | None]]:
    """Give names for so many members of an object that are described in general, then those described by name."""
    if not view.is_closed:
        for number in range(1, count + 2):
            yield "key" if number == 1 else f"key{number}", view.additional
    for name, member in view.members.items():
        if not member.is_write_only:
            yield name, member.view


def place_of(view: SchemaView) -> tuple[str, str]:
    """Give the document and the pointer at which a schema is declared."""
    return view.known(_declared)


def _declared(view: SchemaView) -> tuple[str, str]:
    node: Node = view.declared_at
    return (node.uri, node.pointer)


def type_to_make(view: SchemaView, at: Steps, *, turn: int = 0) -> str:
    """Give the type to make: the only one, the one that the other keywords speak of, or the first in order."""
    if len(view.types) > 2:
        for name, speaks in _SPEAKING.items():
            if name in view.types and speaks(view):
                return name
    order = ("string", *_ORDER) if view.types == ALL_TYPES and at else _ORDER
    possible = [name for name in order if name in view.types]
    return possible[turn % len(possible)] if possible else "null"


def place_in_words(at: Steps) -> str:
    """Give a place as draws know it."""
    return "/".join(map(str, at))


_SPEAKING: Final[Mapping[str, Callable[[SchemaView], bool]]] = {
    "object": lambda view: view.describes_members,
    "array": lambda view: view.elements is not None or bool(view.numbered) or "minItems" in view.bounds,
    "string": lambda view: bool(view.said("pattern") or view.said("format")) or "maxLength" in view.bounds,
    "integer": lambda view: "minimum" in view.bounds or "maximum" in view.bounds,
}
"""Type to whether the other keywords speak of it, where several types are possible."""
