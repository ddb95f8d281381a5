"""Contract files on disk, as verbs are given them: files, directories, or the settings' own directory."""

import difflib
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contractkit.definitions.wire_forms import decode_message
from contractkit.document import KnownParts, LoadedContract, RuleFault, load_contract, read_contract
from contractkit.errors import ContractFileError, NothingToCheckError
from contractkit.model import Contract, LocatedGenerator, Rule

STANDARD_INPUT = Path("-")

_PIPE = "pipe:["  # what the kernel calls one that has no name
_NEAR = 0.8  # likeness of names that may be misspellings of each other
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


def nothing_in(places: Sequence[Path]) -> NothingToCheckError:
    """Give the error of directories that hold no contract."""
    named = ("this directory" if place == Path() else str(place) for place in places)
    return NothingToCheckError(f"There is no contract in {', '.join(named)}.", next_step=_RECORD_FIRST)


def read_contract_file(file: Path) -> ContractFile:
    """Give the contract in a file.

    Raises:
        ContractFileError: It cannot be read, or is not a contract; every problem is listed.
    """
    try:
        data = read_input(file)
    except FileNotFoundError:
        raise _missing(file) from None
    origin = origin_of(file)
    loaded = read_contract(
        data,
        origin=origin,
        decode=decode_message,
        rule_check=_find_rule_faults,
        generator_check=_find_generator_faults,
    )
    return ContractFile(path=file, data=data, loaded=loaded)


def load_contract_file(file: Path, known: KnownParts | None = None) -> Contract:
    """Give the contract in a file, without what would be warned of; errors as `read_contract_file` says.

    `known` holds what other files had too, and takes what this one has.
    """
    try:
        data = read_input(file)
    except FileNotFoundError:
        raise _missing(file) from None
    return load_contract(
        data,
        origin=origin_of(file),
        decode=decode_message,
        rule_check=_find_rule_faults,
        generator_check=_find_generator_faults,
        known=known,
    )


def read_input(file: Path) -> bytes:
    """Give the bytes of a file, of standard input for `-`.

    A pipe is read where the shell made it for this command (`<(…)`, `/dev/stdin`). One that has a name of its own, and
    a device, may never end: they are refused.

    Raises:
        FileNotFoundError: It is not there.
        ContractFileError: It cannot be read; the message says why.
    """
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    try:
        if file.exists() and not file.is_file() and not _is_handed_over(file):
            raise _no_file(file)
        return file.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unreadable(file, error) from None


def origin_of(file: Path) -> str:
    """Give how messages call what is read."""
    return "standard input" if file == STANDARD_INPUT else str(file)


def _is_handed_over(file: Path) -> bool:
    """Say whether a place is a pipe that somebody opened for this process, so that it has an end."""
    return file.is_fifo() and (file.is_relative_to("/dev") or _PIPE in os.path.realpath(file))


def _no_file(file: Path) -> ContractFileError:
    kinds = ((Path.is_dir, "a directory"), (Path.is_fifo, "a named pipe"), (Path.is_socket, "a socket"))
    kind = next((words for is_it, words in kinds if is_it(file)), "a device")
    through = f"To read what comes through it: contractkit … - < {shlex.quote(str(file))}"
    return ContractFileError(
        f"{file} is {kind}, and not a file.",
        details=[("expected", "a file, - for standard input, or a pipe of the shell's own: <(command)")],
        next_step=through if file.is_fifo() else "Name a file.",
    )


def _find_rule_faults(rule: Rule) -> tuple[RuleFault, ...]:
    from contractkit.cli.rule_faults import find_rule_faults  # loads the comparer: only for files that have rules

    return find_rule_faults(rule)


def _find_generator_faults(generator: LocatedGenerator) -> tuple[RuleFault, ...]:
    from contractkit.cli.rule_faults import find_generator_faults  # the same for generators

    return find_generator_faults(generator)


def _files(place: Path) -> list[Path]:
    if place == STANDARD_INPUT:
        return [place]
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
    if place.is_symlink():
        return _leading_nowhere(place)
    return ContractFileError(
        "There are no contracts at that place.",
        details=[("path", str(place))],
        next_step=_names_beside(place) or _RECORD_FIRST,
    )


def _leading_nowhere(place: Path) -> ContractFileError:
    return ContractFileError(
        "There are no contracts at that place: it is a link that leads nowhere.",
        details=[("path", str(place)), ("leads to", str(place.readlink()))],
        next_step="Mend the link, or name the file itself.",
    )


def _names_beside(place: Path) -> str:
    """Give the names of contracts that may have been meant, and all of them where there are few."""
    try:
        beside = [each.name for each in place.parent.glob("*.json") if each.is_file()]
    except OSError:
        return ""
    near = difflib.get_close_matches(place.name, beside, n=3, cutoff=_NEAR)
    return f"Did you mean {' or '.join(near)}?" if near else ""


def _unreadable(place: Path, error: OSError) -> ContractFileError:
    if place.is_symlink() and not place.exists():
        return _leading_nowhere(place)
    is_forbidden = isinstance(error, PermissionError)
    return ContractFileError(
        f"{place} cannot be read.",
        details=[("reason", error.strerror or str(error))],
        next_step="Give yourself the right to read it, or name another." if is_forbidden else "Name another.",
    )
