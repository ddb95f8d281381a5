"""Pairs that other tools judged, and real releases: what differs is printed, with its reason."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.changes import DefinitionChanges
from contractkit.exact_json import read_json

TestData = Callable[[str], Path]
CompareFiles = Callable[[Path], DefinitionChanges]

REASONS = {
    "oasdiff-pattern-revision__base":
        "the member is read only: no request is to carry it, so its new pattern refuses none",
    "oasdiff-request-property-all-of-added-base__revision":
        "the branches that came demand nothing which those that were there do not",
    "oasdiff-request-property-all-of-removed-base__revision":
        "the branches that went demanded nothing which those that stay do not",
    "oasdiff-request-xml-type-compatible-base__revision":
        "an object is written in XML as elements, and where a text is read there are none",
    "oasdiff-required-properties-write-only-changed-revision__base":
        "an answer gained a member: it was write only, so nobody can have read it",
    "oasdiff-webhook-operation-base__revision":
        "the provider sends a webhook: that its body always comes now is a promise, not a demand",
    "openapi-diff-request-schema-props-put-increased":
        "two optional members went that are sent and given, beside the one that came",
    "openapi-diff-response-writeonly-required-decreased":
        "an answer gained a member: it was write only, so nobody can have read it",
}  # fmt: skip
"""The pairs on which we differ from the tool that judged them, and why."""


def test_judged_pairs_agree_but_for_these_reasons(test_data: TestData, compare_files: CompareFiles) -> None:
    folders = sorted(test_data("definitions/breaking/openapi").iterdir())
    differing: list[str] = []
    disputed: list[str] = []
    for folder in folders:
        expected = read_json((folder / "expected.json").read_bytes())
        rules = [change.rule for change in compare_files(folder).changes if change.level.can_hurt]
        if bool(rules) is expected["breaking"]:
            continue
        (disputed if expected["dispute"] else differing).append(folder.name)
        why = "; ".join(expected["dispute"]) or REASONS.get(folder.name)
        print(f"{folder.name}: breaking is {expected['breaking']} there, here {rules or 'nothing'}: {why}")
    agreeing = len(folders) - len(differing) - len(disputed)
    print(f"{agreeing} of {len(folders)} agree, {len(differing)} differ, {len(disputed)} are disputed by the data")
    assert differing == list(REASONS)


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
