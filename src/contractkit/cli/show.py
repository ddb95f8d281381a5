"""`contractkit show`: contract files as a person reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from contractkit.cli.contract_files import find_contract_files, nothing_in, origin_of, read_contract_file
from contractkit.cli.verbs import Verb
from contractkit.document import (
    LoadedContract,
    content_id,
    downgrade_contract,
    file_digest,
    interaction_content_id,
    skipped_interactions,
)
from contractkit.document.files import SKIPPED
from contractkit.errors import NothingToCheckError, UsageError, suggestion
from contractkit.exact_json import Json, dump_shown
from contractkit.explain.interactions import (
    explain_contract,
    explain_interaction,
    is_seen_by_pact,
    needs_plugin,
    summary,
)
from contractkit.explain.words import needs_in_words, states_in_words
from contractkit.model import Contract, Interaction
from contractkit.review.rulings import Rulings


@click.command(cls=Verb)
@click.argument(
    "places",
    nargs=-1,
    required=True,
    metavar="PATH...",
    type=click.Path(readable=False, allow_dash=True, path_type=Path),
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--interaction", "wanted", metavar="TEXT", help="Only interactions with this in their description, or this key."
)
@click.option(
    "--as",
    "version",
    type=click.Choice(["v2", "v3", "v4"]),
    help="Print the contract as a Pact file of that version instead; what does not fit is named, with exit code 2.",
)
@click.option(
    "--whole", is_flag=True, help="Show every member of huge lists and objects, not those at their ends alone."
)
def show(places: tuple[Path, ...], form: str, wanted: str | None, version: str | None, whole: bool) -> int:
    """Show the contracts in PATHs, files or directories: requests, responses, rules, needs, tests.

    Reads Pact files of versions 1 to 4, and says what a Pact verifier would not see.
    """
    if version is not None and form == "json":
        raise UsageError("--as prints a Pact file, which has no other format.", next_step="Leave --format json out.")
    read = [
        (origin_of(file.path), file.data, file.loaded) for file in map(read_contract_file, find_contract_files(places))
    ]
    if not read:
        raise nothing_in(places)
    chosen = [(name, data, loaded, _chosen(loaded, wanted)) for name, data, loaded in read]
    if wanted is not None and not any(interactions for *_, interactions in chosen):
        known = [each.description for _, _, loaded in read for each in loaded.contract.interactions]
        raise NothingToCheckError(f"No interaction has {wanted} in it.", next_step=suggestion(wanted, known))
    if version is not None:
        click.echo(_as_pact_file([(loaded, interactions) for *_, loaded, interactions in chosen], version), nl=False)
    elif form == "json":
        click.echo(
            dump_shown({"schema_version": 1, "contracts": [_as_json(*each, whole) for each in chosen]}), nl=False
        )
    else:
        click.echo("\n\n\n".join(_as_text(*each, whole) for each in chosen))
    return 0


def _chosen(loaded: LoadedContract, wanted: str | None) -> tuple[Interaction, ...]:
    interactions = loaded.contract.interactions
    if wanted is None:
        return interactions
    text = wanted.casefold()
    return tuple(each for each in interactions if text in each.description.casefold() or wanted == each.key)


def _as_pact_file(chosen: Sequence[tuple[LoadedContract, tuple[Interaction, ...]]], version: str) -> bytes:
    """Give the one contract that was chosen as a file of that version."""
    if len(chosen) != 1:
        raise UsageError(f"--as prints one contract, and there are {len(chosen)} here.", next_step="Name one file.")
    ((loaded, interactions),) = chosen
    contract = loaded.contract
    if len(interactions) < len(contract.interactions):
        contract = replace(contract, interactions=interactions, kept=_without_skipped(contract))
    return downgrade_contract(contract, version)


def _without_skipped(contract: Contract) -> Mapping[str, Mapping[str, Json]]:
    """Give what was kept of a file but for its interactions of unknown kinds, which no description chooses."""
    return {name: kept for name, kept in contract.kept.items() if name not in SKIPPED}


def _as_text(name: str, data: bytes, loaded: LoadedContract, chosen: Sequence[Interaction], whole: bool) -> str:
    warnings = [f"{name}{each.pointer} {each.sentence}" for each in loaded.warnings]
    blocks = [
        explain_contract(loaded.contract),
        *(explain_interaction(each, Rulings(each.rules), is_whole=whole) for each in chosen),
        *(["\n".join(["Warnings", *(f"  {line}" for line in warnings)])] if warnings else []),
    ]
    return "\n\n".join(blocks)


def _as_json(name: str, data: bytes, loaded: LoadedContract, chosen: Sequence[Interaction], whole: bool) -> Json:
    contract = loaded.contract
    return {
        "file": name,
        "consumer": contract.consumer,
        "provider": contract.provider,
        "specification": contract.specification,
        "contentId": content_id(contract),
        "fileDigest": file_digest(data),
        "interactions": [
            {
                "key": each.key,
                "description": each.description,
                "summary": summary(each),
                "states": states_in_words(each),
                "needs": list(needs_in_words(each.needs)),
                "tests": [str(evidence.test) for evidence in each.evidence],
                "pending": each.pending,
                "seenByPact": is_seen_by_pact(each),
                "needsPlugin": needs_plugin(each),
                "contentId": interaction_content_id(contract, each),
                "text": explain_interaction(each, Rulings(each.rules), is_whole=whole),
            }
            for each in chosen
        ],
        "skipped": list(skipped_interactions(contract)),
        "warnings": [{"pointer": each.pointer, "sentence": each.sentence} for each in loaded.warnings],
    }
