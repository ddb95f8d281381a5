"""Matching does what the language-neutral cases in `contracts/cases` say, and every rule has one."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contractkit.matching import compile_comparison
from contractkit.matching.generated_values import GENERATORS
from contractkit.matching.rules import RULES
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    HttpRequest,
    HttpResponse,
    JsonBody,
    LocatedRules,
    Message,
    MissingBody,
    Rule,
    TextBody,
    parse_location,
)
from contractkit.results import ABSENT, Mismatch

CASES = Path(__file__).parent.parent.parent / "contracts" / "cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    comment: str
    specification: str
    expected: HttpRequest | HttpResponse | Message
    actual: HttpRequest | HttpResponse | Message
    rules: tuple[LocatedRules, ...]
    mismatches: tuple[Mismatch, ...]

    def compare(self) -> tuple[Mismatch, ...]:
        compare = compile_comparison(self.expected.parts(), self.rules, specification=self.specification)
        return compare(self.actual.parts())


def read_case(path: Path) -> Case:
    case = json.loads(path.read_bytes())
    return Case(
        comment=case["comment"],
        specification=case.get("specification", "4.0"),
        expected=side_of(case["side"], case["expected"]),
        actual=side_of(case["side"], case["actual"]),
        rules=tuple(rules_at(place, written) for place, written in case.get("rules", {}).items()),
        mismatches=tuple(mismatch_of(each) for each in case["mismatches"]),
    )


def side_of(side: str, written: Mapping[str, Any]) -> HttpRequest | HttpResponse | Message:
    body = body_of(written.get("body"))
    headers = {name: tuple(values) for name, values in written.get("headers", {}).items()}
    if side == "message":
        return Message(contents=body, metadata=written.get("metadata", {}))
    if side == "response":
        return HttpResponse(status=written.get("status", 200), headers=headers, body=body)
    query = {name: tuple(values) for name, values in written.get("query", {}).items()}
    method, path = written.get("method", "GET"), written.get("path", "/")
    return HttpRequest(method=method, path=path, query=query, headers=headers, body=body)


def body_of(written: dict[str, Any] | None) -> Body:
    if written is None:
        return MissingBody()
    if "json" in written:
        return JsonBody(written["json"], written.get("type", "application/json"))
    if "text" in written:
        return TextBody(written["text"], written.get("type", "text/plain"))
    if "base64" in written:
        return BinaryBody(base64.b64decode(written["base64"]), written.get("type", "application/octet-stream"))
    assert written == {"empty": True}, written
    return EmptyBody()


def rules_at(place: str, written: Mapping[str, Any]) -> LocatedRules:
    matchers = [dict(each) for each in written["matchers"]]
    rules = tuple(Rule(each.pop("match"), each) for each in matchers)
    return LocatedRules(location=parse_location(place), rules=rules, combine=written.get("combine", "AND"))


def mismatch_of(written: Mapping[str, Any]) -> Mismatch:
    return Mismatch(
        location=parse_location(written["location"]),
        expected=written.get("expected", ABSENT),
        actual=written.get("actual", ABSENT),
        rule=written["rule"],
        sentence=written["sentence"],
    )


@pytest.mark.parametrize("path", sorted(CASES.rglob("*.json")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_case_gives_exactly_its_mismatches(path: Path) -> None:
    case = read_case(path)
    assert case.compare() == case.mismatches


def test_every_rule_has_a_case() -> None:
    assert RULES.keys() <= {path.parent.name for path in CASES.rglob("*.json")}


def test_every_rule_has_a_case_that_it_fails() -> None:
    refused = {mismatch.rule for path in CASES.rglob("*.json") for mismatch in read_case(path).mismatches}
    passing_on = {"values": "type", "eachKey": "regex", "eachValue": "regex", "datetime": "timestamp"}
    assert {passing_on.get(name, name) for name in RULES} <= refused


def test_the_manual_names_every_rule_and_every_spelling() -> None:
    manual = (CASES.parent.parent / "docs" / "matching.md").read_text()
    spellings = {spelling for kind in RULES.values() for spelling in (kind.name, *kind.aliases)}
    assert {each for each in (*spellings, *GENERATORS) if f"`{each}`" not in manual} == set()
