"""Findings as work to be done: cause, place, evidence and the edits that would settle each, in a bounded form."""

from collections.abc import Iterator, Sequence
from typing import Final

from contractkit.changes.sites import Site
from contractkit.changes.wording import rename_hint
from contractkit.exact_json import Json, dump_shown
from contractkit.impact.records import Finding, ImpactReport, Verdict
from contractkit.impact.text import NOT_ANALYSABLE, group_findings
from contractkit.impact.unjudged import named_unjudged

SCHEMA_VERSION: Final = 1
_MOST_FINDINGS: Final = 20
_MOST_TESTS: Final = 5
_WHOLE: Final = ("operation.gone", "message.removed")  # codes of what is gone as a whole
_LONGEST: Final = 300  # characters of a sentence


def impact_as_repairs(report: ImpactReport) -> str:
    """Give the twenty worst findings as JSON that a program or an assistant can act on without reading more.

    Each has a `problem`, its `cause` in the definition (rule, both lines), `evidence` (consumer, interaction, tests),
    and `edits`: what may be changed where. `left_out` counts the others. `unjudged` says
    of whom no verdict speaks, at most fifty of them.
    """
    groups, (unjudged, unnamed) = group_findings(report.findings), named_unjudged(report)
    document = {
        "schema_version": SCHEMA_VERSION,
        "verdict": report.verdict.value,
        "old": report.old.name,
        "new": report.new.name,
        "findings": [_repair(group) for group in groups[:_MOST_FINDINGS]],
        "left_out": max(0, len(groups) - _MOST_FINDINGS),
        "unjudged": [_cut(each) for each in unjudged],
        "unjudged_left_out": unnamed,
    }
    return dump_shown(document)


def _repair(group: Sequence[Finding]) -> Json:
    finding, worry = group[0], group[0].worry
    tests = list(dict.fromkeys(str(test) for each in group for test in each.tests))
    return {
        "fingerprint": finding.fingerprint,
        "verdict": finding.verdict.value,
        "problem": _cut(
            f"{finding.consumer}, {finding.operation}, {worry.place}: was {worry.before}, becomes {worry.after}; "
            f"{worry.sentence}"
        ),
        "cause": {
            "rule": worry.change.rule if worry.change else worry.code,
            "sentence": _cut(
                (worry.change.sentence if worry.change else worry.sentence) + rename_hint(worry.renamed_to)
            ),
            "old": _line(worry.old),
            "new": _line(worry.new),
        },
        "evidence": {
            "consumer": finding.consumer,
            "versions": list(finding.info.versions),
            "environments": list(finding.info.environments),
            "interaction": _cut(finding.interaction.description),
            "tests": tests[:_MOST_TESTS],
        },
        "edits": list(edits_of(finding, tests)),
    }


def edits_of(finding: Finding, tests: Sequence[str]) -> Iterator[Json]:
    """Give what settles a finding: keeping the definition, changing the consumer first, or answering for it."""
    worry = finding.worry
    at = worry.new or worry.old
    is_analysable = worry.code != NOT_ANALYSABLE  # else nobody knows what is to be kept, or to be done without
    if is_analysable and worry.change is not None and at is not None:
        yield {
            "where": _line(at),
            "change": _cut(f"keep {worry.location} as it was: {worry.change.before}, instead of {worry.change.after}"),
        }
    if is_analysable:
        yield {"where": tests[0] if tests else finding.info.origin, "change": _cut(_of_consumer(finding))}
    if finding.verdict is Verdict.AT_RISK:
        yield {
            "where": "contractkit-exemptions.toml",
            "change": f"answer for it until a day: fingerprint {finding.fingerprint}, with reason, owner and expires",
        }


def _of_consumer(finding: Finding) -> str:
    worry = finding.worry
    if worry.code == "message.channel-gone":
        return f"make {finding.consumer} take the message as it is {worry.after}, and deploy it first"
    if worry.renamed_to and worry.change is not None:
        gone = worry.change.operation if worry.code in _WHOLE else worry.location
        use = f"use {worry.renamed_to} in place of {gone}"
        return (
            f"if it is that now, make {finding.consumer} {use}, record its contract, and deploy it while there are both"
        )
    is_sent = worry.code.startswith("request.")
    what = (
        f"send something that both definitions allow at {worry.location}" if is_sent else f"do without {worry.location}"
    )
    return f"make {finding.consumer} {what}, record its contract, and deploy it first"


def _line(site: Site | None) -> Json:
    return None if site is None else str(site)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
