"""Faults: what an application in process raised, in the words in which it is shown beside its answer."""

import logging
import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import SimpleNamespace

from contractkit.results import Raised

_SHOWN_FRAMES = 3
_LONGEST_MESSAGE = 500
_INSTALLED = tuple(
    {
        str(Path(place).resolve())
        for name in ("stdlib", "platstdlib", "purelib", "platlib")
        if (place := sysconfig.get_paths().get(name))
    }
)

last_raised: ContextVar[Raised | None] = ContextVar("last_raised", default=None)
"""What the application raised while it answered the request of the running task, or None."""


class _LoggedError(logging.Handler):
    """Keeps the last exception that is logged: Flask and Django log what a view raised, and answer 500 themselves."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self._noted: ContextVar[SimpleNamespace | None] = ContextVar("noted", default=None)

    @contextmanager
    def noted(self) -> Iterator[SimpleNamespace]:
        """Give what holds, as `error`, the last exception that is logged in this context."""
        noted = SimpleNamespace(error=None)
        token = self._noted.set(noted)
        try:
            yield noted
        finally:
            self._noted.reset(token)

    def emit(self, record: logging.LogRecord) -> None:
        noted = self._noted.get()
        if noted is not None and record.exc_info and record.exc_info[1] is not None:
            noted.error = record.exc_info[1]


logged_error = _LoggedError()
"""Added to the root logger while an application that answers 500 by itself runs in this process."""


def describe_raised(error: BaseException) -> Raised:
    """Give an exception as data: what it says, where it was raised, and the last lines of the application's own code.

    Files of Python and of installed packages are not the application's own; where all are, the last line stands.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_own(frame.filename)] or list(frames[-1:])
    shown = [_line(frame) for frame in own[-_SHOWN_FRAMES:]]
    said = str(error)
    text = f"{type(error).__name__}: {said}" if said else type(error).__name__
    where = own[-1] if own else None
    return Raised(
        error=text[:_LONGEST_MESSAGE], at=f"{_seen(where.filename)}:{where.lineno}" if where else "", lines=tuple(shown)
    )


def _is_own(file: str) -> bool:
    if file.startswith("<"):
        return False
    path = str(Path(file).resolve())
    return not path.startswith((*_INSTALLED, str(Path(__file__).resolve().parents[1])))


def _line(frame: traceback.FrameSummary) -> str:
    return f"{_seen(frame.filename)}:{frame.lineno} in {frame.name}: {frame.line or ''}".rstrip(": ")


def _seen(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file
