"""The last run: which interactions did not pass when they were last verified here, for `--failed`."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from contractkit.exact_json import JsonSyntaxError, dump_canonical, read_json
from contractkit.recording.contract_files import write_whole
from contractkit.recording.local_state import DIRECTORY, state_directory
from contractkit.results import ContractResult, Outcome

_FILE = "verified.json"
_SCHEMA_VERSION = 1


def read_not_passed(root: Path, provider: str) -> Mapping[str, frozenset[str]] | None:
    """Give each consumer's keys of interactions that did not pass; None where no run with the provider is known."""
    known = _read(root).get(provider)
    return None if known is None else {consumer: frozenset(keys) for consumer, keys in known.items()}


def keep_not_passed(root: Path, provider: str, results: Sequence[ContractResult]) -> None:
    """Keep what a run found: what it replayed and passed is no longer kept, what it left out stays as it was.

    Where nothing can be written here, nothing is kept: a verification in a read-only place is one all the same.
    """
    known = _read(root)
    of_provider = {consumer: set(keys) for consumer, keys in known.get(provider, {}).items()}
    for each in results:
        keys = of_provider.setdefault(each.contract.consumer, set())
        for result in each.results:
            change = keys.discard if result.outcome is Outcome.PASSED else keys.add
            change(result.interaction.key)
    written = {consumer: sorted(keys) for consumer, keys in of_provider.items()}
    document = {"schema_version": _SCHEMA_VERSION, "providers": {**known, provider: written}}
    with contextlib.suppress(OSError):
        write_whole(state_directory(root) / _FILE, dump_canonical(document))


def _read(root: Path) -> dict[str, dict[str, list[str]]]:
    """Give what the file says by provider and consumer; nothing where it is not there or was not written by us."""
    try:
        found = read_json((root / DIRECTORY / _FILE).read_bytes())
    except (OSError, JsonSyntaxError):
        return {}
    providers = found.get("providers") if isinstance(found, dict) else None
    if not isinstance(providers, dict) or found.get("schema_version") != _SCHEMA_VERSION:
        return {}
    return {name: known for name, known in providers.items() if _is_ours(known)}


def _is_ours(known: object) -> bool:
    return isinstance(known, dict) and all(
        isinstance(keys, list) and all(isinstance(key, str) for key in keys) for keys in known.values()
    )
