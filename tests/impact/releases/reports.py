"""What a release means to its consumers, and what comparing the two definitions alone would have told them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from contractkit.changes import Change, Level
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.impact import ConsumerInfo, ImpactReport, Verdict, analyse
from contractkit.impact.analysis import judgement_of
from contractkit.recording.stubbed import StubbedProvider
from contractkit.sources import load_definition
from tests.impact.releases.consumers import Release, recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A release, what was found for its consumers, and the changes that may break somebody."""

    release: Release
    report: ImpactReport
    changes: tuple[Change, ...]

    @property
    def found(self) -> dict[str, list[str]]:
        """Give the findings of each consumer in a line each: `broken: getOrder response.undeclared response.body.a`."""
        return {
            each.contract.consumer: [
                f"{finding.verdict.value}: {finding.operation} {finding.worry.code} {finding.worry.location}"
                for finding in each.findings
            ]
            for each in self.report.consumers
        }

    @property
    def alarms(self) -> int:
        """Give how often a comparison alone alarms somebody: it tells each change to everybody who has to know."""
        return len(self.changes) * len(self.report.consumers)

    @property
    def unfolded(self) -> list[str]:
        """Give the changes that are not folded as they should be: each hurts somebody, or nobody and is told once."""
        hurting = {each.worry.change.declaration for each in self.report.findings if each.worry.change is not None}
        told = Counter(each.declaration for each in self.report.theoretical)
        return [each.sentence for each in self.changes if told[each.declaration] != (each.declaration not in hurting)]

    @property
    def row(self) -> str:
        """Give the row of the manual's table; where neither a comparison nor we alarm anybody, there is no ratio."""
        verdicts = Counter(each.verdict for each in self.report.consumers)
        levels = Counter(each.level for each in self.changes)
        consumers, findings = len(self.report.consumers), len(self.report.findings)
        ratio = f"{self.alarms / findings:.1f}" if findings else ("all" if self.alarms else "–")
        cells = (
            self.release.pair, levels[Level.BREAKING], levels[Level.POSSIBLE], consumers, verdicts[Verdict.BROKEN],
            verdicts[Verdict.AT_RISK], verdicts[Verdict.UNAFFECTED], findings, ratio,
        )  # fmt: skip
        return f"| {' | '.join(map(str, cells))} |"


def summary(outcomes: Sequence[Outcome]) -> str:
    """Give the manual's sentences on all releases together."""
    consumers = [each for outcome in outcomes for each in outcome.report.consumers]
    verdicts = Counter(each.verdict for each in consumers)
    findings = sum(len(each.report.findings) for each in outcomes)
    alarms = sum(each.alarms for each in outcomes)
    alarmed = sum(len(each.report.consumers) for each in outcomes if each.changes)
    return (
        f"{len(consumers)} consumers: {verdicts[Verdict.BROKEN]} broken, {verdicts[Verdict.AT_RISK]} at risk, "
        f"{verdicts[Verdict.UNAFFECTED]} unaffected. A comparison alone alarms {alarms:,} times, `impact` {findings}: "
        f"{alarms / findings:.0f} alarms for each finding. It alarms {alarmed} consumers, whose providers changed "
        f"anything that may break; {len(consumers) - verdicts[Verdict.UNAFFECTED]} are concerned."
    )


def outcome_of(release: Release, folder: Path) -> Outcome:
    """Record the contracts of a release's consumers, and judge them."""
    old, new = (load_definition(_definition(folder, side)).definition for side in ("before", "after"))
    emitted = old if isinstance(old, ProtoDefinition) else None
    provider = StubbedProvider("api", old, source="before", messages=emitted, checks_credentials=False)
    try:
        contracts = [(recorded(release, each, provider), ConsumerInfo()) for each in release.consumers]
    finally:
        provider.stop()
    report = analyse(old, new, contracts)
    changes = judgement_of(old, new, report.old, report.new).changes
    return Outcome(release=release, report=report, changes=tuple(each for each in changes if each.level.can_hurt))


def _definition(folder: Path, side: str) -> Path:
    return next(iter(_files(folder, side)), folder / side)


def _files(folder: Path, side: str) -> Iterator[Path]:
    yield from sorted(folder.glob(f"{side}.*"))
