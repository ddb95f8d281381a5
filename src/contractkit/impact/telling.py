"""Telling: a report in the words of `explain_impact`, as data for a page that lays them out, in a bounded form."""

from collections.abc import Sequence
from typing import Final

from contractkit.changes import Change
from contractkit.changes.sites import site_of
from contractkit.changes.wording import change_line
from contractkit.exact_json import Json
from contractkit.explain.terminal import readable
from contractkit.impact.exemption_words import fingerprints_of, standing_of, tell_exemptions
from contractkit.impact.records import ConsumerImpact, Finding, ImpactReport, Verdict
from contractkit.impact.repairs import edits_of
from contractkit.impact.text import (
    NOT_ANALYSABLE,
    NOT_SPOKEN_OF,
    NOTHING_KNOWN,
    aside_in_words,
    explain_cause,
    extent_of,
    group_causes,
    summarise,
)

_MOST_MESSAGES: Final = 20  # of one consumer
_MOST_THEORETICAL: Final = 300
_MOST_UNSETTLED: Final = 100
_MOST_FINGERPRINTS: Final = 200  # of one message


def tell_impact(report: ImpactReport) -> dict[str, Json]:
    """Give a report as sentences in their places.

    Returns:
        `summary`; `consumers`, the worst first, each with `verdict`, `standing` (that in words), `extent`, what was
        left `aside`, at most twenty `messages` (`headline`, `rows` of label and value, `next_step`, `edits`,
        `fingerprints`) and the number of those `left_out`; `theoretical` changes (`line`, `at`) and how many are
        `theoretical_left_out`; `not_judged`, each with a `name` and `why`: no verdict speaks of them; `unsettled`, what
        of those who are judged could not be, likewise; and what `tell_exemptions` gives.
    """
    order = [*Verdict]
    consumers = sorted(report.consumers, key=lambda each: (order.index(each.verdict), each.consumer))
    told: dict[str, Json] = {
        "summary": summarise(report),
        "consumers": [_consumer(each, report) for each in consumers],
        "theoretical": [_change(report, change) for change in report.theoretical[:_MOST_THEORETICAL]],
        "theoretical_left_out": max(0, len(report.theoretical) - _MOST_THEORETICAL),
        "not_judged": [
            *({"name": each.consumer, "why": f"{aside_in_words(each)}, {NOT_SPOKEN_OF}"} for each in report.not_judged),
            *({"name": name, "why": NOTHING_KNOWN} for name in report.without_contract),
        ],
        "unsettled": _unsettled(report.findings),
        **tell_exemptions(report),
    }
    return {name: _readable(value) for name, value in told.items()}


def _consumer(consumer: ConsumerImpact, report: ImpactReport) -> Json:
    causes = group_causes(consumer.findings)
    return {
        "consumer": consumer.consumer,
        "versions": list(consumer.info.versions),
        "branches": list(consumer.info.branches),
        "environments": list(consumer.info.environments),
        "origin": consumer.info.origin,
        "verdict": consumer.verdict.value,
        "standing": standing_of(consumer, report),
        "extent": extent_of(consumer),
        "aside": f"{aside_in_words(consumer)}, {NOT_SPOKEN_OF}" if consumer.aside_by_transport else "",
        "messages": [_message(groups) for groups in causes[:_MOST_MESSAGES]],
        "left_out": max(0, len(causes) - _MOST_MESSAGES),
    }


def _unsettled(findings: Sequence[Finding]) -> list[Json]:
    """Give what could not be judged, once for each consumer, operation and reason."""
    found = [each for each in findings if each.worry.code == NOT_ANALYSABLE]
    said = dict.fromkeys((each.consumer, f"{each.operation}: {each.worry.sentence}") for each in found)
    return [{"name": name, "why": why} for name, why in list(said)[:_MOST_UNSETTLED]]


def _message(groups: Sequence[Sequence[Finding]]) -> Json:
    first, message = groups[0][0], explain_cause(groups, rest="the JSON holds them all")
    tests = list(dict.fromkeys(str(test) for group in groups for finding in group for test in finding.tests))
    return {
        "verdict": first.verdict.value,
        "headline": message.summary,
        "rows": [list(row) for row in message.details],
        "next_step": message.next_step,
        "edits": list(edits_of(first, tests)),
        "fingerprints": fingerprints_of([finding for group in groups for finding in group])[:_MOST_FINGERPRINTS],
    }


def _change(report: ImpactReport, change: Change) -> Json:
    places = (site_of(change.new, report.new), site_of(change.old, report.old))
    return {"line": change_line(change), "at": next((str(each) for each in places if each is not None), "")}


def _readable(value: Json) -> Json:
    match value:
        case str():
            return readable(value)
        case list():
            return [_readable(each) for each in value]
        case dict():
            return {name: _readable(each) for name, each in value.items()}
        case _:
            return value
