"""Many calls are judged in two processes: the report is that of one."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one process judges everything"),
]
ROOT = Path(__file__).parents[2]
MISTAKE = 'The parameter is in "drawer", not in one of cookie, header, path, query, querystring; it is left out.'


@pytest.mark.parametrize(
    ("way", "case", "printed"),
    [
        ("works", "changes", "same part"),
        ("ends", "changes", "same all"),
        ("never begins", "changes", "same all"),
        ("is not allowed", "changes", "same all"),
        ("works", "mistakes", f"same all {MISTAKE}"),
    ],
)
def test_two_processes_say_what_one_says(way: str, case: str, printed: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.impact.judging_beside", way, case], cwd=ROOT, capture_output=True, text=True
    )
    assert (run.stdout.strip(), run.stderr) == (printed, "")


def test_a_fork_that_nobody_listens_to_any_more_ends() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.impact.judging_beside", "is alone", "changes"], cwd=ROOT, capture_output=True
    )  # comes to its end with the last process that holds its output
    assert (run.returncode, run.stdout, run.stderr) == (-signal.SIGKILL, b"", b"")
