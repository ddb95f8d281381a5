"""A member's new value is judged alone exactly where the whole object would be judged alike."""

import pytest

from contractkit.definitions.checks import Checks
from contractkit.definitions.lowering import Direction
from contractkit.definitions.references import Documents, Node
from contractkit.definitions.replacing import stays_allowed
from contractkit.definitions.schemas import Schemas
from contractkit.exact_json import Json

ID: dict[str, Json] = {"id": {"type": "integer", "minimum": 1}}
REPLACED: dict[str, tuple[Json, dict[str, Json], bool]] = {
    "of its type": ({"type": "object", "properties": ID}, {"id": 7}, True),
    "below its minimum": ({"type": "object", "properties": ID}, {"id": 0}, False),
    "of another type": ({"type": "object", "properties": ID}, {"id": "7"}, False),
    "null where that is allowed": ({"properties": {"id": {"type": "integer", "nullable": True}}}, {"id": None}, True),
    "not there before": ({"type": "object", "properties": ID | {"name": {}}}, {"name": "Ada"}, False),
    "described twice, and right by both": ({"allOf": [{"properties": ID}], "properties": ID}, {"id": 7}, True),
    "described twice, and wrong by one": (
        {"allOf": [{"properties": {"id": {"maximum": 5}}}], "properties": ID},
        {"id": 7},
        False,
    ),
    "behind a reference": ({"$ref": "#/components/schemas/Order"}, {"id": 7}, True),
    "with a vendor's word": ({"properties": ID, "x-order": 1}, {"id": 7}, True),
    "in a closed object": ({"properties": ID, "additionalProperties": False}, {"id": 7}, True),
    "of any name elsewhere": (
        {"allOf": [{"additionalProperties": {"maximum": 5}}], "properties": ID},
        {"id": 7},
        False,
    ),
    "in a union": ({"anyOf": [{"properties": ID}, {"required": ["name"]}], "properties": ID}, {"id": 7}, False),
    "in one of several constants": ({"enum": [{"id": 1}], "properties": ID}, {"id": 7}, False),
    "under a condition": ({"properties": ID, "not": {"properties": {"id": {"const": 7}}}}, {"id": 7}, False),
}


@pytest.mark.parametrize("name", REPLACED)
def test_a_member_is_judged_alone_where_nothing_else_has_a_say(name: str) -> None:
    schema, members, expected = REPLACED[name]
    documents = documents_with(schema)
    view = Schemas(documents).view(node_of(documents))
    checks = Checks(documents, lambda sentence, node: None)

    assert stays_allowed(view, checks, {"id": 1}, members) is expected
    if expected:
        assert checks.of(node_of(documents), Direction.RESPONSE).accepts({"id": 1} | members)


def documents_with(schema: Json) -> Documents:
    order = {"type": "object", "properties": ID}
    root = {"openapi": "3.0.3", "components": {"schemas": {"Order": order, "Answer": schema}}}
    return Documents({"root": root}, "root")


def node_of(documents: Documents) -> Node:
    return documents.root / "components" / "schemas" / "Answer"
