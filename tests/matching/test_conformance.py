"""Matching agrees with the cases of the Pact specification, versions 1 to 4, except where it says why not."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contractkit.document import read_message, read_request, read_response
from contractkit.matching import compile_comparison

VERSIONS = {"v1": "1.0.0", "v1.1": "1.1.0", "v2": "2.0.0", "v3": "3.0.0", "v4": "4.0"}
READERS: dict[str, Callable[[Any, str], tuple[Any, Any, Any]]] = {
    "request": read_request,
    "response": read_response,
    "message": read_message,
}

DISPUTED = {
    "v1/request/headers/header-value-is-different-case": "as the case: a word that is no media type has its case",
    "v1/request/headers/whitespace-after-comma-different": "as the case: blanks round commas do not count",
    "v1/request/query/different-param-order": "as the case: version 1 compares the query as one text",
    "v1/response/headers/whitespace-after-comma-different": "as the case: blanks round commas do not count",
    "v2/request/body/array-size-less-than-required": "as the case: a bare min is type with min",
    "v2/request/body/matches-with-regex-xml": "as the case: a regex on an element judges the text in it",
    "v2/request/body/not-empty-found-at-key-when-empty-expected-xml": "as the case: the bodies differ",
    "v3/request/body/matches-with-regex-xml": "as the case: a regex on an element judges the text in it",
    "v3/request/body/not-empty-found-at-key-when-empty-expected-xml": "as the case: the bodies differ",
    "v3/response/body/unexpected-xml-namespace": "as the case: a namespace is part of a name",
    "v4/request/body/array-with-regular-expression-that-does-not-match-in-element-xml": "as the case: [*] is any",
    "v4/response/body/unexpected-xml-namespace": "as the case: a namespace is part of a name",
}
"""Cases that the specification and its reference implementation answer differently, with our answer."""


def cases(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(folder.glob("v*/**/*.json")):
        yield str(path.relative_to(folder).with_suffix("")), json.loads(path.read_bytes())


def is_answered_as_written(case: dict[str, Any]) -> bool:
    read, version = READERS[case["part"]], VERSIONS[case["spec"]]
    expected, rules, _ = read(case["expected"], version)
    actual, _, _ = read(case["actual"], version)
    mismatches = compile_comparison(expected.parts(), rules, specification=version)(actual.parts())
    return bool(case["match"]) is not bool(mismatches)


def test_every_undisputed_case_is_answered_as_written(test_data: Callable[[str], Path]) -> None:
    found = [
        name
        for name, case in cases(test_data("conformance/pact-spec"))
        if "disputed" not in case and not is_answered_as_written(case)
    ]
    assert found == []


@pytest.mark.parametrize("name", DISPUTED)
def test_a_disputed_case_is_answered_as_written(name: str, test_data: Callable[[str], Path]) -> None:
    case = json.loads((test_data("conformance/pact-spec") / f"{name}.json").read_bytes())
    assert is_answered_as_written(case)


def test_no_other_case_is_disputed(test_data: Callable[[str], Path]) -> None:
    disputed = {name for name, case in cases(test_data("conformance/pact-spec")) if "disputed" in case}
    assert disputed == DISPUTED.keys()


def test_all_cases_are_looked_at_and_each_has_its_answer(test_data: Callable[[str], Path]) -> None:
    answers = {name: is_answered_as_written(case) for name, case in cases(test_data("conformance/pact-spec"))}
    assert (len(answers), sum(answers.values())) == (587, 587)


def test_the_manual_lists_every_disputed_case_with_its_answer(test_data: Callable[[str], Path]) -> None:
    manual = (Path(__file__).parent.parent.parent / "docs" / "matching.md").read_text()
    answer = {True: "fits", False: "a mismatch"}
    written = {name: case["match"] for name, case in cases(test_data("conformance/pact-spec")) if name in DISPUTED}
    assert [name for name, fits in written.items() if f"| `{name}` | {answer[bool(fits)]} |" not in manual] == []
