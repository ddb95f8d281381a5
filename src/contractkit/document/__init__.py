"""Contract files: Pact files of every version read, one canonical form of version 4 written, two digests."""

from contractkit.document.bodies import decode_body
from contractkit.document.digests import content_id, file_digest, interaction_content_id
from contractkit.document.downgrading import downgrade_contract
from contractkit.document.files import (
    LoadedContract,
    contract_file_name,
    dump_contract,
    load_contract,
    read_contract,
    skipped_interactions,
)
from contractkit.document.parts import (
    MessagePart,
    RequestPart,
    ResponsePart,
    read_message,
    read_request,
    read_response,
)
from contractkit.document.plain import KnownParts
from contractkit.document.plugin_calls import Decoder
from contractkit.document.reading import GeneratorCheck, LoadWarning, RuleCheck, RuleFault
from contractkit.document.views import needs_protobuf_plugin, without_protobuf_plugin

__all__ = [
    "Decoder",
    "GeneratorCheck",
    "KnownParts",
    "LoadWarning",
    "LoadedContract",
    "MessagePart",
    "RequestPart",
    "ResponsePart",
    "RuleCheck",
    "RuleFault",
    "content_id",
    "contract_file_name",
    "decode_body",
    "downgrade_contract",
    "dump_contract",
    "file_digest",
    "interaction_content_id",
    "load_contract",
    "needs_protobuf_plugin",
    "read_contract",
    "read_message",
    "read_request",
    "read_response",
    "skipped_interactions",
    "without_protobuf_plugin",
]
