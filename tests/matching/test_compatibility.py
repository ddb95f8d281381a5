"""Rules as other tools write them judge real payloads as the Pact compatibility suite says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contractkit.document import decode_body, read_response
from contractkit.matching import compile_comparison
from contractkit.model import HttpResponse

FIXTURES = "conformance/pact-compat/fixtures"
Compare = Callable[[str, Any, Any], list[str]]


@pytest.fixture
def compare(test_data: Callable[[str], Path]) -> Compare:
    """Give a function from the name of a file of rules, an example and an answer to the places that mismatch."""

    def places(rules: str, example: Any, answer: Any) -> list[str]:
        written = json.loads((test_data(FIXTURES) / rules).read_bytes())
        expected, located, _ = read_response({"body": {"content": example}, "matchingRules": written}, "4.0")
        actual, _, _ = read_response({"body": {"content": answer}}, "4.0")
        found = compile_comparison(expected.parts(), located)(actual.parts())
        return [str(mismatch.location) for mismatch in found]

    return places


@pytest.mark.parametrize(
    ("rules", "example", "answer", "places"),
    [
        ("number-type-matcher-v3.json", {"one": 1}, {"one": 100.5}, []),
        ("number-type-matcher-v3.json", {"one": 1}, {"one": "100"}, ["response.body.one"]),
        ("number-type-matcher-v3.json", {"one": 1}, {"one": True}, ["response.body.one"]),
        ("integer-type-matcher-v3.json", {"one": 1}, {"one": 100.0}, ["response.body.one"]),
        ("decimal-type-matcher-v3.json", {"one": 1.5}, {"one": 100}, ["response.body.one"]),
        ("boolean-matcher-v3.json", {"one": True}, {"one": "true"}, []),
        ("null-matcher-v3.json", {"one": None}, {"one": ""}, ["response.body.one"]),
        ("date-matcher-v3.json", {"one": "2000-01-01"}, {"one": "2000-13-01"}, ["response.body.one"]),
        ("include-matcher-v3.json", {"one": "cat"}, {"one": "bat"}, []),
        ("semver-matcher-v4.json", {"one": "1.0.0"}, {"one": "1.0"}, ["response.body.one"]),
        ("values-matcher-v3.json", {"one": "a"}, {"two": "b", "three": "c"}, []),
        ("eachkey-matcher-v4.json", {"one": "a"}, {"one": "a", "TWO": "b"}, ["response.body.TWO"]),
        ("eachvalue-matcher-v4.json", {"one": "a"}, {"two": "b", "three": "3"}, ["response.body.three"]),
        ("notempty2-matcher-v4.json", [1], [], ["response.body"]),
    ],
)
def test_rules_of_other_tools(rules: str, example: Any, answer: Any, places: list[str], compare: Compare) -> None:
    assert compare(rules, example, answer) == places


def test_equality_resets_a_cascade(compare: Compare) -> None:
    example = {"one": {"a": {"ids": [1], "status": "OK"}}}
    answer = {"one": {"a": {"ids": [5, 6], "status": "BAD"}}}
    assert compare("equality-matcher-reset-v3.json", example, answer) == ["response.body.one.a.status"]


@pytest.mark.parametrize(
    ("answer", "places"), [("siren.json", []), ("siren2.json", []), ("siren3.json", ["response.body.actions"])]
)
def test_each_variant_is_found_somewhere(
    answer: str, places: list[str], compare: Compare, test_data: Callable[[str], Path]
) -> None:
    payloads = [json.loads((test_data(FIXTURES) / name).read_bytes()) for name in ("siren.json", answer)]
    assert compare("arraycontains-matcher-v4.json", *payloads) == places


@pytest.mark.parametrize(("answer", "fits"), [("rat.jpg", True), ("spider.jpg", True), ("sample.pdf", False)])
def test_the_first_bytes_show_a_picture(answer: str, fits: bool, test_data: Callable[[str], Path]) -> None:
    written = json.loads((test_data(FIXTURES) / "contenttype-matcher-v3.json").read_bytes())
    _, rules, _ = read_response({"matchingRules": written}, "3.0.0")
    example, actual = (
        HttpResponse(status=200, body=decode_body((test_data(FIXTURES) / name).read_bytes(), "image/jpeg"))
        for name in ("rat.jpg", answer)
    )
    assert bool(compile_comparison(example.parts(), rules)(actual.parts())) is not fits
