"""Which of the consumer's functions are called: noted by the interpreter itself, for a while, in every thread.

From Python 3.12 on by `sys.monitoring`, which costs next to nothing and has no say in other tools' business; before by
profile functions, one per thread. Coverage and debuggers trace, which is another slot of the interpreter.
"""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any
from weakref import WeakSet

from contractkit.stacks import stacks

_MODULE = "<module>"
_TOOLS = (4, 3, 5)  # of sys.monitoring's six numbers those that debuggers, coverage and profilers leave alone
_POOLS = ("/concurrent/futures/thread.py", "/asyncio/base_events.py", "/anyio/_backends/")
_STUB_THREADS = "contractkit-"


@dataclass(slots=True, kw_only=True)
class Noted:
    """What ran in one stretch of time.

    Attributes:
        codes: Code objects of the consumer's own functions by identity, since equal ones of two files are two.
        is_complete: Whether nothing can have run unseen: no other profiler stood in the way, and no thread that
            started before anything was noted may have run the consumer's code.
    """

    codes: dict[int, CodeType] = field(default_factory=dict)
    is_complete: bool = True

    def add(self, code: CodeType, frame: FrameType | None, is_own: Callable[[str], bool]) -> None:
        """Note a function of the consumer's that starts; one that an import calls belongs to what is imported."""
        if id(code) not in self.codes and code.co_name != _MODULE and not _is_importing(frame, is_own):
            self.codes[id(code)] = code

    def join(self, other: "Noted") -> None:
        """Take what ran in a stretch within this one, or in a fixture that this one uses."""
        self.codes.update(other.codes)
        self.is_complete = self.is_complete and other.is_complete


class ProfiledCalls:
    """Notes calls by profile functions: of this thread, and of those that start from the first stretch on."""

    def __init__(self, is_own: Callable[[str], bool]) -> None:
        """Take what says of a file's name whether it is the consumer's own."""
        self._is_own = is_own
        self._stretches: list[Noted] = []
        self._now: Noted | None = None
        self._watched: WeakSet[threading.Thread] = WeakSet()
        self._foreign: set[str] = set()
        self._main, self._thread = self._noting(), self._start_thread

    def begin(self) -> None:
        """Begin a stretch, within the one that runs if one does."""
        stretch = Noted(is_complete=self._is_undisturbed() and not self._has_unseen_threads())
        self._stretches.append(stretch)
        self._now = stretch
        if sys.getprofile() is None:
            sys.setprofile(self._main)
        self.watch_threads()

    def end(self) -> Noted:
        """End the innermost stretch and give what ran in it."""
        is_whole = self._is_undisturbed() and not self._has_unseen_threads()
        stretch = self._stretches.pop()
        stretch.is_complete = stretch.is_complete and is_whole
        outer = self._stretches[-1] if self._stretches else None
        self._now = outer
        if outer is not None:
            outer.join(stretch)
        elif sys.getprofile() is self._main:
            sys.setprofile(None)
        return stretch

    def watch_threads(self) -> None:
        """See threads that start from now on, so that a later stretch knows what runs in them."""
        if threading.getprofile() is None:
            threading.setprofile(self._thread)

    def _noting(self) -> Callable[[FrameType, str, Any], None]:
        """Give a profile function that is done at once with what adds nothing, as do most of a test's thousands."""
        foreign = self._foreign

        def noting(frame: FrameType, event: str, _argument: Any) -> None:
            code = frame.f_code
            if code.co_filename not in foreign and (now := self._now) is not None and id(code) not in now.codes:
                self._note(frame, event, now)

        noting.__notes_consumers__ = True  # type: ignore[attr-defined]  # so that our own answering need not be told
        return noting

    def _note(self, frame: FrameType, event: str, stretch: Noted) -> None:
        """Note a call in a file that is not known to be foreign."""
        code = frame.f_code
        if not self._is_own(code.co_filename):
            self._foreign.add(code.co_filename)
        elif event == "call":
            stretch.add(code, frame, self._is_own)

    def _start_thread(self, frame: FrameType, event: str, argument: Any) -> None:
        """Note the first call in a thread that starts, and go on; the stub's own threads run nobody's code."""
        thread = threading.current_thread()
        self._watched.add(thread)
        is_stub = thread.name.startswith(_STUB_THREADS)
        sys.setprofile(None if is_stub else self._main)
        if not is_stub:
            self._main(frame, event, argument)

    def _is_undisturbed(self) -> bool:
        """Say whether nobody else profiles, nor took our function away."""
        expected = self._main if self._stretches else None
        return sys.getprofile() is expected and threading.getprofile() in (None, self._thread)

    def _has_unseen_threads(self) -> bool:
        """Say whether a thread from before may run the consumer's code."""
        with stacks() as frames:
            if len(frames) == 1:
                return False
            seen = {threading.get_ident(), *(thread.ident for thread in threading.enumerate() if self._is_seen(thread))}
            return any(ident not in seen and _may_run_any(frame, self._is_own) for ident, frame in frames.items())

    def _is_seen(self, thread: threading.Thread) -> bool:
        return thread in self._watched or thread.name.startswith(_STUB_THREADS)


class MonitoredCalls:
    """Notes calls by `sys.monitoring` (PEP 669), in every thread; each function is told once per stretch."""

    def __init__(self, is_own: Callable[[str], bool], monitoring: Any) -> None:
        """Take what says of a file's name whether it is the consumer's own, and `sys.monitoring`."""
        self._is_own = is_own
        self._monitoring = monitoring
        self._tool: int | None = None
        self._stretches: list[Noted] = []

    def begin(self) -> None:
        """Begin a stretch, within the one that runs if one does."""
        if not self._stretches:
            self._install()
        self._stretches.append(Noted(is_complete=self._tool is not None))
        self._monitoring.restart_events()

    def end(self) -> Noted:
        """End the innermost stretch and give what ran in it."""
        stretch = self._stretches.pop()
        if self._stretches:
            self._stretches[-1].join(stretch)
        elif self._tool is not None:
            self._monitoring.set_events(self._tool, 0)
            self._monitoring.free_tool_id(self._tool)
        return stretch

    def _install(self) -> None:
        monitoring, events = self._monitoring, self._monitoring.events
        self._tool = next((tool for tool in _TOOLS if monitoring.get_tool(tool) is None), None)
        if self._tool is None:
            return
        monitoring.use_tool_id(self._tool, "contractkit")
        for event in (events.PY_START, events.PY_RESUME):
            monitoring.register_callback(self._tool, event, self._note)
        monitoring.set_events(self._tool, events.PY_START | events.PY_RESUME)

    def _note(self, code: CodeType, _offset: int) -> Any:
        if self._stretches and self._is_own(code.co_filename):
            self._stretches[-1].add(code, sys._getframe(1), self._is_own)
        return self._monitoring.DISABLE


def calls_of(is_own: Callable[[str], bool]) -> ProfiledCalls | MonitoredCalls:
    """Give what notes calls as this interpreter does it best."""
    monitoring = getattr(sys, "monitoring", None)
    return ProfiledCalls(is_own) if monitoring is None else MonitoredCalls(is_own, monitoring)


def _is_importing(frame: FrameType | None, is_own: Callable[[str], bool]) -> bool:
    """Say whether a function runs because one of the consumer's modules is being imported."""
    while frame is not None:
        code = frame.f_code
        if code.co_name == _MODULE and is_own(code.co_filename) and frame.f_globals.get("__name__") != "__main__":
            return True
        frame = frame.f_back
    return False


def _may_run_any(frame: FrameType | None, is_own: Callable[[str], bool]) -> bool:
    """Say whether a thread may run the consumer's code: it does, or is one of a pool's, or has an event loop."""
    while frame is not None:
        name = frame.f_code.co_filename
        if is_own(name) or any(each in name.replace("\\", "/") for each in _POOLS):
            return True
        frame = frame.f_back
    return False
