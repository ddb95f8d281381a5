"""Every rule in both directions: who sends or reads what changed is named, and nobody else."""

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from contractkit.impact import ConsumerInfo, ImpactReport, analyse
from contractkit.model import Contract, HttpCall, TextBody
from tests.impact.conftest import definition

CASES = yaml.safe_load((Path(__file__).parent / "rules.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_change_hurts_exactly_these(case: dict[str, Any], analysed: Callable[..., ImpactReport]) -> None:
    report = analysed(case)
    found = {
        finding.interaction.description: [finding.verdict.value, finding.worry.code, str(finding.worry.location)]
        for finding in report.findings
    }
    assert found == case["found"]
    assert len(report.findings) == len(found)
    assert [change.rule for change in report.theoretical] == case.get("theoretical", [])


@pytest.mark.parametrize(("said", "code"), [("2027-01-31", "request.sunset"), ("soon", "request.sunset"),
                                            ("2029-01-31", None)])  # fmt: skip
def test_a_day_that_is_taken_back_puts_at_risk_who_calls_the_operation(
    said: str, code: str | None, old_document: Any, analysed: Callable[..., ImpactReport]
) -> None:
    old_document["paths"]["/orders"]["post"].update({"deprecated": True, "x-sunset": "2028-01-31"})
    report = analysed({"set": {"/paths/~1orders/post/x-sunset": said}})
    found = {each.interaction.description: each.worry.code for each in report.findings}
    assert found == (dict.fromkeys(("orders", "orders with a coupon"), code) if code else {})
    assert report.theoretical == ()


@pytest.mark.parametrize(("becomes", "code"), [("date-time", "response.may-be-another-format"), ("uuid-or-date", None)])
def test_a_text_of_another_format_puts_its_readers_at_risk_where_no_text_is_of_both(
    becomes: str, code: str | None, old_document: Any, analysed: Callable[..., ImpactReport]
) -> None:
    old_document["components"]["schemas"]["Order"]["properties"]["note"]["format"] = "date"
    report = analysed({"set": {"/components/schemas/Order/properties/note/format": becomes}})
    found = [(each.interaction.description, each.worry.code, each.worry.before) for each in report.findings]
    assert found == ([("reads the note", code, 'declared, string, format "date"')] if code else [])


def test_a_member_of_a_form_that_is_not_declared_any_more_puts_at_risk_who_sends_it(
    old_document: Any, contract: Contract
) -> None:
    form = "application/x-www-form-urlencoded"
    old_document["paths"]["/orders"]["post"]["requestBody"]["content"] = {
        form: {"schema": {"type": "object", "properties": {"sku": {"type": "string"}, "note": {"type": "string"}}}}
    }
    new = copy.deepcopy(old_document)
    del new["paths"]["/orders"]["post"]["requestBody"]["content"][form]["schema"]["properties"]["note"]
    whole = next(each for each in contract.interactions if each.description == "orders")
    assert isinstance(whole.exchange, HttpCall)
    request = replace(
        whole.exchange.request,
        headers={"content-type": (form,)},
        body=TextBody(text="sku=7&note=soon", media_type=form),
    )
    sent = replace(whole, exchange=replace(whole.exchange, request=request))
    report = analyse(
        definition(old_document), definition(new), [(replace(contract, interactions=(sent,)), ConsumerInfo())]
    )
    assert [(each.worry.code, str(each.worry.location)) for each in report.findings] == [
        ("request.ignored", "request.body.note")
    ]


def test_a_member_of_what_is_not_described_any_more_puts_at_risk_who_sends_it(
    analysed: Callable[..., ImpactReport],
) -> None:
    report = analysed({"set": {"/components/schemas/NewOrder": {"type": "object"}}})
    assert {each.worry.code for each in report.findings} == {"request.ignored"}
    assert sorted((each.interaction.description, str(each.worry.location)) for each in report.findings) == [
        ("orders", "request.body.quantity"),
        ("orders", "request.body.sku"),
        ("orders with a coupon", "request.body.coupon"),
        ("orders with a coupon", "request.body.express"),
        ("orders with a coupon", "request.body.sku"),
    ]


def test_what_could_be_absent_is_at_risk_when_it_may_be_for_one_more_reason(
    old_document: Any, analysed: Callable[..., ImpactReport]
) -> None:
    old_document["components"]["schemas"]["Order"]["required"].remove("lines")
    report = analysed({"remove": ["/components/schemas/Line/required/1"]})
    found = [(each.interaction.description, each.worry.code, str(each.worry.location)) for each in report.findings]
    assert found == [("reads the lines", "response.may-be-absent", "response.body.lines[*].quantity")]
    assert report.findings[0].worry.change is not None
    assert report.findings[0].worry.change.rule == "response.member.became-optional"


NOTED = {"type": "object", "properties": {"note": {"type": "string"}}}
UNNOTED = {"type": "object", "required": ["left"], "properties": {"left": {"type": "string"}}}


def noted(schema: dict[str, Any]) -> dict[str, Any]:
    """Give the schema of what has nothing but a left side with a note of some schema."""
    return {**UNNOTED, "properties": {**UNNOTED["properties"], "note": schema}}


@pytest.mark.parametrize(
    ("alternatives", "codes"),
    [
        ([NOTED, noted({"type": "string", "nullable": True})], []),
        ([NOTED, noted({"type": "integer"})], []),
        (
            [
                {"type": "object", "properties": {"note": {"type": "string", "nullable": True}}},
                noted({"type": "string"}),
            ],
            ["response.may-be-null"],
        ),
    ],
)
def test_an_alternative_that_gained_a_member_hurts_nobody_who_needed_it(
    alternatives: list[Any], codes: list[str], old_document: Any, analysed: Callable[..., ImpactReport]
) -> None:
    order = {"/components/schemas/Order": {"anyOf": alternatives}}
    old_document["components"]["schemas"]["Order"] = {"anyOf": [NOTED, UNNOTED]}
    report = analysed({"set": order})
    assert [each.worry.code for each in report.findings if each.interaction.description == "reads the note"] == codes
