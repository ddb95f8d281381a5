"""Payloads, rules of other parts, and generators of the Pact compatibility suite are judged and made as it says."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest

from contractkit.document import decode_body, read_message, read_request, read_response
from contractkit.matching import compile_comparison, generate
from contractkit.model import Body, HttpResponse, JsonBody

FIXTURES = "conformance/pact-compat/fixtures"
NOW = datetime(2026, 11, 21, 10, 30, 15, tzinfo=UTC)
Data = Callable[[str], Path]


def payload(test_data: Data, name: str) -> Body:
    """Give the body that a fixture describes: its type, and its contents with their line ends and encoding."""
    root = ElementTree.fromstring((test_data(FIXTURES) / name).read_text())
    contents = root.find("contents")
    assert contents is not None
    text = (contents.text or "").strip("\n")
    data = text.replace("\n", "\r\n").encode() if contents.get("eol") == "CRLF" else text.encode()
    if contents.get("encoding") == "base64":
        data = base64.b64decode(text.strip())
    return decode_body(data, root.findtext("contentType"))


@pytest.mark.parametrize(
    ("expected", "actual", "places"),
    [
        ("text-body.xml", "text-body.xml", []),
        ("xml-body.xml", "xml-body.xml", []),
        ("xml-body.xml", "xml2-body.xml", ["values.one['#text']", "values.two['#text']"]),
        ("form-post-body.xml", "form-post-body.xml", []),
        ("multipart-body.xml", "multipart-body.xml", []),
        ("multipart-body.xml", "multipart2-body.xml", ["['1']"]),
        ("kafka-body.xml", "kafka-body.xml", []),
    ],
)
def test_a_payload_is_compared_by_its_kind(expected: str, actual: str, places: list[str], test_data: Data) -> None:
    wanted, found = (HttpResponse(status=200, body=payload(test_data, name)) for name in (expected, actual))
    mismatches = compile_comparison(wanted.parts(), ())(found.parts())
    assert [str(each.location).removeprefix("response.body").removeprefix(".") for each in mismatches] == places


def test_json_behind_a_prefix_of_bytes_is_a_mismatch_and_no_crash(test_data: Data) -> None:
    wanted = HttpResponse(status=200, body=payload(test_data, "kafka-expected-body.xml"))
    framed = HttpResponse(status=200, body=payload(test_data, "kafka-body.xml"))
    mismatches = compile_comparison(wanted.parts(), ())(framed.parts())
    assert [str(each.location) for each in mismatches] == ["response.body"]


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({}, []),
        ({"headers": {"X-A": "x"}}, ["request.headers['x-a']"]),
        ({"query": {"a": ["1.5"]}}, ["request.query.a"]),
        ({"headers": {"X-A": "7"}, "query": {"a": ["-7"]}}, []),
    ],
)
def test_rules_of_numbers_judge_headers_and_parameters(change: Any, places: list[str], test_data: Data) -> None:
    rules = json.loads((test_data(FIXTURES) / "integer-type-matcher-v3.json").read_bytes())
    plain = {"query": {"a": ["100"]}, "headers": {"X-A": "100"}}
    expected, located, _ = read_request({**plain, "matchingRules": rules}, "3.0.0")
    actual, _, _ = read_request({**plain, **change}, "3.0.0")
    mismatches = compile_comparison(expected.parts(), located)(actual.parts())
    assert [str(each.location) for each in mismatches] == places


@pytest.mark.parametrize(("status", "fits"), [(200, True), (204, True), (299, True), (302, False), (400, False)])
def test_a_rule_on_the_status(status: int, fits: bool, test_data: Data) -> None:
    rules = json.loads((test_data(FIXTURES) / "statuscode-matcher-v4.json").read_bytes())
    expected, located, _ = read_response({"status": 200, "matchingRules": rules}, "4.0")
    mismatches = compile_comparison(expected.parts(), located)(HttpResponse(status=status).parts())
    assert bool(mismatches) is not fits


@pytest.mark.parametrize(("origin", "fits"), [("AAA-123", True), ("BBB-1", True), ("AAAB-123", False), ("AAA", False)])
def test_a_rule_on_metadata(origin: str, fits: bool, test_data: Data) -> None:
    rules = json.loads((test_data(FIXTURES) / "regex-matcher-metadata.json").read_bytes())
    expected, located, _ = read_message({"metadata": {"Origin": "AAA-123"}, "matchingRules": rules}, "4.0")
    actual, _, _ = read_message({"metadata": {"Origin": origin}}, "4.0")
    assert bool(compile_comparison(expected.parts(), located)(actual.parts())) is not fits


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ([1, 2, 3, 4], []),
        ([1], []),
        ([], ["response.body.one.a.ids"]),
        ([1, 2, 3, 4, 5], ["response.body.one.a.ids"]),
        ([1, "2"], ["response.body.one.a.ids[1]"]),
    ],
)
def test_bounds_hold_where_they_are_written(change: list[Any], places: list[str], test_data: Data) -> None:
    rules = json.loads((test_data(FIXTURES) / "minmax-type-matcher-v3.json").read_bytes())
    example = json.loads((test_data(FIXTURES) / "3-level.json").read_bytes())
    answer = {**example, "one": {"a": {**example["one"]["a"], "ids": change}}}
    expected, located, _ = read_response({"body": example, "matchingRules": rules}, "3.0.0")
    mismatches = compile_comparison(expected.parts(), located)(HttpResponse(status=200, body=JsonBody(answer)).parts())
    assert [str(each.location) for each in mismatches] == places


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("boolean-generator.json", {"match": "regex", "regex": "true|false"}),
        ("date-generator.json", {"match": "date"}),
        ("time-generator.json", {"match": "time"}),
        ("datetime-generator.json", {"match": "datetime"}),
        ("randomdec-generator.json", {"match": "regex", "regex": r"\d+\.\d+"}),
        ("randomhex-generator.json", {"match": "regex", "regex": "[0-9A-F]{6}"}),
        ("randomint-generator.json", {"match": "regex", "regex": r"\d{1,4}"}),
        ("randomregex-generator.json", {"match": "regex", "regex": r"\d{1,8}"}),
        ("randomstr-generator.json", {"match": "regex", "regex": ".{6}"}),
        ("uuid-generator.json", {"match": "regex", "regex": "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"}),
    ],
)
def test_a_generator_replaces_a_text_by_a_text(name: str, rule: dict[str, Any], test_data: Data) -> None:
    generators = json.loads((test_data(FIXTURES) / name).read_bytes())
    rules = {"body": {"$.one": {"matchers": [rule]}}}
    written = {"body": {"one": "a", "two": "b"}, "generators": generators, "matchingRules": rules}
    expected, located, found = read_response(written, "3.0.0")
    made = generate(expected, found, {}, now=NOW, random=Random(1))
    assert made != expected
    assert isinstance(made.body, JsonBody)
    assert type(made.body.value["one"]) is str
    assert compile_comparison(expected.parts(), located)(made.parts()) == ()
