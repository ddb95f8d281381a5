"""`contractkit merge`: joins what the shards of one test run recorded into the contracts of the whole run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from contractkit.cli.contract_files import STANDARD_INPUT, find_contract_files, read_contract_file
from contractkit.cli.merge_words import Merged, merged_as_json, merged_as_text
from contractkit.cli.verbs import Verb
from contractkit.document import contract_file_name, dump_contract
from contractkit.errors import NothingToCheckError, UsageError
from contractkit.model import Contract
from contractkit.recording.contract_files import replace_contract_file
from contractkit.recording.local_state import DIRECTORY, Confirmations, read_confirmations, write_confirmations
from contractkit.recording.shards import Shard, confirmed_by, merge_shards
from contractkit.settings import Settings, load_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one shard left: its contracts by file name, and what its tests confirmed, where that came along."""

    name: str
    files: Mapping[str, Path]
    contracts: Mapping[str, Contract]
    confirmations: Confirmations


@click.command(cls=Verb)
@click.argument("places", nargs=-1, required=True, metavar="PATH...", type=click.Path(readable=False, path_type=Path))
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help="The directory to write to. What it holds already takes part. [default: the settings' contracts]",
)
@click.option("--parts", type=click.IntRange(min=1), help="How many PATHs there must be, so that none is forgotten.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def merge(places: tuple[Path, ...], into: Path | None, parts: int | None, form: str) -> int:
    """Join the contracts in PATHs, one for each shard of a run: its directory of contracts, its project, or a file.

    What .contractkit/confirmed.json beside them says is joined too. A conflict writes nothing.

    Exit codes: 0 merged, 1 two shards recorded different answers to one request, 2 a path is missing or no contract,
    3 there are fewer PATHs than --parts, or no contract in them.
    """
    settings = load_settings(Path.cwd())
    given = _distinct(places)
    if parts is not None and len(given) < parts:
        raise _too_few(given, parts)
    found = [_part(place, settings) for place in given]
    if not any(part.contracts or part.confirmations.dropped for part in found):
        raise NothingToCheckError(
            "No shard left a contract.",
            details=[("looked in", ", ".join(map(str, places)))],
            next_step="Let each shard keep its contracts directory, and .contractkit beside it.",
        )
    target = _Target(settings=settings, directory=into or settings.contracts_directory, revision=_revision(found))
    names = sorted({name for part in found for name in (*part.contracts, *part.confirmations.dropped)})
    merged = [each for name in names if (each := _merged(name, found, target)) is not None]
    for each in merged:
        if each.is_written:
            replace_contract_file(each.path, _bytes(each.contract))
    _confirm(merged, found, target)
    click.echo(merged_as_json(merged) if form == "json" else merged_as_text(merged), nl=form == "text")
    for part in found:
        if part.contracts and not part.confirmations.keys:
            click.echo(f"{part.name}: {_UNCONFIRMED}", err=True)
    return 0


_UNCONFIRMED = (
    "nothing says what its tests confirmed, so publish will ask for it; "
    f"keep {DIRECTORY}/confirmed.json of the shard beside its contracts (it is a hidden directory)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """Where the whole goes, and the revision that its parts were recorded at."""

    settings: Settings
    directory: Path
    revision: str | None

    @property
    def confirmations(self) -> Confirmations:
        """Give what was confirmed here already, at the revision of the parts."""
        known = read_confirmations(self.settings.root)
        return known if known.revision is not None and known.revision == self.revision else Confirmations()


def _distinct(places: Sequence[Path]) -> tuple[Path, ...]:
    """Give the places, each once; standard input has nothing beside it, and is no part."""
    if STANDARD_INPUT in places:
        raise UsageError("A part is a directory or a file, not standard input.", next_step="Name where it lies.")
    return tuple({place.resolve(): place for place in reversed(places)}.values())[::-1]


def _too_few(places: Sequence[Path], parts: int) -> NothingToCheckError:
    return NothingToCheckError(
        f"Nothing was merged: {len(places)} of {parts} parts are here.",
        details=[("parts", ", ".join(map(str, places)))],
        next_step="Run the shard that is missing again; without it, what only its tests recorded would be lost.",
    )


def _part(place: Path, settings: Settings) -> Part:
    """Give what a shard left at a place: a file, a directory of contracts, or a project that has one."""
    files = find_contract_files([place])
    inner = place / settings.contracts
    if not files and inner.is_dir():
        files = find_contract_files([inner])
    read = [(file, read_contract_file(file).contract) for file in files]
    named: dict[str, Path] = {}
    for file, contract in read:
        first = named.setdefault(contract_file_name(contract.consumer, contract.provider), file)
        if first != file:
            raise UsageError(
                f"Nothing was merged: two files of one part are the contract of {contract.consumer} with "
                f"{contract.provider}.",
                details=[("one", str(first)), ("another", str(file))],
                next_step="Name each as a part of its own, or take the one away that does not count.",
            )
    contracts = {contract_file_name(each.consumer, each.provider): each for _, each in read}
    return Part(name=str(place), files=named, contracts=contracts, confirmations=_confirmations(place, settings))


def _confirmations(place: Path, settings: Settings) -> Confirmations:
    """Give what tests confirmed: it is kept in a project's root, or came along with the contracts.

    What lies above a directory of another name may belong to anybody, such as the project that merges.
    """
    directory = (place if place.is_dir() else place.parent).resolve()
    levels = len(settings.contracts.parts)
    is_in_project = directory.parts[-levels:] == settings.contracts.parts
    for root in (directory, *([directory.parents[levels - 1]] if is_in_project else [])):
        if (root / DIRECTORY / "confirmed.json").is_file():
            return read_confirmations(root)
    return Confirmations()


def _revision(parts: Sequence[Part]) -> str | None:
    """Give the revision that the parts were recorded at."""
    said = [(part.name, part.confirmations.revision) for part in parts if part.confirmations.keys]
    if len({revision for _, revision in said}) > 1:
        raise UsageError(
            "Nothing was merged: the parts are of different versions.",
            details=[(name, revision or "no git revision") for name, revision in said],
            next_step="Merge what the shards of one run left.",
        )
    return said[0][1] if said else None


def _merged(name: str, parts: Sequence[Part], target: _Target) -> Merged | None:
    """Give a contract of all parts, and of what stands in the directory already; None where nobody has it.

    Nothing is written yet, so that a conflict leaves all as it is.
    """
    path = target.directory / name
    holding = [part for part in parts if name in part.contracts]
    earlier = read_contract_file(path) if path.exists() else None
    is_part = any(part.files[name].resolve() == path.resolve() for part in holding)
    held = [part.contracts[name] for part in holding] or ([earlier.contract] if earlier is not None else [])
    if not held:
        return None
    shards = [_shard(part.name, part.contracts.get(name), part.confirmations, name, like=held[0]) for part in parts]
    if earlier is not None and not is_part:
        shards.insert(0, _shard(str(path), earlier.contract, target.confirmations, name, like=held[0]))
    contract = merge_shards(shards)
    data = earlier.data if earlier is not None else None
    return Merged(
        path=path,
        contract=contract,
        parts=len(holding),
        confirmed=confirmed_by(shards, contract),
        is_written=_bytes(contract) != data,
    )


def _shard(name: str, contract: Contract | None, confirmations: Confirmations, file: str, *, like: Contract) -> Shard:
    """Give one part's contract; of a part that has none, maybe because its tests let go of all, an empty one."""
    contract = contract or Contract(consumer=like.consumer, provider=like.provider, interactions=())
    witnesses = confirmations.tests.get(file, {})
    confirmed = {
        each.key: witnesses.get(each.key) or frozenset(one.test.node_id for one in each.evidence)
        for each in contract.interactions
        if each.key in confirmations.of(file)
    }
    return Shard(
        name=name,
        contract=contract,
        confirmed=confirmed,
        dropped=confirmations.dropped.get(file, {}),
    )


def _bytes(contract: Contract) -> bytes | None:
    """Give what the file holds; None where nothing is left for one."""
    return dump_contract(contract) if contract.interactions or contract.plugins or contract.kept else None


def _confirm(merged: Sequence[Merged], parts: Sequence[Part], target: _Target) -> None:
    """Keep what the parts confirmed together, as one run would have."""
    if not any(part.confirmations.keys for part in parts):
        return
    confirmations = Confirmations(
        revision=target.revision,
        keys={each.path.name: frozenset(each.confirmed) for each in merged},
        days={each.path.name: _days(each, parts) for each in merged},
        tests={each.path.name: each.confirmed for each in merged},
    )
    try:
        write_confirmations(target.settings.root, confirmations)
    except OSError as error:
        raise UsageError(
            "The contracts are merged, and what was confirmed cannot be kept.",
            details=[("directory", str(target.settings.root / DIRECTORY)), ("reason", error.strerror or str(error))],
            next_step="Mend that, then merge again.",
        ) from None


def _days(merged: Merged, parts: Sequence[Part]) -> Mapping[str, date]:
    """Give the last day on which any part knows an interaction to have been confirmed."""
    said = [part.confirmations.days.get(merged.path.name, {}) for part in parts]
    keys = {each.key for each in merged.contract.interactions}
    return {
        key: max(each[key] for each in said if key in each) for key in keys & {key for each in said for key in each}
    }
