"""The same definition as an older version of OpenAPI writes it."""

import copy
from typing import Any

from tests.impact.worlds.schemas import everything


def as_openapi_30(document: Any) -> Any | None:
    """Give a definition as OpenAPI 3.0 has it, where null is a keyword's; None where it has no word for something."""
    found = copy.deepcopy(document)
    found["openapi"] = "3.0.3"
    for schema in (*everything(found), *_of_parameters(found)):
        if "prefixItems" in schema:
            return None
        if isinstance(schema.get("type"), list):
            (kind,) = (each for each in schema["type"] if each != "null")
            schema.update(type=kind, nullable=True)
    return found


def _of_parameters(document: Any) -> list[Any]:
    """Give the schemas of parameters and forms, with those in them; they have no name."""
    found = []
    for item in document["paths"].values():
        for operation in item.values():
            found += [each["schema"] for each in operation["parameters"]]
            content = operation.get("requestBody", {"content": {}})["content"]
            found += [each["schema"] for each in content.values() if "$ref" not in each["schema"]]
    return found + [
        each for schema in found for each in (*schema.get("properties", {}).values(), schema.get("items", {}))
    ]
