"""What needs are worth: a report written with PyGithub, and GitHub's definitions of 2021 and 2022."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.definitions.wire_forms import decode_message
from contractkit.document import load_contract
from contractkit.impact import ConsumerInfo, ImpactReport, Verdict, analyse
from contractkit.model import Contract, InferredNeeds
from contractkit.sources import LoadedDefinition, load_definition

pytestmark = pytest.mark.deep

REPORT = Path(__file__).parent / "github_report"
PAIR = "definitions/real/versions/openapi/github-api-2021-09-to-2022-07"


def recorded(folder: Path, definition: Path, needs: str) -> Contract:
    folder.mkdir()
    shutil.copy(REPORT / "report.py", folder)
    shutil.copy(REPORT / "report_calls.py", folder / "test_report.py")
    (folder / "pyproject.toml").write_text(
        f'[tool.contractkit]\nconsumer = "report"\n[tool.contractkit.providers.github]\ndefinition = "{definition}"\n'
    )
    options = [f"--contract-needs={needs}", "--contract-needs-runs=1000"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "ignore", *options], cwd=folder, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout
    file = folder / "contracts" / "report-github.json"
    return load_contract(file.read_bytes(), origin=file.name, decode=decode_message)


def impact(old: LoadedDefinition, new: LoadedDefinition, contract: Contract) -> ImpactReport:
    return analyse(old.definition, new.definition, [(contract, ConsumerInfo())])


def places(report: ImpactReport) -> int:
    return sum(1 + len(finding.worry.also) for finding in report.findings)


def test_needs_take_the_false_alarms_out_of_a_report(tmp_path: Path, test_data: Callable[[str], Path]) -> None:
    before, after = (test_data(f"{PAIR}/{side}.json.gz") for side in ("before", "after"))
    inferred = recorded(tmp_path / "inferred", before, "auto")
    guessed = recorded(tmp_path / "guessed", before, "off")
    needs = {str(each.operation): each.needs for each in inferred.interactions if isinstance(each.needs, InferredNeeds)}
    assert len(needs) == len(inferred.interactions) == 6
    assert {str(need.location) for need in needs["issues/list-for-repo"].needed} == {
        "response.body",
        "response.body[*].assignee",
        "response.body[*].number",
        "response.body[*].title",
    }
    old, new = load_definition(before), load_definition(after)
    with_needs, without = impact(old, new, inferred), impact(old, new, guessed)
    print(
        f"\nof {len(with_needs.theoretical)} changes that may hurt somebody: without needs {without.verdict.value} at "
        f"{places(without)} places, with needs {with_needs.verdict.value} at {places(with_needs)}"
    )
    assert with_needs.verdict is Verdict.UNAFFECTED  # the report reads nothing that changed for the worse
    assert (without.verdict, places(without)) == (Verdict.AT_RISK, 8)
