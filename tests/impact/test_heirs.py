"""Heirs: schemas that inherit one with a discriminator may stand where that one does, in answers and in requests."""

import copy
from typing import Any

import pytest

from contractkit.impact import ConsumerInfo, analyse
from contractkit.impact.unused import unused_of
from contractkit.impact.usage import used_places
from contractkit.impact.usage_values import used_values
from contractkit.model import Contract, InferredNeeds, Interaction, Need, Needs, parse_location
from tests.impact.conftest import definition, interaction
from tests.pets import DOG, NUMBER, PET, SCHEMAS, WITHOUT

HOUND = {"kind": "hound", "bark": "loud"}
TABBY = {"kind": "Cat", "lives": 9}
LIST = "response.body[*].bark"


NEEDS_BARK = InferredNeeds(needed=(Need(location=parse_location(LIST)),))
NEEDS_KIND = InferredNeeds(needed=(Need(location=parse_location("response.body[*].kind")),))


@pytest.mark.parametrize("needs", [None, NEEDS_BARK], ids=["unknown", "proved"])
@pytest.mark.parametrize(
    ("dog", "code"), [(NUMBER, "response.disjoint"), (WITHOUT, "response.undeclared"), (None, "response.undeclared")]
)
def test_who_reads_a_member_of_an_heir_breaks_where_it_goes(dog: Any, code: str, needs: Needs | None) -> None:
    assert judged(got(HOUND, needs), dog) == [("broken", code, LIST)]


def test_who_reads_it_is_at_risk_where_nobody_inherits_any_more() -> None:
    parent = {name: said for name, said in SCHEMAS["Pet"].items() if name != "discriminator"}
    contract = Contract(consumer="web", provider="pets", interactions=(got(HOUND, NEEDS_BARK), sent(HOUND)))
    new = document({**SCHEMAS, "Pet": parent})
    [found] = analyse(document(SCHEMAS), new, [(contract, ConsumerInfo())]).findings
    assert (found.verdict.value, found.worry.code, str(found.worry.location)) == (
        "at risk", "response.unsettled", LIST
    )  # fmt: skip


@pytest.mark.parametrize("lost", ["#/components/schemas/Puppy", "puppies.yaml#/Puppy"])
def test_who_reads_an_heir_that_cannot_be_read_any_more_is_not_judged(lost: str) -> None:
    dog = {"allOf": [*DOG["allOf"], {"$ref": lost}]}
    contract = Contract(consumer="web", provider="pets", interactions=(got(HOUND, NEEDS_BARK),))
    [found] = analyse(document(SCHEMAS), document(with_dog(dog)), [(contract, ConsumerInfo())]).findings
    assert (found.verdict.value, found.worry.code) == ("at risk", "not-analysable")
    assert "Puppy" in found.worry.sentence


@pytest.mark.parametrize(
    ("listed", "sentence"),
    [
        (PET, 'allOf is a list of schemas, not {"$ref":"#/components/schemas/Pet"}.'),
        ("Pet", 'allOf is a list of schemas, not "Pet".'),
        (["Pet"], 'A schema of allOf is an object, not "Pet".'),
        ([{"$ref": "#/components/schemas/Dog"}], "The allOf of a schema leads to nothing but itself."),
        ([{"$ref": "#/components/schemas/Puppy"}], "The allOf of a schema leads to nothing but itself."),
    ],
    ids=["mapping", "text", "list of texts", "itself", "circle"],
)
@pytest.mark.parametrize("sends", [False, True], ids=["reads", "sends"])
def test_who_uses_an_heir_is_not_judged_where_its_inheritance_is_mistaken(
    listed: Any, sentence: str, sends: bool
) -> None:
    puppy = {"allOf": [{"$ref": "#/components/schemas/Dog"}]}
    new = document({**with_dog({"allOf": listed}), "Puppy": puppy})
    call = sent(HOUND) if sends else got(HOUND, NEEDS_BARK)
    contract = Contract(consumer="web", provider="pets", interactions=(call,))
    [found] = analyse(document(SCHEMAS), new, [(contract, ConsumerInfo())]).findings
    assert (found.verdict.value, found.worry.code) == ("at risk", "not-analysable")
    assert found.worry.sentence == f"a definition cannot be used here: {sentence}"
    assert found.worry.change is not None
    assert found.worry.change.rule == "operation.incomparable"


@pytest.mark.parametrize("call_needs", [(TABBY, None), (HOUND, NEEDS_KIND)], ids=["another kind", "another member"])
def test_who_does_not_is_unaffected(call_needs: tuple[Any, Needs | None]) -> None:
    assert [judged(got(*call_needs), dog) for dog in (NUMBER, WITHOUT, None)] == [[], [], []]


@pytest.mark.parametrize(
    ("dog", "place", "becomes"),
    [
        (NUMBER, "request.body.bark", "refused: expected an integer"),
        (WITHOUT, "request.body.bark", "not declared by Dog"),
        (None, "request.body", "no Dog"),
    ],
)
def test_who_sends_an_heir_is_at_risk_where_it_takes_that_no_more(dog: Any, place: str, becomes: str) -> None:
    contract = Contract(consumer="web", provider="pets", interactions=(sent(HOUND),))
    [found] = analyse(document(SCHEMAS), document(with_dog(dog)), [(contract, ConsumerInfo())]).findings
    assert (found.verdict.value, found.worry.code) == ("at risk", "request.inherited")
    assert (str(found.worry.location), found.worry.before, found.worry.after) == (place, "taken as Dog", becomes)
    assert found.worry.change is not None


@pytest.mark.parametrize("body", [TABBY, {"kind": "hound"}, {"kind": "hound", "bark": 7}, {"kind": "fish"}])
def test_who_sends_another_one_or_none_is_not(body: Any) -> None:
    assert [judged(sent(body), dog) for dog in (WITHOUT, DOG)] == [[], []]


@pytest.mark.parametrize(
    "nested",
    [
        {"oneOf": [PET, {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}]},
        {"$ref": "#/components/schemas/Pack"},
        {"type": "object", "properties": {"pet": PET}},
    ],
    ids=["in a union", "in an heir", "in a member"],
)
def test_heirs_are_found_wherever_their_parent_stands(nested: Any) -> None:
    pack = {"allOf": [PET, {"type": "object", "properties": {"pet": PET}}]}
    is_held = "oneOf" not in nested
    body = {"kind": "Pack", "pet": HOUND} if is_held else HOUND
    place = ["body", "pet", "bark"] if is_held else ["body", "bark"]
    old, new = (document({**with_dog(dog), "Pack": pack}, nested) for dog in (DOG, NUMBER))
    read = {"request": {"method": "GET", "path": "/pets"}, "response": {"status": 200, "body": body}}
    contract = Contract(consumer="web", provider="pets", interactions=(interaction("gets", read), sent(body)))
    found = analyse(old, new, [(contract, ConsumerInfo())]).findings
    assert {(each.verdict.value, each.worry.code, each.worry.location.steps[1:]) for each in found} == {
        ("broken", "response.disjoint", tuple(place)),
        ("at risk", "request.inherited", tuple(place)),
    }


def test_a_kind_that_is_gone_is_no_other_one() -> None:
    fox = {"allOf": [PET, {"type": "object", "properties": {"bark": {"type": "string"}}}]}
    old, new = (document({**with_dog(dog), "Fox": fox}) for dog in (DOG, None))
    contract = Contract(consumer="web", provider="pets", interactions=(got(HOUND, NEEDS_BARK),))
    [found] = analyse(old, new, [(contract, ConsumerInfo())]).findings
    assert (found.verdict.value, found.worry.code) == ("broken", "response.undeclared")


def test_an_heir_is_picked_by_the_value_that_it_declares_itself() -> None:
    dogs = [copy.deepcopy(each) for each in (DOG, NUMBER)]
    for dog in dogs:
        dog["allOf"][1]["properties"]["kind"] = {"enum": ["terrier"]}
    pet = {**SCHEMAS["Pet"], "discriminator": {"propertyName": "kind"}}
    old, new = (document({**SCHEMAS, "Pet": pet, "Dog": dog}) for dog in dogs)
    contract = Contract(consumer="web", provider="pets", interactions=(sent({"kind": "terrier", "bark": "loud"}),))
    [found] = analyse(old, new, [(contract, ConsumerInfo())]).findings
    assert (found.worry.code, found.worry.before) == ("request.inherited", "taken as Dog")


@pytest.mark.parametrize(
    ("calls", "free"),
    [
        (["hound"], ["lives", "name", "owner", "owner.age", 'size = "small"']),
        (["tabby"], ["name", "owner", "owner.age", "size", 'size = "big"', 'size = "small"']),  # a bark is required
        (["hound", "tabby"], ["name", "owner", "owner.age", 'size = "small"']),
    ],
    ids=["dogs", "cats", "both"],
)  # fmt: skip
def test_members_of_heirs_that_nobody_needs_may_go(calls: list[str], free: list[str]) -> None:
    bodies = {"hound": {**HOUND, "size": "big"}, "tabby": TABBY}
    more = {"properties": {"size": {"enum": ["big", "small"]}, "owner": {"properties": {"age": {}}}}}
    whole = document(with_dog({"allOf": [*DOG["allOf"], more]}), PET)
    contract = Contract(
        consumer="web",
        provider="pets",
        interactions=tuple(interaction("sends a pet", wrote(bodies[each])) for each in calls),
    )
    found = unused_of(whole, used_places([contract]), used_values([contract]))
    said = [each for each in found if each.location.startswith("request.")]
    assert sorted(each.location.removeprefix("request.body.") for each in said) == free
    assert {each.sureness.value for each in said} == {"proved"}


def wrote(body: Any) -> dict[str, Any]:
    return {"request": {"method": "POST", "path": "/pets", "body": body}, "response": {"status": 200, "body": {}}}


def got(body: Any, needs: Needs | None) -> Interaction:
    written = {"request": {"method": "GET", "path": "/pets"}, "response": {"status": 200, "body": [body]}}
    return interaction("gets pets", written, needs=needs)


def sent(body: Any) -> Interaction:
    request = {"method": "POST", "path": "/pets", "body": body}
    return interaction("sends a pet", {"request": request, "response": {"status": 200, "body": {"id": 7}}})


def judged(call: Interaction, dog: Any) -> list[tuple[str, str, str]]:
    contract = Contract(consumer="web", provider="pets", interactions=(call,))
    found = analyse(document(SCHEMAS), document(with_dog(dog)), [(contract, ConsumerInfo())]).findings
    return [(each.verdict.value, each.worry.code, str(each.worry.location)) for each in found]


def with_dog(dog: Any) -> dict[str, Any]:
    """Give the schemas with another dog, or with none."""
    kept = {name: schema for name, schema in SCHEMAS.items() if name != "Dog"}
    return kept if dog is None else {**kept, "Dog": dog}


def document(schemas: dict[str, Any], both: Any = None) -> Any:
    """Give a definition by which lists of pets are read and a pet is sent, or both ways what is given."""
    many = {"application/json": {"schema": both or {"type": "array", "items": PET}}}
    path = {
        "get": {"responses": {"200": {"description": "", "content": many}}},
        "post": {
            "requestBody": {"content": {"application/json": {"schema": both or PET}}},
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}}},
        },
    }
    head = {"openapi": "3.0.3", "info": {"title": "pets", "version": "1"}, "paths": {"/pets": path}}
    return definition({**head, "components": {"schemas": schemas}})
