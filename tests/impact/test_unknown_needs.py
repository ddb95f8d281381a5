"""While needs are unknown, what the tests were served or saw is at risk when it goes, and never silently unaffected."""

import copy
from dataclasses import replace
from typing import Any

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from contractkit.impact import ConsumerInfo, Finding, ImpactReport, Verdict, analyse
from contractkit.model import Contract, Evidence, HttpCall, InferredNeeds, Interaction, JsonBody, Need, parse_location


def report_on(old: Any, new: Any, *interactions: Interaction) -> ImpactReport:
    old_definition, new_definition = (
        OpenApiDefinition(Documents({"orders.yaml": each}, "orders.yaml")) for each in (old, new)
    )
    contract = Contract(consumer="web-shop", provider="orders", interactions=interactions)
    return analyse(old_definition, new_definition, [(contract, ConsumerInfo())])


def reading(contract: Contract, expected: dict[str, Any], served: dict[str, Any]) -> Interaction:
    """Give an interaction that expects some members by type and was served more."""
    template = next(each for each in contract.interactions if each.description == "reads the total")
    assert isinstance(template.exchange, HttpCall)
    response = replace(template.exchange.response, body=JsonBody(expected))
    return replace(template, exchange=replace(template.exchange, response=response), served=JsonBody(served))


def without_note(document: Any) -> Any:
    changed = copy.deepcopy(document)
    del changed["components"]["schemas"]["Order"]["properties"]["note"]
    return changed


def with_statuses(document: Any, *statuses: str) -> Any:
    changed = copy.deepcopy(document)
    changed["components"]["schemas"]["Order"]["properties"]["status"]["enum"] = list(statuses)
    return changed


def told(findings: tuple[Finding, ...]) -> list[tuple[Verdict, str, str, str]]:
    return [(each.verdict, each.worry.code, str(each.worry.location), each.worry.sentence) for each in findings]


def test_an_optional_member_that_was_served_is_at_risk_when_it_goes(old_document: Any, contract: Contract) -> None:
    served = reading(contract, {"total": 12.5}, {"total": 12.5, "note": "fragile"})
    report = report_on(old_document, without_note(old_document), served)
    assert told(report.findings) == [
        (
            Verdict.AT_RISK,
            "response.served-gone",
            "response.body.note",
            "the tests were served it, and it is not known whether the consumer reads it",
        )
    ]
    assert report.theoretical == ()


def test_an_optional_member_of_another_type_is_at_risk(old_document: Any, contract: Contract) -> None:
    new = copy.deepcopy(old_document)
    new["components"]["schemas"]["Order"]["properties"]["note"] = {"type": "boolean"}
    served = reading(contract, {"total": 12.5}, {"total": 12.5, "note": "fragile"})
    assert [(each.verdict, each.worry.code) for each in report_on(old_document, new, served).findings] == [
        (Verdict.AT_RISK, "response.served-disjoint")
    ]


def test_what_was_proved_not_to_be_needed_is_no_risk(old_document: Any, contract: Contract) -> None:
    proved = InferredNeeds(needed=(Need(location=parse_location("response.body.total")),))
    served = reading(contract, {"total": 12.5}, {"total": 12.5, "note": "fragile"})
    inferred = replace(served, evidence=(Evidence(test=served.evidence[0].test, needs=proved),))
    report = report_on(old_document, without_note(old_document), inferred)
    assert report.verdict is Verdict.UNAFFECTED
    assert [change.rule for change in report.theoretical] == ["response.optional-member.removed"]


def test_a_value_that_the_tests_saw_is_at_risk_when_it_cannot_come_any_more(
    old_document: Any, contract: Contract
) -> None:
    saw = reading(contract, {"status": "paid"}, {"status": "paid"})
    report = report_on(old_document, with_statuses(old_document, "open", "settled"), saw)
    assert told(report.findings) == [
        (
            Verdict.AT_RISK,
            "response.seen-value-gone",
            "response.body.status",
            'the tests saw "paid", which cannot come any more',
        )
    ]


def test_a_value_that_no_test_saw_may_go(old_document: Any, contract: Contract) -> None:
    saw = reading(contract, {"status": "paid"}, {"status": "paid"})
    assert report_on(old_document, with_statuses(old_document, "paid"), saw).verdict is Verdict.UNAFFECTED


def test_an_optional_member_that_may_be_null_is_at_risk(old_document: Any, contract: Contract) -> None:
    new = copy.deepcopy(old_document)
    new["components"]["schemas"]["Order"]["properties"]["note"]["nullable"] = True
    served = reading(contract, {"total": 12.5}, {"total": 12.5, "note": "fragile"})
    assert [(each.verdict, each.worry.code) for each in report_on(old_document, new, served).findings] == [
        (Verdict.AT_RISK, "response.served-otherwise")
    ]
