"""Real releases and consumers with different needs: who is hurt was decided by hand, and is what is reported."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.impact.releases.consumers import Release, releases
from tests.impact.releases.reports import Outcome, outcome_of, summary

TestData = Callable[[str], Path]

MANUAL = (Path(__file__).parent.parent.parent / "docs/impact-on-real-changes.md").read_text()
RELEASES = [(kind, each) for kind in ("openapi", "proto") for each in releases(kind)]
SMALL = [
    each
    for each in RELEASES
    if each[1].pair in ("twilio-trunking-v1-2.5.8-to-2.6.0", "otel-demo-zipcode-int-to-string")
]


def reviewed(release: Release) -> dict[str, list[str]]:
    return {name: written.get("found", []) for name, written in release.consumers.items()}


def check(kind: str, release: Release, test_data: TestData) -> Outcome:
    outcome = outcome_of(release, test_data(f"definitions/real/versions/{kind}/{release.pair}"))
    print(outcome.row)
    assert len(release.consumers) >= 5
    assert outcome.found == reviewed(release)
    assert outcome.unfolded == []
    assert outcome.row in MANUAL
    return outcome


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "release"), SMALL, ids=[each.pair for _, each in SMALL])
def test_a_small_release_hurts_who_was_found_hurt_by_hand(kind: str, release: Release, test_data: TestData) -> None:
    check(kind, release, test_data)


@pytest.mark.deep
@pytest.mark.parametrize(("kind", "release"), RELEASES, ids=[each.pair for _, each in RELEASES])
def test_a_release_hurts_who_was_found_hurt_by_hand(kind: str, release: Release, test_data: TestData) -> None:
    check(kind, release, test_data)


@pytest.mark.deep
def test_the_manual_tells_how_many_alarms_a_comparison_raises_for_each_finding(test_data: TestData) -> None:
    told = summary(
        [outcome_of(each, test_data(f"definitions/real/versions/{kind}/{each.pair}")) for kind, each in RELEASES]
    )
    print(told)
    assert told in " ".join(MANUAL.split())
