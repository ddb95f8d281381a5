"""The language-neutral cases of `contracts/cases`, read and run; its README says what each member means."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

from contractkit.document import dump_contract, load_contract, read_message, read_request, read_response
from contractkit.errors import ContractkitError
from contractkit.matching import compile_comparison, generate
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    HttpRequest,
    HttpResponse,
    JsonBody,
    LocatedGenerator,
    LocatedRules,
    Message,
    MissingBody,
    Rule,
    TextBody,
    parse_location,
)
from contractkit.results import ABSENT, Mismatch

CASES = Path(__file__).parent.parent.parent / "contracts" / "cases"
OTHER_KINDS = ("generators", "pact", "files")
"""The folders whose cases are not of the ordinary kind."""

Side: TypeAlias = HttpRequest | HttpResponse | Message


def paths_of(kind: str) -> list[Path]:
    """Give the files of one kind of case: `generators`, `pact`, `files`, or `matching` for all others."""
    if kind != "matching":
        return sorted((CASES / kind).rglob("*.json"))
    return [path for path in sorted(CASES.rglob("*.json")) if path.relative_to(CASES).parts[0] not in OTHER_KINDS]


def name_of(path: Path) -> str:
    """Give a case's name in reports of tests."""
    return str(path.relative_to(CASES).with_suffix(""))


def read(path: Path) -> dict[str, Any]:
    """Give what a file says."""
    written: dict[str, Any] = json.loads(path.read_bytes())
    return written


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An expectation with its rules, what came, and every mismatch between them."""

    comment: str
    specification: str
    expected: Side
    actual: Side
    rules: tuple[LocatedRules, ...]
    mismatches: tuple[Mismatch, ...]

    def compare(self) -> tuple[Mismatch, ...]:
        """Give what matching says of the case."""
        compare = compile_comparison(self.expected.parts(), self.rules, specification=self.specification)
        return compare(self.actual.parts())


def matching_case(case: Mapping[str, Any]) -> Case:
    """Give a case of the ordinary kind."""
    return Case(
        comment=case["comment"],
        specification=case.get("specification", "4.0"),
        expected=side_of(case["side"], case["expected"]),
        actual=side_of(case["side"], case["actual"]),
        rules=tuple(rules_at(place, written) for place, written in case.get("rules", {}).items()),
        mismatches=tuple(mismatch_of(each) for each in case["mismatches"]),
    )


def pact_case(case: Mapping[str, Any]) -> Case:
    """Give a case whose two sides are written as a Pact file of its version has them, rules included."""
    reader = {"request": read_request, "response": read_response, "message": read_message}[case["side"]]
    expected: Any = reader(case["expected"], case["specification"])
    actual: Any = reader(case["actual"], case["specification"])
    return Case(
        comment=case["comment"],
        specification=case["specification"],
        expected=expected[0],
        actual=actual[0],
        rules=expected[1],
        mismatches=tuple(mismatch_of(each) for each in case["mismatches"]),
    )


def rewritten(case: Mapping[str, Any]) -> str:
    """Give the text of a case's file as it is written after reading it, without our own entry in its metadata."""
    written = json.loads(dump_contract(load_contract(json.dumps(case["file"]).encode(), origin="case.json")))
    del written["metadata"]["contractkit"]
    return as_text(written)


def as_text(written: Any) -> str:
    """Give JSON as a text in which 1 and 1.0 differ and the order of members does not count."""
    return json.dumps(written, sort_keys=True)


def generated(case: Mapping[str, Any], chance: int) -> Side | str:
    """Give a side with its generated values, or why it cannot have them; `chance` is the seed."""
    located = tuple(generator_at(place, written) for place, written in case["generators"].items())
    side: Any = side_of(case["side"], case["expected"])
    try:
        made: Side = generate(
            side,
            located,
            case.get("context", {}),
            now=datetime.fromisoformat(case.get("now", "2026-11-21T10:30:15+01:00")),
            random=Random(chance),
            server_url=case.get("server_url"),
        )
        return made
    except ContractkitError as error:
        return str(error).splitlines()[0]


def side_of(side: str, written: Mapping[str, Any]) -> Side:
    """Give a request, a response or a message from a case's form."""
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
    """Give a body from a case's form."""
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
    """Give the rules that a case has at one location."""
    matchers = [dict(each) for each in written["matchers"]]
    rules = tuple(Rule(each.pop("match"), each) for each in matchers)
    return LocatedRules(location=parse_location(place), rules=rules, combine=written.get("combine", "AND"))


def generator_at(place: str, written: Mapping[str, Any]) -> LocatedGenerator:
    """Give the generator that a case has at one location."""
    attributes = {name: value for name, value in written.items() if name != "type"}
    return LocatedGenerator(location=parse_location(place), name=written["type"], attributes=attributes)


def mismatch_of(written: Mapping[str, Any]) -> Mismatch:
    """Give a mismatch from a case's form."""
    return Mismatch(
        location=parse_location(written["location"]),
        expected=written.get("expected", ABSENT),
        actual=written.get("actual", ABSENT),
        rule=written["rule"],
        sentence=written["sentence"],
    )
