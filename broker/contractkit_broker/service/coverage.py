"""Coverage: which interactions of a contract a verifier may not have replayed, and so what its success is worth."""

from collections.abc import Collection

from contractkit.document import (
    file_digest,
    interaction_content_id,
    load_contract,
    needs_protobuf_plugin,
    skipped_interactions,
)
from contractkit.exact_json import dump_compact
from contractkit.model import Contract, Interaction
from contractkit_broker.store.records import InteractionOutcome


def count_left_out(data: bytes, outcomes: Collection[InteractionOutcome]) -> int:
    """Give how many interactions a verification left out of those that need more than a Pact verifier without plugins.

    HTTP calls and messages count as replayed: every verifier replays them, and older ones do not list them.

    Args:
        data: The contract file.
        outcomes: What the verifier reported.
    """
    reported = {each.interaction_id for each in outcomes}
    return len(hard_to_replay(load_contract(data, origin="the stored contract")) - reported)


def hard_to_replay(contract: Contract) -> frozenset[str]:
    """Give the ids of the remote procedure calls of a contract, and of whatever else needs the protobuf plugin."""
    read = {
        interaction_content_id(contract, each).partition(":")[2]
        for each in contract.interactions
        if not each.exchange.transport.every_verifier_replays or _needs_plugin(each)
    }
    skipped = (each for each in skipped_interactions(contract) if needs_protobuf_plugin(each))
    return frozenset(read | {file_digest(dump_compact(each)).partition(":")[2] for each in skipped})


def _needs_plugin(interaction: Interaction) -> bool:
    return interaction.wire is not None or needs_protobuf_plugin(interaction.kept.get("interaction", {}))
