"""Soundness by experiment: verdicts held against consumers run against providers of the new definition."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from contractkit.changes.comparison import DefinitionChanges
from contractkit.changes.operation_rules import OPERATION_REMOVED, OPERATION_RULES
from contractkit.changes.schema_rules import BRANCH_RULES, WHOLE_RULES
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.impact import ConsumerInfo, Verdict, analyse
from tests.impact.worlds.making import World, contract_of, failures, make_world
from tests.impact.worlds.spelling import as_openapi_30

LEAST_BROKEN = 0.9
"""The share of those judged broken that must fail at least sometimes."""

RULES = [each.id for each in (*OPERATION_RULES, *WHOLE_RULES, *BRANCH_RULES) if each.level.can_hurt] + [
    OPERATION_REMOVED
]
"""Every rule whose finding could hurt somebody."""


def definition(document: Any) -> OpenApiDefinition:
    return OpenApiDefinition(Documents({"d": document}, "d"), source="d")


def rules_met(old: OpenApiDefinition, new: OpenApiDefinition) -> set[str]:
    compared = DefinitionChanges(SurfaceReader(old.documents), SurfaceReader(new.documents))
    return {change.rule for change in compared.changes}


def spelled(world: World, *, as_30: bool) -> list[Any]:
    """Give both definitions of a world, as OpenAPI 3.0 writes them where that is wanted and possible."""
    now = [world.document, world.changed]
    before = [as_openapi_30(each) for each in now] if as_30 else [None]
    return now if None in before else before


@pytest.mark.slow
@pytest.mark.parametrize("count", [60, pytest.param(6_000, marks=pytest.mark.deep)])
def test_nobody_judged_unaffected_fails_and_who_is_judged_broken_does(count: int) -> None:
    verdicts: Counter[tuple[str, str]] = Counter()
    changes: Counter[str] = Counter()
    met: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    wrong = []
    for seed in range(count):
        world = make_world(Random(seed))
        assert failures(world, world.document, Random(seed)) == 0.0, f"world {seed} does not work to begin with"
        old, new = (definition(each) for each in spelled(world, as_30=seed % 2 == 1))
        report = analyse(old, new, [(contract_of(world), ConsumerInfo())])
        share = failures(world, world.changed, Random(seed + 1))
        verdicts[report.verdict.value, "always" if share == 1 else "sometimes" if share else "never"] += 1
        changes.update(world.changes or ["nothing"])
        met.update(rules_met(old, new))
        causes.update({each.worry.change.rule for each in report.findings if each.worry.change is not None})
        if report.verdict is Verdict.UNAFFECTED and share:
            wrong.append(f"world {seed}, {', '.join(world.changes)}: fails in {share:.0%}")
    print(f"{count} worlds; verdict, and how often the consumer fails: {dict(sorted(verdicts.items()))}")
    print(f"changes: {dict(changes.most_common())}")
    print(f"worlds in which a rule that can hurt was the cause of a finding: {dict(causes.most_common())}")
    print(f"rules that no world's change met: {sorted({*RULES} - met.keys())}")
    print(f"rules met that were nobody's cause: {sorted(({*RULES} & met.keys()) - causes.keys())}")
    assert wrong == []
    broken = {often: number for (verdict, often), number in verdicts.items() if verdict == "broken"}
    assert sum(broken.values()) - broken.get("never", 0) >= LEAST_BROKEN * sum(broken.values())
    assert {verdict for verdict, _ in verdicts} == {"unaffected", "at risk", "broken"}
