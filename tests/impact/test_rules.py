"""Every rule in both directions: who sends or reads what changed is named, and nobody else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from contractkit.impact import ImpactReport

CASES = yaml.safe_load((Path(__file__).parent / "rules.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_change_hurts_exactly_these(case: dict[str, Any], analysed: Callable[..., ImpactReport]) -> None:
    report = analysed(case)
    found = {
        finding.interaction.description: [finding.verdict.value, finding.worry.code, str(finding.worry.location)]
        for finding in report.findings
    }
    assert found == case["found"]
    assert len(report.findings) == len(found)
    assert [change.rule for change in report.theoretical] == case.get("theoretical", [])
