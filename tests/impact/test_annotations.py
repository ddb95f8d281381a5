"""Findings beside the code they are about, and as work to be done."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from contractkit.changes.sites import Site
from contractkit.exact_json import read_json
from contractkit.impact.annotations import impact_as_annotations, impact_as_sarif
from contractkit.impact.repairs import impact_as_repairs
from contractkit.model import Contract, JsonBody, Message
from tests.impact.test_report import one, report_on, without_total

Run = Callable[..., tuple[int, str, str]]


def line_of(file: str, text: str) -> int:
    return [line.strip() for line in Path(file).read_text().splitlines()].index(text) + 1


def test_github_shows_findings_at_the_definition_and_the_test(project: Run) -> None:
    _, out, _ = project("old.yaml", "new.yaml", "--format", "github")
    *annotations, last = out.splitlines()
    line = line_of("new.yaml", "Order:")
    title = "title=web-shop%3A response.undeclared"
    assert [each.partition("::web-shop")[0] for each in annotations] == [
        f"::error file=new.yaml,line={line},{title}",
        f"::error file=tests/test_orders.py,line=12,{title}",
    ]
    assert "%0A  at            response.body.note%0A" in annotations[0]
    assert last == "::notice title=impact::Of 1 contract: 1 broken."


def test_code_scanning_gets_results_with_stable_fingerprints(project: Run) -> None:
    _, out, _ = project("old.yaml", "new.yaml", "--format", "sarif")
    (run,) = json.loads(out)["runs"]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("response.undeclared", "error")
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "new.yaml"}
    assert result["relatedLocations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "tests/test_orders.py"},
        "region": {"startLine": 12},
    }
    _, said, _ = project("old.yaml", "new.yaml", "--format", "json")
    (finding,) = [each for one in read_json(said)["consumers"][0]["interactions"] for each in one["findings"]]
    assert result["partialFingerprints"] == {"finding/v1": finding["fingerprint"]}
    assert run["tool"]["driver"]["rules"] == [
        {"id": "response.undeclared", "shortDescription": {"text": "A consumer is hurt: response.undeclared."}}
    ]


def test_nothing_is_annotated_where_nobody_is_hurt(project: Run) -> None:
    assert project("old.yaml", "old.yaml", "--format", "github")[1] == (
        "::notice title=impact::Of 1 contract: 1 unaffected.\n"
    )
    assert json.loads(project("old.yaml", "old.yaml", "--format", "sarif")[1])["runs"][0]["results"] == []


def test_work_to_be_done_says_cause_evidence_and_edits(project: Run) -> None:
    _, out, _ = project("old.yaml", "new.yaml", "--format", "repairs")
    said = json.loads(out)
    (finding,) = said["findings"]
    lines = {
        name: next(
            at for at, text in enumerate(Path(f"{name}.yaml").read_text().splitlines(), 1) if text.strip() == word
        )
        for name, word in (("old", "note:"), ("new", "Order:"))
    }
    assert (said["schema_version"], said["verdict"], said["left_out"]) == (1, "broken", 0)
    assert finding["cause"] == {
        "rule": "response.optional-member.removed",
        "sentence": "it was optional, string, now undeclared",
        "old": f"old.yaml:{lines['old']}",
        "new": f"new.yaml:{lines['new']}",
    }
    assert finding["evidence"]["tests"] == ["tests/test_orders.py:12"]
    assert [edit["where"] for edit in finding["edits"]] == [f"new.yaml:{lines['new']}", "tests/test_orders.py:12"]
    assert finding["edits"][0]["change"] == (
        "keep response.body.note as it was: optional, string, instead of not declared"
    )


def test_no_form_is_silent_about_who_is_not_judged(old_document: Any, contract: Contract) -> None:
    shop = one(contract, "lists all")
    message = replace(shop.interactions[0], exchange=Message(contents=JsonBody({"id": 7})))
    mixed = replace(shop, interactions=(*shop.interactions, message))
    mailer = replace(shop, consumer="mailer", interactions=(message,))
    till = replace(shop, consumer="till\n::error::", interactions=())
    report = report_on(old_document, old_document, mixed, mailer, till)
    said = [
        "mailer: not judged, 1 message interaction, of which these definitions do not speak",
        "till\ufffd::error::: no contract, nothing is known of what it uses",
        "web-shop: left aside, 1 message interaction, of which these definitions do not speak",
    ]
    assert impact_as_annotations(report) == "%0A".join(["::notice title=impact::Of 1 contract: 1 unaffected.", *said])
    ((run,), repairs) = (read_json(impact_as_sarif(report))["runs"], read_json(impact_as_repairs(report)))
    (invocation,) = run["invocations"]
    assert [each["message"]["text"] for each in invocation["toolExecutionNotifications"]] == said
    assert (repairs["unjudged"], repairs["unjudged_left_out"]) == (said, 0)


def test_what_is_gone_of_a_git_revision_is_told_at_its_file(old_document: Any, contract: Contract) -> None:
    report = report_on(old_document, without_total(old_document), one(contract, "reads the total"))
    (finding,) = report.findings
    gone = replace(finding.worry, old=Site(source="git:v1:defs/a #1%.yaml", pointer="/x", line=3), new=None)
    (consumer,) = report.consumers
    (impact,) = consumer.interactions
    told = replace(impact, findings=(replace(finding, worry=gone),))
    report = replace(report, consumers=(replace(consumer, interactions=(told,)),))
    assert impact_as_annotations(report).startswith("::error file=defs/a #1%25.yaml,line=3,title=web-shop%3A ")
    [location] = read_json(impact_as_sarif(report))["runs"][0]["results"][0]["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "defs/a%20%231%25.yaml"},
        "region": {"startLine": 3},
    }
