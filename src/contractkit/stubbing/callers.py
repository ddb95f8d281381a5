"""Callers: which test, function or script uses a stub, so that what it records has an owner and a line."""

import inspect
import os
import sys
import threading
from asyncio import get_running_loop
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType

from contractkit.recording.origins import TestOrigin

_OURS = str(Path(__file__).parents[1]) + os.sep
_BETWEEN = frozenset({"contextlib.py", "case.py", "async_case.py"})
"""Files of the standard library that enter a stub on a test's behalf."""


def calling_origin(root: Path, name: str | None = None) -> TestOrigin:
    """Give who is calling from outside of contractkit.

    A test of `unittest` is known by its id, also where `setUp` or a function that it calls uses the stub; a test of
    pytest by its node id; else it is the function, or the script.

    Args:
        root: The directory that files are named from.
        name: What to call it; found out where None.
    """
    frames = tuple(_frames())
    test = next((found for each in frames if (found := _unittest_of(each)) is not None), None)
    code, own = test or (frames[0].f_code, "")
    file = _file_in(root, code.co_filename)
    is_script = code.co_name == "<module>"
    return TestOrigin(
        node_id=name or own or _pytest_name() or (file if is_script else f"{code.co_qualname} in {file}"),
        file=file,
        source=code.co_filename,
        line=frames[0].f_lineno if is_script else code.co_firstlineno,
        thread=threading.get_ident(),
        is_coroutine=_has_loop(),
    )


def _frames() -> Iterator[FrameType]:
    """Give the frames that lead here, the innermost first, from the first on that is of the caller."""
    frame: FrameType | None = sys._getframe(1)
    found = False
    while frame is not None:
        file = frame.f_code.co_filename
        found = found or not (file.startswith(_OURS) or Path(file).name in _BETWEEN)
        if found:
            yield frame
        frame = frame.f_back


def _unittest_of(frame: FrameType) -> tuple[CodeType, str] | None:
    """Give the code and id of the test whose method a frame runs."""
    unittest = sys.modules.get("unittest")
    running = frame.f_locals.get("self") if unittest is not None else None
    if unittest is None or not isinstance(running, unittest.TestCase):
        return None
    method = getattr(type(running), running._testMethodName, None)
    code = getattr(inspect.unwrap(method), "__code__", None) if method is not None else None
    return (code or frame.f_code, running.id())


def _pytest_name() -> str:
    """Give the test that pytest runs; not in the form of its node ids, which the plugin's own recordings have."""
    running = os.environ.get("PYTEST_CURRENT_TEST", "") if "pytest" in sys.modules else ""  # a child inherits it
    node_id = running.rpartition(" (")[0]
    file, _, test = node_id.partition("::")
    return f"{test} in {file}" if test else ""


def _file_in(root: Path, file: str) -> str:
    path = Path(file)
    if not path.is_absolute():
        return path.name  # such as <stdin>
    resolved, folder = path.resolve(), root.resolve()
    return resolved.relative_to(folder).as_posix() if resolved.is_relative_to(folder) else path.name


def _has_loop() -> bool:
    try:
        get_running_loop()
    except RuntimeError:
        return False
    return True
