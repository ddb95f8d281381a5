"""A report for machines, and as markdown for a pull request."""

from collections.abc import Mapping

from contractkit.changes.wording import change_as_json, change_line, counted, rename_hint, site_as_json
from contractkit.exact_json import Json, dump_shown
from contractkit.explain.terminal import readable
from contractkit.impact.exemption_words import exempted_line, exemptions_in_brief, is_exempted, standing_of
from contractkit.impact.proof_words import proofs_as_table, proofs_by_interaction
from contractkit.impact.records import ConsumerImpact, Finding, ImpactReport, InteractionImpact, Verdict
from contractkit.impact.text import (
    HURTING_NONE,
    aside_in_words,
    extent_of,
    group_findings,
    name_of,
    summarise,
    supposed_in_words,
)

SCHEMA_VERSION = 1

_MOST_LINES = 50


def impact_as_json(report: ImpactReport) -> str:
    """Give a report as JSON: `schema_version`, `verdict`, `consumers`, `theoretical`, `without_contract`."""
    return dump_shown(impact_document(report))


def impact_document(report: ImpactReport) -> dict[str, Json]:
    """Give a report as a JSON object; interactions whose tests were run on it carry the `proof`."""
    proofs = proofs_by_interaction(report)
    return {
        "schema_version": SCHEMA_VERSION,
        "verdict": report.verdict.value,
        "old": report.old.name,
        "new": report.new.name,
        **({"supposed": list(report.supposed)} if report.supposed else {}),
        "consumers": [_consumer(each, report, proofs) for each in report.consumers],
        "theoretical": [change_as_json(change, report.old, report.new) for change in report.theoretical],
        "without_contract": list(report.without_contract),
        "not_judged": [
            {"consumer": each.consumer, "contract": each.info.origin, "left_aside": dict(each.aside_by_transport)}
            for each in report.not_judged
        ],
        "exempted": [
            {
                "finding": _finding(each.finding),
                "consumer": each.finding.consumer,
                "operation": each.finding.operation,
                "reason": each.reason,
                "owner": each.owner,
                "expires": each.expires.isoformat(),
                "expired": each.is_expired,
            }
            for each in report.exempted
        ],
        "unused_exemptions": list(report.unused_exemptions),
        "exemptions_out_of_scope": list(report.exemptions_out_of_scope),
    }


def impact_as_markdown(report: ImpactReport) -> str:
    """Give a report as markdown: a table of consumers, one of findings, and the theoretical changes folded away."""
    rows = [
        f"| {_cell(name_of(each))} | {standing_of(each, report)} | {_counts(each, report)} |"
        for each in report.consumers
    ]
    rows += [f"| {_cell(name_of(each))} | not judged | {_aside(each)} |" for each in report.not_judged]
    rows += [f"| {_cell(name)} | no contract | |" for name in report.without_contract]
    blocks = [
        f"### Impact of {_cell(report.new.name)}{_cell(supposed_in_words(report))}",
        "\n".join(["| consumer | verdict | interactions |", "| --- | --- | --- |", *rows]),
        _findings_table(report),
        _folded(report),
        _exempted(report),
        proofs_as_table(report),
        summarise(report),
    ]
    return "\n\n".join(block for block in blocks if block)


def _consumer(consumer: ConsumerImpact, report: ImpactReport, proofs: Mapping[int, Json]) -> Json:
    return {
        "consumer": consumer.consumer,
        "versions": list(consumer.info.versions),
        "branches": list(consumer.info.branches),
        "environments": list(consumer.info.environments),
        "contract": consumer.info.origin,
        "verdict": consumer.verdict.value,
        "exempted": is_exempted(consumer, report),
        "left_aside": dict(consumer.aside_by_transport),
        "interactions": [_interaction(each, proofs.get(id(each))) for each in consumer.interactions],
    }


def _interaction(impact: InteractionImpact, proof: Json) -> Json:
    return {
        "key": impact.interaction.key,
        "description": impact.interaction.description,
        "operation": impact.operation,
        "verdict": impact.verdict.value,
        "tests": [{"file": each.test.file, "line": each.test.line} for each in impact.interaction.evidence],
        "findings": [_finding(finding) for finding in impact.findings],
        **({} if proof is None else {"proof": proof}),
    }


def _finding(finding: Finding) -> Json:
    worry = finding.worry
    return {
        "code": worry.code,
        "verdict": worry.verdict.value,
        "location": str(worry.location),
        "also": [str(place) for place in worry.also],
        "before": worry.before,
        "after": worry.after,
        "sentence": worry.sentence,
        "change": worry.change.rule if worry.change else None,
        "change_sentence": worry.change.sentence if worry.change else None,
        "renamed_to": worry.renamed_to or None,
        "old": site_as_json(worry.old),
        "new": site_as_json(worry.new),
        "fingerprint": finding.fingerprint,
    }


def _counts(consumer: ConsumerImpact, report: ImpactReport) -> str:
    if is_exempted(consumer, report):
        return extent_of(consumer)
    counted = ((verdict, consumer.count(verdict)) for verdict in Verdict)
    said = [f"{number} {verdict.value}" for verdict, number in counted if number]
    return ", ".join([*said, *([_aside(consumer)] if consumer.aside_by_transport else [])])


def _aside(consumer: ConsumerImpact) -> str:
    return f"{aside_in_words(consumer)} left aside"


def _findings_table(report: ImpactReport) -> str:
    groups = group_findings(report.findings)
    if not groups:
        return ""
    head = ["| verdict | consumer | operation | at | what changed | tests |", "| --- | --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *(_row(group) for group in groups[:_MOST_LINES]), *_left(len(groups))])


def _row(group: tuple[Finding, ...]) -> str:
    first = group[0]
    tests = dict.fromkeys(str(test) for finding in group for test in finding.tests)
    said = first.worry.change.sentence if first.worry.change else first.worry.sentence
    said += rename_hint(first.worry.renamed_to)
    cells = [first.verdict.value, first.consumer, first.operation, f"`{first.worry.place}`", said, ", ".join(tests)]
    return f"| {' | '.join(map(_cell, cells))} |"


def _folded(report: ImpactReport) -> str:
    if not report.theoretical:
        return ""
    lines = [f"- {_cell(change_line(change))}" for change in report.theoretical[:_MOST_LINES]]
    head = f"<details><summary>{counted(len(report.theoretical), 'change')} that {HURTING_NONE}</summary>"
    return "\n".join([head, "", *lines, *_left(len(report.theoretical)), "", "</details>"])


def _exempted(report: ImpactReport) -> str:
    if not report.exempted:
        return ""
    lines = [f"- {_cell(exempted_line(each))}" for each in report.exempted[:_MOST_LINES]]
    head = f"<details{' open' if report.has_expired else ''}><summary>{exemptions_in_brief(report)}</summary>"
    return "\n".join([head, "", *lines, *_left(len(report.exempted)), "", "</details>"])


def _left(total: int) -> list[str]:
    return [f"\n… and {total - _MOST_LINES} more"] if total > _MOST_LINES else []


def _cell(text: str) -> str:
    plain = readable(text.replace("\n", " ")).replace("\\", "\\\\")
    return plain.replace("|", "\\|").replace("<", "&lt;").replace("](", "]\\(")
