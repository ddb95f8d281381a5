"""The manual names every rule, code, verdict, grade and option."""

import re
from pathlib import Path

import pytest

from contractkit.changes.gains import GAINS
from contractkit.changes.messages import LOSSES, MESSAGE_GAINS
from contractkit.changes.operation_rules import (
    CALLBACK_REMOVED,
    OPERATION_INCOMPARABLE,
    OPERATION_REMOVED,
    OPERATION_RULES,
    WEBHOOK_REMOVED,
)
from contractkit.changes.protobuf.gains import GAINS as PROTO_GAINS
from contractkit.changes.schema_rules import BRANCH_RULES, WHOLE_RULES
from contractkit.changes.sent_rules import SENT_RULES
from contractkit.cli.impact import impact
from contractkit.conformance import Grade
from contractkit.impact import Verdict

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs/impact.md").read_text()


def test_every_change_is_in_the_manual() -> None:
    rules = {rule.id for rule in (*OPERATION_RULES, *SENT_RULES, *WHOLE_RULES, *BRANCH_RULES)}
    rules |= {OPERATION_REMOVED, OPERATION_INCOMPARABLE, WEBHOOK_REMOVED, CALLBACK_REMOVED, *LOSSES}
    assert {rule for rule in rules if f"| `{rule}` |" not in MANUAL} == set()


def test_every_gain_is_in_the_manual() -> None:
    manual = (ROOT / "docs/changes.md").read_text()
    gains = {gain.id for gain in (*GAINS.values(), *PROTO_GAINS.values())}
    gains |= MESSAGE_GAINS
    assert {gain for gain in gains if f"| `{gain}` |" not in manual} == set()


def test_every_code_is_in_the_manual() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "src/contractkit/impact").glob("*.py"))
    said = re.findall(r'(?:code=|code, verdict(?:, after|, sentence)? = |AnswerRule\()"([a-z.-]+)"', sources)
    assert len(said) > 15
    assert {code for code in said if f"| `{code}` |" not in MANUAL} == set()


def test_every_verdict_and_grade_is_in_the_manual() -> None:
    words = [*(verdict.value for verdict in Verdict), *(grade.value for grade in Grade)]
    assert [word for word in words if f"| {word} |" not in MANUAL] == []


def test_every_option_is_in_the_manual() -> None:
    options = [option for each in impact.params for option in each.opts if option.startswith("--")]
    assert [option for option in options if option not in MANUAL] == []


@pytest.mark.usefixtures("project")
def test_the_example_in_python_does_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    exec(re.findall(r"```python\n(.*?)```", MANUAL, re.DOTALL)[0], {})
    assert capsys.readouterr().out == "web-shop broken response.body.note old.yaml:36 new.yaml:28\n"
