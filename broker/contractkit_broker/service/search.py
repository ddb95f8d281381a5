"""Search: what a few letters may mean, each kind looked up in an index and given up to a number of hits."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection

from contractkit.document import interaction_content_id
from contractkit.impact.places_in_use import operation_of
from contractkit.model import Contract, Interaction
from contractkit_broker.service.interactions import stored_contract
from contractkit_broker.service.words import says, texts_of, words_of
from contractkit_broker.store import applications, branching, contracts, environments, finding
from contractkit_broker.store.finding import FoundBranch
from contractkit_broker.store.records import Application, BranchMembership, Occupancy, Publication, Version

MOST = 20
"""Hits of each kind."""

_MOST_WORDS = 500  # rows of the index that are looked at
_MOST_CONTRACTS = 40  # contracts that are read to see what they say now


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An operation or a provider state of a provider, and the consumers whose newest contracts name it."""

    provider: str
    text: str
    consumers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundInteraction:
    """An interaction of a pair's newest contract, by the id that results name."""

    identity: str
    interaction: Interaction
    publication: Publication


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found, each kind at most `MOST`; `cut` names the kinds of which there may be more."""

    applications: tuple[Application, ...]
    versions: tuple[Version, ...]
    tagged: tuple[Version, ...]
    branches: tuple[FoundBranch, ...]
    operations: tuple[Mention, ...]
    states: tuple[Mention, ...]
    interactions: tuple[FoundInteraction, ...]
    memberships: tuple[BranchMembership, ...]
    places: tuple[Occupancy, ...]
    cut: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was found."""
        kinds = (self.applications, self.versions, self.tagged, self.branches, self.operations, self.states)
        return not any(kinds) and not self.interactions


def search(connection: Connection, text: str, *, provider: Application | None = None) -> Found:
    """Give what a text may mean.

    Args:
        connection: The database.
        text: A part of an application's name, the beginning of a version's number or a branch's name, a tag, or
            words of an operation, a provider state or an interaction, each of which may be cut short.
        provider: Only operations, states and interactions of this provider.
    """
    wanted = text.strip()
    named = [each for each in applications.list_applications(connection) if _is_called(each, wanted.casefold())]
    numbered = sorted(finding.versions_numbered(connection, wanted, limit=MOST + 1), key=_by_number)
    tagged = finding.versions_tagged(connection, wanted, limit=MOST + 1)
    branches = sorted(finding.branches_named(connection, wanted, limit=MOST + 1), key=_by_name)
    words = tuple(words_of(wanted))
    said, is_more = _said(connection, words, provider)
    operations = _mentions(said, lambda each: (operation_of(each),), words)
    states = _mentions(said, lambda each: tuple(state.name for state in each.states), words)
    kinds: dict[str, Sequence[object]] = {
        "applications": named,
        "versions": numbered,
        "tagged": tagged,
        "branches": branches,
        "operations": operations,
        "states": states,
        "interactions": said,
    }
    ids = {each.id for each in (*numbered, *tagged)}
    cut = {name for name, hits in kinds.items() if len(hits) > MOST}
    return Found(
        applications=tuple(named[:MOST]),
        versions=tuple(numbered[:MOST]),
        tagged=tagged[:MOST],
        branches=tuple(branches[:MOST]),
        operations=operations[:MOST],
        states=states[:MOST],
        interactions=tuple(_identified(*each) for each in said[:MOST]),
        memberships=branching.memberships(connection, ids),
        places=environments.occupancies_of(connection, ids),
        cut=tuple(name for name in kinds if name in cut or (is_more and name in _OF_CONTRACTS)),
    )


_OF_CONTRACTS = ("operations", "states", "interactions")


def _is_called(application: Application, wanted: str) -> bool:
    names = (application.name, application.display_name or "")
    return any(wanted in name.casefold() for name in names)


def _by_number(version: Version) -> tuple[str, str]:
    return version.number, version.application


def _by_name(branch: FoundBranch) -> tuple[str, str]:
    return branch.name, branch.application


Said: TypeAlias = tuple[Publication, Contract, Interaction]
"""An interaction of the contract that a pair published last."""


def _said(connection: Connection, wanted: Sequence[str], provider: Application | None) -> tuple[list[Said], bool]:
    """Give interactions of newest contracts that say all words, and whether there may be more."""
    if not wanted:
        return [], False
    rarest = max(wanted, key=len)
    of = None if provider is None else provider.id
    pairs, is_more = finding.pairs_with(connection, rarest, provider_id=of, limit=_MOST_WORDS)
    found = [
        (publication, contract, each)
        for publication in contracts.newest_publications(connection, pairs[:_MOST_CONTRACTS])
        for contract in (stored_contract(connection, publication.file_digest),)
        for each in contract.interactions
        if says(texts_of(each), wanted)
    ]
    found.sort(key=lambda each: (each[0].provider, each[2].description, each[0].consumer))
    return found, is_more or len(pairs) > _MOST_CONTRACTS


def _identified(publication: Publication, contract: Contract, interaction: Interaction) -> FoundInteraction:
    identity = interaction_content_id(contract, interaction).partition(":")[2]
    return FoundInteraction(identity=identity, interaction=interaction, publication=publication)


def _mentions(
    said: Iterable[Said], texts: Callable[[Interaction], Iterable[str]], wanted: Sequence[str]
) -> tuple[Mention, ...]:
    consumers: dict[tuple[str, str], dict[str, None]] = {}
    for publication, _, interaction in said:
        for text in texts(interaction):
            if says((text,), wanted):
                consumers.setdefault((publication.provider, text), {})[publication.consumer] = None
    return tuple(
        Mention(provider=provider, text=text, consumers=tuple(sorted(names)))
        for (provider, text), names in sorted(consumers.items())
    )
