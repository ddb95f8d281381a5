"""Combinations: what joins in too many ways to be compared is judged by the places that a consumer uses."""

from dataclasses import replace
from typing import Any

import pytest

from contractkit.impact import ConsumerInfo, analyse
from contractkit.model import Contract, Interaction, LocatedRules, Rule, parse_location
from tests.changes.conftest import around
from tests.crosswise import crosswise
from tests.impact.conftest import definition, interaction

COUNT = 20
DEPTH = COUNT - 1


@pytest.mark.parametrize(
    ("steps", "verdicts"),
    [
        (["left"] * DEPTH, ["broken"]),
        (["left"] + ["right"] * (DEPTH - 1), ["broken"]),
        (["right"] + ["left"] * (DEPTH - 1), []),
    ],
    ids=["all left", "left once", "too late"],
)
def test_who_reads_a_place_in_it_is_judged_by_that_place(steps: list[str], verdicts: list[str]) -> None:
    assert judged(call({}, nested(steps, {"end": "here"}))) == [(each, "response.disjoint") for each in verdicts]


def test_who_may_send_anything_in_it_is_at_risk() -> None:
    anything = LocatedRules(location=parse_location("request.body.left"), rules=(Rule("values"),))
    sent = call({"left": {}}, {})
    assert judged(replace(sent, rules=(*sent.rules, anything))) == [("at risk", "not-analysable")]


def judged(one: Interaction) -> list[tuple[str, str]]:
    old, new = (around({"$ref": "#/components/schemas/S0"}, **crosswise(COUNT, last)) for last in ("string", "integer"))
    contract = Contract(consumer="web", provider="things", interactions=(one,))
    findings = analyse(definition(old), definition(new), [(contract, ConsumerInfo())]).findings
    return [(each.verdict.value, each.worry.code) for each in findings]


def call(request: Any, answer: Any) -> Interaction:
    written = {"request": {"method": "POST", "path": "/things", "body": request}}
    return interaction("a call", {**written, "response": {"status": 200, "body": answer}})


def nested(steps: list[str], value: Any) -> Any:
    for step in reversed(steps):
        value = {step: value}
    return value
