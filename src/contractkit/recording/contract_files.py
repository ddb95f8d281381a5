"""Contract files: what a run recorded, merged into the files of a directory, each written whole or not at all."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contractkit.document import contract_file_name, dump_contract, interaction_content_id, load_contract
from contractkit.errors import ContractFileError
from contractkit.model import Contract
from contractkit.recording.merging import RunFacts, merge_contracts

_CONFLICT = (b"<<<<<<< ", b"=======", b">>>>>>> ")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUpdate:
    """What a run did to one contract file.

    `between` names consumer and provider; `after` is None where no file is left; `contents_before` and `contents_after`
    give the digest of each interaction's content by key.
    """

    path: Path
    between: tuple[str, str]
    after: Contract | None
    contents_before: Mapping[str, str]
    contents_after: Mapping[str, str]
    is_written: bool

    @property
    def new(self) -> int:
        """Give the number of interactions under keys that were not there before."""
        return len(self.contents_after.keys() - self.contents_before.keys())

    @property
    def changed(self) -> int:
        """Give the number of interactions whose content is not what it was under their key."""
        shared = self.contents_before.keys() & self.contents_after.keys()
        return sum(self.contents_before[key] != self.contents_after[key] for key in shared)

    @property
    def removed(self) -> int:
        """Give the number of interactions that are gone."""
        return len(self.contents_before.keys() - self.contents_after.keys())

    @property
    def kept(self) -> int:
        """Give the number of interactions that are as they were."""
        return len(self.contents_after) - self.new - self.changed


def update_contract_file(directory: Path, recorded: Contract, facts: RunFacts) -> FileUpdate:
    """Merge what was recorded with one provider into its file.

    The file is replaced in one step, and only if its bytes change; a contract that holds nothing has no file.

    Args:
        directory: Where contract files are; made where it is missing.
        recorded: What the tests that passed recorded, joined; it may hold nothing.
        facts: Which tests passed, and which are there.

    Raises:
        ContractFileError: The file that is there is no contract, or it cannot be written. It is left as it was.
    """
    path = directory / contract_file_name(recorded.consumer, recorded.provider)
    data = _read(path)
    before = None if data is None else _loaded(data, path)
    merged = merge_contracts(before, recorded, facts)
    after = merged if merged.interactions or _holds_more(merged) else None
    new_data = dump_contract(after) if after is not None else None
    if new_data != data:
        _replace(path, new_data)
    return FileUpdate(
        path=path,
        between=(recorded.consumer, recorded.provider),
        after=after,
        contents_before=_contents(before),
        contents_after=_contents(after),
        is_written=new_data != data,
    )


def recorded_contracts(directory: Path) -> tuple[Contract, ...]:
    """Give the contracts of a directory in the order of their files' names, passing over files that are none."""
    found = []
    for path in sorted(directory.glob("*.json")):
        try:
            found.append(_loaded(_read(path) or b"", path))
        except ContractFileError:
            continue
    return tuple(found)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that readers see either the old bytes or the new ones, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, "read", error) from None


def _loaded(data: bytes, path: Path) -> Contract:
    for number, line in enumerate(data.splitlines(), start=1):
        if line.startswith(_CONFLICT):
            raise ContractFileError(
                "A contract file holds the conflict markers of a merge.",
                details=[("file", str(path)), ("line", str(number))],
                next_step="Take either side (git checkout --ours), then run the tests again: they write it anew.",
            )
    return load_contract(data, origin=str(path))


def _replace(path: Path, data: bytes | None) -> None:
    try:
        if data is None:
            path.unlink()
        else:
            write_whole(path, data)
    except OSError as error:
        raise _unusable(path, "written", error) from None


def _unusable(path: Path, verb: str, error: OSError) -> ContractFileError:
    return ContractFileError(
        f"The contract file cannot be {verb}.",
        details=[("file", str(path)), ("reason", error.strerror or str(error))],
        next_step="Mend that, then run the tests again; the file is as it was.",
    )


def _holds_more(contract: Contract) -> bool:
    """Say whether a contract holds what other tools wrote, though no interaction of ours."""
    return bool(contract.plugins or contract.kept)


def _contents(contract: Contract | None) -> dict[str, str]:
    if contract is None:
        return {}
    return {each.key: interaction_content_id(contract, each) for each in contract.interactions}
