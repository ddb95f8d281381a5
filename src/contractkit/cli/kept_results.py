"""Kept results: what a broker that was lost has not been told, in files of the project's local state."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contractkit.broker_client import Build
from contractkit.errors import UsageError
from contractkit.exact_json import Json, JsonSyntaxError, dump_canonical, read_json
from contractkit.recording.contract_files import write_whole
from contractkit.recording.local_state import DIRECTORY, state_directory

_FOLDER = "unpublished"
_SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDefinition:
    """A definition to publish with a version: its bytes as they are, and their content type."""

    data: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptResult:
    """The result of one contract: whose, where it is published, and the document that says it."""

    consumer: str
    url: str
    document: Mapping[str, Json]

    @property
    def passed(self) -> bool:
        """Say whether the contract as a whole was kept."""
        return self.document.get("success") is True


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """What one verification has to tell: for which build, its definition, and a result per contract."""

    build: Build
    definition: KeptDefinition | None
    results: tuple[KeptResult, ...]

    def without_definition(self) -> "KeptRun":
        """Give what is left once the definition is told."""
        return replace(self, definition=None)

    def without(self, result: KeptResult) -> "KeptRun":
        """Give what is left once a result is told."""
        return replace(self, results=tuple(each for each in self.results if each is not result))


def keep_run(root: Path, broker: str, run: KeptRun) -> Path:
    """Keep a run for the broker at a URL, and give the file; the same run is kept once.

    Args:
        root: The project's root.
        broker: The broker's URL, without credentials.
        run: What it has not been told.
    """
    data = dump_canonical(_document(broker, run))
    folder = state_directory(root) / _FOLDER
    folder.mkdir(exist_ok=True)
    file = folder / f"{hashlib.sha256(data).hexdigest()[:16]}.json"
    write_whole(file, data)
    return file


def kept_files(root: Path) -> tuple[Path, ...]:
    """Give the files of runs that are kept, those kept first coming first."""
    files = (root / DIRECTORY / _FOLDER).glob("*.json")
    return tuple(sorted(files, key=lambda file: (file.stat().st_mtime_ns, file.name)))


def read_kept(file: Path) -> tuple[str, KeptRun]:
    """Give the URL of the broker that a run was kept for, and the run.

    Raises:
        UsageError: The file cannot be read, or is not one that was written here.
    """
    try:
        found = read_json(file.read_bytes())
        if found["schema_version"] != _SCHEMA_VERSION:
            raise _unusable(file, f"its form is of version {found['schema_version']}, which this release does not know")
        return found["broker"], _run(found)
    except OSError as error:
        raise _unusable(file, error.strerror or str(error)) from None
    except (JsonSyntaxError, KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise _unusable(file, f"it is not one that was written here ({type(error).__name__})") from None


def _document(broker: str, run: KeptRun) -> Json:
    build, definition = run.build, run.definition
    return {
        "schema_version": _SCHEMA_VERSION,
        "broker": broker,
        "build": {
            "application": build.application,
            "version": build.version,
            "branch": build.branch,
            "url": build.url,
        },
        "definition": None
        if definition is None
        else {"data": base64.b64encode(definition.data).decode(), "content_type": definition.content_type},
        "results": [
            {"consumer": each.consumer, "url": each.url, "document": dict(each.document)} for each in run.results
        ],
    }


def _run(found: Mapping[str, Any]) -> KeptRun:
    definition = found["definition"]
    return KeptRun(
        build=Build(**found["build"]),
        definition=None
        if definition is None
        else KeptDefinition(
            data=base64.b64decode(definition["data"], validate=True), content_type=definition["content_type"]
        ),
        results=tuple(
            KeptResult(consumer=each["consumer"], url=each["url"], document=dict(each["document"]))
            for each in found["results"]
        ),
    )


def _unusable(file: Path, reason: str) -> UsageError:
    return UsageError(
        "A kept result cannot be read.",
        details=[("file", str(file)), ("reason", reason)],
        next_step="Remove the file, and verify again with --publish.",
    )
