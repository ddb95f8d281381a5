"""`contractkit explain`: which rule decided at each place of an answer, and why that one."""

from pathlib import Path

import click

from contractkit.cli.contract_files import origin_of, read_contract_file, read_input
from contractkit.cli.verbs import Verb
from contractkit.errors import NothingToCheckError, UsageError, suggestion
from contractkit.model import Contract, Interaction
from contractkit.review.actuals import Judged, RawActual, Side, judged_example, judged_raw, judged_whole
from contractkit.review.judgements import judge, judgement_as_json, judgement_as_text

_FORMATS = {"text": judgement_as_text, "json": judgement_as_json}


@click.command(cls=Verb)
@click.argument("file", type=click.Path(readable=False, allow_dash=True, path_type=Path))
@click.option(
    "--interaction", "wanted", metavar="TEXT", help="Text in its description, or its key; of one alone, not needed."
)
@click.option(
    "--actual", metavar="FILE", help="What came, a file or - for standard input; without it, the example itself."
)
@click.option("--side", type=click.Choice(["response", "request"]), default="response", show_default=True)
@click.option("--raw", is_flag=True, help="The actual file is the body alone.")
@click.option("--status", type=click.IntRange(100, 599), help="The status it came with; the file is the body alone.")
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="A header it came with; the file is the body alone.",
)
@click.option("--failed", "only_failed", is_flag=True, help="Only the places at which something is wrong.")
@click.option("--format", "form", type=click.Choice(list(_FORMATS)), default="text", show_default=True)
def explain(
    file: Path,
    wanted: str | None,
    actual: str | None,
    side: Side,
    raw: bool,
    status: int | None,
    headers: tuple[str, ...],
    only_failed: bool,
    form: str,
) -> int:
    """Say which rule of an interaction in FILE decided at each place of what came, and why.

    What came is JSON in Pact's form, {"status": 200, "headers": {}, "body": {}}, members left out being not judged;
    or a body alone. Exit codes: 0 it fits, 1 it does not.
    """
    contract = _contract(file)
    interaction = _chosen(contract, wanted, file)
    is_raw = raw or status is not None or bool(headers)
    if actual is None and is_raw:
        raise UsageError(
            "--raw, --status and --header say something of an actual answer, and none is given.",
            next_step="Give it with --actual FILE, or --actual - for standard input.",
        )
    if actual is None:
        judged = judged_example(interaction, side)
    elif is_raw:
        judged = judged_raw(interaction, side, RawActual(data=_read(actual), status=status, headers=_fields(headers)))
    else:
        judged = _whole(interaction, side, actual)
    judgement = judge(interaction, judged, specification=contract.specification)
    click.echo(_FORMATS[form](judgement, only_failed=only_failed).rstrip("\n"))
    return 1 if judgement.failed else 0


def _contract(file: Path) -> Contract:
    if file.is_dir():
        raise UsageError(f"{file} is a directory.", next_step="Name the contract file that holds the interaction.")
    return read_contract_file(file).contract


def _chosen(contract: Contract, wanted: str | None, file: Path) -> Interaction:
    every = contract.interactions
    if not every:
        raise NothingToCheckError(f"There is no interaction in {file}.")
    known = [each.description for each in every]
    if wanted is None:
        found = list(every)
    else:
        exact = [each for each in every if wanted in (each.key, each.description)]
        found = exact or [each for each in every if wanted.casefold() in each.description.casefold()]
    if not found:
        raise NothingToCheckError(f"No interaction has {wanted} in it.", next_step=suggestion(wanted or "", known))
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} interactions of {file} are meant, and one is explained.",
            details=[(each.key, each.description) for each in found[:12]],
            next_step="Name one by its key: --interaction KEY.",
        )
    return found[0]


def _whole(interaction: Interaction, side: Side, actual: str) -> Judged:
    return judged_whole(interaction, side, _read(actual), origin=origin_of(Path(actual)))


def _read(actual: str) -> bytes:
    try:
        return read_input(Path(actual))
    except FileNotFoundError as error:
        raise UsageError(
            f"{actual} cannot be read.",
            details=[("reason", error.strerror or str(error))],
            next_step="--actual takes a file, or - for standard input.",
        ) from None


def _fields(headers: tuple[str, ...]) -> dict[str, tuple[str, ...]] | None:
    """Give header lines as fields, None where there are none."""
    found: dict[str, tuple[str, ...]] = {}
    for line in headers:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise UsageError(
                "--header takes a name and a value.",
                details=[("expected", "'Content-Type: application/json'"), ("received", f"'{line}'")],
            )
        key = name.strip().lower()
        found[key] = (*found.get(key, ()), value.strip())
    return found or None
