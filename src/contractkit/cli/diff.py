"""`contractkit diff`: what changed between two contracts, in words."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import click

from contractkit.cli.contract_files import read_contract_file
from contractkit.cli.verbs import Verb
from contractkit.errors import UsageError
from contractkit.model import Contract
from contractkit.review.comparison import compare_contracts
from contractkit.review.diff_formats import diff_as_json, diff_as_markdown, diff_as_text
from contractkit.review.records import ContractComparison

_FORMATS: Mapping[str, Callable[[ContractComparison], str]] = {
    "text": diff_as_text,
    "json": diff_as_json,
    "markdown": diff_as_markdown,
}


@click.command(cls=Verb)
@click.argument("before", type=click.Path(readable=False, allow_dash=True, path_type=Path))
@click.argument("after", type=click.Path(readable=False, allow_dash=True, path_type=Path))
@click.option(
    "--provider-only",
    is_flag=True,
    help="Leave out what asks nothing of the provider: other examples, tests, needs, names.",
)
@click.option("--format", "form", type=click.Choice(list(_FORMATS)), default="text", show_default=True)
def diff(before: Path, after: Path, provider_only: bool, form: str) -> int:
    """Say what changed from the contract BEFORE to the contract AFTER, and what that asks of the provider.

    Reads Pact files of versions 1 to 4; how a file is written makes no difference. Exit codes: 0 nothing differs,
    1 something does.
    """
    comparison = compare_contracts(_contract(before), _contract(after))
    shown = _for_the_provider(comparison) if provider_only else comparison
    click.echo(_FORMATS[form](shown).rstrip("\n"))
    return 0 if shown.is_same else 1


def _contract(place: Path) -> Contract:
    if place.is_dir():
        names = sorted(each.name for each in place.glob("*.json"))
        raise UsageError(
            "Two contract files are compared, and this is a directory.",
            details=[("path", str(place)), *([("in it", "\n".join(names))] if names else [])],
            next_step="Name one file on each side.",
        )
    return read_contract_file(place).contract


def _for_the_provider(comparison: ContractComparison) -> ContractComparison:
    """Give a comparison without what asks nothing of the provider; what is left without a difference is the same."""
    kept = [
        replace(each, differences=tuple(one for one in each.differences if one.effect.concerns_the_provider))
        for each in comparison.changes
    ]
    changes = tuple(each for each in kept if any(effect.concerns_the_provider for effect in each.effects))
    return replace(
        comparison,
        head=tuple(each for each in comparison.head if each.effect.concerns_the_provider),
        changes=changes,
        same=comparison.same + len(kept) - len(changes),
    )
