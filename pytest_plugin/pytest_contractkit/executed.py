"""What a proof about a test is valid for: which of the consumer's own code ran in it, and what that code stands on.

The digest is over the functions that ran, the top-level code of their modules and of the project's modules that these
import, and the versions of the distributions that any of them imports. It names no place: another directory, another
machine, moved files, comments, formatting and functions that did not run change nothing.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import TypeAlias

from pytest_contractkit.executed_calls import MonitoredCalls, Noted, ProfiledCalls, calls_of
from pytest_contractkit.executed_modules import Reached, is_own, own_files, real_path, source_in
from pytest_contractkit.executed_versions import compiled_below, versions_below

_Grains: TypeAlias = frozenset[tuple[str, int | None]]
"""Functions by the real paths of their files and their first lines; None for top-level code."""

_CALLS: list[ProfiledCalls | MonitoredCalls] = []


class Executed:
    """The consumer's own code that ran while it was noted; complete when the stretch has ended."""

    def __init__(self, files: Iterable[Path] = ()) -> None:
        """Take files whose top-level code counts although nothing in them may run, such as a conftest."""
        self._files = [real_path(str(each)) for each in files]
        self._noted = Noted()
        self._reached_then: Reached | None = None

    @property
    def reached_then(self) -> Reached:
        """Give what the code that ran reached when its digest was last taken."""
        return self.reached() if self._reached_then is None else self._reached_then

    @property
    def is_complete(self) -> bool:
        """Say whether nothing can have run unseen; where it may have, the digest is over all modules, whole."""
        return self._noted.is_complete

    @property
    def functions(self) -> frozenset[tuple[str, str]]:
        """Give what ran: the real path of a file, and the name of a function in it, for example `Client.total`."""
        return frozenset(
            (file, source.name_of(first))
            for file, first in self._grains()
            if first is not None and (source := source_in(file)) is not None
        )

    @property
    def files(self) -> frozenset[str]:
        """Give the real paths of the files that the digest looks into."""
        return frozenset(self.reached().files) if self.is_complete else own_files()

    @property
    def may_read_unseen(self) -> bool:
        """Say whether what ran may look into an answer without anything that it notes (see `recording.reads`).

        Compiled code of others looks past methods, and who asks for the type of a value may treat another type
        differently.
        """
        grains = self._grains()
        asking = any(_asks(file, first) for file, first in grains)
        return not self.is_complete or asking or bool(compiled_below(self.reached().foreign))

    def join(self, noted: Noted) -> None:
        """Count what ran elsewhere for this test as well: in a fixture that another test set up."""
        self._noted.join(noted)

    def digest(self) -> str:
        """Give a digest of everything that a proof about what ran rests on, as the files stand now: 64 hex digits."""
        grains, reached = self._grains(), self.reached()
        self._reached_then = reached
        texts = set(self._texts(grains, reached) if self.is_complete else _whole_texts())
        texts |= {f"distribution {each}" for each in versions_below(reached.foreign)}
        return hashlib.sha256("\0".join(sorted(texts)).encode()).hexdigest()

    def reached(self) -> Reached:
        """Give what the code that ran reaches, as the files stand now."""
        grains, reached = self._grains(), Reached()
        for file in {*self._files, *(file for file, _ in grains)}:
            reached.add_file(file)
        for file, first in grains:
            source = source_in(file)
            if source is not None and first is not None:
                reached.add_imports(file, source.imports_of(first))
        return reached

    def _texts(self, grains: _Grains, reached: Reached) -> Iterator[str]:
        for file in reached.files:
            source = source_in(file)
            yield f"module {_bytes_of(file) if source is None else source.top_level}"
        for file, first in grains | reached.functions:
            source = source_in(file)
            if source is not None and first is not None and not source.is_run_by_import(first):
                yield f"function {source.text_of(first)}"

    def _grains(self) -> _Grains:
        return frozenset(_grain_of(code) for code in self._noted.codes.values())


@contextmanager
def note(executed: Executed) -> Iterator[Noted]:
    """Note for a while what of the consumer's own code runs; stretches may lie within each other."""
    calls = _calls()
    calls.begin()
    noted = Noted()
    try:
        yield noted
    finally:
        noted.join(calls.end())
        executed.join(noted)


def note_nothing() -> bool:
    """Say whether it pays to note nothing for a while, and get ready to note later what threads from that time run."""
    calls = _calls()
    if isinstance(calls, MonitoredCalls):
        return False
    calls.watch_threads()
    return True


def _calls() -> ProfiledCalls | MonitoredCalls:
    if not _CALLS:
        _CALLS.append(calls_of(is_own))
    return _CALLS[0]


def _grain_of(code: CodeType) -> tuple[str, int | None]:
    file = real_path(code.co_filename)
    source = source_in(file)
    return file, None if source is None else source.function_at(code.co_firstlineno)


def _asks(file: str, first: int | None) -> bool:
    source = source_in(file)
    return source is not None and first is not None and source.asks_for_types(first)


def _whole_texts() -> Iterator[str]:
    for file in own_files():
        source = source_in(file)
        yield f"file {_bytes_of(file) if source is None else source.whole}"


def _bytes_of(file: str) -> str:
    try:
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()
    except OSError:
        return "gone"
