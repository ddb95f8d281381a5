"""Findings beside the code they are about, and as work to be done."""

import json
from collections.abc import Callable
from pathlib import Path

from contractkit.exact_json import read_json

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
