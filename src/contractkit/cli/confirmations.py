"""Confirmations: whether the tests of this very version recorded what is about to be published."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from contractkit.errors import RecordingError
from contractkit.model import Contract, Interaction
from contractkit.recording import Confirmations, current_revision, read_confirmations

_NAMED = 10


def check_confirmed(root: Path, contracts: Iterable[tuple[Path, Contract]]) -> None:
    """Check that every interaction that tests recorded was confirmed by them at the current revision.

    Interactions without a test, which other tools wrote, are not asked for.

    Raises:
        RecordingError: Some were not; they are listed with their tests.
    """
    confirmed = read_confirmations(root)
    revision = current_revision(root)
    found = [
        (path, interaction)
        for path, contract in contracts
        for interaction in _unconfirmed(path, contract, confirmed, revision)
    ]
    if found:
        raise _refusal(found, confirmed, revision)


def _unconfirmed(
    path: Path, contract: Contract, confirmed: Confirmations, revision: str | None
) -> tuple[Interaction, ...]:
    keys = confirmed.of(path.name) if confirmed.revision == revision else frozenset()
    return tuple(each for each in contract.interactions if each.evidence and each.key not in keys)


def _refusal(
    found: Sequence[tuple[Path, Interaction]], confirmed: Confirmations, revision: str | None
) -> RecordingError:
    rows = [(str(path), f"{each.description} ({each.evidence[0].test})") for path, each in found[:_NAMED]]
    more = [("", f"and {len(found) - _NAMED} more")] if len(found) > _NAMED else []
    stale = confirmed.keys and confirmed.revision != revision
    last = (
        [("last run at", confirmed.revision or "no revision"), ("now at", revision or "no revision")] if stale else []
    )
    what = "1 interaction was" if len(found) == 1 else f"{len(found)} interactions were"
    return RecordingError(
        f"Nothing was published: {what} not confirmed by tests at this version.",
        details=[*last, *rows, *more],
        next_step="Run the tests and publish again, or publish with --allow-unconfirmed.",
    )
