"""Who copes with a class of statuses is not broken where the recorded one is gone and another of the class is there."""

from dataclasses import replace
from typing import Any

import pytest

from contractkit.impact import ConsumerInfo, analyse
from contractkit.model import Contract, Interaction, LocatedRules, Location, Rule
from tests.impact.conftest import definition, interaction

OLD = {"200": {"type": "integer", "maximum": 9}}
STATUS = Location(("response", "status"))
GONE = [("broken", "response.status-gone", "response.status")]
EXCLUDED = [("broken", "response.value-gone", "response.body")]


@pytest.mark.parametrize(
    ("wanted", "new", "found"),
    [
        ("success", {"201": OLD["200"]}, []),
        ("success", {"2XX": OLD["200"]}, []),
        ("success", {"404": OLD["200"]}, GONE),
        ("success", {"4XX": OLD["200"]}, GONE),
        ("clientError", {"404": OLD["200"]}, []),
        ([200, 404], {"201": OLD["200"], "404": OLD["200"]}, []),
        ([200, 404], {"201": OLD["200"]}, GONE),
        ("nonsense", {"201": OLD["200"]}, GONE),
        ("success", {"201": {"type": "integer", "maximum": 3}}, EXCLUDED),
        ("success", {"201": OLD["200"], "202": {"type": "integer", "maximum": 3}}, EXCLUDED),
        ("success", {"201": OLD["200"], "default": {"type": "string"}}, []),
        (
            [200, 404],
            {"404": OLD["200"], "default": OLD["200"]},
            [("at risk", "response.status-default", "response.status")],
        ),
        ("success", {"201": {"type": "string"}}, [("broken", "response.disjoint", "response.body")]),
    ],
)
def test_what_is_left_of_the_class_is_judged_in_its_place(
    wanted: Any, new: dict[str, Any], found: list[tuple[str, str, str]]
) -> None:
    assert judged(read(5, wanted), new) == found


def test_without_such_a_rule_no_other_status_will_do() -> None:
    assert judged(replace(read(5, "success"), rules=()), {"201": OLD["200"]}) == GONE


def test_a_default_promises_no_status_of_the_class() -> None:
    assert judged(read(5, "success"), {"default": OLD["200"]}) == [
        ("at risk", "response.status-default", "response.status")
    ]


def test_a_status_that_is_named_now_is_the_cause_where_it_covered_the_expected_one() -> None:
    answer = {"description": "", "content": {"application/json": {"schema": OLD["200"]}}}
    operations = ({"default": answer}, {"default": answer, "200": {"description": ""}})
    head = {"openapi": "3.1.0", "info": {"title": "a", "version": "1"}}
    before, after = (definition({**head, "paths": {"/a": {"get": {"responses": each}}}}) for each in operations)
    contract = Contract(consumer="shop", provider="orders", interactions=(replace(read(5, "success"), rules=()),))
    report = analyse(before, after, [(contract, ConsumerInfo())])
    [change] = [each.worry.change for each in report.findings]
    assert change is not None
    assert (change.rule, change.status, report.theoretical) == ("response.media-type.removed", "200", ())


def read(body: Any, wanted: Any) -> Interaction:
    written = {"request": {"method": "GET", "path": "/a"}, "response": {"status": 200, "body": body}}
    rule = Rule("statusCode", {"status": wanted})
    return replace(interaction("reads it", written), rules=(LocatedRules(location=STATUS, rules=(rule,)),))


def judged(call: Interaction, new: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Give what becomes of a call where an operation answers schemas by their status, 200 before."""
    head = {"openapi": "3.1.0", "info": {"title": "a", "version": "1"}}
    operations = (
        {
            status: {"description": "", "content": {"application/json": {"schema": schema}}}
            for status, schema in answers.items()
        }
        for answers in (OLD, new)
    )
    before, after = (definition({**head, "paths": {"/a": {"get": {"responses": each}}}}) for each in operations)
    contract = Contract(consumer="shop", provider="orders", interactions=(call,))
    found = analyse(before, after, [(contract, ConsumerInfo())]).findings
    return [(each.verdict.value, each.worry.code, str(each.worry.location)) for each in found]
