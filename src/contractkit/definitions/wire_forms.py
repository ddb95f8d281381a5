"""Calls in bytes: made of a definition where a call is recorded, turned to trees where a file has bytes only."""

from dataclasses import replace
from functools import lru_cache
from typing import Literal

from contractkit.definitions.rpc_interface import Procedure, RpcDefinition, Side
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json
from contractkit.model import Body, Interaction, JsonBody, Received, RpcCall, Sent, WireForm


def with_wire_form(interaction: Interaction, definition: RpcDefinition) -> Interaction:
    """Give an interaction with its bytes, so that Pact's protobuf plugin can replay it too.

    A streaming call stays as it is, since the plugin has no form for it, and so does one whose expectation is no whole
    message in itself, as when a required field (proto2) is not among what the consumer needs.
    """
    call = interaction.exchange
    procedure = definition.find(f"/{call.procedure}") if isinstance(call, RpcCall) else None
    if procedure is None or not procedure.is_unary:
        return interaction
    assert isinstance(call, RpcCall)
    sent = [event.message for event in call.events if isinstance(event, Sent)]
    received = [event.message for event in call.events if isinstance(event, Received)]
    if len(sent) != 1 or len(received) > 1:
        return interaction
    try:
        wire = WireForm(
            descriptors=definition.descriptor_set(procedure),
            request=_encoded(definition, procedure, Side.REQUEST, sent[0]),
            response=_encoded(definition, procedure, Side.RESPONSE, received[0]) if received else None,
        )
    except DefinitionError:
        return interaction
    return replace(interaction, wire=wire, transport="grpc")


def decode_message(descriptors: bytes, procedure: str, side: Literal["request", "response"], data: bytes) -> Json:
    """Give a message of a procedure as a tree with every field that has no presence.

    Args:
        descriptors: A serialised FileDescriptorSet.
        procedure: `package.Service/Method`.
        side: Whose message it is.
        data: Its bytes.

    Raises:
        DefinitionError: The descriptors do not fit together, the bytes are no such message, or protobuf is not
            installed.
    """
    definition = _definition(descriptors)
    found = definition.find(f"/{procedure}")
    if found is None:
        raise DefinitionError(f"The descriptors do not hold {procedure}.")
    return definition.decode(found, Side(side), data)


@lru_cache(maxsize=16)
def _definition(descriptors: bytes) -> RpcDefinition:
    from contractkit.definitions.protobuf import ProtoDefinition

    return ProtoDefinition(descriptors, source="of the contract")


def _encoded(definition: RpcDefinition, procedure: Procedure, side: Side, body: Body) -> bytes:
    return definition.encode(procedure, side, body.value if isinstance(body, JsonBody) else {})
