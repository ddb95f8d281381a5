"""What a rule for schemas finds: one place, what was said there and is now, and the words for both."""

from dataclasses import dataclass

from contractkit.definitions.references import Node
from contractkit.definitions.schema_facets import type_names
from contractkit.definitions.schemas import SchemaView
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, dump_compact, show_json
from contractkit.model import Step


@dataclass(frozen=True, slots=True)
class Found:
    """One place that a rule found: what was said before and is now, where, and about which member."""

    before: str
    after: str
    old: Node | None
    new: Node | None
    step: Step | None = None


def said_found(keyword: str, old: SchemaView, new: SchemaView) -> Found:
    """Give what a keyword says on both sides."""
    said = [f"{keyword} {listed(view.said(keyword))}" if view.said(keyword) else f"no {keyword}" for view in (old, new)]
    return Found(said[0], said[1], old.place(keyword), new.place(keyword))


def described(view: SchemaView | None) -> str:
    """Give the types of a value in words; of one that nothing is said of, that it may be anything.

    What came or went is compared with nothing, so that a mistake in its type is no reason not to tell that.
    """
    try:
        return "anything" if view is None else type_names(view.types)
    except DefinitionError as error:
        return f"of an unknown type ({error.explanation.summary})"


def without(values: tuple[Json, ...], others: tuple[Json, ...]) -> tuple[Json, ...]:
    """Give the values that are not among others."""
    known = {dump_compact(other) for other in others}
    return tuple(value for value in values if dump_compact(value) not in known)


def listed(values: tuple[Json, ...]) -> str:
    """Give values as JSON, at most eight of them."""
    return ", ".join(show_json(value, limit=60) for value in values[:8]) + (", …" if len(values) > 8 else "")
