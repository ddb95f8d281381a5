"""Messages in bytes turned to trees, for contract files that have nothing but bytes and descriptors."""

from functools import lru_cache
from typing import Literal

from contractkit.definitions.rpc_interface import RpcDefinition, Side
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json


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


def encode_message(descriptors: bytes, procedure: str, side: Literal["request", "response"], tree: Json) -> bytes:
    """Give the bytes of the tree of a message, with arguments as `decode_message` has them.

    Raises:
        DefinitionError: The tree is no such message, or the same as there.
    """
    definition = _definition(descriptors)
    return definition.encode(definition.procedure(procedure), Side(side), tree)


@lru_cache(maxsize=16)
def _definition(descriptors: bytes) -> RpcDefinition:
    from contractkit.definitions.protobuf import ProtoDefinition

    return ProtoDefinition(descriptors, source="of the contract")
