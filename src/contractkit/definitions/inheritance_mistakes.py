"""Mistaken inheritance: an `allOf` that is no list of schemas, or leads nowhere but back to where it stands."""

from contractkit.definitions.references import Documents, Node
from contractkit.errors import DefinitionError
from contractkit.exact_json import show_json


def refuse_mistaken_all_of(schema: Node, documents: Documents) -> None:
    """Refuse a schema whose `allOf` is no list of schemas, or of itself alone: passed over, it would inherit nothing.

    It is a list of at least one schema (JSON Schema 2020-12 §10.2.1.1); an empty one says nothing, and is passed over.

    Raises:
        DefinitionError: With the place and what there is.
    """
    if "allOf" not in schema.value:
        return
    listed = schema / "allOf"
    if not isinstance(listed.value, list):
        raise _mistake(f"allOf is a list of schemas, not {show_json(listed.value, limit=60)}.", schema, documents)
    for each in listed.items():
        if not isinstance(each.value, dict | bool):
            raise _mistake(f"A schema of allOf is an object, not {show_json(each.value, limit=60)}.", schema, documents)
    if listed.value and all(documents.resolve(each).key == schema.key for each in listed.items()):
        raise circle(schema, documents)


def circle(schema: Node, documents: Documents) -> DefinitionError:
    """Give that an `allOf` leads only back to the schema that it is of."""
    return _mistake("The allOf of a schema leads to nothing but itself.", schema, documents)


def _mistake(summary: str, schema: Node, documents: Documents) -> DefinitionError:
    error = DefinitionError(summary, details=[("at", f"{schema.uri}#{schema.pointer}/allOf")])
    error.place = documents.mistaken(schema, "allOf")
    return error
