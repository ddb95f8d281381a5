"""Sharing an answer of `contractkit impact`: the broker analyses the same, and keeps it on a page with an address."""

from pathlib import Path

from contractkit.cli.brokers import connect
from contractkit.errors import BrokerError, UsageError
from contractkit.locking.brokers import definition_of_broker
from contractkit.locking.published import definition_in
from contractkit.settings import Settings
from contractkit.sources.places import BROKER, place_of
from contractkit.sources.publication import published_at

_PAGE = "contractkit:page"


def check_sharing(*, asks_broker: bool, supposes: bool) -> None:
    """Check that the broker can be asked the same.

    Args:
        asks_broker: Whether it gives the contracts.
        supposes: Whether something is supposed of who runs where.

    Raises:
        UsageError: The contracts are not the broker's, or something is supposed.
    """
    if not asks_broker:
        raise UsageError(
            "--share: a broker keeps the answer, and none is asked.",
            next_step="Have it give the contracts: --broker URL --provider NAME, without --contracts and --replay.",
        )
    if supposes:
        raise UsageError(
            "--share excludes --what-if-deployed and --what-if-undeployed: a page tells what is so.",
            next_step="Leave --share out, or what is supposed.",
        )


def shared(
    settings: Settings,
    provider: str,
    *,
    old: str | None,
    new: str,
    environment: str | None,
    branch: str | None,
    exemptions: str | None,
) -> str:
    """Have the broker analyse the same, and give the address of the page that tells it.

    Args:
        settings: Where the broker is.
        provider: Whose definition changes.
        old: Where the old definition is; the broker's own where None.
        new: Where the new one is.
        environment: As the answer was asked for.
        branch: Likewise.
        exemptions: The text of the file of exemptions, None where there is none.

    Raises:
        BrokerError: It cannot be reached, refuses, has no such pages, or counts no exemptions.
    """
    with connect(settings) as client:
        before = definition_in(client, provider, environment).data if old is None else published_bytes(old, settings)
        scope = {"environment": environment, "branch": branch}
        job = client.resources.impact(
            provider, published_bytes(new, settings), old=before, exemptions=exemptions, **scope
        )
        if _PAGE not in job["_links"]:
            raise BrokerError(
                f"The broker at {client.url} has no page for the answer.", next_step="Upgrade it, or leave --share out."
            )
        return str(job["_links"][_PAGE]["href"])


def published_bytes(location: str, settings: Settings) -> bytes:
    """Give a definition as the bytes that a broker keeps of it, wherever it is. Raises as `published_at` does."""
    if location.startswith(BROKER):
        return definition_of_broker(settings, location)
    return published_at(place_of(location, Path.cwd()))[0]
