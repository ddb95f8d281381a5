"""Recorded files: what a stub outside of pytest recorded, laid into a contract file under the name of who recorded it.

A recording owns what it recorded as a test does: a later one of the same name replaces it, and leaves all else alone.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from contractkit.document import contract_file_name, load_contract
from contractkit.errors import ContractFileError, ContractkitError, UsageError
from contractkit.model import Contract
from contractkit.recording.contract_files import FileUpdate, update_contract_file
from contractkit.recording.local_state import Confirmations, current_revision, write_confirmations
from contractkit.recording.merging import RunFacts

_writing = threading.Lock()
_confirmed: dict[Path, dict[str, frozenset[str]]] = {}
"""Project to the names of contract files and the keys in them that this process recorded."""


def file_for(place: Path, consumer: str, provider: str) -> Path:
    """Give the file that a place means: itself where it ends in `.json`, else the contract's own file in it."""
    return place if place.suffix == ".json" else place / contract_file_name(consumer, provider)


def check_file(path: Path, consumer: str, provider: str) -> None:
    """Check that what is recorded can be laid into a file, which need not be there.

    Raises:
        ContractFileError: It is no contract, cannot be read, or cannot be made.
        UsageError: It is the contract of others.
    """
    if not path.exists():
        _check_makeable(path)
        return
    try:
        found = load_contract(path.read_bytes(), origin=str(path))
    except OSError as error:
        raise ContractFileError(
            "The contract file cannot be read.",
            details=[("file", str(path)), ("reason", error.strerror or str(error))],
            next_step="Name a file that can be read and written.",
        ) from None
    check_parties(path, (found.consumer, found.provider), (consumer, provider))


def check_parties(path: Path, found: tuple[str, str], wanted: tuple[str, str]) -> None:
    """Check that a file is between the consumer and provider that are recorded.

    Raises:
        UsageError: It is the contract of others.
    """
    if found != wanted:
        raise UsageError(
            f"{path} is the contract of {' with '.join(found)}, not of {' with '.join(wanted)}.",
            next_step="Name another file, or a directory, in which each contract has a file of its own.",
        )


def _check_makeable(path: Path) -> None:
    folder = next(each for each in path.absolute().parents if each.exists())
    if folder.is_dir() and os.access(folder, os.W_OK):
        return
    raise ContractFileError(
        "The contract file cannot be written.",
        details=[("file", str(path)), ("reason", f"{folder} is no directory that can be written to")],
        next_step="Name a file that can be read and written.",
    )


def lay_into(path: Path, recorded: Contract, *, names: frozenset[str], is_whole: bool, root: Path) -> FileUpdate:
    """Lay a recording into a file, and keep that it is confirmed at this revision.

    Args:
        path: The contract file; made where it is missing.
        recorded: What was recorded, its evidence under one of `names`.
        names: Whose recordings are in it.
        is_whole: They are over, so that what earlier ones of these names recorded goes; else it stays too.
        root: The project's directory, in which the confirmation is kept.

    Raises:
        ContractFileError: The file is no contract, or cannot be written. It is left as it was.
        UsageError: It is the contract of others.
    """
    with _alone(path.parent):
        check_file(path, recorded.consumer, recorded.provider)
        facts = RunFacts(passed=names if is_whole else frozenset())
        update = update_contract_file(path.parent, recorded, facts, path=path)
        _confirm(root, path, recorded)
    return update


def _confirm(root: Path, path: Path, recorded: Contract) -> None:
    keys = _confirmed.setdefault(root, {})
    keys[path.name] = keys.get(path.name, frozenset()) | {each.key for each in recorded.interactions}
    try:
        write_confirmations(root, Confirmations(revision=current_revision(root), keys=keys))
    except OSError as error:
        raise ContractkitError(
            "What was confirmed cannot be kept.",
            details=[("directory", str(root)), ("reason", error.strerror or str(error))],
        ) from None


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Keep other threads, and other processes where the system can, from writing into a directory meanwhile."""
    with _writing, contextlib.ExitStack() as held:
        with contextlib.suppress(ImportError, OSError):
            import fcntl

            directory.mkdir(parents=True, exist_ok=True)
            handle = os.open(directory, os.O_RDONLY)
            held.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
