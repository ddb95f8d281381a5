"""Places that rules and generators speak of: a flat path, a name or a path in a category, or the only one there is."""

from collections.abc import Container, Iterator
from functools import lru_cache
from typing import NamedTuple

from contractkit.document.categories import Category, Side
from contractkit.document.paths import parse_name, write_name
from contractkit.document.reading import ObjectReader
from contractkit.model import Location, Step, parse_path, write_path

PATH_EXPRESSION = "a path expression such as `$.lines[*]['unit price']`"
"""What is expected where a path has to be."""

_SAYS_ITSELF = frozenset({"matchers", "match", "type"})
"""Members by which an object is rules or a generator itself, and does not hold them under a path once more."""


class Place(NamedTuple):
    """A place of a category that rules or generators speak of: `name` is the member of `holder` that has them.

    `text` is the location as text; `written` says how we write the place, as steps below `container`.
    """

    location: Location
    text: str
    written: tuple[Step, ...]
    category: Category
    container: Location
    holder: ObjectReader
    name: str


def find_places(container: ObjectReader, side: Side, known: Container[str]) -> Iterator[Place]:
    """Give each place that rules or generators speak of."""
    for name in container.names():
        if name.startswith("$"):
            yield from _flat(container, name, side)
            continue
        category = side.category(name)
        if category is None:
            container.findings.warn(container.at(name), "is no category here; it is kept and not used")
        elif category.address == "single":
            yield from _single(container, name, category)
        else:
            yield from _addressed(container, name, category, known)


def _flat(container: ObjectReader, path: str, side: Side) -> Iterator[Place]:
    """Give the place of a flat path, `$.body.a` or `$.headers.X` (version 2)."""
    steps = parse_path(path)
    if steps is None:
        container.findings.wrong(container.at(path), PATH_EXPRESSION, path)
        return
    category = side.category(str(steps[0])) if steps else None
    if category is None or (category.address != "path" and (len(steps) > 1) == (category.address == "single")):
        container.findings.warn(container.at(path), "is no path to a place here; it is kept and not used")
        return
    location = category.base.under(_in_case(steps[1:], category))
    yield Place(
        location, str(location), _written_place(location, category), category, container.location, container, path
    )


def _single(container: ObjectReader, name: str, category: Category) -> Iterator[Place]:
    """Give the only place of a category; some writers put it under `$` or an empty name once more."""
    value = container.peek(name)
    if not value:
        container.take(name)
        return
    is_itself = not isinstance(value, dict) or not _SAYS_ITSELF.isdisjoint(value)
    again = None if is_itself else next((key for key in ("$", "") if key in value), None)
    holder = container.child(name) if again is not None else container
    assert holder is not None
    written = (category.spellings[0],)
    yield Place(
        category.base,
        str(category.base),
        written,
        category,
        container.location,
        holder,
        name if again is None else again,
    )


def _addressed(container: ObjectReader, name: str, category: Category, known: Container[str]) -> Iterator[Place]:
    holder = container.child(name)
    if holder is None:
        return
    for text in holder.names():
        found = _by_path(text, category) if category.address == "path" else _by_name(text, category, known)
        if found is None:
            holder.findings.wrong(holder.at(text), PATH_EXPRESSION, text)
        else:
            yield Place(*found, category, container.location, holder, text)


@lru_cache(maxsize=4096)
def _by_path(text: str, category: Category) -> tuple[Location, str, tuple[Step, ...]] | None:
    """Give the location of a path, as text too, and how it is written; the paths of a file repeat from call to call."""
    steps = parse_path(text)
    if steps is None:
        return None
    location = category.base.under(steps)
    return location, str(location), _written_place(location, category)


def _by_name(text: str, category: Category, known: Container[str]) -> tuple[Location, str, tuple[Step, ...]] | None:
    steps = parse_name(text, known)
    if steps is None:
        return None
    location = category.base.under(_in_case(steps, category))
    return location, str(location), _written_place(location, category, known)


def _written_place(location: Location, category: Category, known: Container[str] = ()) -> tuple[Step, ...]:
    """Give where `_by_category` writes the rules of a location, so that what is kept beside them finds its way back."""
    spelling = category.spellings[0]
    return (spelling,) if category.address == "single" else (spelling, address_of(location, category, known))


def address_of(location: Location, category: Category, known: Container[str]) -> str:
    """Give a location as the path or the name under which its category is written; `known` are certainly names."""
    steps = location.steps[len(category.base.steps) :]
    return write_name(steps, known) if category.address != "path" and steps else write_path(steps)


def _in_case(steps: tuple[Step, ...], category: Category) -> tuple[Step, ...]:
    if category.address != "field" or not steps or not isinstance(steps[0], str):
        return steps
    return (steps[0].lower(), *steps[1:])
