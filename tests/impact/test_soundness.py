"""Soundness by experiment: verdicts held against consumers replayed against providers of the new definition."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from contractkit.impact import ConsumerInfo, Verdict, analyse
from tests.impact.worlds import contract_of, failures, make_world

LEAST_BROKEN = 0.9
"""The share of those judged broken that must fail at least sometimes."""


def definition(document: Any) -> OpenApiDefinition:
    return OpenApiDefinition(Documents({"d": document}, "d"), source="d")


@pytest.mark.parametrize("count", [300, pytest.param(6_000, marks=pytest.mark.deep)])
def test_nobody_judged_unaffected_fails_and_who_is_judged_broken_does(count: int) -> None:
    verdicts: Counter[tuple[str, str]] = Counter()
    changes: Counter[str] = Counter()
    wrong = []
    for seed in range(count):
        world = make_world(Random(seed))
        assert failures(world, world.document, Random(seed)) == 0.0, f"world {seed} does not work to begin with"
        report = analyse(definition(world.document), definition(world.changed), [(contract_of(world), ConsumerInfo())])
        share = failures(world, world.changed, Random(seed + 1))
        verdicts[report.verdict.value, "always" if share == 1 else "sometimes" if share else "never"] += 1
        changes.update(world.changes or ["nothing"])
        if report.verdict is Verdict.UNAFFECTED and share:
            wrong.append(f"world {seed}, {', '.join(world.changes)}: fails in {share:.0%}")
    print(f"{count} worlds; verdict, and how often the consumer fails: {dict(sorted(verdicts.items()))}")
    print(f"changes: {dict(changes.most_common())}")
    assert wrong == []
    broken = {often: number for (verdict, often), number in verdicts.items() if verdict == "broken"}
    assert sum(broken.values()) - broken.get("never", 0) >= LEAST_BROKEN * sum(broken.values())
    assert {verdict for verdict, _ in verdicts} == {"unaffected", "at risk", "broken"}
