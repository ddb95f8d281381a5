"""Commands that serve, as processes: started, read line by line, and asked to end."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import IO


class Served:
    """A command that serves. Its lines are read as they come, so that a test waits for one and never for a time."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self._lines = {name: _read(stream) for name, stream in (("out", process.stdout), ("err", process.stderr))}
        self.seen: dict[str, list[str]] = {"out": [], "err": []}

    def line(self, stream: str = "out") -> str:
        """Give the next line; an empty text once the stream has ended."""
        found = self._lines[stream].get(timeout=60)
        if found:
            self.seen[stream].append(found)
        return found

    def line_with(self, text: str, stream: str = "err") -> str:
        """Give the next line that holds a text."""
        while text not in (line := self.line(stream)):
            assert line, f"no line with {text!r} among {self.seen}"
        return line

    def variables(self, count: int) -> dict[str, str]:
        """Give the variables of the next lines."""
        pairs = [self.line().removeprefix("export ").partition("=") for _ in range(count)]
        return {name: value for name, _, value in pairs}

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end, read what is left, and give its exit code."""
        self.process.send_signal(number)
        for stream in ("out", "err"):
            while self.line(stream):
                pass
        return self.process.wait(timeout=60)

    def text(self, stream: str) -> str:
        """Give all lines that were read."""
        return "\n".join(self.seen[stream])


def command(*arguments: str) -> list[str]:
    """Give the command line of a contractkit."""
    return [sys.executable, "-c", "from contractkit.cli.main import main; main()", *arguments]


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[Served]:
    """Run a command until the block ends."""
    with subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder
    ) as process:
        try:
            yield Served(process)
        finally:
            process.kill()


def _read(stream: IO[str] | None) -> "Queue[str]":
    lines: Queue[str] = Queue()
    assert stream is not None

    def read() -> None:
        for line in stream:
            lines.put(line.rstrip("\n") or " ")
        lines.put("")

    Thread(target=read, daemon=True).start()
    return lines
