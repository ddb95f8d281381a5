"""A `nullable` that was left over in OpenAPI 3.1, which passes over it: null may come or not, be taken or not."""

from typing import Any

import pytest

from contractkit.impact import ConsumerInfo, analyse
from contractkit.model import Contract, Interaction
from tests.impact.conftest import definition, interaction

Said = tuple[str, dict[str, Any]]
PLAIN: Said = ("3.1.0", {"type": "string"})
NULL: Said = ("3.1.0", {"type": ["string", "null"]})
LEFT: Said = ("3.1.0", {"type": "string", "nullable": True})
KNOWN: Said = ("3.0.3", {"type": "string", "nullable": True})
IN_UNION: Said = ("3.1.0", {"oneOf": [{"type": "string", "nullable": True}, {"type": "integer"}]})
UNION: Said = ("3.1.0", {"oneOf": [{"type": "string"}, {"type": "integer"}]})


@pytest.mark.parametrize(("old", "new"), [(PLAIN, LEFT), (UNION, IN_UNION)])
def test_a_value_that_may_be_null_by_it_is_at_risk(old: Said, new: Said) -> None:
    assert judged(read("x"), old, new) == [("at risk", "response.may-be-null", "response.body.m")]
    assert judged(read(None), old, new) == []


@pytest.mark.parametrize("old", [NULL, KNOWN])
def test_null_that_may_come_by_it_alone_is_at_risk_where_nothing_else_will_do(old: Said) -> None:
    assert judged(read(None), old, LEFT) == [("at risk", "response.may-be-another-value", "response.body.m")]
    assert judged(read("x"), old, LEFT) == []


@pytest.mark.parametrize("old", [NULL, KNOWN])
def test_null_that_is_sent_and_may_be_taken_by_it_alone_is_at_risk(old: Said) -> None:
    assert judged(sent([{"m": None}, {"m": "x"}]), old, LEFT) == [("at risk", "request.null", "request.body[*].m")]
    assert judged(sent([{"m": "x"}]), old, LEFT) == []


@pytest.mark.parametrize(("old", "new"), [(LEFT, LEFT), (LEFT, NULL), (KNOWN, NULL)])
def test_one_that_was_left_over_before_or_is_written_as_it_should_be_hurts_nobody(old: Said, new: Said) -> None:
    calls = [read("x"), read(None), sent([{"m": None}])]
    assert [judged(each, old, new) for each in calls] == [[], [], []]


def read(value: Any) -> Interaction:
    response = {"status": 200, "body": {"m": value}}
    return interaction("reads it", {"request": {"method": "GET", "path": "/a"}, "response": response})


def sent(body: Any) -> Interaction:
    request = {"method": "POST", "path": "/a", "body": body}
    return interaction("sends it", {"request": request, "response": {"status": 200, "body": {"m": "x"}}})


def judged(call: Interaction, old: Said, new: Said) -> list[tuple[str, str, str]]:
    contract = Contract(consumer="shop", provider="orders", interactions=(call,))
    found = analyse(document(*old), document(*new), [(contract, ConsumerInfo())]).findings
    return [(each.verdict.value, each.worry.code, str(each.worry.location)) for each in found]


def document(version: str, schema: dict[str, Any]) -> Any:
    """Give a definition in which a member is of a schema, where it is read and where lists of such objects are sent."""
    holder = {"type": "object", "required": ["m"], "properties": {"m": schema}}
    answers = {"200": {"description": "", "content": {"application/json": {"schema": {"$ref": HOLDER}}}}}
    taken = {"content": {"application/json": {"schema": {"type": "array", "items": {"$ref": HOLDER}}}}}
    path = {"get": {"responses": answers}, "post": {"requestBody": taken, "responses": {"200": {"description": ""}}}}
    head = {"openapi": version, "info": {"title": "a", "version": "1"}, "paths": {"/a": path}}
    return definition({**head, "components": {"schemas": {"Holder": holder}}})


HOLDER = "#/components/schemas/Holder"
