"""Recordings of blocks: what all blocks of a process recorded, laid into files that are written now and then.

So a suite of a thousand blocks does not write a file of a thousand interactions a thousand times. What is still to be
written when the process ends is written then.
"""

import atexit
import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from contractkit.errors import ContractkitError
from contractkit.model import Contract, Interaction
from contractkit.recording.joining import join_contracts
from contractkit.stubbing.recorded_files import check_file, check_parties, lay_into

_SECONDS = 1.0  # between two times that a file is written, at least
_SHARE = 10  # how many times longer than writing took that is

_opening = threading.Lock()
_files: "dict[tuple[int, Path], _RecordedFile]" = {}
"""Process and place of each file that something was recorded into; a forked child begins anew."""


def check_place(path: Path, consumer: str, provider: str) -> None:
    """Check a file before anything is recorded into it; once this process has begun to, writing tells what is wrong.

    Raises:
        ContractFileError: It is no contract, cannot be read, or cannot be made.
        UsageError: It is the contract of others.
    """
    known = _files.get((os.getpid(), path.resolve()))
    if known is None:
        check_file(path, consumer, provider)
    else:
        check_parties(path, known.between, (consumer, provider))


def record(path: Path, recorded: Contract, *, name: str, root: Path, is_urgent: bool = False) -> None:
    """Take what one block recorded, and write it now, or soon where the file was just written.

    Args:
        path: The contract file.
        recorded: What was recorded.
        name: Who owns it. The first block of an owner in a process replaces what it left there in an earlier one, later
            ones add to it.
        root: The project's directory.
        is_urgent: Write it now.

    Raises:
        ContractFileError: The file is no contract, or cannot be written, now or since the block before.
        InteractionClashError: Another block of this process expects another answer to one request in one state.
        UsageError: The file is the contract of others.
    """
    with _opening:
        if not any(process == os.getpid() for process, _ in _files):
            _write_at_the_end()
        file = _files.setdefault((os.getpid(), path.resolve()), _RecordedFile(path, recorded, root))
    check_parties(path, file.between, (recorded.consumer, recorded.provider))
    file.take(recorded, name)
    file.write_soon(is_urgent=is_urgent)


class _RecordedFile:
    """A contract file, with what this process recorded of it."""

    def __init__(self, path: Path, contract: Contract, root: Path) -> None:
        self._path = path.absolute()  # the working directory may be another one when it is written
        self._root = root
        self._contract = replace(contract, interactions=())
        self._lock = threading.Lock()
        self._known: dict[str, Interaction] = {}
        self._names: set[str] = set()
        self._is_behind = False
        self._is_awaited = False
        self._due = float("-inf")
        self._failed: ContractkitError | None = None

    @property
    def between(self) -> tuple[str, str]:
        return self._contract.consumer, self._contract.provider

    def take(self, recorded: Contract, name: str) -> None:
        with self._lock:
            joined = {each.key: self._joined(each) for each in recorded.interactions}
            self._known |= joined
            self._names.add(name)
            self._contract = replace(self._contract, definition=recorded.definition or self._contract.definition)
            self._is_behind = True

    def write_soon(self, *, is_urgent: bool) -> None:
        with self._lock:
            failed, self._failed = self._failed, None
            is_due = is_urgent or time.monotonic() >= self._due
            is_awaited, self._is_awaited = self._is_awaited, self._is_awaited or not is_due
        if failed is not None:
            raise failed
        if is_due:
            self.write()
        elif not is_awaited:
            waiting = threading.Timer(max(0.0, self._due - time.monotonic()), self._write_behind)
            waiting.daemon = True
            waiting.start()

    def write(self) -> None:
        with self._lock:
            if not self._is_behind:
                return
            known = tuple(self._known[key] for key in sorted(self._known))
            contract, names = replace(self._contract, interactions=known), frozenset(self._names)
            self._is_behind = False
        begun = time.monotonic()
        try:
            lay_into(self._path, contract, names=names, is_whole=True, root=self._root)
        except BaseException:
            self._is_behind = True
            raise
        finally:
            ended = time.monotonic()
            self._due = ended + max(_SECONDS, _SHARE * (ended - begun))

    def _write_behind(self) -> None:
        self._is_awaited = False
        try:
            self.write()
        except ContractkitError as error:
            self._failed = error

    def _joined(self, interaction: Interaction) -> Interaction:
        known = self._known.get(interaction.key)
        if known is None:
            return interaction
        both = [replace(self._contract, interactions=(each,)) for each in (known, interaction)]
        return join_contracts(both).interactions[0]


def _write_at_the_end() -> None:
    """Let everything be written when this process ends, also where it is a child of `multiprocessing`."""
    atexit.unregister(_write_all)
    atexit.register(_write_all)
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is not None and multiprocessing.parent_process() is not None:
        from multiprocessing.util import Finalize

        Finalize(None, _write_all, exitpriority=0)


def _write_all() -> None:
    for (process, _), file in tuple(_files.items()):
        if process != os.getpid():
            continue
        try:
            file.write()
        except ContractkitError as error:
            print(error, file=sys.stderr)  # noqa: T201 - nobody is left to raise it to
