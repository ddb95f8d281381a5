"""Exemptions in words: what somebody answers for until a day, what has expired, and what silences nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from contractkit.changes.wording import counted
from contractkit.exact_json import Json
from contractkit.explain.terminal import one_line
from contractkit.impact.records import ConsumerImpact, Exempted, Finding, ImpactReport, Verdict

EXEMPTED: Final = "exempted"
"""What a consumer reads as of whom every finding is exempted; its verdict, for machines, is `unaffected`."""

_MOST_TOLD: Final = 300
_MOST_FINGERPRINTS: Final = 5

_IDLE: Final[Mapping[str, str]] = {
    "unused_exemptions": "no finding of this analysis; remove it if it is of no other",
    "exemptions_out_of_scope": "its finding is of a consumer, version or environment that it does not speak of",
}
"""The field of a report that holds fingerprints which silence nothing, to why."""


def exemptions_in_words(report: ImpactReport) -> str:
    """Give what is exempted and what silences nothing, a line each; empty where there is neither."""
    lines = [f"  {line}" for line in (*map(exempted_line, report.exempted), *_idle_lines(report))]
    return "\n".join(["Exempted:", "", *lines]) if lines else ""


def exempted_line(exempted: Exempted) -> str:
    """Give a finding that somebody answers for in one line."""
    finding = exempted.finding
    place = f"{finding.consumer}: {finding.operation} {finding.worry.place} {finding.verdict.value}"
    said = f"{exempted.reason} ({exempted.owner}, {_until(exempted)})"
    return one_line(f"{finding.fingerprint}   {place}; {' '.join(said.split())}")


def exemptions_in_brief(report: ImpactReport) -> str:
    """Give how many findings are exempted, and how many exemptions have expired; empty where there are none."""
    expired = sum(each.is_expired for each in report.exempted)
    spared = len(report.exempted) - expired
    said = [f"{counted(spared, 'finding')} exempted"] if spared else []
    return "; ".join([*said, *([f"{counted(expired, 'exemption')} expired, which fails"] if expired else [])])


def is_exempted(consumer: ConsumerImpact, report: ImpactReport) -> bool:
    """Say whether nothing is left of what was found of a consumer, since somebody answers for all of it."""
    return consumer.verdict is Verdict.UNAFFECTED and any(
        not each.is_expired and (each.finding.consumer, each.finding.info) == (consumer.consumer, consumer.info)
        for each in report.exempted
    )


def standing_of(consumer: ConsumerImpact, report: ImpactReport) -> str:
    """Give a consumer's verdict in words: `exempted` where it is unaffected for that alone."""
    return EXEMPTED if is_exempted(consumer, report) else consumer.verdict.value


def tell_exemptions(report: ImpactReport) -> dict[str, Json]:
    """Give the same as data for a page.

    Returns:
        `exempted`, at most three hundred, those that expired first, each with `fingerprint`, `consumer`, `versions`,
        `environments`, `operation`, `at`, `verdict`, `means`, `reason`, `owner`, `expires`, `is_expired` and `until`
        in words; `exempted_left_out`, how many more there are; and `idle`, a line for each that silences nothing.
    """
    ordered = sorted(report.exempted, key=lambda each: not each.is_expired)
    return {
        "exempted": [_told(each) for each in ordered[:_MOST_TOLD]],
        "exempted_left_out": max(0, len(ordered) - _MOST_TOLD),
        "idle": list(_idle_lines(report))[:_MOST_TOLD],
    }


def fingerprints_of(group: Sequence[Finding]) -> list[str]:
    """Give the fingerprints of findings, each once."""
    return list(dict.fromkeys(finding.fingerprint for finding in group))


def fingerprints_in_words(group: Sequence[Finding], rest: str) -> str:
    """Give the fingerprints of findings in lines; `rest` says where those are that are too many for a message."""
    found = fingerprints_of(group)
    left = len(found) - _MOST_FINGERPRINTS
    return "\n".join([*found[:_MOST_FINGERPRINTS], *([f"… and {left} more; {rest}"] if left > 0 else [])])


def _told(exempted: Exempted) -> Json:
    finding = exempted.finding
    return {
        "fingerprint": finding.fingerprint,
        "consumer": finding.consumer,
        "versions": list(finding.info.versions),
        "environments": list(finding.info.environments),
        "operation": finding.operation,
        "at": finding.worry.place,
        "verdict": finding.verdict.value,
        "means": finding.worry.sentence,
        "reason": exempted.reason,
        "owner": exempted.owner,
        "expires": exempted.expires.isoformat(),
        "is_expired": exempted.is_expired,
        "until": _until(exempted),
    }


def _until(exempted: Exempted) -> str:
    return f"expired on {exempted.expires}, so it counts" if exempted.is_expired else f"until {exempted.expires}"


def _idle_lines(report: ImpactReport) -> Iterator[str]:
    for field, why in _IDLE.items():
        yield from (f"{fingerprint}: {why}" for fingerprint in getattr(report, field))
