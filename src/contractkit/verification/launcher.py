"""A provider that is started: a command run until the last interaction, its output kept, its children ended with it."""

import asyncio
import contextlib
import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from contractkit.errors import AddressInUseError, ContractkitError, ProviderUnreachableError, UsageError
from contractkit.explain.terminal import printable
from contractkit.verification.process_groups import end_group, ending_when_told
from contractkit.verification.readiness import Readiness, answered_status, is_open, is_ready
from contractkit.verification.transport import AnyTransport, BrokenAnswer, Failure, NotConnected

_LOOK_SECONDS = 0.02
_DYING_SECONDS = 0.5  # between a connection that breaks and the end of who held it
_SHOWN_LINES = 20
_SHOWN_BYTES = 16384


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command that serves a provider.

    `line` is split as a shell would split it, and run in `directory` without a shell; its environment has `PORT`.
    It is ready once `readiness` says so, within `seconds`.
    """

    line: str
    directory: Path
    port: int
    readiness: Readiness
    seconds: float = 60.0


class Launcher:
    """Starts a command for the first of its transports that is entered, and ends it after the last that is left."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._arguments = _split(command.line)
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None
        self._users = 0
        self._ended: int | None = None
        self.is_suspect = False  # of having ended: a connection broke
        self._undo_signals: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Run the command and wait until it is ready.

        Raises:
            UsageError: There is no such command.
            AddressInUseError: Something else listens where it is to serve.
            ProviderUnreachableError: It ended, or was not ready in time; its last output is in the details.
        """
        self._users += 1
        if self._users > 1:
            return
        try:
            await self._launch()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End the command and all its children, unless another transport still uses it."""
        self._users -= 1
        process = self._process
        if self._users > 0 or process is None:
            return
        await asyncio.to_thread(self._end, process)
        self._undo_signals()
        self._process = None

    async def restart(self) -> None:
        """End the command and run it anew, so that the provider is as it was at its start."""
        users, self._users = self._users, 1
        await self.stop()
        await self.start()
        self._users = users

    @property
    def last_output(self) -> str:
        """Give the last lines that the command wrote, to standard output or error."""
        if self._output is None:
            return ""
        size = os.fstat(self._output.fileno()).st_size
        data = os.pread(self._output.fileno(), _SHOWN_BYTES, max(0, size - _SHOWN_BYTES))
        lines = data.decode("utf-8", "replace").splitlines()
        return "\n".join(printable(line) for line in lines[-_SHOWN_LINES:])

    @property
    def ended(self) -> int | None:
        """Give the exit code of a command that ended before it was told to, else None."""
        return self._ended

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._ended = process.wait(timeout=_DYING_SECONDS) if self.is_suspect else process.poll()
        end_group(process)

    async def _launch(self) -> None:
        if await is_open(self._command.readiness):
            raise AddressInUseError(
                f"Something else listens at {self._command.readiness.address} already.",
                details=[("command", self._command.line)],
                next_step="End it, or verify it with --url and without --command.",
            )
        self._output = self._output or tempfile.TemporaryFile()  # noqa: SIM115  it outlives the command
        environment = {"PYTHONUNBUFFERED": "1", **os.environ, "PORT": str(self._command.port)}
        self._process = _started(self._arguments, self._command, environment, self._output)
        self._undo_signals = ending_when_told(self._process)
        await self._until_ready(self._process)

    async def _until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        give_up = asyncio.get_running_loop().time() + self._command.seconds
        while not await is_ready(self._command.readiness):
            code = process.poll()
            if code is not None:
                raise self._not_started("The provider's command ended before it was ready.", ("ended with", str(code)))
            if asyncio.get_running_loop().time() > give_up:
                waited = f"{self._command.seconds:g} s for {self._command.readiness.sentence}"
                raise self._not_started(
                    "The provider's command was not ready in time.", ("waited", waited), *await self._last_answer()
                )
            await asyncio.sleep(_LOOK_SECONDS)

    async def _last_answer(self) -> list[tuple[str, str]]:
        status = await answered_status(self._command.readiness)
        return [] if status is None else [("answered", str(status))]

    def _not_started(self, summary: str, *told: tuple[str, str]) -> ContractkitError:
        output = self.last_output
        return ProviderUnreachableError(
            summary,
            details=[("command", self._command.line), *told, ("output", output or "nothing")],
            next_step="" if output else "Run the command by hand to see what it does.",
        )


class LaunchedTransport:
    """A way to a provider that a launcher starts."""

    def __init__(self, transport: AnyTransport, launcher: Launcher) -> None:
        self._transport = transport
        self.launcher = launcher
        self.way = transport.way

    @property
    def name(self) -> str:
        """Give the provider's address."""
        return self._transport.name

    async def __aenter__(self) -> "LaunchedTransport":
        """Start the command where it does not run yet, and connect."""
        await self.launcher.start()
        try:
            await self._transport.__aenter__()
        except BaseException:
            await self.launcher.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect, and end the command where nothing else uses it."""
        try:
            await self._transport.__aexit__(*_)
        finally:
            await self.launcher.stop()

    async def send(self, request: Any) -> Any | Failure:
        """Send through the transport."""
        answer = await self._transport.send(request)
        if isinstance(answer, NotConnected | BrokenAnswer):
            self.launcher.is_suspect = True
        return answer


def _split(line: str) -> list[str]:
    try:
        arguments = shlex.split(line)
        problem = "" if arguments else "it is blank"
    except ValueError as error:
        arguments, problem = [], str(error).lower()
    if problem:
        raise UsageError(
            "The provider's command cannot be used.",
            details=[
                ("expected", "a command such as 'uvicorn orders.app:app --port {port}'"),
                ("received", line),
                ("problem", problem),
            ],
        )
    return arguments


def _started(
    arguments: list[str], command: Command, environment: dict[str, str], output: IO[bytes]
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            arguments,
            cwd=command.directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise UsageError(
            "The provider's command cannot be run.",
            details=[
                ("command", command.line),
                ("directory", str(command.directory)),
                ("reason", error.strerror or str(error)),
            ],
            next_step="It is run without a shell: for pipes and variables, write sh -c '…'.",
        ) from None
