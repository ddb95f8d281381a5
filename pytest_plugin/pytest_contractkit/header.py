"""The header: whose contracts a run records, and against which definitions, told before any test runs.

It costs a look for `pyproject.toml`: nothing of the library is imported, and no definition is read as one. The digests
are those of the bytes, as `sha256sum` gives them: of a file, or of the copy that the lock names.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_contractkit.options import CONSUMER, NO_CONTRACTS, is_on, value_of

_LOCK = "contractkit.lock"
_SHOWN = 12  # hexadecimal digits


def header_line(config: pytest.Config) -> str | None:
    """Give the line; None where no settings with providers are in sight, or they cannot be read."""
    found = _settings(config.invocation_params.dir)
    if found is None:
        return None
    root, table = found
    providers = table.get("providers")
    if not isinstance(providers, dict) or not providers:
        return None
    consumer = value_of(config, CONSUMER) or table.get("consumer") or "a consumer without a name"
    off = ", no contracts are written" if is_on(config, NO_CONTRACTS) else ""
    locked = _locked(root)
    shown = [_shown(root, name, known, locked) for name, known in sorted(providers.items())]
    return f"contractkit: {consumer} with {', '.join(shown)}{off}"


def _settings(start: Path) -> tuple[Path, Mapping[str, Any]] | None:
    """Give the nearest table from a directory upwards with where it stands; wrong ones are told by the tests."""
    import tomllib  # here, since most runs of pytest that use no contracts get no further

    for directory in (start, *start.parents):
        try:
            data = (directory / "pyproject.toml").read_bytes()
            if b"contractkit" not in data:
                continue
            table = tomllib.loads(data.decode()).get("tool", {}).get("contractkit")
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, AttributeError):
            continue
        if table is not None:
            return (directory, table) if isinstance(table, dict) else None
    return None


def _shown(root: Path, name: str, known: Any, locked: Mapping[str, str]) -> str:
    places = [known.get(key) for key in ("definition", "proto")] if isinstance(known, dict) else []
    digests = [_digest(root, place) or locked.get(place, "") for place in places if isinstance(place, str)]
    told = " ".join(digest[:_SHOWN] for digest in digests if digest)
    return f"{name} {told}".rstrip()


def _digest(root: Path, place: str) -> str:
    """Give the digest of a file's bytes; an empty text for directories and what comes from elsewhere."""
    try:
        return hashlib.sha256((root / place).read_bytes()).hexdigest()
    except (OSError, ValueError):
        return ""


def _locked(root: Path) -> Mapping[str, str]:
    """Give by source what is locked; how sources of several slots are told apart is the lock's own business."""
    try:
        written = json.loads((root / _LOCK).read_bytes())
        entries = [each for slots in written["providers"].values() for each in slots.values()]
        return {each["source"]: each["digest"].partition(":")[2] for each in entries}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
