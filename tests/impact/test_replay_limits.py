"""How long a test may take in a replay: what hangs is stopped with its children, what is slow gets more time."""

import fcntl
import json
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from contractkit.cli import replay_runs, replay_watch
from contractkit.cli.replay_manner import Manner, Pair
from contractkit.cli.replay_runs import Replaying
from contractkit.errors import UsageError
from contractkit.impact.proven import Proven, TestProof
from contractkit.model import TestReference
from contractkit.settings import Settings

pytestmark = pytest.mark.slow

NAMES = ("steady", "first", "second", "third")

RUNNER = """\
import fcntl, json, os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
order = json.load(open(os.environ["CONTRACTKIT_REPLAY"]))
kind = "before" if order["old"] is None else "weakest" if order["weakest"] else "usual"
plan = json.load(open("plan.json"))
def log(step):
    with open(order["results"], "a") as file:
        file.write(json.dumps(step) + "\\n")
print("collected by", kind, flush=True)
for name in order["tests"]:
    what = plan.get(f"{name} {kind}", "passed")
    if what == "silent":
        time.sleep(600)
    log({"begun": name})
    if what == "hangs":
        log({"hangs": name, "file": "test_shop.py", "line": 12})
        lock = open("lock", "w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.Popen(["sleep", "600"], pass_fds=[lock.fileno()])
        time.sleep(600)
    time.sleep(plan.get(f"{name} seconds", 0))
    log({"ended": {"node_id": name, "outcome": what, "seconds": plan.get(f"{name} seconds", 0)}})
if plan.get("never over"):
    sys.exit(3)
log({"over": True})
if plan.get("stays"):
    time.sleep(600)
"""

Prove = Callable[..., dict[str, tuple[Proven, str, str]]]


@pytest.fixture
def prove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prove:
    """Run what stands for pytest by a plan, and give outcome, message and place of each test."""
    monkeypatch.chdir(tmp_path)
    Path("runner.py").write_text(RUNNER)

    def run(limit: float | None, **plan: str | float) -> dict[str, tuple[Proven, str, str]]:
        Path("plan.json").write_text(json.dumps({name.replace("_", " "): what for name, what in plan.items()}))
        command = shlex.join([sys.executable, "-S", "runner.py"])
        manner = Manner(command=command, tests=(), publishes=False, version=None, limit=limit)
        pair = Pair(provider="orders", old="old.yaml", new="new.yaml")
        replaying = Replaying(pair, Settings(root=tmp_path), manner, tmp_path)
        tests = {name: TestReference(node_id=name, file="test_shop.py", line=1) for name in NAMES}
        return {name: shown(each) for name, each in replaying.proofs(tests).items()}

    return run


def shown(proof: TestProof) -> tuple[Proven, str, str]:
    return proof.outcome, proof.message, proof.place


PASSES = (Proven.PASSES, "", "test_shop.py:1")


def is_released(lock: Path) -> bool:
    """Say whether whoever held a lock, and passed it on to its children, is gone, or soon is: signals take a moment."""
    with lock.open("w") as file:
        for _ in range(1_000):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.01)  # nothing tells when a process that is no child of ours has ended
            else:
                return True
    return False


def test_the_others_go_on_when_one_hangs(prove: Prove, capsys: pytest.CaptureFixture[str]) -> None:
    said = "it did not end within 0.3 s; on the present definition it took 0.0 s"
    assert prove(0.3, first_usual="hangs", second_weakest="hangs") == {
        "steady": PASSES,
        "first": (Proven.FAILS, said, "test_shop.py:12"),
        "second": (Proven.CAN_FAIL, said, "test_shop.py:12"),
        "third": PASSES,
    }
    assert capsys.readouterr().err == dedent(
        """\
        Running 4 tests on stubs of new.yaml.
        Stopped first, which did not end within 0.3 s.
        Running 2 tests on stubs of new.yaml.
        Running 3 tests on the weakest answers of new.yaml.
        Stopped second, which did not end within 0.3 s.
        Running 1 test on the weakest answers of new.yaml.
        Running 2 tests on stubs of old.yaml, since they failed.
        """
    )


def test_what_a_test_started_is_ended_with_it(prove: Prove) -> None:
    assert prove(0.3, first_usual="hangs", first_before="hangs")["first"] == (
        Proven.FAILED_BEFORE,
        "it did not end within 0.3 s",
        "test_shop.py:12",
    )
    assert is_released(Path("lock"))


def test_a_test_that_is_slow_as_things_are_gets_many_times_as_long(
    prove: Prove, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(replay_runs, "USUAL_SECONDS", 0.2)
    assert prove(None, first_seconds=0.7, second_usual="failed")["first"] == PASSES
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "Running 1 test on stubs of new.yaml.",
        "Running 1 test on the weakest answers of new.yaml.",
    ]


def test_a_run_that_stays_after_the_last_test_is_ended_and_what_it_told_counts(prove: Prove) -> None:
    assert prove(0.2, stays=True) == dict.fromkeys(NAMES, PASSES)


def test_a_run_in_which_nothing_begins_is_ended(prove: Prove, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (replay_runs, replay_watch):
        monkeypatch.setattr(module, "MOST_SILENT", 0.5)
    with pytest.raises(UsageError) as refused:
        prove(60, steady_usual="silent")
    told = refused.value.explanation
    assert (told.summary, told.details[1:]) == (
        "The consumer's tests could not be run.",
        (("problem", "no test began for 0.5 s"), ("output", "collected by usual")),
    )


def test_a_run_that_breaks_off_is_told(prove: Prove) -> None:
    with pytest.raises(UsageError) as refused:
        prove(60, never_over=True)
    assert refused.value.explanation.details[1] == ("problem", "ended with code 3")
