"""What schemas do not show: values that tell alternatives apart, and how the members of a form are written."""

from typing import Any

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from contractkit.impact import ConsumerInfo, ImpactReport, analyse
from contractkit.model import (
    Contract,
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    Location,
    Need,
    TestReference,
    TextBody,
    parse_location,
)

FORM = "application/x-www-form-urlencoded"
KIND, STATE = parse_location("response.body.kind"), parse_location("response.body.state")
TEST = TestReference(node_id="tests/test_pay.py::test_pay", file="tests/test_pay.py", line=1)


def document(
    mapping: dict[str, str], encoding: dict[str, Any], *, reserved: bool = True, known: tuple[str, ...] = ("new", "old")
) -> dict[str, Any]:
    """Give a definition whose answer is a card or cash, told apart by a `kind` that no schema lists the values of.

    Characters that are `reserved` may stand in its parameter as they are, and of its `state` some values are `known`.
    """
    state = {"type": "string", "x-extensible-enum": [*known]}
    case = {
        "type": "object",
        "required": ["kind", "state"],
        "properties": {"kind": {"type": "string"}, "state": state},
    }
    sent = {"type": "object", "properties": {"tags": {"type": "array", "items": {"type": "string"}}, "id": {}}}
    union = {
        "oneOf": [{"$ref": "#/components/schemas/Card"}, {"$ref": "#/components/schemas/Cash"}],
        "discriminator": {"propertyName": "kind", "mapping": mapping},
    }
    operation = {
        "parameters": [{"name": "to", "in": "query", "schema": {"type": "string"}, "allowReserved": reserved}],
        "requestBody": {"content": {FORM: {"schema": sent, "encoding": encoding}}},
        "responses": {"200": {"description": "paid", "content": {"application/json": {"schema": union}}}},
    }
    schemas = {"Card": {**case, "title": "card"}, "Cash": {**case, "title": "cash"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "orders", "version": "1"},
        "paths": {"/payments": {"post": operation}},
        "components": {"schemas": schemas},
    }


def impact(
    new: dict[str, Any], form: str = "id=1", *members: str, at: Location = KIND, to: str = "me"
) -> list[tuple[str, str, str]]:
    before, after = (
        OpenApiDefinition(Documents({"d": each}, "d"), source="d") for each in (document(TOLD, JOINED), new)
    )
    needs = InferredNeeds(needed=(Need(location=at, non_null=True, members=members),))
    call = HttpCall(
        request=HttpRequest(
            method="POST",
            path="/payments",
            query={"to": (to,)},
            headers={"content-type": (FORM,)},
            body=TextBody(form, FORM),
        ),
        response=HttpResponse(
            status=200, headers={"content-type": ("application/json",)}, body=JsonBody({"kind": "card", "state": "new"})
        ),
    )
    interaction = Interaction(key="pay", description="pay", exchange=call, evidence=(Evidence(test=TEST, needs=needs),))
    contract = Contract(consumer="web-shop", provider="orders", interactions=(interaction,))
    report: ImpactReport = analyse(before, after, [(contract, ConsumerInfo())])
    return [(each.verdict.value, each.worry.code, str(each.worry.location)) for each in report.findings]


TOLD = {"card": "#/components/schemas/Card", "cash": "#/components/schemas/Cash"}
RENAMED = {"card": "#/components/schemas/Card", "coins": "#/components/schemas/Cash"}
JOINED = {"tags": {"style": "form", "explode": False}}
PIPED = {"tags": {"style": "pipeDelimited", "explode": False}}


def test_another_value_that_tells_alternatives_apart_hurts_who_copes_with_the_known_ones() -> None:
    renamed = document(RENAMED, JOINED)
    assert impact(renamed, "id=1", "card", "cash") == [
        ("at risk", "response.may-be-another-value", "response.body.kind")
    ]
    assert impact(renamed) == []


def test_a_form_written_otherwise_hurts_who_sends_a_list_in_it() -> None:
    piped = document(TOLD, PIPED)
    assert impact(piped, "id=1&tags=new,red") == [("at risk", "request.style", "request.body.tags")]
    assert impact(piped, "id=1") == []


def test_reserved_characters_that_are_to_be_encoded_hurt_who_sends_some() -> None:
    encoded = document(TOLD, JOINED, reserved=False)
    assert impact(encoded, to="a/b") == [("at risk", "request.style", "request.query.to")]
    assert impact(encoded, to="me") == []


def test_a_value_that_is_known_now_hurts_who_copes_with_the_known_ones() -> None:
    further = document(TOLD, JOINED, known=("new", "old", "lost"))
    assert impact(further, "id=1", "new", "old", at=STATE) == [
        ("at risk", "response.may-be-another-value", "response.body.state")
    ]
    assert impact(further, at=STATE) == []


def test_a_single_value_is_written_alike_exploded_and_joined() -> None:
    joined, listed = document(TOLD, JOINED), document(TOLD, JOINED)
    joined["paths"]["/payments"]["post"]["parameters"][0]["explode"] = False
    listed["paths"]["/payments"]["post"]["parameters"][0]["style"] = "pipeDelimited"
    assert impact(joined) == []
    assert impact(listed) == [("at risk", "request.style", "request.query.to")]
