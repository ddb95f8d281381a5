"""Huge examples: of their checks only so many stay compiled; verdicts and places are those that small ones have."""

import gc
from types import FunctionType
from typing import Any

import pytest

from contractkit.matching import Comparison, compile_comparison, kept
from contractkit.matching.kept import MOST_KEPT
from contractkit.model import HttpResponse, JsonBody, LocatedRules, Rule, parse_location
from contractkit.results import ABSENT, Mismatch

pytestmark = pytest.mark.slow

KEPT = 50
FUNCTIONS_OF_ONE_CHECK = 5
"""At most: the check of a scalar is one function around another that accepts, and one that gives the sentence."""


def rule(path: str, name: str, **attributes: Any) -> LocatedRules:
    return LocatedRules(location=parse_location(f"response.body{path}"), rules=(Rule(name, attributes),))


def compiled(example: Any, *rules: LocatedRules) -> Comparison:
    return compile_comparison(HttpResponse(status=200, body=JsonBody(example)).parts(), rules)


def compare(comparison: Comparison, actual: Any) -> tuple[Mismatch, ...]:
    return comparison(HttpResponse(status=200, body=JsonBody(actual)).parts())


def functions_of_matching() -> int:
    gc.collect()
    return sum(
        type(each) is FunctionType and str(each.__module__).startswith("contractkit.matching")
        for each in gc.get_objects()
    )


COUNT = 2_000
HUGE: dict[str, tuple[Any, tuple[LocatedRules, ...]]] = {
    "numbers": (list(range(COUNT)), (rule("[*]", "type"),)),
    "texts": ([f"t{number}" for number in range(COUNT)], (rule("[*]", "regex", regex="t[0-9]+"),)),
    "numbers under a rule of the list": (list(range(COUNT)), (rule("", "type", min=1), rule("[7]", "integer"))),
    "lists in lists": ([[number, number] for number in range(COUNT)], (rule("[*][*]", "integer"),)),
    "deep lists": ([[[number] * 12 for number in range(12)] for _ in range(14)], (rule("[*][*][*]", "integer"),)),
    "objects in a list": ([{"id": number} for number in range(COUNT)], (rule("[*].id", "integer"),)),
    "members of their own": (
        {f"k{number}": number for number in range(COUNT)},
        (rule("", "values"), rule(".*", "type")),
    ),
    "objects in an object": ({f"k{number}": {"id": number} for number in range(COUNT)}, (rule(".*.id", "integer"),)),
}


@pytest.fixture
def _few_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let so few checks be kept that small examples are huge."""
    monkeypatch.setattr(kept.Kept, "__init__", lambda self, left=KEPT: setattr(self, "left", min(left, KEPT)))


@pytest.mark.usefixtures("_few_kept")
@pytest.mark.parametrize("name", HUGE)
def test_of_a_huge_example_only_so_many_checks_are_kept(name: str) -> None:
    example, rules = HUGE[name]
    before = functions_of_matching()
    comparison = compiled(example, *rules)
    assert compare(comparison, example) == ()
    assert compare(comparison, [*example, None] if isinstance(example, list) else {**example, "k0": None}) != ()
    assert functions_of_matching() - before <= KEPT * FUNCTIONS_OF_ONE_CHECK


def test_an_element_far_behind_those_that_are_kept_is_located() -> None:
    example = list(range(MOST_KEPT + 10))
    actual: list[Any] = [*example[:-1], "x"]
    (mismatch,) = compare(compiled(example, rule("[*]", "integer")), actual)
    assert mismatch == Mismatch(
        location=parse_location("response.body[20009]"),
        expected=20_009,
        actual="x",
        rule="integer",
        sentence="an integer, for example 20009",
    )


@pytest.fixture
def _hardly_any_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept.Kept, "__init__", lambda self, left=2: setattr(self, "left", min(left, 2)))


SMALL: list[tuple[Any, Any, tuple[LocatedRules, ...]]] = [
    ([1, 2, 3, 4], [1, 2, 9, "4"], ()),
    ([1, 2, 3, 4], [1, 2], ()),
    ([1, 2], [1, 2, 3, 4], ()),
    ([1, 2, 3, 4], ["1", 2, "3", 4], (rule("[*]", "type"),)),
    ([1, 2, 3, 4], [1, 2, 3, "x", 5, "y"], (rule("", "type"),)),
    ([1, "a", 3, "b"], [1, "a", "x", "b", "y"], (rule("", "type"), rule("[4]", "regex", regex="z"))),
    ([[1, 2], [3, 4], [5, 6]], [[1, 2], [3, "x"], [5, 6, 7], []], (rule("[*]", "type"), rule("", "type", max=3))),
    ([{"a": {"b": [1]}}, {"a": {"b": [2]}}], [{"a": {"b": [1]}}, {"a": {"b": ["x"]}}], (rule("[*].a.b", "type"),)),
    ({"a": {"x": 1}, "b": {"x": 2}, "c": {"x": 3}}, {"a": {"x": 1}, "b": {}, "c": {"x": "3"}}, (rule(".*.x", "type"),)),
    ([1, {"a": 1}, [2, 3]], [{"a": "1"}, 1], (rule("", "arrayContains", variants=[{"index": 0}, {"index": 1}]),)),
    ({"a": [1], "b": [2]}, {"c": [3], "d": ["x"]}, (rule("", "eachValue", rules=[{"match": "type"}]),)),
    ([1], [1, "x"], (rule("", "type", min=1), rule("[0]", "integer"))),
    ([{"a": 1, "b": [1, 2]}] * 3, [{"a": 1}] * 2, (rule("", "equality"),)),
]


@pytest.mark.parametrize(("expected", "actual", "rules"), SMALL)
def test_what_is_not_kept_is_judged_alike(
    expected: Any, actual: Any, rules: tuple[LocatedRules, ...], request: pytest.FixtureRequest
) -> None:
    whole = compare(compiled(expected, *rules), actual)
    request.getfixturevalue("_hardly_any_kept")
    comparison = compiled(expected, *rules)
    assert compare(comparison, actual) == whole != ()
    assert compare(comparison, actual) == whole
    assert compare(comparison, expected) == ()


def test_a_list_that_lacks_very_many_elements_is_not_told_without_end() -> None:
    found = compare(compiled(list(range(30_000))), [])
    assert len(found) == 20_001
    assert found[0] == Mismatch(
        location=parse_location("response.body[0]"), expected=0, actual=ABSENT, rule="equality", sentence="exactly 0"
    )
