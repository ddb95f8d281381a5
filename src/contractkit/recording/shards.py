"""Shards: what the parts of one test run recorded, each on a machine of its own, becomes the contract of the whole run.

Every part may have started from a contract that was there, so that most of what it holds was recorded by other parts,
or long ago. What its own tests confirmed counts before that, and what they no longer record is gone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from contractkit.errors import RecordingError
from contractkit.model import Contract, DefinitionReference, Evidence, InferredNeeds, Interaction
from contractkit.recording.joining import join_contracts, says_the_same, with_evidence
from contractkit.recording.merging import described, plainly_described
from contractkit.recording.needed import expect_needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One part's contract of one consumer with one provider.

    Attributes:
        name: What messages call the part.
        contract: What its file holds.
        confirmed: The keys that tests of this part confirmed, with the node ids of those; none where that is not known.
        dropped: The keys with the node ids of tests that recorded them earlier, and in this part no longer did.
    """

    name: str
    contract: Contract
    confirmed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    dropped: Mapping[str, frozenset[str]] = field(default_factory=dict)


def merge_shards(shards: Sequence[Shard]) -> Contract:
    """Give the contract that one run of all tests would have left.

    Args:
        shards: At least one, all of the same consumer and provider; what was there before comes first, if anything was.

    Raises:
        InteractionClashError: Two parts hold different answers to one request; a test of each is named.
        RecordingError: The parts were recorded against different definitions.
    """
    keys = sorted({each.key for shard in shards for each in shard.contract.interactions})
    merged = [found for key in keys if (found := _merged(key, shards)) is not None]
    first = shards[0].contract
    return replace(first, interactions=described(tuple(merged)), definition=_definition(shards))


def confirmed_by(shards: Iterable[Shard], contract: Contract) -> Mapping[str, frozenset[str]]:
    """Give the keys of a merged contract that tests of some part confirmed, with the node ids of all those."""
    known = list(shards)
    keys = (each.key for each in contract.interactions)
    found = {key: frozenset[str]().union(*(each.confirmed.get(key, ()) for each in known)) for key in keys}
    return {key: found[key] for key in found if any(key in each.confirmed for each in known)}


def _merged(key: str, shards: Sequence[Shard]) -> Interaction | None:
    """Give one interaction of the whole, or None where no test records it any longer."""
    holding = [(shard, each) for shard in shards for each in plainly_described(shard.contract) if each.key == key]
    fresh = [pair for pair in holding if key in pair[0].confirmed] or holding
    for _, other in fresh[1:]:
        _check_alike(fresh[0][0].contract, fresh[0][1], other)
    evidence = _evidence(key, shards, holding)
    if not evidence and any(each.evidence for _, each in holding):
        return None
    return expect_needed(with_evidence(_fullest([each for _, each in fresh]), evidence))


def _evidence(key: str, shards: Sequence[Shard], holding: Sequence[tuple[Shard, Interaction]]) -> list[Evidence]:
    """Give what tests said of an interaction: what each said where it ran last, and nothing of tests that let go."""
    said = [(shard, one) for shard, each in holding for one in each.evidence]
    fresh = [one for shard, one in said if one.test.node_id in shard.confirmed.get(key, ())]
    confirming = {one.test.node_id for one in fresh}
    dropping = frozenset[str]().union(*(shard.dropped.get(key, frozenset()) for shard in shards)) - confirming
    return [one for one in (*(one for _, one in said), *fresh) if one.test.node_id not in dropping]


def _check_alike(contract: Contract, one: Interaction, other: Interaction) -> None:
    if says_the_same(one, other) or (_has_inferred(one, other) and _was_served_alike(one, other)):
        return
    join_contracts([replace(contract, interactions=(one,)), replace(contract, interactions=(other,))])


def _has_inferred(*interactions: Interaction) -> bool:
    return any(isinstance(each.needs, InferredNeeds) for each in interactions)


def _was_served_alike(one: Interaction, other: Interaction) -> bool:
    """Say whether two interactions differ at most in what of one answer each needs."""
    return all(repr(getattr(one, name)) == repr(getattr(other, name)) for name in ("served", "pending", "description"))


def _fullest(interactions: Sequence[Interaction]) -> Interaction:
    """Give the one whose expectation was not narrowed to needs, where there is one."""
    return next((each for each in interactions if not _has_inferred(each)), interactions[0])


def _definition(shards: Sequence[Shard]) -> DefinitionReference | None:
    """Give what the contract was recorded against, as the parts say that confirmed something."""
    said = [shard for shard in shards if shard.contract.definition is not None]
    fresh = [shard for shard in said if shard.confirmed] or said[-1:]
    for other in fresh[1:]:
        _check_one_definition(fresh[0], other)
    return fresh[0].contract.definition if fresh else None


def _check_one_definition(one: Shard, other: Shard) -> None:
    first, second = one.contract.definition, other.contract.definition
    assert first is not None and second is not None
    if first.digest == second.digest:
        return
    raise RecordingError(
        f"The parts were recorded against different definitions of {one.contract.provider}.",
        details=[
            (one.name, f"{first.source} {first.digest}"),
            (other.name, f"{second.source} {second.digest}"),
        ],
        next_step="Let every part test one commit, with one contractkit.lock.",
    )
