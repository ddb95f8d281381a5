"""A process that takes an order and gives an answer within a time; it sets itself a limit of memory."""

import subprocess
import sys
import threading

from contractkit.exact_json import Json, dump_compact, read_json


class BoundedProcess:
    """Runs a module of ours in a process of its own, one order at a time: what it does delays nobody."""

    def __init__(self, module: str, seconds: float) -> None:
        self._module = module
        self._seconds = seconds
        self._one = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None

    def answer(self, order: Json) -> dict[str, Json]:
        """Give what the module answers; where it does not, `problem` alone says why in a sentence."""
        with self._one:
            return self._answer(dump_compact(order))

    def kill(self) -> None:
        """End the process where one runs."""
        if (running := self._running) is not None:
            running.kill()

    def _answer(self, order: bytes) -> dict[str, Json]:
        pipe = subprocess.PIPE
        process = subprocess.Popen([sys.executable, "-m", self._module], stdin=pipe, stdout=pipe, stderr=pipe)
        self._running = process
        try:
            output, errors = process.communicate(order, timeout=self._seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return {"problem": f"The analysis took longer than {self._seconds:g} seconds and was stopped."}
        finally:
            self._running = None
        return _read(output, errors, process.returncode)


def _read(output: bytes, errors: bytes, code: int) -> dict[str, Json]:
    if code != 0 or not output:
        last = errors.decode(errors="replace").strip().splitlines()[-1:] or [f"ended with code {code}"]
        return {"problem": f"The analysis failed: {last[0]}"}
    answer: dict[str, Json] = read_json(output)
    return answer
