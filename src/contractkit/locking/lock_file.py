"""The lock file: which content of each definition from elsewhere this project tests against, and the copies of it.

`contractkit.lock` and the directory `contractkit.locked` stand beside `pyproject.toml` and are committed. The lock is
what a review sees change; the copies are what runs read, so that they need no network and never meet another version.
"""

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import quote

from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, JsonSyntaxError, dump_canonical, read_json

FILE: Final = "contractkit.lock"
DIRECTORY: Final = "contractkit.locked"

_VERSION: Final = 1
_MEMBERS: Final = ("source", "digest", "copy")
_AS_IT_IS: Final = "* -text\n"  # git must not change line endings: the digest is one of bytes

_KEYS: Final = ("definition", "proto", "states")

Slot: TypeAlias = tuple[str, str]
"""A provider's name, and which of its settings names what is locked: `definition`, `proto` or `states`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One definition that is locked.

    Attributes:
        source: Where it comes from, as the settings say it, without credentials.
        digest: `sha256:` and the digest of the copy's bytes.
        copy: The copy's file name in `contractkit.locked`.
    """

    source: str
    digest: str
    copy: str


def digest_of(data: bytes) -> str:
    """Give `sha256:` and the digest of some bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def copy_name(slot: Slot, ending: str) -> str:
    """Give the name of a definition's copy, which stays when its content changes, so that git shows what did."""
    provider, key = slot
    mark = "" if key == "definition" else f"@{key}"  # no quoted name holds an @
    return f"{quote(provider, safe=' ')}{mark}{ending}"


def read_lock(root: Path) -> dict[Slot, Entry]:
    """Give what is locked, nothing where there is no file.

    Raises:
        DefinitionError: The file cannot be read, or is not of the form.
    """
    try:
        written = read_json((root / FILE).read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _unusable(error.strerror or str(error)) from None
    except JsonSyntaxError as error:
        raise _unusable(f"it is not JSON: line {error.line}, column {error.column}: {error.problem}") from None
    return dict(_entries(written))


def write_lock(root: Path, entries: dict[Slot, Entry], copies: dict[str, bytes]) -> None:
    """Write copies, then the lock, then remove the copies that it no longer names.

    Raises:
        DefinitionError: A file cannot be written.
    """
    from contractkit.recording.contract_files import write_whole

    folder = root / DIRECTORY
    try:
        if entries:
            write_whole(folder / ".gitattributes", _AS_IT_IS.encode())
        for name, data in copies.items():
            write_whole(folder / name, data)
        write_whole(root / FILE, dump_canonical(_written(entries)))
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.name not in {".gitattributes", *(each.copy for each in entries.values())}:
                path.unlink()
    except OSError as error:
        raise DefinitionError(
            f"{FILE} cannot be written, so no definition can be locked.",
            details=[("directory", str(root)), ("reason", error.strerror or str(error))],
            next_step=f"Run it where that can be written, and commit {FILE} and {DIRECTORY}.",
        ) from None


def read_copy(root: Path, entry: Entry) -> bytes | None:
    """Give the bytes of a copy, whatever they are; None where there is none."""
    try:
        return (root / DIRECTORY / entry.copy).read_bytes()
    except OSError:
        return None


_writing = threading.RLock()
_held: set[Path] = set()


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """Keep other threads, and other processes where the system can, from locking in a project meanwhile."""
    with _writing, contextlib.ExitStack() as held:
        if root not in _held:  # else the same thread holds it, and asking again would wait for itself
            _held.add(root)
            held.callback(_held.discard, root)
            with contextlib.suppress(ImportError, OSError):
                import fcntl

                handle = os.open(root, os.O_RDONLY)
                held.callback(os.close, handle)
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _written(entries: dict[Slot, Entry]) -> Json:
    providers: dict[str, Json] = {}
    for (provider, key), entry in sorted(entries.items()):
        mine = providers.setdefault(provider, {})
        assert isinstance(mine, dict)
        mine[key] = {name: getattr(entry, name) for name in _MEMBERS}
    return {"schema_version": _VERSION, "providers": providers}


def _entries(written: Json) -> Iterable[tuple[Slot, Entry]]:
    version = written.get("schema_version") if isinstance(written, dict) else None
    if not isinstance(written, dict) or version != _VERSION:
        raise _unusable(f"expected schema_version {_VERSION}, received {version!r}")
    for provider, keys in _object(written.get("providers"), "providers").items():
        for key, members in _object(keys, f"providers.{provider}").items():
            place = f"providers.{provider}.{key}"
            found = _object(members, place)
            if key not in _KEYS or not all(isinstance(found.get(name), str) for name in _MEMBERS):
                raise _unusable(f"{place}: expected texts {', '.join(_MEMBERS)} of a definition or a proto")
            entry = Entry(**{name: str(found[name]) for name in _MEMBERS})
            if Path(entry.copy).name != entry.copy:
                raise _unusable(f"{place}.copy: expected the name of a file in {DIRECTORY}, received {entry.copy!r}")
            yield (provider, key), entry


def _object(value: Json, place: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise _unusable(f"{place}: expected an object, received {type(value).__name__}")
    return value


def _unusable(reason: str) -> DefinitionError:
    return DefinitionError(
        f"{FILE} cannot be used.",
        details=[("reason", reason)],
        next_step=f"Take it from git (git checkout -- {FILE}), or remove it and lock anew: "
        "contractkit definitions refresh",
    )
