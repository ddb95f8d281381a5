"""Pets: a schema with a discriminator and those that inherit it, for tests of changes and of impact."""

import copy

PET = {"$ref": "#/components/schemas/Pet"}
DOG = {"allOf": [PET, {"type": "object", "required": ["bark"], "properties": {"bark": {"type": "string"}}}]}
SCHEMAS = {
    "Pet": {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}, "name": {"type": "string"}},
        "discriminator": {"propertyName": "kind", "mapping": {"hound": "#/components/schemas/Dog"}},
    },
    "Dog": DOG,
    "Cat": {"allOf": [PET, {"type": "object", "properties": {"lives": {"type": "integer"}}}]},
}
NUMBER = copy.deepcopy(DOG)
NUMBER["allOf"][1]["properties"]["bark"]["type"] = "integer"
WITHOUT = {"allOf": [PET]}
