"""One interaction against one definition: its request, the places it uses, status and media type."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from contractkit.conformance import ContractChecker, Declared, Grade, InteractionConformance, Use, uses_of
from contractkit.conformance.coverage import coverage_of
from contractkit.conformance.second_opinion import SecondOpinion
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from contractkit.errors import DefinitionError
from contractkit.model import (
    Contract,
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    Message,
    Need,
    Rule,
    TestReference,
    parse_location,
)

ORDER = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "integer"}, "lines": {"type": "array", "items": {"type": "object"}}},
}
DOCUMENT: Any = {
    "openapi": "3.1.0",
    "info": {"title": "orders", "version": "1"},
    "paths": {
        "/orders": {
            "post": {
                "parameters": [{"name": "dry", "in": "query", "schema": {"type": "boolean"}}],
                "requestBody": {"content": {"application/json": {"schema": ORDER}}},
                "responses": {
                    "201": {"description": "made", "content": {"application/*": {"schema": ORDER}}},
                    "4XX": {"description": "not made"},
                    "default": {"description": "else"},
                },
            }
        }
    },
}
CALL = HttpCall(
    request=HttpRequest(
        method="POST",
        path="/orders",
        query={"dry": ("true",)},
        headers={"content-type": ("application/json",)},
        body=JsonBody({"id": 1, "colour": "red"}),
    ),
    response=HttpResponse(status=201, body=JsonBody({"id": 7, "lines": [{"sku": "a"}], "extra": 1})),
)
INTERACTION = Interaction(key="k", description="orders", exchange=CALL)


def check(interaction: Interaction, document: Any = DOCUMENT) -> InteractionConformance:
    return ContractChecker(OpenApiDefinition(Documents({"d": document}, "d"))).check(interaction)


def answering(status: int) -> Interaction:
    return replace(INTERACTION, exchange=replace(CALL, response=HttpResponse(status=status)))


def test_each_place_of_the_answer_is_graded() -> None:
    standings = {str(place): standing.grade for place, standing in check(INTERACTION).standings.items()}
    assert standings == {
        "response.body": Grade.PROMISED,
        "response.body.id": Grade.PROMISED,
        "response.body.lines": Grade.DECLARED,
        "response.body.lines[*]": Grade.DECLARED,
        "response.body.lines[*].sku": Grade.UNSETTLED,
        "response.body.extra": Grade.UNDECLARED,
    }


def test_what_is_sent_undeclared_is_named() -> None:
    found = check(INTERACTION)
    assert found.violations == ()
    assert [str(place) for place in found.undeclared] == ["request.body.colour"]


def test_a_refused_request_names_the_place() -> None:
    refused = replace(CALL, request=replace(CALL.request, body=JsonBody({"id": "one"})))
    violations = check(replace(INTERACTION, exchange=refused)).violations
    assert [str(violation.location) for violation in violations] == ["request.body.id"]


@pytest.mark.parametrize(
    ("status", "declared"), [(201, Declared.EXACTLY), (404, Declared.AS_RANGE), (500, Declared.AS_DEFAULT)]
)
def test_a_status_is_declared(status: int, declared: Declared) -> None:
    assert check(answering(status)).status is declared


def test_a_media_type_may_be_declared_as_a_range() -> None:
    assert check(INTERACTION).media_type is Declared.AS_RANGE
    assert check(answering(201)).media_type is Declared.UNSAID


def test_a_request_that_reaches_nothing_is_not_judged() -> None:
    lost = replace(CALL, request=replace(CALL.request, path="/nowhere"))
    assert check(replace(INTERACTION, exchange=lost)) == InteractionConformance(route=None, surface=None)


def test_a_message_is_not_judged() -> None:
    assert check(replace(INTERACTION, exchange=Message(contents=JsonBody({})))).unsettled == ("not-http",)


def test_a_value_under_a_type_rule_is_not_exact() -> None:
    rules = (LocatedRules(location=parse_location("response.body.lines"), rules=(Rule("type"),)),)
    uses = uses_of(replace(INTERACTION, rules=rules), CALL).single
    assert {str(use.location): use.exact for use in uses} == {
        "response.body": (),
        "response.body.id": (7,),
        "response.body.lines": (),
        "response.body.lines[*]": (),
        "response.body.lines[*].sku": (),
        "response.body.extra": (1,),
    }


def test_an_equality_rule_within_a_type_rule_is_exact_again() -> None:
    rules = (
        LocatedRules(location=parse_location("response.body"), rules=(Rule("type"),)),
        LocatedRules(location=parse_location("response.body.id"), rules=(Rule("equality"),)),
    )
    uses = {str(use.location): use.exact for use in uses_of(replace(INTERACTION, rules=rules), CALL).single}
    assert (uses["response.body.id"], uses["response.body.extra"]) == ((7,), ())


def test_proved_needs_replace_the_expectation() -> None:
    needs = InferredNeeds(needed=(Need(location=parse_location("response.body.lines[0].sku"), non_null=True),))
    evidence = (Evidence(test=TestReference(node_id="t", file="t.py", line=1), needs=needs),)
    assert uses_of(replace(INTERACTION, evidence=evidence), CALL).single == (
        Use(location=parse_location("response.body.lines[*].sku"), types=frozenset({"string"})),
    )


def test_a_mistaken_type_is_met_in_an_object_that_is_written_member_by_member() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["paths"]["/orders"]["post"]["parameters"].append(
        {"name": "only", "in": "query", "schema": {"type": "object", "properties": {"state": {"type": "strng"}}}}
    )
    checker = ContractChecker(OpenApiDefinition(Documents({"d": document}, "d"), source="d"))
    assert checker.check(INTERACTION).status is Declared.EXACTLY
    sending = replace(CALL, request=replace(CALL.request, query={"state": ("open",)}))
    with pytest.raises(DefinitionError) as refused:
        checker.check(replace(INTERACTION, exchange=sending))
    assert refused.value.explanation.summary == '"strng" is no type of a schema; did you mean string?'


def test_who_judges_refuses_a_type_that_is_none_and_who_only_counts_reads_any_type() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["paths"]["/orders"]["post"]["parameters"][0]["schema"] = {"type": "boolaen"}
    mistaken = OpenApiDefinition(Documents({"d": document}, "d"), source="d")
    with pytest.raises(DefinitionError) as refused:
        ContractChecker(mistaken).check(INTERACTION)
    assert str(refused.value) == (
        '"boolaen" is no type of a schema; did you mean boolean?\n\n'
        "  at   d#/paths/~1orders/post/parameters/0/schema/type"
    )
    contract = Contract(consumer="web-shop", provider="orders", interactions=(INTERACTION,))
    [operation] = coverage_of(mistaken, [contract]).operations
    assert operation.statuses[0].used_fields == (
        parse_location("response.body.id"),
        parse_location("response.body.lines"),
    )
    [request] = SecondOpinion(mistaken, document).of([contract])
    assert (request.side, request.ours) == ("request", "")
