"""Local state: the directory `.contractkit`, which git ignores, and in it which interactions the last run confirmed."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from contractkit.exact_json import Json, JsonSyntaxError, dump_canonical, read_json
from contractkit.recording.contract_files import write_whole

DIRECTORY = ".contractkit"

_SCHEMA_VERSION = 1
_FILE = "confirmed.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmations:
    """Which interactions were confirmed by tests that passed, and at which revision.

    Attributes:
        revision: The git HEAD at that time, or None where there was none.
        keys: The name of a contract file to the keys of its confirmed interactions.
        days: The name of a contract file to the key of each interaction that it held when it was written last, with the
            day on which a test last confirmed it here, at whatever revision.
        tests: The name of a contract file to the confirmed keys, with the node ids of the tests that confirmed each.
        dropped: The name of a contract file to the keys, with the node ids of tests that recorded each earlier, and at
            this revision no longer did. What joins parts of a run needs it: another part still holds what it was.
    """

    revision: str | None = None
    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    days: Mapping[str, Mapping[str, date]] = field(default_factory=dict)
    tests: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    dropped: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)

    def of(self, file_name: str) -> frozenset[str]:
        """Give the confirmed keys of a contract file; none where it was not part of a run."""
        return self.keys.get(file_name, frozenset())

    def joined_with(self, later: "Confirmations") -> "Confirmations":
        """Give both together where they speak of one revision, else the later ones; of days the later for each file."""
        days = {**self.days, **later.days}
        if later.revision is None or later.revision != self.revision:
            return replace(later, days=days)
        names = self.keys.keys() | later.keys.keys()
        left = {name: self._tests_left(name, later) for name in names}
        let_go = {name: frozenset(later.dropped.get(name, {})) - left[name].keys() for name in names}
        keys = {name: (self.of(name) - let_go[name]) | later.of(name) for name in names}
        tests = {name: _united(left[name], later.tests.get(name, {})) for name in names}
        dropped = {**self.dropped, **later.dropped}
        return Confirmations(revision=later.revision, keys=keys, days=days, tests=tests, dropped=dropped)

    def _tests_left(self, name: str, later: "Confirmations") -> Mapping[str, frozenset[str]]:
        """Give by key the tests that confirmed it, without those that no longer recorded it later."""
        dropped = later.dropped.get(name, {})
        left = {key: tests - dropped.get(key, frozenset()) for key, tests in self.tests.get(name, {}).items()}
        return {key: tests for key, tests in left.items() if tests}


def state_directory(root: Path) -> Path:
    """Give the local state directory of a project, made if need be, with a `.gitignore` that ignores all of it."""
    directory = root / DIRECTORY
    ignore = directory / ".gitignore"
    if not ignore.exists():
        directory.mkdir(parents=True, exist_ok=True)
        ignore.write_text("*\n")
    return directory


def read_confirmations(root: Path) -> Confirmations:
    """Give what the last runs confirmed; nothing where no run wrote it, or the file cannot be read."""
    try:
        written = read_json((root / DIRECTORY / _FILE).read_bytes())
    except (OSError, JsonSyntaxError):
        return Confirmations()
    return _parsed(written)


def write_confirmations(root: Path, confirmations: Confirmations) -> None:
    """Keep what a run confirmed, added to what earlier runs confirmed at the same revision."""
    whole = read_confirmations(root).joined_with(confirmations)
    write_whole(state_directory(root) / _FILE, dump_canonical(_written(whole)))


def current_revision(root: Path) -> str | None:
    """Give the git HEAD of a directory, or None where there is no repository or no git."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.strip() or None if found.returncode == 0 else None


def _written(confirmations: Confirmations) -> Json:
    return {
        "schema_version": _SCHEMA_VERSION,
        "revision": confirmations.revision,
        "contracts": {name: sorted(keys) for name, keys in confirmations.keys.items()},
        "days": {
            name: {key: day.isoformat() for key, day in each.items()} for name, each in confirmations.days.items()
        },
        "tests": _written_tests(confirmations.tests),
        "dropped": _written_tests(confirmations.dropped),
    }


def _written_tests(by_file: Mapping[str, Mapping[str, frozenset[str]]]) -> Json:
    return {name: {key: sorted(tests) for key, tests in each.items()} for name, each in by_file.items() if each}


def _united(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    nobody = frozenset[str]()
    return {key: one.get(key, nobody) | other.get(key, nobody) for key in one.keys() | other.keys()}


def _parsed(written: Json) -> Confirmations:
    match written:
        case {"schema_version": 1, "revision": str() | None as revision, "contracts": dict() as contracts}:
            keys = {str(name): frozenset(map(str, each)) for name, each in contracts.items() if isinstance(each, list)}
            return Confirmations(
                revision=revision,
                keys=keys,
                days=_days(written.get("days")),
                tests=_tests(written.get("tests")),
                dropped=_tests(written.get("dropped")),
            )
        case _:
            return Confirmations()


def _tests(written: Json) -> Mapping[str, Mapping[str, frozenset[str]]]:
    if not isinstance(written, dict):
        return {}
    try:
        return {name: {key: frozenset(tests) for key, tests in each.items()} for name, each in written.items()}
    except (AttributeError, TypeError):
        return {}


def _days(written: Json) -> Mapping[str, Mapping[str, date]]:
    """Give the days of each file; none where the file was written by hand, or by a version that kept none."""
    if not isinstance(written, dict):
        return {}
    try:
        return {name: {key: date.fromisoformat(day) for key, day in each.items()} for name, each in written.items()}
    except (AttributeError, TypeError, ValueError):
        return {}
