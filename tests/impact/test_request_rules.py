"""Rules of requests: who may send other values is at risk where one of those may be refused, and only there."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from contractkit.impact import ConsumerInfo, ImpactReport, Verdict, analyse
from contractkit.model import (
    Contract,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedGenerator,
    LocatedRules,
    MissingBody,
    Rule,
    parse_location,
)
from tests.impact.conftest import definition, patched

CASES = yaml.safe_load((Path(__file__).parent / "request_rules.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_rule_is_at_risk_where_a_value_that_it_stands_for_may_be_refused(
    case: dict[str, Any], old_document: Any
) -> None:
    report = reported(case, old_document)
    assert {str(each.worry.location): each.worry.change and each.worry.change.rule for each in report.findings} == (
        case["found"]
    )
    assert {(each.worry.code, each.verdict) for each in report.findings} <= {("request.rule-wider", Verdict.AT_RISK)}
    assert len(report.findings) == len(case["found"])


def test_a_value_that_the_rule_stands_for_and_that_is_gone_is_named(old_document: Any) -> None:
    named = reported(next(each for each in CASES if "a value that is gone is not" in each["case"]), old_document)
    assert [each.worry.sentence for each in named.findings] == [
        'the recorded value passes, but its rule stands for "z" too, which is refused now'
    ]


def parameter(name: str, place: str) -> Any:
    return lambda schema: {"name": name, "in": place, "required": place == "path", "schema": schema}


SENT: dict[str, Any] = {  # location to: where it is described, by what, how "a" is sent
    "request.body.sku": ("/components/schemas/NewOrder/properties/sku", lambda schema: schema, {"body": {"sku": "a"}}),
    "request.query.state": (
        "/paths/~1orders/get/parameters/1", parameter("state", "query"), {"query": {"state": "a"}}
    ),
    "request.headers['x-state']": (
        "/paths/~1orders/get/parameters/1", parameter("X-State", "header"), {"headers": {"x-state": "a"}}
    ),
    "request.path.id": ("/paths/~1orders~1{id}/parameters/0", parameter("id", "path"), {"path": "/orders/a"}),
}  # fmt: skip


@pytest.mark.parametrize("is_ruled", [False, True])
@pytest.mark.parametrize("location", SENT)
@pytest.mark.parametrize(
    ("keyword", "left", "found"),
    [
        ("enum", "b", (Verdict.BROKEN, 'the consumer sends "a", which is refused now', "request.values.removed")),
        (
            "x-extensible-enum",
            "b",
            (
                Verdict.AT_RISK,
                'the consumer sends "a", which is not among the known values any more',
                "request.known-values.removed",
            ),
        ),
        ("x-extensible-enum", "a", None),
    ],
)
def test_who_sends_a_value_that_is_not_listed_any_more_is_hurt_wherever_it_is_sent_and_by_whatever_rule(
    keyword: str, left: str, found: Any, location: str, is_ruled: bool, old_document: Any
) -> None:
    place, described, call = SENT[location]
    side = location.rpartition(".")[0] if location.startswith("request.path") else location
    old, new = (described({"type": "string", keyword: values}) for values in (["a", "b"], [left]))
    rules = {side: [{"match": "type"}]} if is_ruled else {}
    report = reported({**call, "rules": rules, "old": {place: old}, "set": {place: new}}, old_document)
    told = [each.worry for each in report.findings if each.worry.code != "request.rule-wider"]
    assert [(str(each.location), each.verdict, each.sentence, each.change and each.change.rule) for each in told] == (
        [] if found is None else [(location, *found)]
    )


def reported(case: dict[str, Any], document: Any) -> ImpactReport:
    old = patched(document, {"set": case.get("old", {})})
    contract = Contract(consumer="web-shop", provider="orders", interactions=(sent(case),))
    return analyse(definition(old), definition(patched(old, {"set": case["set"]})), [(contract, ConsumerInfo())])


def sent(case: dict[str, Any]) -> Interaction:
    body = case.get("body")
    headers = {"content-type": ("application/json",)} if body is not None else {}
    request = HttpRequest(
        method="GET" if body is None else "POST",
        path=case.get("path", "/orders"),
        query={name: (value,) for name, value in case.get("query", {}).items()},
        headers=headers | {name: (value,) for name, value in case.get("headers", {}).items()},
        body=MissingBody() if body is None else JsonBody(body),
    )
    answer = HttpResponse(status=200 if body is None else 201, headers={}, body=MissingBody())
    return Interaction(
        key="sent",
        description="sent",
        exchange=HttpCall(request=request, response=answer),
        rules=tuple(ruled(place, written) for place, written in case["rules"].items()),
        generators=tuple(
            LocatedGenerator(location=parse_location(place), name=name)
            for place, name in case.get("generators", {}).items()
        ),
    )


def ruled(place: str, written: Any) -> LocatedRules:
    is_either = isinstance(written, dict)
    matchers = written["matchers"] if is_either else written
    rules = tuple(Rule(each["match"], {key: said for key, said in each.items() if key != "match"}) for each in matchers)
    return LocatedRules(location=parse_location(place), rules=rules, combine="OR" if is_either else "AND")
