"""Pieces of the schemas of replies (JSON Schema 2020-12, as OpenAPI 3.1 has it)."""

from contractkit.exact_json import Json

TEXT: Json = {"type": "string"}
FLAG: Json = {"type": "boolean"}
COUNT: Json = {"type": "integer", "minimum": 0}
MAYBE_TEXT: Json = {"type": ["string", "null"]}
MAYBE_FLAG: Json = {"type": ["boolean", "null"]}


def reference(name: str) -> Json:
    """Give the reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def list_of(items: Json) -> Json:
    """Give the schema of a list."""
    return {"type": "array", "items": items}


TEXTS: Json = list_of(TEXT)


def object_of(required: dict[str, Json], **optional: Json) -> Json:
    """Give the schema of an object; more members may be there."""
    return {"type": "object", "properties": {**required, **optional}, "required": list(required)}


def resource_of(required: dict[str, Json], **optional: Json) -> Json:
    """Give the schema of an object with links."""
    return object_of({**required, "_links": reference("Links")}, **optional)
