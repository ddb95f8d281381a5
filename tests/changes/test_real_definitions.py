"""Pairs that other tools judged, and real releases: agreement is measured, and what differs is printed."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.changes import DefinitionChanges
from contractkit.exact_json import read_json

TestData = Callable[[str], Path]
CompareFiles = Callable[[Path], DefinitionChanges]

LEAST_AGREEMENT = 144  # of 161 pairs; what is left is printed


def test_judged_pairs_agree_on_whether_a_change_breaks(test_data: TestData, compare_files: CompareFiles) -> None:
    folders = sorted(test_data("definitions/breaking/openapi").iterdir())
    differing = []
    for folder in folders:
        expected = read_json((folder / "expected.json").read_bytes())
        rules = [change.rule for change in compare_files(folder).changes if change.level.can_hurt]
        if bool(rules) is not expected["breaking"]:
            differing.append(f"{folder.name}: breaking is {expected['breaking']} there, here {rules or 'nothing'}")
    print(f"{len(folders) - len(differing)} of {len(folders)} agree; these differ:", *differing, sep="\n  ")
    assert len(folders) - len(differing) >= LEAST_AGREEMENT


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ("twilio-events-v1-2.3.5-to-2.4.0", {"request.member.removed": 1}),
        ("twilio-lookups-v2-1.54.0-to-1.55.0", {"response.optional-member.removed": 1}),
        ("twilio-numbers-v1-2.0.3-to-2.1.0", {"response.format.changed": 1}),
        ("twilio-trunking-v1-2.5.8-to-2.6.0", {"response.format.changed": 1, "response.status.removed": 1}),
        ("twilio-video-v1-2.2.3-to-2.3.0", {}),
        ("twilio-api-v2010-2.4.2-to-2.5.0", {"response.null.allowed": 10, "response.values.opened": 10}),
        ("adyen-payment-v67-to-v68", {}),
    ],
)
def test_a_release_shows_these_changes(
    pair: str, expected: dict[str, int], test_data: TestData, compare_files: CompareFiles
) -> None:
    found = compare_files(test_data(f"definitions/real/versions/openapi/{pair}")).changes
    assert Counter(change.rule for change in found if change.level.can_hurt) == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ("github-api-2021-09-to-2022-07", {"response.member.became-optional", "response.optional-member.removed"}),
        ("stripe-2021-06-to-2022-04", {"response.alternative.added", "response.values.added"}),
    ],
)
def test_large_recursive_releases_are_compared_to_the_end(
    pair: str, expected: set[str], test_data: TestData, compare_files: CompareFiles
) -> None:
    found = compare_files(test_data(f"definitions/real/versions/openapi/{pair}")).changes
    assert expected <= {change.rule for change in found}
