"""Git objects: many files of a repository read through one process, since a definition may be thousands of files."""

import contextlib
import subprocess
import threading
import weakref
from pathlib import Path
from typing import IO

_SECONDS = 30.0


class GitObjects:
    """Reads blobs by name (`REVISION:./path`); the process starts with the first and ends with this object."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def read(self, name: str) -> bytes | None:
        """Give the content of a blob; None where there is none, or where git does not answer within 30 seconds.

        Raises:
            OSError: Git cannot be started.
        """
        if "\n" in name:
            return None
        with self._lock:
            process = self._started()
            watch = threading.Timer(_SECONDS, process.kill)
            watch.start()
            try:
                return _asked(process, name)
            finally:
                watch.cancel()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            arguments = ["git", "cat-file", "--batch"]
            process = subprocess.Popen(
                arguments, cwd=self._root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            weakref.finalize(self, _end, process)
            self._process = process
        return self._process


def _asked(process: subprocess.Popen[bytes], name: str) -> bytes | None:
    questions, answers = _pipes(process)
    with contextlib.suppress(BrokenPipeError):
        questions.write(f"{name}\n".encode())
        questions.flush()
        words = answers.readline().split()
        if len(words) == 3 and words[2].isdigit():
            content = answers.read(int(words[2]))
            answers.read(1)  # the end of the line
            return content if words[1] == b"blob" else None
    return None


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None and process.stdout is not None
    return process.stdin, process.stdout


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in _pipes(process):
        with contextlib.suppress(OSError):
            pipe.close()  # git ends when nobody can ask any more
    process.wait(timeout=_SECONDS)
