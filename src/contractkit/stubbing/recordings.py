"""Recordings of blocks: each lays what it recorded into a file, those of one process beside each other."""

import os
from pathlib import Path

from contractkit.model import Contract
from contractkit.recording.joining import join_contracts
from contractkit.stubbing.recorded_files import lay_into

_begun: dict[tuple[int, Path], dict[str, Contract]] = {}
"""Process and file to what each owner recorded in this process: a second block of an owner adds to the first."""


def record(path: Path, recorded: Contract, *, name: str, root: Path) -> None:
    """Lay into a file what one block recorded.

    The first of an owner in a process replaces what the owner left there in an earlier process.

    Raises:
        ContractFileError: The file is no contract, or cannot be written.
        InteractionClashError: Another block of this process expects another answer to one request in one state.
    """
    owners = _begun.setdefault((os.getpid(), path.resolve()), {})
    join_contracts([*owners.values(), recorded])
    own = join_contracts([owners[name], recorded]) if name in owners else recorded
    lay_into(path, own, name=name, is_whole=True, root=root)
    owners[name] = own
