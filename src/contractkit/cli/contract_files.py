"""Contract files on disk, as verbs are given them: files, directories, or the settings' own directory."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contractkit.definitions.wire_forms import decode_message
from contractkit.document import LoadedContract, RuleFault, read_contract
from contractkit.errors import ContractFileError, suggestion
from contractkit.model import Contract, Rule

_RECORD_FIRST = "Run the consumer's tests first: they write the contracts."


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFile:
    """A contract file that was read: where it is, its exact bytes, and what they say."""

    path: Path
    data: bytes
    loaded: LoadedContract

    @property
    def contract(self) -> Contract:
        """Give the contract in it."""
        return self.loaded.contract


def find_contract_files(places: Sequence[Path]) -> tuple[Path, ...]:
    """Give the files that places name: a file itself, of a directory every `.json` in it, each once.

    Raises:
        ContractFileError: A place is not there, or cannot be looked into; names beside it are suggested.
    """
    return tuple(dict.fromkeys(file for place in places for file in _files(place)))


def read_contract_file(file: Path) -> ContractFile:
    """Give the contract in a file.

    Raises:
        ContractFileError: It cannot be read, or is not a contract; every problem is listed.
    """
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise _missing(file) from None
    except OSError as error:
        raise _unreadable(file, error) from None
    loaded = read_contract(data, origin=str(file), decode=decode_message, rule_check=_find_rule_fault)
    return ContractFile(path=file, data=data, loaded=loaded)


def _find_rule_fault(rule: Rule) -> RuleFault | None:
    from contractkit.cli.rule_faults import find_rule_fault  # loads the comparer: only for files that have rules

    return find_rule_fault(rule)


def _files(place: Path) -> list[Path]:
    try:
        if place.is_dir():
            next(place.iterdir(), None)  # glob says nothing of a directory that cannot be read
            return sorted(file for file in place.glob("*.json") if file.is_file())
        if place.exists():
            return [place]
    except OSError as error:
        raise _unreadable(place, error) from None
    raise _missing(place)


def _missing(place: Path) -> ContractFileError:
    beside = [each.name for each in place.parent.glob("*.json")] if place.parent.is_dir() else []
    return ContractFileError(
        "There are no contracts at that place.",
        details=[("path", str(place))],
        next_step=suggestion(place.name, beside) or _RECORD_FIRST,
    )


def _unreadable(place: Path, error: OSError) -> ContractFileError:
    return ContractFileError(f"{place} cannot be read.", details=[("reason", error.strerror or str(error))])
