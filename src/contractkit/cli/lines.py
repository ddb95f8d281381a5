"""Lines: what a command that serves tells while it serves, so that nobody who is served waits for who reads.

A pipe that nobody empties holds some hundred lines; then writing waits for ever. A reader has a second to go on
reading, and is told later how many lines were left out meanwhile.
"""

import os
import stat
import sys
import threading
from typing import IO, Any

from contractkit.exact_json import dump_shown_line

_PATIENCE = 1_000  # milliseconds
_pipes_can_be_asked = sys.platform != "win32"


class Lines:
    """Writes lines to one stream, from any thread, each whole."""

    def __init__(self, stream: IO[str]) -> None:
        """Take the stream."""
        self.stream = stream
        self._pipe = _pipe_of(stream)
        self._left_out = 0
        self._lock = threading.Lock()

    def write(self, line: str, *, is_json: bool = False) -> None:
        """Write a line, JSON or text; whoever reads no more is no reason to fail."""
        with self._lock:
            if not self._is_read():
                self._left_out += 1
                return
            left_out, self._left_out = self._left_out, 0
            try:
                self.stream.write(f"{_missed(left_out, is_json=is_json)}{line}\n")
                self.stream.flush()
            except (OSError, ValueError):
                self._forget_reader()

    def _is_read(self) -> bool:
        """Say whether there is room for a line, or somebody makes it soon."""
        return self._pipe is None or bool(self._pipe.poll(0 if self._left_out else _PATIENCE))

    def _forget_reader(self) -> None:
        """Let what is written from now on go nowhere, as at the end of the process what is still held back."""
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)
        except (OSError, ValueError):
            self._pipe = None  # the stream is none of the system's, or closed


def _missed(left_out: int, *, is_json: bool) -> str:
    """Give the line that stands for those that were left out, or nothing."""
    if not left_out:
        return ""
    sentence = f"{left_out} lines were left out: nobody read."
    if not is_json:
        return f"({sentence})\n"
    return f"{dump_shown_line({'schema_version': 1, 'event': 'note', 'sentence': sentence})}\n"


def _pipe_of(stream: IO[str]) -> Any:
    """Give what says whether a pipe takes more, None where a stream is no pipe."""
    try:
        if not _pipes_can_be_asked or not stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode):
            return None
    except (OSError, ValueError):
        return None
    import select

    pipe = select.poll()
    pipe.register(stream.fileno(), select.POLLOUT)
    return pipe


_known: dict[str, Lines] = {}


def tell(line: str, *, is_result: bool = False, is_json: bool = False) -> None:
    """Write a line to standard error, or to standard output: click's own way costs more than answering does."""
    name = "stdout" if is_result else "stderr"
    stream = getattr(sys, name)
    lines = _known.get(name)
    if lines is None or lines.stream is not stream:
        lines = _known[name] = Lines(stream)
    lines.write(line, is_json=is_json)
