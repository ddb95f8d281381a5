"""Findings beside the code they are about: as annotations of a GitHub workflow, and as SARIF for code scanning."""

from collections.abc import Iterator, Sequence
from typing import Final

from contractkit.changes.sites import Site
from contractkit.exact_json import Json, dump_shown
from contractkit.explain.sarif import MOST_RESULTS, SARIF_SCHEMA, uri_of
from contractkit.explain.terminal import printable
from contractkit.explain.workflow_commands import workflow_command
from contractkit.impact.proofs import proved
from contractkit.impact.proven import Proven
from contractkit.impact.records import Finding, ImpactReport, Verdict
from contractkit.impact.text import explain_findings, group_findings, summarise
from contractkit.impact.unjudged import named_unjudged, unjudged

_MOST_OF_A_LEVEL: Final = 10  # annotations of one level that GitHub shows for a step; it drops the others
_LEVELS: Final = {Verdict.BROKEN: "error", Verdict.AT_RISK: "warning"}
_PROVEN_LEVELS: Final = {Proven.FAILS: "error", Proven.CAN_FAIL: "warning"}


def impact_as_annotations(report: ImpactReport) -> str:
    """Give an annotation per finding at the changed line of the new definition, and one at the consumer's test.

    Where tests were run, those that fail come first, each at the line at which it does. Of more than ten of a level the
    first ten are given; the last line counts all findings, and names who is not judged.
    """
    groups = group_findings(report.findings)
    lines = [
        line
        for level in _LEVELS.values()
        for line in [
            *_failing(report, level),
            *(each for group in groups if _level(group) == level for each in _annotations(group, level)),
        ][:_MOST_OF_A_LEVEL]
    ]
    last = "\n".join([summarise(report), *_silent(report)])
    return "\n".join([*lines, workflow_command("notice", last, {"title": "impact"})])


def _silent(report: ImpactReport) -> Iterator[str]:
    named, left_out = named_unjudged(report)
    yield from named
    if left_out:
        yield f"… and {left_out} more"


def _failing(report: ImpactReport, level: str) -> Iterator[str]:
    """Give an annotation for each test that fails on the proposed definition, once whatever it recorded."""
    found = {
        test.test.node_id: (each, test)
        for each in proved(report)
        for test in each.proof.tests
        if _PROVEN_LEVELS.get(test.outcome) == level
    }
    for each, test in found.values():
        title = f"{each.consumer.consumer}: {test.outcome.value} on {report.new.name}"
        place = {"file": test.file or test.test.file, "line": str(test.line or test.test.line)}
        yield workflow_command(level, _plain(test.message or test.test.node_id), {**place, "title": title})


def _annotations(group: Sequence[Finding], level: str) -> Iterator[str]:
    first = group[0]
    message = _plain(str(explain_findings(group)))
    title = f"{first.consumer}: {first.worry.code}"
    site = first.worry.new or first.worry.old
    yield workflow_command(level, message, {**_file_of(site), "title": title})
    for test in dict.fromkeys((each.file, str(each.line)) for finding in group for each in finding.tests):
        yield workflow_command(level, message, {"file": test[0], "line": test[1], "title": title})


def _file_of(site: Site | None) -> dict[str, str]:
    return {"file": _path_of(site), "line": str(site.line)} if site is not None and site.line else {}


def _path_of(site: Site) -> str:
    """Give the file of a site; of a git revision the path in it, since annotations stand at files of the project."""
    return site.source.split(":", 2)[-1] if site.source.startswith("git:") else site.source


def _level(group: Sequence[Finding]) -> str:
    return _LEVELS[group[0].verdict]


def impact_as_sarif(report: ImpactReport) -> str:
    """Give the findings as a SARIF log of one run (OASIS SARIF 2.1.0 §3.13).

    A result lies at the changed line of the new definition; where there is none, at the old one's. The consumers' tests
    are related locations. Its fingerprint is the finding's. Who is not judged is a notification (§3.58), no result.
    """
    groups = group_findings(report.findings)
    codes = sorted({group[0].worry.code for group in groups})
    rules: list[Json] = [{"id": code, "shortDescription": {"text": f"A consumer is hurt: {code}."}} for code in codes]
    run: dict[str, Json] = {
        "tool": {"driver": {"name": "contractkit", "rules": rules}},
        "automationDetails": {"id": "impact/"},
        "invocations": [_invocation(report)],
        "results": [_result(group, report) for group in groups[:MOST_RESULTS]],
        "columnKind": "unicodeCodePoints",
    }
    return dump_shown({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _invocation(report: ImpactReport) -> Json:
    notifications: list[Json] = [
        {"descriptor": {"id": each.standing}, "level": "warning", "message": {"text": str(each)}}
        for each in unjudged(report)[:MOST_RESULTS]
    ]
    return {"executionSuccessful": True, "toolExecutionNotifications": notifications}


def _result(group: Sequence[Finding], report: ImpactReport) -> Json:
    first = group[0]
    site = first.worry.new or first.worry.old or Site(source=report.new.name, pointer="")
    tests = dict.fromkeys((each.file, each.line) for finding in group for each in finding.tests)
    return {
        "ruleId": first.worry.code,
        "level": _level(group),
        "message": {"text": _plain(str(explain_findings(group)))},
        "locations": [_location(_path_of(site), site.line or 1, str(first.worry.location))],
        "relatedLocations": [_location(file, line or 1, "test") for file, line in tests],
        "partialFingerprints": {"finding/v1": first.fingerprint},
        "properties": {
            "consumer": first.consumer,
            "versions": list(first.info.versions),
            "environments": list(first.info.environments),
        },
    }


def _location(file: str, line: int, place: str) -> Json:
    return {
        "physicalLocation": {"artifactLocation": {"uri": uri_of(file)}, "region": {"startLine": line}},
        "logicalLocations": [{"name": place}],
    }


def _plain(text: str) -> str:
    return "\n".join(map(printable, text.splitlines()))
