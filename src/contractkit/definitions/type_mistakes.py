"""Mistaken types: what a schema's `type` says that is no type, and which one may have been meant."""

from contractkit.definitions.references import Documents, Node
from contractkit.definitions.schema_facets import ALL_TYPES
from contractkit.errors import DefinitionError, nearest_names
from contractkit.exact_json import Json, show_json


def unknown_types(declared: Json) -> tuple[Json, ...]:
    """Give what the value of `type` names that is no JSON type; an empty list, which names nothing, is one itself.

    It is one name, or a list of them (JSON Schema 2020-12 validation §6.1.1).
    """
    if isinstance(declared, str):
        return () if declared in ALL_TYPES else (declared,)
    names = declared if isinstance(declared, list) and declared else [declared]
    return tuple(name for name in names if not (isinstance(name, str) and name in ALL_TYPES))


def meant_type(declared: Json) -> str:
    """Ask in half a sentence whether another type was meant than the first unknown one; nothing where none is near."""
    unknown = next(iter(unknown_types(declared)), "")
    if unknown is None:
        return 'did you mean "null", in quotes?'
    near = nearest_names(unknown, ALL_TYPES) if isinstance(unknown, str) else ()
    return f"did you mean {near[0]}?" if near else ""


def refuse_unknown_type(schema: Node, documents: Documents) -> None:
    """Refuse a schema whose `type` is none, for who judges by it: read as any type it would allow everything.

    Raises:
        DefinitionError: With the place, what there is, and what may have been meant.
    """
    if "type" not in schema.value:
        return
    declared = schema.value["type"]
    unknown = unknown_types(declared)
    if unknown:
        known = ", ".join(sorted(ALL_TYPES))
        error = DefinitionError(
            f"{show_json(unknown[0], limit=60)} is no type of a schema; {meant_type(declared) or f'there are {known}'}",
            details=[("at", f"{schema.uri}#{schema.pointer}/type")],
        )
        error.place = documents.mistaken(schema, "type")
        raise error
