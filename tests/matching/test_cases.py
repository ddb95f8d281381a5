"""Matching does what the language-neutral cases in `contracts/cases` say; every rule, generator and trap has one."""

import re
from pathlib import Path
from typing import Any

import pytest

from contractkit.matching import compile_comparison
from contractkit.matching.generated_values import GENERATORS
from contractkit.matching.rules import RULES
from tests.matching.case_files import (
    CASES,
    as_text,
    generated,
    matching_case,
    name_of,
    pact_case,
    paths_of,
    read,
    rewritten,
    rules_at,
    side_of,
)

MANUAL = CASES.parent.parent / "docs" / "matching.md"
README = CASES / "README.md"
EVERY_PATH = sorted(CASES.rglob("*.json"))
DRAWS = range(20)
"""Seeds with which a generated value is drawn."""


@pytest.mark.parametrize("path", paths_of("matching"), ids=name_of)
def test_a_case_gives_exactly_its_mismatches(path: Path) -> None:
    case = matching_case(read(path))
    assert case.compare() == case.mismatches


@pytest.mark.parametrize("path", paths_of("pact"), ids=name_of)
def test_a_case_in_the_form_of_a_file_gives_exactly_its_mismatches(path: Path) -> None:
    case = pact_case(read(path))
    assert case.compare() == case.mismatches


@pytest.mark.parametrize("path", paths_of("files"), ids=name_of)
def test_a_file_is_rewritten_as_the_case_says(path: Path) -> None:
    case = read(path)
    assert rewritten(case) == as_text(case["rewritten"])


@pytest.mark.parametrize("path", paths_of("generators"), ids=name_of)
def test_generated_values_are_what_the_case_says(path: Path) -> None:
    case = read(path)
    made = [generated(case, chance) for chance in DRAWS]
    if "refused" in case:
        assert set(made) == {case["refused"]}
    elif "generated" in case:
        assert made == [side_of(case["side"], case["generated"])] * len(DRAWS)
    else:
        assert [mismatches_of(each, case) for each in made] == [()] * len(DRAWS)


def mismatches_of(made: Any, case: dict[str, Any]) -> Any:
    """Compare what was generated with the example under the rules that the case gives for it."""
    rules = tuple(rules_at(place, written) for place, written in case["rules"].items())
    return compile_comparison(side_of(case["side"], case["expected"]).parts(), rules)(made.parts())


def test_generated_values_vary() -> None:
    drawn = [case for case in map(read, paths_of("generators")) if "rules" in case]
    assert [case["comment"] for case in drawn if len({str(generated(case, chance)) for chance in DRAWS}) < 2] == []


def test_every_rule_has_a_case() -> None:
    assert RULES.keys() <= {path.parent.name for path in EVERY_PATH}


def test_every_rule_has_a_case_that_it_fails() -> None:
    refused = {each["rule"] for path in EVERY_PATH for each in read(path).get("mismatches", ())}
    passing_on = {"values": "type", "eachKey": "regex", "eachValue": "regex"}
    assert {passing_on.get(name, name) for name in RULES} <= refused


def test_every_spelling_of_a_rule_has_a_case() -> None:
    used = {name for path in EVERY_PATH for name in re.findall(r'"match": "([^"]+)"', path.read_text())}
    assert {spelling for kind in RULES.values() for spelling in (kind.name, *kind.aliases)} - used == set()


def test_every_generator_has_a_case() -> None:
    assert GENERATORS.keys() <= {path.parent.name for path in paths_of("generators")}


def test_every_trap_has_a_case_or_a_test() -> None:
    pinned = {trap for path in EVERY_PATH if (trap := read(path).get("trap")) is not None}
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|.*\|(.*)\|$", README.read_text(), re.MULTILINE)
    by_test = {trap: found for trap, where in rows if (found := re.search(r"`(tests/\S+)::(\w+)`", where))}
    assert len(rows) == 34
    assert {trap for trap, _ in rows} == pinned | by_test.keys()
    root = CASES.parent.parent
    assert [trap for trap, at in by_test.items() if f"def {at[2]}(" not in (root / at[1]).read_text()] == []


ASPECTS = ("kinds-of-values", "missing", "elements", "stopped", "in-text", "in-a-form")
OF_CONTAINERS = {"values", "eachKey", "eachValue", "arrayContains", "statusCode"}
"""Rules on members and on statuses, which judge no single value of a body."""


@pytest.mark.parametrize("rule", sorted(RULES.keys() - OF_CONTAINERS))
def test_a_rule_on_values_has_a_case_of_every_aspect(rule: str) -> None:
    assert [aspect for aspect in ASPECTS if not (CASES / rule / f"{aspect}.json").exists()] == []


@pytest.mark.parametrize("rule", sorted(OF_CONTAINERS))
def test_a_rule_on_members_has_cases_that_it_accepts_and_refuses(rule: str) -> None:
    verdicts = {bool(read(path)["mismatches"]) for path in (CASES / rule).glob("*.json")}
    assert verdicts == {True, False}


def test_the_readme_lists_cases_that_exist() -> None:
    names = re.findall(r"`([a-zA-Z]+/[a-zA-Z0-9/-]+)`", README.read_text())
    listed = [name for name in names if not name.startswith(("tests/", "application/", "text/"))]
    assert len(listed) > 50
    assert [name for name in listed if not (CASES / f"{name}.json").exists()] == []


def test_the_manual_names_every_rule_and_every_spelling() -> None:
    manual = MANUAL.read_text()
    spellings = {spelling for kind in RULES.values() for spelling in (kind.name, *kind.aliases)}
    assert {each for each in (*spellings, *GENERATORS) if f"`{each}`" not in manual} == set()
