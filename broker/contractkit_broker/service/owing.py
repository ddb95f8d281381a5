"""Owing: which interactions of the contracts that count a provider version has not been seen to keep."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from contractkit.model import Interaction
from contractkit_broker.service.coverage import hard_to_replay
from contractkit_broker.service.interactions import interactions_by_id, stored_contract
from contractkit_broker.store import histories, verifications
from contractkit_broker.store.records import Publication, Verification, Version

FAILED, IN_PART, NEVER = "failed", "in part", "never verified"
"""Why a contract is owed: it failed, calls were left out, or no result of this version is there."""

NOT_VERIFIED = "not verified"
"""Why an interaction is owed that did not fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedContract:
    """A contract that a version owes, of the consumer versions that count, with the verification that says so.

    `interactions` are identity, interaction, and why it is owed: `failed` or `not verified`.
    """

    publications: tuple[Publication, ...]
    reason: str
    verification_id: int | None
    interactions: tuple[tuple[str, Interaction, str], ...]


def owed_by(connection: Connection, version: Version, published: Iterable[Publication]) -> tuple[OwedContract, ...]:
    """Give what a provider version owes of the contracts that count.

    Only contracts without a whole success are read: where all is verified, this costs two questions by key.
    """
    by_content: dict[int, list[Publication]] = {}
    for each in published:
        by_content.setdefault(each.content, []).append(each)
    verdicts = {
        each.content: each
        for each in verifications.verdicts(connection, [(content, version.id) for content in by_content])
    }
    open_contents = [content for content in by_content if content not in verdicts or not verdicts[content].success]
    newest = histories.newest_by(connection, version.id, open_contents)
    numbers = {
        content: verdicts[content].verification_id if content in verdicts else newest.get(content)
        for content in open_contents
    }
    return tuple(_owed(connection, by_content[content], numbers[content]) for content in open_contents)


def _owed(connection: Connection, publications: Sequence[Publication], number: int | None) -> OwedContract:
    contract = stored_contract(connection, publications[0].file_digest)
    known = interactions_by_id(contract)
    said = verifications.find_verification(connection, number) if number is not None else None
    outcomes = {each.interaction_id: each.success for each in verifications.outcomes_of(connection, number or 0)}
    failed = said is not None and not said.success
    wanted = hard_to_replay(contract) if said is not None and said.success else known.keys()
    found = tuple(_open(known, wanted, outcomes))
    if failed and all(reason != FAILED for _, _, reason in found):  # and nobody said which: it may be any of these
        found = tuple((identity, each, FAILED) for identity, each, _ in found or _open(known, known, {}))
    return OwedContract(
        publications=tuple(publications),
        reason=_reason(said),
        verification_id=number,
        interactions=found,
    )


def _open(
    known: Mapping[str, Interaction], wanted: Iterable[str], outcomes: Mapping[str, bool]
) -> Iterable[tuple[str, Interaction, str]]:
    left = set(wanted)
    for identity, interaction in known.items():
        if identity in left and not outcomes.get(identity):
            yield identity, interaction, FAILED if identity in outcomes else NOT_VERIFIED


def _reason(said: Verification | None) -> str:
    if said is None:
        return NEVER
    return IN_PART if said.success else FAILED
