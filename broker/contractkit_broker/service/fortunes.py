"""Fortunes: how one interaction of a pair fared over the provider's versions, and where it was both kept and broken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from contractkit.model import Interaction
from contractkit_broker.service.interactions import interactions_by_id, stored_contract
from contractkit_broker.store import applications, branching, contracts, histories
from contractkit_broker.store.histories import PastOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Fortune:
    """What the newest verifications said of an interaction, the newest first.

    Attributes:
        interaction: What it says, or None where no contract with it is stored any more.
        outcomes: One for each verification that spoke of it.
        branches: Version id to the names of its branches.
        before: The number from which on there may be older ones; None where these are all.
    """

    interaction: Interaction | None
    outcomes: tuple[PastOutcome, ...]
    branches: Mapping[int, tuple[str, ...]]
    before: int | None

    @property
    def flaky_versions(self) -> tuple[str, ...]:
        """Give the provider versions that kept it in one verification and broke it in another, the newest first.

        Version and interaction are the same, so neither code nor contract explains the difference.
        """
        kept = {each.number for each in self.outcomes if each.success}
        broken = {each.number for each in self.outcomes if not each.success}
        return tuple(dict.fromkeys(each.number for each in self.outcomes if each.number in kept & broken))


def fortune_of(
    connection: Connection,
    consumer: str,
    provider: str,
    identity: str,
    *,
    branch: str | None = None,
    version: str | None = None,
    before: int | None = None,
    limit: int,
) -> Fortune | None:
    """Give how an interaction fared, or None where the pair has no such interaction.

    Args:
        connection: The database.
        consumer: The name of the consumer.
        provider: The name of the provider.
        identity: The interaction's id, as results name it.
        branch: Only verifications by versions on this branch of the provider, where it is named.
        version: Only those by this version, where it is named.
        before: Only those before this number, where it is given.
        limit: How many are looked at; what is asked for is picked out of these.
    """
    ends = [applications.find_application(connection, name) for name in (consumer, provider)]
    if ends[0] is None or ends[1] is None:
        return None
    pair = (ends[0].id, ends[1].id)
    looked_at = histories.history_of(connection, identity, before=before or histories.NEWEST, limit=limit)
    of_pair = [each for each in looked_at if (each.consumer_id, each.provider_id) == pair]
    interaction = _interaction(connection, pair, identity, of_pair)
    if interaction is None and not of_pair and before is None:
        return None
    branches = _branches(connection, of_pair)
    return Fortune(
        interaction=interaction,
        outcomes=tuple(
            each
            for each in of_pair
            if (version is None or each.number == version)
            and (branch is None or branch in branches.get(each.version_id, ()))
        ),
        branches=branches,
        before=looked_at[-1].verification_id if len(looked_at) == limit else None,
    )


def _branches(connection: Connection, outcomes: Sequence[PastOutcome]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for each in branching.memberships(connection, {outcome.version_id for outcome in outcomes}):
        found[each.version_id] = (*found.get(each.version_id, ()), each.branch)
    return found


def _interaction(
    connection: Connection, pair: tuple[int, int], identity: str, outcomes: Sequence[PastOutcome]
) -> Interaction | None:
    """Give what an interaction says, by the contract that was verified last, else by the newest of the pair."""
    if outcomes:
        content = contracts.content_by_id(connection, outcomes[0].content)
        digest = content.file_digest if content is not None else None
    else:
        newest = contracts.newest_publication(connection, *pair)
        digest = newest.file_digest if newest is not None else None
    return None if digest is None else interactions_by_id(stored_contract(connection, digest)).get(identity)
