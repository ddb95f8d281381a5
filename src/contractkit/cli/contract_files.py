"""Contract files on disk, as verbs are given them: files, directories, or the settings' own directory."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from contractkit.definitions.wire_forms import decode_message
from contractkit.document import LoadedContract, read_contract
from contractkit.errors import UsageError


def find_contract_files(places: Sequence[Path]) -> tuple[Path, ...]:
    """Give the files that places name: a file itself, of a directory every `.json` in it, each once.

    Raises:
        UsageError: A place is not there.
    """
    return tuple(dict.fromkeys(file for place in places for file in _files(place)))


def read_contract_file(file: Path) -> LoadedContract:
    """Give the contract in a file.

    Raises:
        UsageError: The file cannot be read.
        ContractFileError: It is not a contract; every problem is listed.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(
            "A contract file cannot be read.", details=[("file", str(file)), ("reason", error.strerror or str(error))]
        ) from None
    return read_contract(data, origin=str(file), decode=decode_message)


def _files(place: Path) -> Iterator[Path]:
    if place.is_dir():
        yield from sorted(file for file in place.glob("*.json") if file.is_file())
    elif place.exists():
        yield place
    else:
        raise UsageError(
            "There are no contracts at that place.",
            details=[("path", str(place))],
            next_step="Run the consumer's tests first: they write the contracts.",
        )
