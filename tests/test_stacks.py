"""Where a test stands is seen from another thread however much garbage there is, and the process lives on."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LOOKING = """
import gc, sys, threading, time
from contractkit.recording.origins import TestOrigin

class Left:
    def __init__(self):
        self.itself = self  # for the collector to find

    def __del__(self):
        time.sleep(0)  # other threads go on

def called(depth):
    return called(depth - 1) if depth else None

def calling():
    while True:
        called(5), called(30), [called(depth) for depth in range(20)]

thread = threading.Thread(target=calling, daemon=True)
thread.start()
origin = TestOrigin(node_id="test", file="test.py", source="test.py", line=1, thread=thread.ident)
sys.setswitchinterval(0.00005)
for number in range(ROUNDS):
    gc.set_threshold(0)
    left = [Left() for _ in range(3)]
    gc.set_threshold(1 + number % 20, 5, 5)  # so that it collects now at this step, now at that
    origin.reference()
"""


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [800, pytest.param(20_000, marks=pytest.mark.deep)])
def test_what_is_destroyed_while_a_thread_is_looked_at_crashes_nothing(rounds: int) -> None:
    looking = LOOKING.replace("ROUNDS", str(rounds))
    ended = subprocess.run([sys.executable, "-c", looking], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_threads_are_looked_at_in_one_place_alone() -> None:
    folders = (ROOT / "src", ROOT / "pytest_plugin", ROOT / "broker")
    files = [path for folder in folders for path in folder.rglob("*.py")]
    assert [path.name for path in files if "_current_frames" in path.read_text()] == ["stacks.py"]
