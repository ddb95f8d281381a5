"""Contract files: what a run recorded, merged into the files of a directory, each written whole or not at all."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from contractkit.document import contract_file_name, dump_contract, interaction_content_id, load_contract
from contractkit.errors import ContractFileError
from contractkit.explain.expected_members import count_expected_members
from contractkit.model import Contract, InferredNeeds, Interaction, TestReference
from contractkit.recording.merging import RunFacts, merge_contracts


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """An interaction that no test which passed in a run stands for, and the first of the tests that recorded it."""

    key: str
    description: str
    test: TestReference


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUpdate:
    """What a run did to one contract file.

    `between` names consumer and provider; `before` and `after` hold the keys of the file's interactions, `confirmed`
    those that tests which passed stand for; `altered` are the keys whose content is no longer what it was. The file is
    removed where nothing is left to write. `outdated` are the keys of interactions that no test which passed stands
    for, where the provider's definition is not the one that the file was recorded against before. `members` says
    how many members of served bodies are expected, and how many there were. `unconfirmed` are the interactions of
    tests that no test which passed stands for. `owners` are the node ids of the tests that stand for each key now,
    `former_owners` those that stood for it before, `witnesses` those that stand for it and passed.
    `needs` counts what was proved of the answers: locations that are needed, and that are tolerated or never read.
    """

    path: Path
    between: tuple[str, str]
    before: frozenset[str]
    after: frozenset[str]
    altered: frozenset[str]
    confirmed: frozenset[str]
    is_written: bool
    is_removed: bool
    members: tuple[int, int] = (0, 0)
    outdated: frozenset[str] = frozenset()
    unconfirmed: tuple[Unconfirmed, ...] = ()
    owners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    former_owners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    witnesses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    needs: tuple[int, int] = (0, 0)

    @property
    def new(self) -> int:
        """Give the number of interactions under keys that were not there before."""
        return len(self.after - self.before)

    @property
    def changed(self) -> int:
        """Give the number of interactions whose content is not what it was under their key."""
        return len(self.altered)

    @property
    def removed(self) -> int:
        """Give the number of interactions that are gone."""
        return len(self.before - self.after)

    @property
    def kept(self) -> int:
        """Give the number of interactions that are as they were."""
        return len(self.after) - self.new - self.changed


def update_contract_file(
    directory: Path, recorded: Contract, facts: RunFacts, *, path: Path | None = None
) -> FileUpdate:
    """Merge what was recorded with one provider into its file.

    The file is replaced in one step, and only if its bytes change; a contract that holds nothing has no file.

    Args:
        directory: Where contract files are; made where it is missing.
        recorded: What the tests that passed recorded, joined; it may hold nothing.
        facts: Which tests passed, and which are there.
        path: The file, where it is not the one that consumer and provider name.

    Raises:
        ContractFileError: The file that is there is no contract, or it cannot be written. It is left as it was.
    """
    path = path or directory / contract_file_name(recorded.consumer, recorded.provider)
    data = _read(path)
    before = None if data is None else load_contract(data, origin=str(path))
    merged = merge_contracts(before, recorded, facts)
    after = merged if merged.interactions or _holds_more(merged) else None
    new_data = dump_contract(after) if after is not None else None
    if new_data != data:
        replace_contract_file(path, new_data)
    return FileUpdate(
        path=path,
        between=(recorded.consumer, recorded.provider),
        before=frozenset(_by_key(before)),
        after=frozenset(_by_key(after)),
        altered=_altered(before, after) if new_data != data else frozenset(),
        confirmed=_confirmed(after, facts),
        is_written=new_data != data,
        is_removed=new_data is None and data is not None,
        members=count_expected_members(after.interactions) if after is not None else (0, 0),
        outdated=_outdated(before, after, facts),
        unconfirmed=_unconfirmed(after, facts),
        owners=_owners(after),
        former_owners=_owners(before),
        witnesses={key: now for key, tests in _owners(after).items() if (now := tests & facts.passed)},
        needs=_counted_needs(after),
    )


def recorded_contracts(directory: Path) -> tuple[Contract, ...]:
    """Give the contracts of a directory in the order of their files' names, passing over files that are none."""
    found = []
    for path in sorted(directory.glob("*.json")):
        try:
            found.append(load_contract(_read(path) or b"", origin=str(path)))
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


def replace_contract_file(path: Path, data: bytes | None) -> None:
    """Write the bytes of a contract file in one step, or remove it where there are none.

    Raises:
        ContractFileError: It cannot be written. It is left as it was.
    """
    try:
        if data is None:
            path.unlink(missing_ok=True)
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


def _counted_needs(contract: Contract | None) -> tuple[int, int]:
    found = [each.needs for each in (contract.interactions if contract is not None else ())]
    inferred = [each for each in found if isinstance(each, InferredNeeds)]
    return sum(len(each.needed) for each in inferred), sum(len({*each.tolerated, *each.untouched}) for each in inferred)


def _owners(contract: Contract | None) -> Mapping[str, frozenset[str]]:
    found = contract.interactions if contract is not None else ()
    return {each.key: frozenset(one.test.node_id for one in each.evidence) for each in found}


def _by_key(contract: Contract | None) -> dict[str, Interaction]:
    return {each.key: each for each in contract.interactions} if contract is not None else {}


def _altered(before: Contract | None, after: Contract | None) -> frozenset[str]:
    """Give the keys of both under which the content differs; evidence and comments are no content."""
    if before is None or after is None:
        return frozenset()
    old, new = _by_key(before), _by_key(after)
    return frozenset(
        key
        for key in old.keys() & new.keys()
        if interaction_content_id(before, old[key]) != interaction_content_id(after, new[key])
    )


def _outdated(before: Contract | None, after: Contract | None, facts: RunFacts) -> frozenset[str]:
    """Give the keys of interactions that were recorded against another definition than the one that is named now."""
    if before is None or after is None or before.definition is None or after.definition is None:
        return frozenset()
    if before.definition.digest == after.definition.digest:
        return frozenset()
    ours = {key for key, each in _by_key(after).items() if each.evidence}
    return frozenset(ours & _by_key(before).keys()) - _confirmed(after, facts)


def _unconfirmed(contract: Contract | None, facts: RunFacts) -> tuple[Unconfirmed, ...]:
    confirmed = _confirmed(contract, facts)
    return tuple(
        Unconfirmed(key=each.key, description=each.description, test=each.evidence[0].test)
        for each in (contract.interactions if contract is not None else ())
        if each.evidence and each.key not in confirmed
    )


def _confirmed(contract: Contract | None, facts: RunFacts) -> frozenset[str]:
    return frozenset(
        key
        for key, interaction in _by_key(contract).items()
        if any(each.test.node_id in facts.passed for each in interaction.evidence)
    )
