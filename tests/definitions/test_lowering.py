"""What OpenAPI's schemas mean, version by version: values that are allowed and values that are not."""

from collections.abc import Callable

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.exact_json import Json
from contractkit.model import HttpResponse, JsonBody

Answering = Callable[..., OpenApiDefinition]
PETS = """
Pet:
  oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
  discriminator: {propertyName: kind}
Cat: {type: object, required: [kind, lives], properties: {kind: {type: string}, lives: {type: integer}}}
Dog:
  type: object
  required: [kind, bark]
  properties: {kind: {type: string, enum: [hound, pup]}, bark: {type: string}}
Tree: {type: object, required: [leaf], properties: {leaf: {type: boolean}, left: {$ref: '#/components/schemas/Tree'}}}
Name: {type: string}
Base: {type: object, required: [secret], properties: {secret: {type: string, writeOnly: true}}}
"""


def refused(definition: OpenApiDefinition, value: Json) -> list[tuple[str, str]]:
    response = HttpResponse(status=200, body=JsonBody(value))
    found = definition.check_response(definition.operation("get"), response)
    return [(str(each.location).removeprefix("response.body"), each.expected) for each in found]


@pytest.mark.parametrize(
    "schema",
    [
        "{type: string, nullable: true}",
        "{nullable: true, enum: [a]}",
        "{type: string, nullable: true, enum: [a]}",
        "{nullable: true, allOf: [{$ref: '#/components/schemas/Name'}]}",
        "{nullable: true, anyOf: [{type: string}, {type: integer}]}",
        "{nullable: true, oneOf: [{type: string}, {type: integer}]}",
        "{nullable: true, $ref: '#/components/schemas/Name'}",
    ],
)
def test_nullable_means_may_be_null_wherever_it_stands(answering: Answering, schema: str) -> None:
    definition = answering(schema, components=PETS)
    assert refused(definition, None) == []
    assert refused(definition, "a") == []
    assert refused(definition, [1]) != []


@pytest.mark.parametrize(
    ("schema", "version", "value", "expected"),
    [
        ("{type: integer, minimum: 3, exclusiveMinimum: true}", "3.0.3", 3, "an integer above 3"),
        ("{type: integer, minimum: 3, exclusiveMinimum: false}", "3.0.3", 2, "an integer of at least 3"),
        ("{type: integer, exclusiveMaximum: 3}", "3.1.0", 3, "an integer below 3"),
        ("{type: integer, format: int32}", "3.0.3", 2**31, "an integer of 32 bits"),
        ("{type: integer, format: int64}", "3.0.3", 2**63, "an integer of 64 bits"),
        ("{type: integer, format: int32, minimum: 1}", "3.0.3", 0, "an integer of at least 1"),
        ("{type: string, format: byte}", "3.0.3", "ab!", "a string in base64"),
        ("{type: string, format: uuid}", "3.0.3", "ab", "a UUID"),
        ("{type: string, format: date}", "3.0.3", "1.2.2026", "a date such as 2026-03-01"),
        ("{type: string, minLength: 2, maxLength: 3}", "3.0.3", "a", "a string of 2 to 3 characters"),
        ("{type: string, pattern: '^a+$'}", "3.0.3", "b", "a string that matches ^a+$"),
        ("{type: number, multipleOf: 0.01}", "3.0.3", 0.001, "a number that is a multiple of 0.01"),
        ("{type: array, uniqueItems: true}", "3.0.3", [1, 1], "a list without equal elements"),
        ("{type: object, minProperties: 2}", "3.0.3", {}, "an object of at least 2 members"),
        ("{type: [string, 'null']}", "3.1.0", 1, "a string or null"),
        ("{const: 7}", "3.1.0", 8, "7"),
        ("{not: {type: string}}", "3.0.3", "a", "a value other than what the definition excludes"),
        ("{oneOf: [{minimum: 1}, {minimum: 2}]}", "3.0.3", 5, "a value that fits exactly one of the alternatives"),
        ("{enum: [a, b, c, d, e, f, g, h, i]}", "3.0.3", 1, 'one of "a", "b", "c", "d", "e", "f", "g", "h", …'),
    ],
)
def test_expectations_are_told_in_words(
    answering: Answering, schema: str, version: str, value: Json, expected: str
) -> None:
    assert refused(answering(schema, version=version), value) == [("", expected)]


def test_what_stands_beside_a_reference_counts_from_3_1_on(answering: Answering) -> None:
    schema = "{$ref: '#/components/schemas/Name', maxLength: 2}"
    assert refused(answering(schema, components=PETS), "long") == []
    assert refused(answering(schema, components=PETS, version="3.1.0"), "long") == [
        ("", "a string of at most 2 characters")
    ]


def test_a_discriminator_picks_by_the_branchs_own_values_or_name(answering: Answering) -> None:
    definition = answering("{$ref: '#/components/schemas/Pet'}", components=PETS)
    assert refused(definition, {"kind": "Cat", "lives": 9}) == []
    assert refused(definition, {"kind": "hound", "bark": "wau"}) == []
    assert refused(definition, {"kind": "Cat"}) == [(".lives", 'the member "lives"')]
    assert refused(definition, {"kind": "pup", "bark": 1}) == [(".bark", "a string")]
    assert refused(definition, {"kind": "Dog"}) == [(".kind", 'one of "Cat", "hound", "pup"')]


def test_a_discriminating_member_may_be_wrapped(answering: Answering) -> None:
    wrapped = PETS.replace("{type: string, enum: [hound, pup]}", "{allOf: [{type: string, enum: [hound, pup]}]}")
    definition = answering("{$ref: '#/components/schemas/Pet'}", components=wrapped)
    assert refused(definition, {"kind": "hound", "bark": "wau"}) == []
    assert refused(definition, {"kind": "Dog"}) == [(".kind", 'one of "Cat", "hound", "pup"')]


ITEMS = """
Item:
  oneOf: [{$ref: '#/components/schemas/Easy'}, {$ref: '#/components/schemas/Full'}]
  discriminator: {propertyName: type}
Easy: {type: object, required: [role], properties: {type: {type: string, enum: [message]}, role: {type: string}}}
Full:
  oneOf: [{$ref: '#/components/schemas/Call'}, {$ref: '#/components/schemas/Message'}]
Call: {type: object, required: [type, id], properties: {type: {type: string, enum: [call]}, id: {type: integer}}}
Message: {type: object, required: [type, role], properties: {type: {const: message}, role: {type: string}}}
"""


def test_a_discriminator_picks_a_branch_that_is_a_union_by_the_values_of_its_branches(answering: Answering) -> None:
    definition = answering("{$ref: '#/components/schemas/Item'}", components=ITEMS, version="3.1.0")
    assert refused(definition, {"type": "call", "id": 7}) == []
    assert refused(definition, {"type": "message", "role": "user"}) == []
    assert refused(definition, {"type": "call", "id": "7"}) == [(".id", "an integer")]
    assert refused(definition, {"type": "Full"}) == [(".type", 'one of "message", "call"')]


def test_a_discriminating_member_may_lack_where_a_branch_does_not_require_it(answering: Answering) -> None:
    definition = answering("{$ref: '#/components/schemas/Item'}", components=ITEMS, version="3.1.0")
    assert refused(definition, {"role": "user"}) == []
    assert refused(definition, {"role": 1}) == [(".role", "a string")]


def test_recursion_is_checked_at_every_level(answering: Answering) -> None:
    definition = answering("{$ref: '#/components/schemas/Tree'}", components=PETS)
    assert refused(definition, {"leaf": False, "left": {"leaf": False, "left": {"leaf": 1}}}) == [
        (".left.left.leaf", "true or false")
    ]


def test_write_only_members_are_not_required_in_answers(answering: Answering) -> None:
    assert refused(answering("{$ref: '#/components/schemas/Base'}", components=PETS), {}) == []
    inherited = "{allOf: [{$ref: '#/components/schemas/Base'}], required: [secret]}"
    assert refused(answering(inherited, components=PETS), {}) == []


def test_the_nearest_branch_of_a_union_is_told(answering: Answering) -> None:
    definition = answering(
        """
        anyOf:
          - {type: object, required: [object, url], properties: {object: {enum: [list]}, url: {type: string}}}
          - {type: object, required: [object, id], properties: {object: {enum: [order]}, id: {type: integer}}}
          - {type: string}
        """
    )
    assert refused(definition, {"object": "order", "id": "x"}) == [(".id", "an integer")]
    assert refused(definition, {"object": "list"}) == [(".url", 'the member "url"')]
    assert refused(definition, 7) == [("", "an object or a string")]


@pytest.mark.parametrize(
    ("schema", "warning"),
    [
        ("{type: text}", 'type cannot be "text"; it is passed over.'),
        ("{type: nubmer}", 'type cannot be "nubmer"; it is passed over. Did you mean number?'),
        (
            "{type: [string, null]}",
            'type cannot be ["string",null]; it is passed over. Did you mean "null", in quotes?',
        ),
        ("{type: string, pattern: '[a-'}", 'pattern cannot be "[a-"; it is passed over.'),
        (
            "{patternProperties: {'[a-': {type: integer}}}",
            'patternProperties cannot be of "[a-", which is no regular expression; it is passed over.',
        ),
        ("{required: true}", "required cannot be true; it is passed over."),
        ("{minimum: '3'}", 'minimum cannot be "3"; it is passed over.'),
        ("{enum: []}", "enum cannot be []; it is passed over."),
        ("{properties: {a: 7}}", "Not a schema: 7. Any value is allowed there."),
    ],
)
def test_a_keyword_that_makes_no_sense_is_a_warning(answering: Answering, schema: str, warning: str) -> None:
    definition = answering(schema)
    assert refused(definition, "b" if "string" in schema else {"a": "b"}) == []
    assert [each.sentence for each in definition.warnings()] == [warning]


def test_patterns_may_look_around(answering: Answering) -> None:
    definition = answering("{type: string, pattern: '^(?!bad)[a-z]+$'}")
    assert refused(definition, "good") == []
    assert refused(definition, "badly") == [("", "a string that matches ^(?!bad)[a-z]+$")]
