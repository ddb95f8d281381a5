"""The manual's page holds every lint rule and every effect of a difference, and nothing that is not there."""

import re
from pathlib import Path

from contractkit.review.lints import LINTS
from contractkit.review.records import Effect

MANUAL = (Path(__file__).parents[2] / "docs/reading-contracts.md").read_text()


def rows_of(head: str) -> list[list[str]]:
    table = re.search(rf"^\| {re.escape(head)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", MANUAL, flags=re.MULTILINE)
    assert table is not None, head
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1].splitlines()]


def test_every_lint_rule_is_there_with_its_level_and_sentence() -> None:
    rows = [(name.strip("`"), level, sentence) for name, level, sentence, *_ in rows_of("rule")]
    assert rows == [(each.id, each.level.value, each.sentence) for each in LINTS.values()]


def test_every_effect_is_there() -> None:
    assert [row[0].strip("`") for row in rows_of("effect")] == [each.value for each in Effect]
