"""Heirs: schemas that inherit one with a discriminator, and may stand wherever it is named."""

from typing import Any

import pytest

from contractkit.changes import compare_definitions
from contractkit.changes.gains import all_changes
from tests.changes.conftest import define
from tests.pets import DOG, NUMBER, PET, SCHEMAS, WITHOUT

MAYBE = {"$ref": "#/components/schemas/Maybe"}


@pytest.mark.parametrize(
    ("dog", "rules"),
    [
        (NUMBER, ["request.type.changed", "response.type.changed"]),
        (WITHOUT, ["request.member.removed", "response.member.removed"]),
        (DOG, []),
    ],
    ids=["retyped", "without", "same"],
)
def test_what_becomes_of_heirs_is_told_at_the_place_of_their_parent(dog: Any, rules: list[str]) -> None:
    changes = compare_definitions(around(SCHEMAS), around({**SCHEMAS, "Dog": dog})).changes
    assert sorted(change.rule for change in changes) == rules


def test_heirs_that_came_or_went_are_told_as_alternatives() -> None:
    both, one = around(SCHEMAS), around({name: schema for name, schema in SCHEMAS.items() if name != "Cat"})
    said = [
        [(each.rule, str(each.location), each.sentence) for each in compare_definitions(*pair).changes]
        for pair in ((both, one), (one, both))
    ]
    assert said == [
        [
            ("request.heir.removed", "request.body", "Cat inherits it no more"),
            ("response.heir.removed", "response.body[*]", "Cat inherits it no more"),
        ],
        [("response.heir.added", "response.body[*]", "Cat inherits it now")],
    ]


def test_an_heir_of_an_alternative_that_went_is_told_too() -> None:
    union = {"oneOf": [PET, {"type": "null"}]}
    old, new = (
        around({**{name: SCHEMAS[name] for name in names}, "Maybe": union}, "3.1.0") for names in (SCHEMAS, ["Pet"])
    )
    told = {(each.rule, each.sentence) for each in compare_definitions(old, new).changes}
    assert ("response.heir.removed", "Cat inherits it no more") in told


def test_a_new_heir_may_be_sent() -> None:
    one, both = (around({name: SCHEMAS[name] for name in names}) for names in (["Pet", "Cat"], SCHEMAS))
    told = [(each.rule, each.sentence) for each in all_changes(compare_definitions(one, both))]
    assert ("request.heir.added", "Dog inherits it now") in told


@pytest.mark.parametrize(
    ("mapped", "rules"),
    [
        ({"Fox": "Fox"}, []),
        ({"pug": "Dog"}, ["response.discriminator.changed"]),
        ({"hound": None}, ["request.discriminator.changed"]),
        ({"hound": "Fox", "pug": "Dog"}, ["request.discriminator.changed", "response.discriminator.changed"]),
        ({"hound": None, "pug": "Dog"}, ["request.discriminator.changed", "response.discriminator.changed"]),
    ],
)
def test_values_that_pick_an_heir_are_told_where_a_union_leaves_that_to_the_parent(
    mapped: dict[str, str | None], rules: list[str]
) -> None:
    union = {"oneOf": [{"$ref": "#/components/schemas/Dog"}, {"$ref": "#/components/schemas/Cat"}]}
    old, new = ({**SCHEMAS, "Fox": WITHOUT, "Pet": picking(each), "Maybe": union}
                for each in ({"hound": "Dog"}, {"hound": "Dog", **mapped}))  # fmt: skip
    changes = compare_definitions(around(old, is_both=True), around(new, is_both=True)).changes
    assert [change.rule for change in changes] == rules


@pytest.mark.parametrize("name", ["Dog", "Cat"])
def test_an_heir_that_is_wrapped_or_written_out_in_a_union_changes_nothing(name: str) -> None:
    named = [{"$ref": "#/components/schemas/Dog"}, {"$ref": "#/components/schemas/Cat"}]
    place = 0 if name == "Dog" else 1
    for other in ({"allOf": [named[place]]}, SCHEMAS[name]):
        union = {"oneOf": [*named[:place], other, *named[place + 1 :]]}
        pet = {"Pet": picking({"hound": "Dog", "tabby": "Cat"})}
        sides = [
            around({**SCHEMAS, **pet, "Maybe": {"oneOf": named}}, is_both=True),
            around({**SCHEMAS, **pet, "Maybe": union}, is_both=True),
        ]
        for old, new in (sides, reversed(sides)):
            assert compare_definitions(old, new).changes == ()


def picking(targets: dict[str, str | None]) -> dict[str, Any]:
    mapping = {value: f"#/components/schemas/{name}" for value, name in targets.items() if name is not None}
    return {**SCHEMAS["Pet"], "discriminator": {"propertyName": "kind", "mapping": mapping}}


def around(schemas: dict[str, Any], version: str = "3.0.3", *, is_both: bool = False) -> Any:
    content = {"application/json": {"schema": MAYBE if is_both else PET}}
    many = {"application/json": {"schema": {"type": "array", "items": MAYBE if "Maybe" in schemas else PET}}}
    call = {"requestBody": {"content": content}, "responses": {"200": {"description": "ok", "content": many}}}
    document = {"openapi": version, "info": {"title": "t", "version": "1"}, "paths": {"/pets": {"post": call}}}
    return define({**document, "components": {"schemas": schemas}})
