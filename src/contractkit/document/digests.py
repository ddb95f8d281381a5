"""The two digests: of a file's bytes, and of what is verified, whoever recorded it and however it is described."""

import hashlib

from contractkit.document.files import skipped_interactions
from contractkit.document.interactions import write_exchange
from contractkit.document.parts import write_query
from contractkit.document.plugin_calls import PLUGIN, TRANSPORT, is_foreign, method_of
from contractkit.document.plugin_messages import message_descriptors
from contractkit.exact_json import Json, dump_compact
from contractkit.model import Contract, HttpCall, Interaction, Message, SynchronousMessages

_NOT_VERIFIED = {"comments", "interactionMarkup", "key"}


def file_digest(data: bytes) -> str:
    """Give `sha256:` and the digest of a file's bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def content_id(contract: Contract) -> str:
    """Give `sha256:` and the digest of everything in a contract that a verification depends on.

    In: requests, expectations, rules, generators, states (derived ones too), pending, transport, the specification's
    semantics, streaming calls, the part of the descriptors used, plugins and interactions of unknown kinds. Out:
    names, the order of interactions, keys, descriptions (but a message's, by which its provider is asked for it),
    evidence, needs, served bodies, comments and the definition. Interactions of equal content count once.
    """
    skipped = [
        {name: each[name] for name in each if name not in _NOT_VERIFIED} for each in skipped_interactions(contract)
    ]
    return _digest(
        {
            "interactions": sorted({interaction_content_id(contract, each) for each in contract.interactions}),
            "skipped": sorted(dump_compact(each).decode() for each in skipped),
            "plugins": [dict(plugin) for plugin in contract.plugins] if skipped or _uses_plugins(contract) else [],
            "specification": contract.specification,
        }
    )


def _uses_plugins(contract: Contract) -> bool:
    """Say whether an interaction needs what the file configures of a plugin; calls with bytes count by their own."""
    return any(
        each.wire is None and "pluginConfiguration" in each.kept.get("interaction", {})
        for each in contract.interactions
    )


def interaction_content_id(contract: Contract, interaction: Interaction) -> str:
    """Give `sha256:` and the digest of what verifying one interaction of a contract depends on."""
    exchange = interaction.exchange
    content: dict[str, Json] = {
        **write_exchange(interaction),
        "states": [[state.name, dict(state.params)] for state in interaction.states],
        "pending": interaction.pending,
        "transport": interaction.transport,
        "specification": contract.specification,
        "plugin": interaction.kept.get("interaction", {}).get("pluginConfiguration"),
        **({} if interaction.wire is None else _wire_content(interaction)),
    }
    if interaction.derived_state is not None:
        derived = interaction.derived_state
        content["derived"] = [derived.operation, derived.status, dict(derived.values)]
    if isinstance(exchange, Message | SynchronousMessages):
        content["description"] = interaction.description
    if contract.specification.startswith("1") and isinstance(exchange, HttpCall):
        content["query"] = write_query(exchange.request.query)  # version 1 compares it as text
    return _digest(content)


def _wire_content(interaction: Interaction) -> dict[str, Json]:
    """Give what is special about a call with bytes: the descriptors that it uses, in place of their bytes and key.

    A call that the plugin wrote counts by what its file says, so it does not matter whether it could be decoded.
    """
    if isinstance(interaction.exchange, Message):
        return _message_content(interaction)
    descriptors, method = method_of(interaction)
    used: dict[str, Json] = {"descriptors": descriptors.used_by(method), "transport": TRANSPORT}
    if not is_foreign(interaction):
        return used
    kept = interaction.kept["interaction"]
    configured = kept["pluginConfiguration"][PLUGIN]
    expectations = {"expectations": configured.get("expectations")}
    sides = {name: kept.get(name) for name in ("request", "response")}
    return {
        **used,
        **sides,
        "call": method.procedure,
        "matchingRules": None,
        "generators": None,
        "plugin": expectations,
    }


def _message_content(interaction: Interaction) -> dict[str, Json]:
    """Give what is special about a message with bytes, as `_wire_content` does of a call."""
    used: dict[str, Json] = {"descriptors": message_descriptors(interaction)}
    if not is_foreign(interaction):
        return used
    kept = interaction.kept["interaction"]
    members = {name: kept.get(name) for name in ("contents", "metadata", "matchingRules", "generators")}
    return {**used, **members, "plugin": None}


def _digest(content: Json) -> str:
    return f"sha256:{hashlib.sha256(dump_compact(content)).hexdigest()}"
