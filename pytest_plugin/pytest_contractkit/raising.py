"""Raising: whether an error that ended a test was raised by the test itself, or by the consumer that it tests."""

import sysconfig
from functools import lru_cache
from pathlib import Path
from types import FrameType, TracebackType

from contractkit.inference import Where

_OF_PYTEST = ("_pytest", "pytest", "pluggy", "unittest", "pytest_asyncio", "anyio.pytest_plugin", "pytest_contractkit")
"""Packages that run tests: what they raise is said by the test, such as `Failed` of `pytest.raises`."""


def error_in(error: BaseException) -> BaseException:
    """Give the first error of a group, at any depth; any other error as it is."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def where_raised(error: BaseException, test: Path) -> Where:
    """Say where an error was raised: frames of the standard library count for whoever called it.

    An assertion that a library makes counts for the test, if that calls it: there are many ways to assert. Any other
    error of a library is one of the consumer, which may be a package itself.

    Args:
        error: It has a traceback.
        test: The file of the test.
    """
    frames = [frame for frame in reversed(_frames(error.__traceback__)) if not is_standard(frame.f_code.co_filename)]
    if isinstance(error, AssertionError):
        frames = [frame for frame in frames if _is_of_test(frame, test) or not is_installed(frame)] or frames
    return Where.TEST if not frames or _is_of_test(frames[0], test) else Where.OUTSIDE


def _frames(traceback: TracebackType | None) -> list[FrameType]:
    found = []
    while traceback is not None:
        found.append(traceback.tb_frame)
        traceback = traceback.tb_next
    return found


def _is_of_test(frame: FrameType, test: Path) -> bool:
    """Say whether a frame is of the test's file, of a module whose assertions pytest rewrites, or of a test runner."""
    if is_of_runner(frame):
        return True
    is_rewritten = type(frame.f_globals.get("__loader__")).__name__ == "AssertionRewritingHook"
    return is_rewritten or frame.f_code.co_filename == str(test)


def is_of_runner(frame: FrameType) -> bool:
    """Say whether a frame is of a package that runs tests."""
    name = str(frame.f_globals.get("__name__", ""))
    return any(name == each or name.startswith(f"{each}.") for each in _OF_PYTEST)


def is_installed(frame: FrameType) -> bool:
    """Say whether a frame is of an installed distribution."""
    return "site-packages" in frame.f_code.co_filename


@lru_cache(maxsize=4096)
def is_standard(file: str) -> bool:
    """Say whether a file is of the standard library, but not of what runs tests there."""
    if file.startswith("<frozen"):
        return True
    places = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    is_below = any(Path(file).is_relative_to(place) for place in places)
    is_of_tests = "/unittest/" in file.replace("\\", "/")
    return is_below and "site-packages" not in file and not is_of_tests
