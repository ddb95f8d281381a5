"""Stopping: how a thread is made to leave what it does, also where the code that it runs catches whatever is raised.

What is raised once is lost in a loop around a bare `except: pass`. Raised again at every chance, it is raised in that
handler too, or behind it, and so gets out: of nested handlers, of `finally` and of `contextlib.suppress`.
"""

import _thread
import random
import signal
import threading
from enum import Enum
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from pytest_contractkit.raising import is_installed, is_of_runner, is_standard

_SIGNAL = getattr(signal, "SIGURG", None)
"""The one whose default is to be ignored, so that one that comes late does no harm."""

_OWN = str(Path(__file__).parent)


class Overlong(BaseException):
    """The re-run was ended from outside."""


class Force(Enum):
    """How hard a thread is stopped: whatever was raised in it before was caught."""

    ONCE = "raised once, so that everything can clean up"
    IN_PROJECT = "raised at each step of code that is neither installed nor of the standard library"
    IN_LIBRARIES = "raised at each step of installed code too, which may leave its locks locked"


class Stopping(Protocol):
    """Stops one thread.

    Attributes:
        has_left: The thread was seen to leave what was to be stopped.
    """

    has_left: bool

    def begin(self) -> None:
        """Get ready, in that thread."""

    def stop(self, force: Force) -> None:
        """Raise `Overlong` in it; called from another thread."""

    def left(self) -> None:
        """Raise no more, for the thread left what was to be stopped."""

    def end(self) -> None:
        """Undo what `begin` did; nothing is raised after it."""


def stopping_here() -> Stopping:
    """Give what stops the present thread."""
    is_main = threading.current_thread() is threading.main_thread()
    return _BySignal(_SIGNAL) if is_main and _SIGNAL is not None else _ByError()


class _Tripped(int):
    """A signal whose handler is due again after `again` is looked at.

    That is no call: after each call the interpreter looks for signals, and would run the handler within itself.
    """

    again = property(_thread.interrupt_main)


class _BySignal:
    """Stops the main thread: a signal wakes it, too, where it sleeps or waits for a lock."""

    def __init__(self, number: int) -> None:
        self.has_left = False
        self._tripped = _Tripped(number)
        self._chance = random.Random(0).random
        self._force: Force | None = None
        self._is_due = False
        self._before: Any = None

    def begin(self) -> None:
        self._before = signal.signal(self._tripped, self._handle)

    def stop(self, force: Force) -> None:
        self._force, self._is_due = force, True
        ident = threading.main_thread().ident
        if ident is not None:
            signal.pthread_kill(ident, self._tripped)

    def left(self) -> None:
        self._force, self._is_due = None, False

    def end(self) -> None:
        self.left()
        signal.signal(self._tripped, self._before)  # runs a handler that is due before it takes its place

    def _handle(self, number: int, frame: FrameType | None) -> None:
        """Raise; a signal that was sent raises wherever the thread is, what follows from it only where it may.

        By chance not each time: some places before a handler's end count as guarded by it, the next ones do not.
        """
        is_due, self._is_due = self._is_due, False
        if self._force is None or frame is None:
            return
        if not is_due and _is_of_pytest(frame):  # what was to be stopped is behind it; fixtures are torn down next
            self.left()
            self.has_left = True
            return
        if is_due:
            raises = not _is_of_pytest(frame) and (self._force is Force.IN_LIBRARIES or not _is_of_loop(frame))
        else:
            raises = self._chance() < 0.5 and not _is_spared(frame, self._force)
        if self._force is not Force.ONCE:
            self._tripped.again  # noqa: B018
        if raises:
            raise Overlong


class _ByError:
    """Stops a thread that signals do not reach: it raises as soon as it runs Python again, and no sooner."""

    def __init__(self) -> None:
        self.has_left = False
        self._thread = threading.get_ident()
        self._was_stopped = False

    def begin(self) -> None:
        pass

    def stop(self, force: Force) -> None:
        self._was_stopped = True
        raise_in(self._thread)

    def left(self) -> None:
        pass

    def end(self) -> None:
        """Let what may still be pending in this thread be raised here.

        What is taken back instead leaves Python 3.11 signalled: the next function that is traced or profiled hangs.
        """
        if not self._was_stopped:
            return
        try:
            raise_in(self._thread)
            while True:
                pass
        except Overlong:
            return


def raise_in(thread: int) -> None:
    """Let a thread raise `Overlong` as soon as it runs Python again."""
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Overlong))


def _is_of_pytest(frame: FrameType) -> bool:
    package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    return package in ("_pytest", "pluggy", "pytest_asyncio") or frame.f_code.co_filename.startswith(_OWN)


def _is_of_loop(frame: FrameType) -> bool:
    """Say whether an event loop waits or runs: where it is left there, its tasks go on when it is closed."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] in ("asyncio", "selectors")


def _is_spared(frame: FrameType, force: Force) -> bool:
    """Say whether code goes on undisturbed, for it is no loop of the consumer's, or cleans up behind one."""
    if _is_of_pytest(frame) or is_of_runner(frame) or is_standard(frame.f_code.co_filename):
        return True
    is_of_library = str(frame.f_globals.get("__name__", "")).partition(".")[0] == "contractkit"
    return is_of_library or (force is Force.IN_PROJECT and is_installed(frame))
