"""Volatile values of a test: what stands for them, as its contract has it or as the present run found it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from contractkit.model import Contract
from contractkit.recording.contract_files import recorded_contracts
from contractkit.recording.volatile import Steady, known_places
from contractkit.settings import Settings
from pytest_contractkit.places import node_id_in_project

STEADY = pytest.StashKey[Mapping[str, tuple[Steady, ...]]]()
"""On an item: by provider, what stands for volatile values now, whatever its contract says."""

_WRITTEN = pytest.StashKey[dict[Path, tuple[Contract, ...]]]()
_HINTS = (b'"generators"', b"1000000000")
"""What stands in every contract with a volatile value: most have none, and are not read for it."""


def steady_for(item: pytest.Item, settings: Settings, provider: str) -> tuple[Steady, ...]:
    """Give what stands for volatile values in a test's requests to a provider."""
    if STEADY in item.stash:
        return item.stash[STEADY].get(provider, ())
    known = item.config.stash.setdefault(_WRITTEN, {})
    directory = settings.contracts_directory
    if directory not in known:
        known[directory] = recorded_contracts(directory) if _may_have_any(directory) else ()
    if not known[directory]:
        return ()
    node_id = node_id_in_project(item.config, item.nodeid, settings.root)
    return known_places(known[directory], provider, node_id)


def _may_have_any(directory: Path) -> bool:
    try:
        texts = [path.read_bytes() for path in directory.glob("*.json")]
    except OSError:
        return False
    return any(hint in text for text in texts for hint in _HINTS)
