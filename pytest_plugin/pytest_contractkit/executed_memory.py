"""The memory of what ran: while all that a test reached is as it was when that was noted last, it is not noted again.

Noting calls costs Python 3.11 a tenth of a test, and more where a test computes. So it is remembered on this machine,
in `.contractkit/executed.json`, for each test whose needs are known, which files it reached and what their digest was.
It holds for one world (see `executed_world`), and where anything differs, or cannot be read, the test is noted.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from contractkit.recording.contract_files import write_whole
from contractkit.recording.local_state import DIRECTORY, state_directory
from pytest_contractkit.executed_modules import real_file_of

_FILE = "executed.json"
_SCHEMA_VERSION = 1
_TICK = 2_000_000_000  # nanoseconds: a file may change again within one tick of its clock, its size unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is known of the last run of a test in which was noted what ran.

    Attributes:
        digest: The digest of what ran (see `executed`).
        asked: How its needs were asked for.
        valid_for: What the proof of its needs stands under in the contract.
        conftests: The conftests that hold for it.
        files: The consumer's files that the digest looks into, to the digest of each one's bytes.
        folders: Their directories, to the digest of which modules stand in each, that a new one may be looked for in.
        modules: The modules that its code may import, each with the real path of its file; None where no such module
            was loaded.
        definitions: The providers whose stubs it opened, to the digests of their definitions.
    """

    digest: str
    asked: str
    valid_for: str
    conftests: tuple[str, ...]
    files: Mapping[str, str]
    folders: Mapping[str, str]
    modules: Mapping[str, str | None]
    definitions: Mapping[str, str]

    @property
    def has_same_modules(self) -> bool:
        """Say whether the same files are loaded now, so that no new module stands in the way of an old one."""
        return all(real_file_of(name) == file for name, file in self.modules.items())

    @property
    def has_no_other_modules(self) -> bool:
        """Say whether none of these modules is loaded from another file already; one that the test imports may be."""
        return all(real_file_of(name) in (file, None) for name, file in self.modules.items())


class Memory:
    """What one process knows of tests that ran before, and learns of those that run now."""

    def __init__(self, root: Path, world: str, *, began: int) -> None:
        """Take the directory whose memory it is, the world it must hold for, and when the process began, in ns."""
        self._world = world
        written = _read(root)
        self._known: Mapping[str, Any] = _unfolded(written) if written.get("world") == world else {}
        self._files = _Files(written.get("stamps"), began)
        self._learned: dict[str, Remembered | None] = {}

    def of(self, node_id: str) -> Remembered | None:
        """Give what is known of a test, as long as every file that it reached is as it was."""
        found = _remembered(self._known.get(node_id))
        if found is None or not found.has_no_other_modules or self.digests_of(found.files) != found.files:
            return None
        return found if self.folders_of(found.files) == found.folders else None

    def digests_of(self, files: Iterable[str]) -> Mapping[str, str | None]:
        """Give the digest of the bytes of each file; None for one that is gone or changed since the process began."""
        return {file: self._files.digest_of(file) for file in files}

    def folders_of(self, files: Iterable[str]) -> Mapping[str, str]:
        """Give the directories of files, to the digest of which modules stand in each since before the process."""
        return {folder: self._files.modules_in(folder) for folder in sorted(set(map(os.path.dirname, files)))}

    def learn(self, node_id: str, found: Remembered | None) -> None:
        """Remember what was noted of a test; None forgets it."""
        if found is not None or node_id in self._known:
            self._learned[node_id] = found

    def learned(self) -> dict[str, Any] | None:
        """Give what this process learned, as plain values that `keep` takes; None where that is nothing."""
        if not self._learned:
            return None
        tests = {name: None if each is None else _plain(each) for name, each in self._learned.items()}
        return {"world": self._world, "stamps": self._files.stamps, "tests": tests}


class _Files:
    """The digests of files, each read at most once in a process, and not at all where size and time tell."""

    def __init__(self, stamps: object, began: int) -> None:
        self.stamps: dict[str, Any] = dict(stamps) if isinstance(stamps, dict) else {}
        self._began = began
        self._digests: dict[str, str | None] = {}
        self._folders: dict[str, str] = {}

    def digest_of(self, file: str) -> str | None:
        if file not in self._digests:
            try:
                self._digests[file] = self._read(file)
            except (OSError, ValueError):  # what no path can be stands there too, where the memory is damaged
                self._digests[file] = None
        return self._digests[file]

    def modules_in(self, folder: str) -> str:
        """Give the digest of the names of modules and packages in a directory, without those that came meanwhile."""
        if folder not in self._folders:
            names = sorted(each.name for each in _entries_of(folder) if self._is_old(_module_at(each)))
            self._folders[folder] = hashlib.sha256("\0".join(names).encode(errors="surrogateescape")).hexdigest()
        return self._folders[folder]

    def _is_old(self, file: Path) -> bool:
        try:
            return _changed(file.stat()) < self._began
        except (OSError, ValueError):
            return False

    def _read(self, file: str) -> str | None:
        known = os.stat(file)  # noqa: PTH116 - asked for each file, and paths take longer than files
        changed = _changed(known)
        if changed >= self._began:
            return None
        match self.stamps.get(file):
            case [known.st_size, known.st_mtime_ns, known.st_ctime_ns, str() as digest]:
                return digest
        digest = hashlib.sha256(Path(file).read_bytes()).hexdigest()
        if changed < time.time_ns() - _TICK:
            self.stamps[file] = [known.st_size, known.st_mtime_ns, known.st_ctime_ns, digest]
        return digest


def _changed(known: os.stat_result) -> int:
    """Give when a file was changed or put in its place, in ns: it may be older than that, or its time set."""
    return max(known.st_mtime_ns, known.st_ctime_ns)


def _entries_of(folder: str) -> list[Path]:
    try:
        return list(Path(folder).iterdir())
    except (OSError, ValueError):
        return []


def _module_at(entry: Path) -> Path:
    """Give the file of the module that an entry of a directory would be; it need not be there."""
    return entry if entry.suffix == ".py" else entry / "__init__.py"


def keep(root: Path, learned: Sequence[Mapping[str, Any]]) -> None:
    """Write what the processes of a run learned over what is remembered, in as far as that is of the same world."""
    if not learned:
        return
    world, written = learned[-1]["world"], _read(root)
    tests = _unfolded(written) if written.get("world") == world else {}
    stamps: dict[str, Any] = {}
    for each in learned:
        tests |= each["tests"] if each["world"] == world else {}
        stamps |= each["stamps"]
    whole = {
        "schema_version": _SCHEMA_VERSION,
        "world": world,
        "stamps": stamps,
        **_folded({name: one for name, one in sorted(tests.items()) if one is not None}),
    }
    with suppress(OSError):  # what cannot be remembered is noted again
        write_whole(state_directory(root) / _FILE, json.dumps(whole).encode())


def _read(root: Path) -> Mapping[str, Any]:
    """Give what is remembered; nothing where no run wrote it, or what stands there is none of ours."""
    try:
        written = json.loads((root / DIRECTORY / _FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    is_ours = isinstance(written, dict) and written.get("schema_version") == _SCHEMA_VERSION
    return written if is_ours else {}


def _plain(remembered: Remembered) -> dict[str, Any]:
    return {each.name: getattr(remembered, each.name) for each in fields(remembered)}


_SHARED = "conftests", "files", "folders", "modules"


def _folded(tests: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Give tests with what they reached written once for all that reached the same."""
    reached: dict[str, int] = {}
    folded: dict[str, Any] = {}
    for name, each in tests.items():
        shared = json.dumps({key: each[key] for key in _SHARED}, sort_keys=True)
        place = reached.setdefault(shared, len(reached))
        folded[name] = {**{key: value for key, value in each.items() if key not in _SHARED}, "reached": place}
    return {"reached": [json.loads(each) for each in reached], "tests": folded}


def _unfolded(written: Mapping[str, Any]) -> dict[str, Any]:
    """Give the tests of a file; none where it is damaged."""
    try:
        reached, tests = written["reached"], written["tests"]
        found = {name: {**each, **reached[each["reached"]]} for name, each in tests.items()}
    except (LookupError, TypeError, AttributeError):
        return {}
    return {name: each for name, each in found.items() if _remembered(each) is not None}


def _remembered(value: object) -> Remembered | None:
    match value:
        case {
            "digest": str() as digest,
            "asked": str() as asked,
            "valid_for": str() as valid_for,
            "conftests": list() | tuple() as conftests,
            "files": dict() as files,
            "folders": dict() as folders,
            "modules": dict() as modules,
            "definitions": dict() as definitions,
        }:
            return Remembered(
                digest=digest,
                asked=asked,
                valid_for=valid_for,
                conftests=tuple(conftests),
                files=files,
                folders=folders,
                modules=modules,
                definitions=definitions,
            )
    return None
