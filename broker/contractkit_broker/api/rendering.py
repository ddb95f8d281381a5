"""Contract files as clients read them: with the ids that results refer to, whole or without calls over gRPC.

A Pact verifier without its protobuf plugin fails a file with such calls whole, so it is given the file without them.
"""

from collections.abc import Mapping

from contractkit.document import (
    file_digest,
    interaction_content_id,
    needs_protobuf_plugin,
    read_contract,
    without_protobuf_plugin,
)
from contractkit.exact_json import Json, dump_compact, read_json
from contractkit_broker.web import Call

PROTOBUF = "protobuf"
"""The plugin that a client may say it has: `?plugins=protobuf`."""

_OURS = "contractkit"  # what the User-Agent of our own clients begins with


def has_plugin(call: Call, metadata: Mapping[str, str]) -> bool:
    """Say whether a client replays calls over gRPC: contractkit does, others do where somebody says so.

    Args:
        call: Its request: the header `User-Agent`, the query parameter `plugins`.
        metadata: What the address of a contract says of how it was selected.
    """
    said = f"{call.parameter('plugins') or ''},{metadata.get('plugins', '')}".split(",")
    is_ours = call.headers.get("user-agent", "").lower().startswith(_OURS)
    return is_ours or call.settings.pact_has_protobuf_plugin or PROTOBUF in said


def with_ids(data: bytes) -> dict[str, Json]:
    """Give a contract file's JSON with `_id` in each interaction: the digest of what that interaction says."""
    document = dict(read_json(data))
    lists = _interaction_lists(document)
    for member, interactions in lists.items():
        _replace(document, member, [{**each, "_id": f"{member}/{at}"} for at, each in enumerate(interactions)])
    loaded = read_contract(dump_compact(document), origin="the stored contract")
    by_key = {each.key: each for each in loaded.contract.interactions}
    identities = {
        place: interaction_content_id(loaded.contract, by_key[key]) for key, place in loaded.broker_ids.items()
    }
    for member, interactions in _interaction_lists(document).items():
        _replace(document, member, [{**each, "_id": _identity(each, identities)} for each in interactions])
    return document


def rendered(data: bytes, *, whole: bool) -> dict[str, Json]:
    """Give a contract file's JSON with ids, and without calls over gRPC unless it is wanted whole."""
    document = with_ids(data)
    return document if whole else without_protobuf_plugin(document)


def count_protobuf_interactions(data: bytes) -> int:
    """Give how many interactions of a contract file a Pact verifier needs its protobuf plugin for."""
    if b'"pluginConfiguration"' not in data:
        return 0
    interactions = read_json(data).get("interactions") or []
    return sum(isinstance(each, dict) and needs_protobuf_plugin(each) for each in interactions)


def _interaction_lists(document: Mapping[str, Json]) -> dict[str, list[Json]]:
    """Give the lists of interactions of a file by where they are."""
    metadata = document.get("metadata")
    own = metadata.get("contractkit") if isinstance(metadata, dict) else None
    found = {
        "interactions": document.get("interactions"),
        "messages": document.get("messages"),
        "metadata": own.get("interactions") if isinstance(own, dict) else None,
    }
    return {name: value for name, value in found.items() if isinstance(value, list)}


def _replace(document: dict[str, Json], member: str, interactions: list[Json]) -> None:
    if member != "metadata":
        document[member] = interactions
        return
    metadata = document["metadata"]
    own = {**metadata["contractkit"], "interactions": interactions}
    document["metadata"] = {**metadata, "contractkit": own}


def _identity(stated: Mapping[str, Json], identities: Mapping[str, str]) -> str:
    """Give the digest of an interaction; one of a kind that we do not read is hashed as it is written."""
    known = identities.get(stated["_id"])
    written = {name: value for name, value in stated.items() if name != "_id"}
    return (known or file_digest(dump_compact(written))).partition(":")[2]
