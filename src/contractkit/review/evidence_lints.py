"""Lints from evidence: what re-runs of the consumer's tests proved that nobody depends on, and who looks at it."""

from collections.abc import Iterator

from contractkit.model import InferredNeeds, Location
from contractkit.results import ABSENT
from contractkit.review.findings import Examined, Remark

_BODY = Location(("response", "body"))


def weak_assertions(examined: Examined) -> Iterator[Remark]:
    """Find what tests read and pass without: an assertion that would not notice when it goes wrong."""
    needed = _needed(examined)
    for evidence in examined.interaction.evidence:
        found = evidence.needs.weak if isinstance(evidence.needs, InferredNeeds) else ()
        for place in found:
            if any(each.starts_with(place) or place.starts_with(each) for each in needed):
                continue
            where = f"{evidence.test.file}:{evidence.test.line}"
            yield Remark(
                location=place,
                why=f"is read by {evidence.test.node_id} ({where}), which passes without it",
                edit="assert on what comes of it, or read it no more",
            )


def needless_expectations(examined: Examined) -> Iterator[Remark]:
    """Find what an answer must hold although every test of the interaction was proved to pass without it."""
    inferred = [each.needs for each in examined.interaction.evidence if isinstance(each.needs, InferredNeeds)]
    if not inferred or len(inferred) < len(examined.interaction.evidence):
        return
    needed = _needed(examined)
    spared = set.intersection(*({*each.tolerated, *each.untouched} for each in inferred))
    for place in examined.answers:
        at = place.location.generalised()
        if place.expected is ABSENT or at == _BODY or at not in spared:
            continue
        if not any(each.starts_with(at) or at.starts_with(each) for each in needed):
            yield Remark(
                location=place.location,
                why="is expected, and every test of this interaction passes without it",
                edit="leave it out of what the test writes in reply(…), or pin it with needs=",
            )


def _needed(examined: Examined) -> set[Location]:
    """Give the places that any test needs, alone or beside others."""
    inferred = [each.needs for each in examined.interaction.evidence if isinstance(each.needs, InferredNeeds)]
    alone = {need.location for needs in inferred for need in needs.needed}
    return alone | {place for needs in inferred for group in needs.any_of for place in group}
