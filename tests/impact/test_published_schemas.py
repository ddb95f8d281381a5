"""The published schemas: what `impact` writes for machines fits them, and what is not of their form does not."""

import copy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contractkit.exact_json import read_json
from contractkit.impact import ImpactReport
from contractkit.impact.exemptions import Exemption, exempted
from contractkit.impact.formats import impact_document
from contractkit.impact.proofs import with_proofs
from contractkit.impact.proven import Proven, TestProof
from contractkit.impact.repairs import impact_as_repairs
from contractkit.model import Contract, JsonBody, Message, TestReference
from tests.impact.test_report import one, report_on, without_total

SCHEMAS = Path(__file__).parents[2] / "contracts/schema"
TEST = TestReference(node_id="tests/test_shop.py::test_a_total", file="tests/test_shop.py", line=8)


def form(name: str) -> jsonschema.Draft202012Validator:
    schema = read_json((SCHEMAS / f"impact-{name}-v1.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.fixture
def report(old_document: Any, contract: Contract) -> ImpactReport:
    """Give a report in which everything stands that one can have."""
    told = one(contract, "lists all", "courier-app")
    message = replace(told.interactions[0], exchange=Message(contents=JsonBody({"id": 7})))
    mixed = replace(told, interactions=(*told.interactions, message))
    alone = replace(told, consumer="post-office", interactions=(message,))
    found = report_on(old_document, without_total(old_document), contract, mixed, alone)
    proof = TestProof(test=TEST, outcome=Proven.FAILS, message="KeyError: 'total'", file="shop.py", line=3)
    proven = with_proofs(found, {each.node_id: replace(proof, test=each) for each in recorded_by(found)}, {"web-shop"})
    named = replace(proven, without_contract=("till",), supposed=("in production web-shop 4.2.0 is there",))
    return exempted(named, answers_for(found.findings[0].fingerprint, "0123456789abcdef"), date(2027, 2, 1))


def recorded_by(report: ImpactReport) -> list[TestReference]:
    return [test for finding in report.findings for test in finding.tests]


def answers_for(*fingerprints: str) -> list[Exemption]:
    until = date(2027, 1, 31)
    return [
        Exemption(fingerprint=each, reason="shown nowhere", owner="shop team", expires=until, scope={})
        for each in fingerprints
    ]


def test_a_report_of_everything_fits_its_schema(report: ImpactReport) -> None:
    document: Any = impact_document(report)
    form("report").validate(document)
    assert {name for name, value in document.items() if value} == set(document) - {
        "exemptions_out_of_scope",
        "theoretical",
    }
    interactions = [each for consumer in document["consumers"] for each in consumer["interactions"]]
    assert {each["proof"]["outcome"] for each in interactions if "proof" in each} == {"fails", "not run"}


def test_what_hurts_nobody_fits_it(old_document: Any, contract: Contract) -> None:
    document: Any = impact_document(report_on(old_document, without_total(old_document), one(contract, "lists all")))
    form("report").validate(document)
    assert [each["rule"] for each in document["theoretical"]] == ["response.member.removed"]


def test_nobody_looked_at_fits_it(old_document: Any) -> None:
    document = impact_document(report_on(old_document, old_document))
    form("report").validate(document)
    assert document["verdict"] == "not judged"


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"verdict": "unaffected"}, ["consumers", 0, "interactions", 0]),  # although there are findings
        ({"verdict": "not judged"}, ["consumers", 0]),
        ({"interactions": []}, ["consumers", 0]),
        ({"expires": "31.1.2027"}, ["exempted", 0]),
        ({"schema_version": 2}, []),
        ({"more": 1}, []),
    ],
)
def test_what_no_report_says_does_not_fit(report: ImpactReport, wrong: dict[str, Any], at: list[Any]) -> None:
    document = copy.deepcopy(impact_document(report))
    place: Any = document
    for step in at:
        place = place[step]
    place.update(wrong)
    assert not form("report").is_valid(document)


def test_repairs_fit_their_schema(report: ImpactReport) -> None:
    document = read_json(impact_as_repairs(report))
    form("repairs").validate(document)
    assert [len(document[name]) for name in ("findings", "unjudged")] == [1, 3]
    del document["findings"][0]["cause"]["rule"]
    assert not form("repairs").is_valid(document)
