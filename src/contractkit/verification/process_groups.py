"""Process groups: a command that was started in a session of its own is ended with its children."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator

_GRACE_SECONDS = 5.0


def end_group(process: "subprocess.Popen[bytes]", *, asking: int = signal.SIGTERM) -> None:
    """Ask a process and its children to end, by a signal, and end them where they do not."""
    _signal(process, asking)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=_GRACE_SECONDS)
    _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    process.wait()


def ending_when_told(process: "subprocess.Popen[bytes]") -> Callable[[], None]:
    """End a process and its children with ours when ours is told to end, and give what undoes that."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    numbers = [number for number in _telling() if signal.getsignal(number) is signal.SIG_DFL]

    def end_both(number: int, _frame: object) -> None:
        _signal(process, signal.SIGTERM)
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    for number in numbers:
        signal.signal(number, end_both)

    def undo() -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)

    return undo


def _signal(process: "subprocess.Popen[bytes]", number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        elif process.poll() is None:
            process.terminate()


def _telling() -> Iterator[int]:
    yield signal.SIGTERM
    if hasattr(signal, "SIGHUP"):
        yield signal.SIGHUP
