"""Answers of one shape are judged once: many interactions together are told what each would be told alone."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contractkit.impact import Worry
from contractkit.model import Contract, HttpCall, Interaction, JsonBody, LocatedRules, Rule, parse_location
from tests.impact.test_unknown_needs import report_on, with_statuses

EXACT = LocatedRules(location=parse_location("response.body.status"), rules=(Rule("equality"),))

BODIES: tuple[dict[str, Any], ...] = (
    {"total": 12.5, "status": "open"},
    {"total": 3.5, "status": "paid"},
    {"total": 4, "status": "paid"},
    {"total": 12.5, "status": "open", "note": "fragile"},
    {"total": 12.5, "status": "open", "note": None},
)


def answered(contract: Contract, body: dict[str, Any]) -> Interaction:
    template = next(each for each in contract.interactions if each.description == "reads the total")
    assert isinstance(template.exchange, HttpCall)
    response = replace(template.exchange.response, body=JsonBody(body))
    return replace(template, key=str(body), exchange=replace(template.exchange, response=response))


def with_order(change: Callable[[dict[str, Any]], object]) -> Callable[[Any], Any]:
    def changed(document: Any) -> Any:
        new = copy.deepcopy(document)
        change(new["components"]["schemas"]["Order"])
        return new

    return changed


CHANGES: tuple[Callable[[Any], Any], ...] = (
    lambda document: with_statuses(document, "open"),
    lambda document: with_statuses(document, "paid", "lost"),
    with_order(lambda order: order["properties"].pop("note")),
    with_order(lambda order: order["properties"].update(total={"type": "string"})),
    with_order(lambda order: order.update(required=[])),
)


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_judged_together_is_judged_as_alone(
    change: Callable[[Any], Any], old_document: Any, contract: Contract
) -> None:
    calls = [answered(contract, body) for body in BODIES]
    calls += [replace(call, key=f"{call.key}, to the letter", rules=(*call.rules, EXACT)) for call in calls]
    new = change(old_document)
    together = found_by_key(report_on(old_document, new, *calls, *calls))
    alone = {call.key: found_by_key(report_on(old_document, new, call))[call.key] for call in calls}
    assert together == alone
    assert any(alone.values())


def found_by_key(report: Any) -> dict[str, list[Worry]]:
    (consumer,) = report.consumers
    return {each.interaction.key: [finding.worry for finding in each.findings] for each in consumer.interactions}
