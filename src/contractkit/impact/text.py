"""A report in words: who breaks, which test says so, where, what changed on both sides, and what hurts nobody."""

from collections import Counter
from collections.abc import Sequence

from contractkit.changes import Change
from contractkit.changes.messages import MESSAGE_INCOMPARABLE
from contractkit.changes.operation_rules import OPERATION_INCOMPARABLE
from contractkit.changes.sites import site_of
from contractkit.changes.wording import change_line, counted, rename_hint
from contractkit.errors import Explanation
from contractkit.explain.terminal import one_line, readable
from contractkit.impact.exemption_words import (
    EXEMPTED,
    exemptions_in_brief,
    exemptions_in_words,
    fingerprints_in_words,
    fingerprints_of,
    standing_of,
)
from contractkit.impact.proof_words import proofs_in_words
from contractkit.impact.records import ConsumerImpact, Finding, ImpactReport, Verdict
from contractkit.model import Message

_MOST_THEORETICAL = 12
_MOST_TESTS = 5
_MOST_PLACES = 12
_JSON_HAS_ALL = "--format json lists them all"

_MISTAKES = (OPERATION_INCOMPARABLE, MESSAGE_INCOMPARABLE)  # rules of what a definition cannot be read for

NOT_ANALYSABLE = "not-analysable"
"""The code of what no definition settles, in whichever way it is judged."""

NOT_SPOKEN_OF = "of which these definitions do not speak"
"""Why a consumer is not judged."""

NOTHING_KNOWN = "nothing is known of what it uses"
"""Why nothing is said of a consumer without a contract."""


HURTING_NONE = "hurt no contract here, as far as their needs tell"
"""What is said of changes that could hurt somebody: needs tell of types more often than of values."""


def explain_impact(report: ImpactReport) -> str:
    """Give a report for people; the last line sums it up."""
    messages = group_causes(report.findings)
    blocks = [
        f"What becomes of the consumers if {report.old.name} becomes {report.new.name}{supposed_in_words(report)}:",
        _overview(report),
        *(str(explain_cause(groups)) for groups in messages),
        _theoretical(report),
        exemptions_in_words(report),
        proofs_in_words(report),
        summarise(report),
    ]
    return readable("\n\n".join(block for block in blocks if block))  # contracts are other people's text


def supposed_in_words(report: ImpactReport) -> str:
    """Give what is supposed as the end of a sentence, empty where nothing is."""
    return f", supposed that {' and '.join(map(one_line, report.supposed))}" if report.supposed else ""


def group_findings(findings: Sequence[Finding]) -> tuple[tuple[Finding, ...], ...]:
    """Give the findings in groups of one consumer, operation, place and change, broken ones first."""
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        worry = finding.worry
        cause = worry.change.declaration if worry.change else worry.sentence
        key = (finding.consumer, finding.info, finding.operation, worry.code, worry.location, cause)
        groups.setdefault(key, []).append(finding)
    ordered = sorted(groups.values(), key=lambda group: group[0].verdict is not Verdict.BROKEN)
    return tuple(map(tuple, ordered))


def explain_findings(group: Sequence[Finding], rest: str = _JSON_HAS_ALL) -> Explanation:
    """Give findings of one group as a message: they differ in nothing but the interaction.

    `rest` says where the fingerprints are that are too many for a message.
    """
    rows = (*_who(group), *_what(group[0]), ("fingerprint", fingerprints_in_words(group, rest)))
    return Explanation(_headline(group[0]), rows, _next_step(group[0]))


def explain_cause(groups: Sequence[Sequence[Finding]], rest: str = _JSON_HAS_ALL) -> Explanation:
    """Give one change and all that it does to a consumer as one message, a row per operation and place.

    `rest` says where the places are that are too many for a message.
    """
    first = groups[0][0]
    if len(groups) == 1:
        return explain_findings(groups[0], rest)
    rows = [row for row in _what(first) if row[0] != "at"]
    return Explanation(
        _headline(*(group[0] for group in groups)), (*rows, ("at", _places(groups, rest))), _next_step(first)
    )


def group_causes(findings: Sequence[Finding]) -> list[list[tuple[Finding, ...]]]:
    """Give the groups of `group_findings` by consumer and change, broken ones first: each is told in one message."""
    found: dict[object, list[tuple[Finding, ...]]] = {}
    for group in group_findings(findings):
        finding, worry = group[0], group[0].worry
        cause = worry.change.declaration if worry.change else (finding.operation, worry.location)
        key = (finding.consumer, finding.info, worry.verdict, worry.code, worry.before, worry.after, cause)
        found.setdefault(key, []).append(group)
    return list(found.values())


def _places(groups: Sequence[Sequence[Finding]], rest: str) -> str:
    rows = [
        (
            one_line(group[0].operation),
            one_line(str(group[0].worry.location)),
            ", ".join(_tests(group)),
            _fingerprint(group),
        )
        for group in groups[:_MOST_PLACES]
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1, 2)]
    lines = ["   ".join((*(map(str.ljust, row[:3], widths)), row[3])) for row in rows]
    left = len(groups) - len(rows)
    return "\n".join([*lines, *([f"… and {left} more; {rest}"] if left else [])])


def _fingerprint(group: Sequence[Finding]) -> str:
    first, *others = fingerprints_of(group)
    return f"{first} and {len(others)} more" if others else first


def _tests(group: Sequence[Finding]) -> list[str]:
    return _cut([str(test) for finding in group for test in finding.tests])


def _who(group: Sequence[Finding]) -> tuple[tuple[str, str], ...]:
    rows = [
        ("interaction", "\n".join(_cut([finding.interaction.description for finding in group]))),
        ("test", "\n".join(_tests(group))),
    ]
    return tuple((label, value) for label, value in rows if value)


def _what(finding: Finding) -> tuple[tuple[str, str], ...]:
    worry = finding.worry
    rows = [
        ("at", one_line(str(worry.location))),
        ("also at", "\n".join(_cut([str(place) for place in worry.also]))),
        ("was", one_line(worry.before)),
        ("becomes", one_line(worry.after)),
        ("means", one_line(worry.sentence)),
        (
            "change",
            one_line(f"{worry.change.sentence}{rename_hint(worry.renamed_to)} ({worry.change.rule})")
            if worry.change
            else "",
        ),
        ("old", one_line(str(worry.old)) if worry.old else ""),
        ("new", one_line(str(worry.new)) if worry.new else ""),
    ]
    return tuple((label, value) for label, value in rows if value)


def summarise(report: ImpactReport) -> str:
    """Give the last sentence of a report."""
    total = len(report.consumers)
    counts = Counter(standing_of(each, report) for each in report.consumers)
    order = (*(verdict.value for verdict in Verdict), EXEMPTED)
    said = ", ".join(f"{counts[standing]} {standing}" for standing in order if counts[standing])
    harmless = len(report.theoretical)
    hurting = f"that could hurt a consumer {_hurts(harmless)} none of these, as far as their needs tell"
    tail = f"; {counted(harmless, 'change')} {hurting}" if harmless else ""
    tail += f"; {brief}" if (brief := exemptions_in_brief(report)) else ""
    return f"Of {counted(total, 'contract')}: {said or 'nobody was judged'}{tail}."


def name_of(consumer: ConsumerImpact) -> str:
    """Give a consumer with its versions and environments: `web-shop 4.1.0 (production)`."""
    return _named(consumer.consumer, consumer.info.versions, consumer.info.environments)


def _named(name: str, versions: Sequence[str], environments: Sequence[str]) -> str:
    words = [name, ", ".join(versions), f"({', '.join(environments)})" if environments else ""]
    return one_line(" ".join(filter(None, words)))


def _overview(report: ImpactReport) -> str:
    rows = [(name_of(each), standing_of(each, report), extent_of(each)) for each in report.consumers]
    rows += [(name_of(each), "not judged", f"{aside_in_words(each)}, {NOT_SPOKEN_OF}") for each in report.not_judged]
    rows += [(one_line(name), "no contract", NOTHING_KNOWN) for name in report.without_contract]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    return "\n".join(
        f"  {name.ljust(widths[0])}   {verdict.ljust(widths[1])}   {extent}" for name, verdict, extent in rows
    )


def extent_of(consumer: ConsumerImpact) -> str:
    """Give how much of a contract is hurt: `2 broken of 31 interactions`; what was left aside is said."""
    total = counted(len(consumer.interactions), "interaction")
    hurt = [
        f"{number} {verdict.value}"
        for verdict in (Verdict.BROKEN, Verdict.AT_RISK)
        if (number := consumer.count(verdict))
    ]
    aside = f"; {aside_in_words(consumer)} left aside" if consumer.aside_by_transport else ""
    return f"{', '.join(hurt)} of {total}{aside}" if hurt else f"{total}{aside}"


def aside_in_words(consumer: ConsumerImpact) -> str:
    """Give how many interactions were not judged, by transport: `3 HTTP interactions`, `1 unreadable interaction`."""
    return ", ".join(
        counted(number, f"{transport} interaction") for transport, number in consumer.aside_by_transport.items()
    )


def _headline(*findings: Finding) -> str:
    first = findings[0]
    name = _named(first.consumer, first.info.versions, first.info.environments)
    operations = _listed([finding.operation for finding in findings])
    if first.verdict is not Verdict.BROKEN:
        return f"{name} is at risk with {operations}."
    is_sent = first.worry.code.startswith(("request.", "operation.", "procedure."))
    answer = "use the message" if isinstance(first.interaction.exchange, Message) else "use the answer of"
    side = "send" if is_sent else answer
    return f"{name} can no longer {side} {operations}."


def _listed(names: Sequence[str]) -> str:
    *others, last = _cut(names)
    return f"{', '.join(others)} and {last}" if others else last


def _next_step(finding: Finding) -> str:
    if finding.worry.code == NOT_ANALYSABLE:
        verify = one_line(f"contractkit verify {finding.provider} --consumer {finding.consumer}")
        is_mistake = finding.worry.change is not None and finding.worry.change.rule in _MISTAKES
        return (
            f"Mend that mistake and ask again, or verify: {verify}"
            if is_mistake
            else f"Settle it by verifying: {verify}"
        )
    if finding.verdict is Verdict.BROKEN:
        return one_line(
            f"Keep it as it was, or change {finding.consumer} first and deploy that before {finding.provider}."
        )
    return ""


def _theoretical(report: ImpactReport) -> str:
    if not report.theoretical:
        return ""
    shown = report.theoretical[:_MOST_THEORETICAL]
    lines = [f"  {one_line(change_line(change))}{_line_of(report, change)}" for change in shown]
    left = len(report.theoretical) - len(shown)
    more = [f"  … and {left} more; --format json lists them all"] if left else []
    return "\n".join([f"Changes that {HURTING_NONE}:", "", *lines, *more])


def _line_of(report: ImpactReport, change: Change) -> str:
    site = site_of(change.old, report.old) or site_of(change.new, report.new)
    return f"  [{site}]" if site is not None and site.line else ""


def _cut(names: Sequence[str]) -> list[str]:
    unique = list(map(one_line, dict.fromkeys(names)))
    left = len(unique) - _MOST_TESTS
    return unique if left <= 0 else [*unique[:_MOST_TESTS], f"… {left} more"]


def _hurts(number: int) -> str:
    return "hurts" if number == 1 else "hurt"
