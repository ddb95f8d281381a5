"""Sharing an answer of `contractkit impact`: the broker analyses the same, and keeps it on a page with an address."""

from pathlib import Path

from contractkit.cli.brokers import connect
from contractkit.errors import BrokerError, UsageError
from contractkit.settings import Settings
from contractkit.sources.messages import defines_messages
from contractkit.sources.places import place_of
from contractkit.sources.publication import published_at

_PAGE = "contractkit:page"


def check_sharing(new: str, *, asks_broker: bool, supposes: bool) -> None:
    """Check that the broker can be asked the same.

    Raises:
        UsageError: The contracts are not the broker's, or something is supposed, or messages are compared.
    """
    if not asks_broker:
        raise UsageError(
            "--share: a broker keeps the answer, and none is asked.",
            next_step="Have it give the contracts: --broker URL --provider NAME, without --contracts and --replay.",
        )
    if supposes:
        raise UsageError("--share and what is supposed exclude each other: a page tells what is so.")
    if defines_messages(new, root=Path.cwd()):
        raise UsageError(
            "--share: definitions of messages are not shared from here.",
            next_step="Leave --share out; the broker's own form, at /ui/impact, takes an AsyncAPI document.",
        )


def shared(
    settings: Settings, provider: str, *, old: str | None, new: str, environment: str | None, branch: str | None
) -> str:
    """Have the broker analyse the same, and give the address of the page that tells it.

    Args:
        settings: Where the broker is.
        provider: Whose definition changes.
        old: Where the old definition is; the broker's own where None.
        new: Where the new one is.
        environment: As the answer was asked for.
        branch: Likewise.

    Raises:
        BrokerError: It cannot be reached, refuses, or has no such pages.
    """
    with connect(settings) as client:
        before = client.resources.definition(provider, environment=environment).data if old is None else _bytes(old)
        scope = {"environment": environment, "branch": branch}
        job = client.resources.impact(provider, _bytes(new), old=before, **scope)
        if _PAGE not in job["_links"]:
            raise BrokerError(
                f"The broker at {client.url} has no page for the answer.", next_step="Upgrade it, or leave --share out."
            )
        return str(job["_links"][_PAGE]["href"])


def _bytes(location: str) -> bytes:
    return published_at(place_of(location, Path.cwd()))[0]
