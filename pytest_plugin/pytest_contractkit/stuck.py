"""Stuck: a re-run that nothing makes end takes its process with it, which says what ran and where it stands."""

import os
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from contractkit.errors import RecordingError
from contractkit.stacks import stacks
from pytest_contractkit.raising import is_installed, is_of_runner, is_standard

_EXIT_CODE = pytest.ExitCode.TESTS_FAILED


def end_process(item: pytest.Item, thread: int) -> None:
    """End this process, from another thread than the one that is stuck; what was recorded in it is not written."""
    with stacks() as frames:
        said = stuck(item, frames.get(thread))
    capture: Any = item.config.pluginmanager.getplugin("capturemanager")
    if capture is not None:
        capture.suspend_global_capture(in_=True)
    if sys.__stderr__ is not None:
        sys.__stderr__.write(f"\n{said}\n")
        sys.__stderr__.flush()
    os._exit(_EXIT_CODE)


def stuck(item: pytest.Item, frame: FrameType | None) -> RecordingError:
    """Give what is said of a test that does not end, the thread that runs it being in a frame."""
    return RecordingError(
        "This test was run again with a changed answer, does not end, and nothing makes it end: the process is ended.",
        details=[("test", item.nodeid), ("at", _place(item, frame))],
        next_step=(
            'Mark the test with @pytest.mark.contract(needs="off"), so that it is not run again; '
            "or let its loop end: `except Exception` where it has a bare `except`, a limit of attempts."
        ),
    )


def _place(item: pytest.Item, frame: FrameType | None) -> str:
    """Give the innermost line that is of the project; of the test where there is none."""
    while frame is not None:
        file = frame.f_code.co_filename
        if not (is_standard(file) or is_installed(frame) or is_of_runner(frame)) and Path(file).is_file():
            return f"{os.path.relpath(file, item.config.rootpath)}:{frame.f_lineno}"
        frame = frame.f_back
    return item.nodeid.partition("::")[0]
