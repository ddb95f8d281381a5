"""`contractkit verify --report`: several reports at once, and progress of long runs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from contractkit.cli.progress import Progress
from contractkit.errors import Explanation
from contractkit.model import HttpCall, HttpRequest, HttpResponse, Interaction
from contractkit.results import InteractionResult

Run = Callable[..., Any]
Keep = Callable[..., Path]


def test_several_reports_are_written_beside_the_one_for_people(contractkit: Run, provider: Path, keep: Keep) -> None:
    keep(provider / "contracts")
    ended = contractkit(
        *("verify", "orders", "--report", "junit=build/contracts.xml", "--report", "json=build/contracts.json"),
        *("--report", "sarif=contracts.sarif", "--report", "markdown=comment.md", "--report", "github=annotations"),
    )
    assert (ended.code, ended.out) == (
        0,
        "orders does what web-shop expects: 1 interaction passed.\n\n  web-shop   1 passed\n",
    )
    assert ElementTree.parse(provider / "build/contracts.xml").getroot().tag == "testsuites"
    report = json.loads((provider / "build/contracts.json").read_text())
    assert report["contracts"][0]["origin"] == "contracts/web-shop-orders.json"
    assert json.loads((provider / "contracts.sarif").read_text())["runs"][0]["results"] == []
    assert (provider / "comment.md").read_text().startswith("<!-- contractkit verify orders -->\n")
    assert (provider / "annotations").read_text() == (
        "::notice title=contracts with orders::orders does what web-shop expects: 1 interaction passed.\n"
    )


def test_reports_are_written_of_failures_too(contractkit: Run, provider: Path, keep: Keep, an_order: Run) -> None:
    keep(provider / "contracts", an_order(expects={"id": "7", "total": 12.5}))
    assert contractkit("verify", "orders", "--report", "sarif=a.sarif").code == 1
    [found] = json.loads((provider / "a.sarif").read_text())["runs"][0]["results"]
    assert found["locations"][0]["logicalLocations"][0]["name"] == "response.body.id"


@pytest.mark.parametrize(
    ("reports", "message"),
    [
        (
            ["junit"],
            "A report cannot be written.\n\n  expected   FORM=PATH, for example junit=build/contracts.xml\n"
            "  received   junit\n",
        ),
        (["junit="], "A report cannot be written.\n\n  expected   FORM=PATH"),
        (
            ["xunit=a.xml"],
            "A report cannot be written.\n\n  report         xunit=a.xml\n  unknown form   xunit\n"
            "  forms          text, json, junit, github, sarif, markdown\n\nDid you mean junit?\n",
        ),
        (["=a.xml"], "A report cannot be written.\n\n  report         =a.xml\n  unknown form   (empty)\n"),
        (["json=contracts"], "A report cannot be written.\n\n  file     contracts\n  reason   it is a directory\n"),
        (
            ["json=a.json", "sarif=./a.json"],
            "Two reports would be in one file.\n\n  file    a.json\n  forms   json, sarif\n",
        ),
        (
            ["json=pyproject.toml/a.json"],
            "A report cannot be written.\n\n  file     pyproject.toml/a.json\n"
            "  reason   pyproject.toml is no directory\n",
        ),
    ],
)
def test_a_report_that_cannot_be_written_is_told_before_anything_is_replayed(
    contractkit: Run, provider: Path, keep: Keep, reports: list[str], message: str
) -> None:
    keep(provider / "contracts")
    ended = contractkit("verify", "orders", *(each for report in reports for each in ("--report", report)))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(message)


def test_a_report_on_a_full_disk_keeps_nobody_from_the_others(contractkit: Run, provider: Path, keep: Keep) -> None:
    keep(provider / "contracts")
    ended = contractkit("verify", "orders", "--report", "json=/dev/full", "--report", "text=out/text")
    assert ended.code == 2
    assert ended.err.endswith(
        "A report cannot be written.\n\n  file     /dev/full\n  reason   No space left on device\n\n"
        "Name a file in a directory that you may write to.\n"
    )
    assert (provider / "out/text").read_text() == ended.out


CALL = HttpCall(request=HttpRequest(method="GET", path="/orders/7"), response=HttpResponse(status=200))
PASSED = InteractionResult(interaction=Interaction(key="a", description="a", exchange=CALL))
ERRORED = InteractionResult(interaction=PASSED.interaction, error=Explanation("late"), reason="time-out")


def noted(results: list[InteractionResult], moments: list[float], *, is_terminal: bool) -> None:
    """Tell of results at moments, the first of which is the start."""
    clock = iter(moments)
    progress = Progress(len(results) + 1, clock=lambda: next(clock), is_terminal=is_terminal)
    for each in results:
        progress.note(each)
    progress.end()


def test_a_short_run_tells_of_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    noted([PASSED, PASSED], [0.0, 1.0, 2.9], is_terminal=True)
    assert capsys.readouterr().err == ""


def test_a_long_run_tells_a_log_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    noted([PASSED, ERRORED, PASSED, PASSED], [0.0, 3.0, 4.0, 17.9, 18.0], is_terminal=False)
    assert capsys.readouterr().err == "1 of 5 replayed.\n4 of 5 replayed, 1 of them not passed.\n"


def test_a_terminal_s_line_is_overwritten_and_taken_away(capsys: pytest.CaptureFixture[str]) -> None:
    noted([PASSED, PASSED], [0.0, 3.0, 3.5], is_terminal=True)
    assert capsys.readouterr().err == "\r1 of 3 replayed\r2 of 3 replayed\r               \r"
