"""A set of places of which one must stay may hold headers, also beside members of the body."""

from typing import Any

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from contractkit.impact import ConsumerInfo, Verdict, analyse
from contractkit.model import (
    Contract,
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    TestReference,
    parse_location,
)

EITHER = InferredNeeds(
    needed=(), any_of=((parse_location("response.body.next"), parse_location("response.headers.link")),)
)
TEST = TestReference(node_id="test_pages.py::test_next", file="test_pages.py", line=3)


def definition(members: list[str], headers: list[str]) -> OpenApiDefinition:
    schema = {
        "type": "object",
        "required": members,
        "properties": {each: {"type": "string"} for each in ["id", *members]},
    }
    answer: Any = {
        "description": "a page",
        "headers": {each: {"required": True, "schema": {"type": "string"}} for each in headers},
        "content": {"application/json": {"schema": schema}},
    }
    paths = {"/pages": {"get": {"operationId": "page", "responses": {"200": answer}}}}
    document = {"openapi": "3.1.0", "info": {"title": "pages", "version": "1"}, "paths": paths}
    return OpenApiDefinition(Documents({"d": document}, "d"), source="d")


@pytest.mark.parametrize(
    ("members", "headers", "verdict"),
    [
        (["next"], [], Verdict.UNAFFECTED),
        ([], ["Link"], Verdict.UNAFFECTED),
        ([], [], Verdict.BROKEN),
    ],
)
def test_who_needs_a_header_or_a_member_breaks_where_both_go(members: Any, headers: Any, verdict: Verdict) -> None:
    interaction = Interaction(
        key="page",
        description="page answers 200",
        exchange=HttpCall(
            request=HttpRequest(method="GET", path="/pages"),
            response=HttpResponse(status=200, headers={"content-type": ("application/json",)}, body=JsonBody({})),
        ),
        served=JsonBody({"next": "/pages?2"}),
        evidence=(Evidence(test=TEST, needs=EITHER),),
    )
    contract = Contract(consumer="reader", provider="pages", interactions=(interaction,))
    report = analyse(definition(["next"], ["Link"]), definition(members, headers), [(contract, ConsumerInfo())])
    assert report.verdict is verdict
