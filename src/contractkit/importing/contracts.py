"""Contracts as other brokers hand them out: what was published, and which of its interactions a result speaks of."""

from collections.abc import Mapping, Sequence

from contractkit.document import LoadedContract, content_id, read_contract
from contractkit.exact_json import Json, dump_canonical, read_json

_LISTS = ("interactions", "messages")
_ADDED = ("_links", "createdAt")
"""What brokers add to a contract that they hand out, beside the `_id` in each interaction."""


def as_published(data: bytes) -> bytes:
    """Give a contract without what the broker added; where it is nothing but that, the same text in canonical form."""
    document = {name: value for name, value in dict(read_json(data)).items() if name not in _ADDED}
    for name in _LISTS:
        if isinstance(document.get(name), list):
            document[name] = [_without_id(each) for each in document[name]]
    return dump_canonical(document)


def with_ids_of(
    results: Sequence[Mapping[str, Json]], *, theirs: LoadedContract, ours: LoadedContract
) -> list[dict[str, Json]]:
    """Give what a verifier said of each interaction, under the ids that our broker has for them.

    An id that stands for no interaction of the contract stays as it is.
    """
    ids = {theirs.broker_ids[key]: ours.broker_ids[key] for key in theirs.broker_ids if key in ours.broker_ids}
    return [
        {**each, "interactionId": ids.get(str(each["interactionId"]), each["interactionId"])}
        if each.get("interactionId")
        else dict(each)
        for each in results
    ]


def is_same_content(left: LoadedContract, right: LoadedContract) -> bool:
    """Say whether two contracts ask for the same."""
    return content_id(left.contract) == content_id(right.contract)


def read_past_contract(data: bytes, origin: str) -> LoadedContract:
    """Give a contract as it was handed out.

    Raises:
        ContractFileError: It is not one that we can read.
    """
    return read_contract(data, origin=origin)


def _without_id(interaction: Json) -> Json:
    if not isinstance(interaction, dict):
        return interaction
    return {name: value for name, value in interaction.items() if name != "_id"}
