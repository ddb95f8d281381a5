"""Declarations are alike where they and all that they refer to are in the same words."""

from typing import Any

import pytest

from contractkit.changes.same_words import SameWords
from contractkit.definitions.references import Documents
from contractkit.exact_json import Json

SCHEMAS: dict[str, Any] = {
    "Order": {"properties": {"line": {"$ref": "#/Line"}, "buyer": {"$ref": "#/Person"}}},
    "Line": {"properties": {"order": {"$ref": "#/Order"}, "sku": {"type": "string"}}},
    "Person": {"properties": {"friend": {"$ref": "#/Person"}}},
    "Pool": {"properties": {"$ref": "#/Held"}},
    "Held": {"name": {"type": "string"}},
    "Lost": {"$ref": "#/Nothing"},
    "Round": {"$ref": "#/Trip"},
    "Trip": {"$ref": "#/Round"},
}


def documents(schemas: Json) -> Documents:
    return Documents({"a": schemas}, "a")


def alike(changed: dict[str, Any], *, asked_first: str = "Person") -> list[str]:
    old, new = documents(SCHEMAS), documents({**SCHEMAS, **changed})
    words = SameWords(old, new)
    names = [asked_first, *(name for name in SCHEMAS if name != asked_first)]
    return sorted(name for name in names if words.are_alike(old.root / name, new.root / name))


CHANGED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing": ({}, ["Held", "Line", "Order", "Person", "Pool"]),
    "prose": ({"Person": {**SCHEMAS["Person"], "description": "x"}}, ["Held", "Line", "Order", "Person", "Pool"]),
    "what a circle leads to": ({"Person": {"type": "object"}}, ["Held", "Pool"]),
    "a part of a circle": (
        {"Line": {"properties": {"order": {"$ref": "#/Order"}, "sku": {"type": "integer"}}}},
        ["Held", "Person", "Pool"],
    ),
    "members that stand elsewhere": ({"Held": {"name": {"type": "integer"}}}, ["Line", "Order", "Person"]),
    "a schema that depends on where it is met": (
        {"Person": {**SCHEMAS["Person"], "discriminator": {"propertyName": "kind"}}},
        ["Held", "Pool"],
    ),
    "the language": ({"openapi": "3.1.0"}, []),
}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"openapi": "3.1.0"}, {"openapi": "3.1.1"}, True),
        ({"openapi": "3.1"}, {"openapi": "3.1.1"}, True),
        ({"openapi": "3.0"}, {"openapi": "3.1"}, False),
        ({"jsonSchemaDialect": "https://a.test/1/schema"}, {"jsonSchemaDialect": "https://a.test/2/schema"}, False),
    ],
)
def test_a_language_is_a_version_but_for_its_third_number_and_a_dialect(old: Json, new: Json, expected: bool) -> None:
    assert SameWords(documents(old), documents(new)).is_one_language is expected


@pytest.mark.parametrize("asked_first", SCHEMAS)
@pytest.mark.parametrize("name", CHANGED)
def test_what_leads_to_other_words_is_not_alike_whatever_is_asked_first(name: str, asked_first: str) -> None:
    changed, expected = CHANGED[name]
    assert alike(changed, asked_first=asked_first) == expected
