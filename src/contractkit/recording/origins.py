"""Origins: which line of a test made the call that a stub is answering."""

import sys
import threading
from dataclasses import dataclass
from functools import lru_cache
from types import FrameType

from contractkit.model import TestReference
from contractkit.stacks import stacks

_NOT_CALLING = frozenset({"threading.py", "selectors.py", "asyncio", "concurrent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TestOrigin:
    """A test that is running: its node id, its file (relative and as Python knows it), the line it starts at.

    `thread` is the one it runs in; `is_coroutine` says that an event loop runs there, so that what the thread is doing
    at a moment says little about who made a call.
    """

    __test__ = False

    node_id: str
    file: str
    source: str
    line: int
    thread: int
    is_coroutine: bool = False

    def reference(self, *, blocked_in: str = "") -> TestReference:
        """Give the test with the line that is calling, or its first line where that cannot be told with certainty.

        Args:
            blocked_in: The name of the function in which a thread that waits for this answer must be; any where empty.
        """
        line = self._calling_line(blocked_in)
        return _reference(self.node_id, self.file, self.line if line is None else line)

    def first_line(self) -> TestReference:
        """Give the test with the line it starts at."""
        return TestReference(node_id=self.node_id, file=self.file, line=self.line)

    def _calling_line(self, blocked_in: str) -> int | None:
        if threading.get_ident() == self.thread:
            return self._line_in(sys._getframe(), waits=False)
        if self.is_coroutine:
            return None
        with stacks() as frames:
            frame = frames.get(self.thread)
            if blocked_in and (frame is None or frame.f_code.co_name != blocked_in):
                return None
            return self._line_in(frame, waits=True)

    def _line_in(self, frame: FrameType | None, *, waits: bool) -> int | None:
        """Give the line of the innermost frame of the test's file.

        Of a thread that waits for an answer, the test's own frame is never the innermost, and neither a loop nor a lock
        lies between: there the call was made by another thread or task.
        """
        if waits and frame is not None and frame.f_code.co_filename == self.source:
            return None
        while frame is not None:
            name = frame.f_code.co_filename
            if name == self.source:
                return frame.f_lineno
            if waits and _is_loop_or_lock(name):
                return None
            frame = frame.f_back
        return None


@lru_cache(maxsize=256)
def _reference(node_id: str, file: str, line: int) -> TestReference:
    """Give a reference that all calls of a line share."""
    return TestReference(node_id=node_id, file=file, line=line)


@lru_cache(maxsize=4096)
def _is_loop_or_lock(file: str) -> bool:
    return not _NOT_CALLING.isdisjoint(file.replace("\\", "/").split("/"))
