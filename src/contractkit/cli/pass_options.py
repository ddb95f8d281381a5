"""Several passes on the command line: how many, in which order, and what they showed."""

import secrets
from collections.abc import Sequence

import click

from contractkit.errors import UsageError
from contractkit.explain.interference import explain_interference
from contractkit.results import ContractResult
from contractkit.verification.passes import PassedSeveral, Passes, verify_in_passes
from contractkit.verification.verifier import Provider, SelectedContract, VerificationOptions

_LARGEST_SEED = 2**31 - 1


def read_passes(*, repeat: int, check_isolation: bool, seed: int | None) -> Passes:
    """Give the passes that were asked for, with a seed of their own where none was given.

    Raises:
        UsageError: There is a seed and nothing to shuffle.
    """
    if seed is not None and not check_isolation:
        raise UsageError("--seed is for --check-isolation: without it the order is the contract's.")
    chosen = seed if seed is not None else secrets.randbelow(_LARGEST_SEED)
    return Passes(repeat=repeat, seed=chosen if check_isolation else None)


def replay(
    selected: Sequence[SelectedContract], provider: Provider, options: VerificationOptions, passes: Passes
) -> PassedSeveral:
    """Replay what is selected in these passes; where nothing is, there is nothing to find."""
    if not selected:
        return PassedSeveral(results=())
    if passes.seed is not None:
        click.echo(f"Checking isolation: once more in another order, seed {passes.seed}.\n", err=True)
    return verify_in_passes(selected, provider, options, passes)


def tell_isolation(provider: str, found: PassedSeveral, passes: Passes, *, err: bool) -> None:
    """Say what the other order showed, where one was asked for."""
    if passes.seed is not None and found.results:
        told = explain_interference(provider, found.interferences, unexplained=found.unexplained, seed=passes.seed)
        click.echo(f"\n{told}", err=err)


def is_disturbed(found: PassedSeveral, results: Sequence[ContractResult]) -> bool:
    """Say whether an interaction that is not pending ended otherwise in another order."""
    pending = {id(each.contract) for each in results if each.pending}
    blocking = [
        each for each in found.interferences if id(each.contract) not in pending and not each.result.interaction.pending
    ]
    return bool(blocking) or (not found.interferences and found.unexplained > 0)
