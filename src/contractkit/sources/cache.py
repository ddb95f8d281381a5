"""The cache of what was parsed or compiled: a 4 MB document is read again in milliseconds instead of half a second.

Entries live in `$XDG_CACHE_HOME/contractkit/definitions` (`~/.cache` where the variable is not set), are named by the
digest of the source and by the version of the reader, and hold a digest of their own: an entry that is cut short or
altered is ignored. A directory that cannot be written costs time, never an error. It may be deleted at any moment.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from contractkit.exact_json import Json, JsonSyntaxError, read_json

_READER = "yaml12-1"  # changes whenever the same text would be read differently
_WORTH_IT = 512  # bytes; below that, parsing takes less than looking


def cache_directory() -> Path:
    """Give the directory of the entries, which need not exist."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "contractkit" / "definitions"


def read_through(text: bytes, parse: Callable[[bytes], Json]) -> Json:
    """Give what `parse` makes of a text, from the cache where it was parsed before."""
    if len(text) < _WORTH_IT:
        return parse(text)
    return remembered(_READER, text, lambda: parse(text))


def remembered(reader: str, source: bytes, make: Callable[[], Json]) -> Json:
    """Give what `make` makes of a source, from the cache where this version of the reader made it before."""
    try:
        entry = cache_directory() / f"{reader}-{hashlib.sha256(source).hexdigest()}"
    except RuntimeError:  # no home directory
        return make()
    with contextlib.suppress(OSError, JsonSyntaxError, ValueError):
        return _opened(entry.read_bytes())
    value = make()
    with contextlib.suppress(OSError, OverflowError, msgspec.EncodeError, TypeError):
        _write(entry, value)
    return value


def _opened(entry: bytes) -> Json:
    digest, _, payload = entry.partition(b"\n")
    if digest != hashlib.sha256(payload).hexdigest().encode():
        raise ValueError("the entry was cut short or altered")
    return read_json(payload)


def _write(entry: Path, value: Json) -> None:
    payload = msgspec.json.encode(value)  # keeps the order of keys, and 1.0 apart from 1
    entry.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=entry.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(payload).hexdigest().encode() + b"\n" + payload)
        Path(name).replace(entry)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
