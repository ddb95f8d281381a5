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


@pytest.mark.parametrize(("said", "code"), [("2027-01-31", "request.sunset"), ("soon", "request.sunset"),
                                            ("2029-01-31", None)])  # fmt: skip
def test_a_day_that_is_taken_back_puts_at_risk_who_calls_the_operation(
    said: str, code: str | None, old_document: Any, analysed: Callable[..., ImpactReport]
) -> None:
    old_document["paths"]["/orders"]["post"].update({"deprecated": True, "x-sunset": "2028-01-31"})
    report = analysed({"set": {"/paths/~1orders/post/x-sunset": said}})
    found = {each.interaction.description: each.worry.code for each in report.findings}
    assert found == (dict.fromkeys(("orders", "orders with a coupon"), code) if code else {})
    assert report.theoretical == ()
