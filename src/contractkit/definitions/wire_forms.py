"""Messages in bytes turned to trees, for contract files that have nothing but bytes and descriptors."""

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from contractkit.definitions.rpc_interface import Procedure, RpcDefinition, Side
from contractkit.errors import DefinitionError, UnknownNameError
from contractkit.exact_json import Json

if TYPE_CHECKING:
    from contractkit.definitions.protobuf import ProtoDefinition


def decode_message(descriptors: bytes, procedure: str, side: Literal["request", "response"], data: bytes) -> Json:
    """Give a message of a procedure as a tree with every field that has no presence.

    Args:
        descriptors: A serialised FileDescriptorSet.
        procedure: `package.Service/Method`; or the full name of a message that is emitted unasked.
        side: Whose message it is; what is emitted is a response.
        data: Its bytes.

    Raises:
        DefinitionError: The descriptors do not fit together, the bytes are no such message, or protobuf is not
            installed.
    """
    definition = _definition(descriptors)
    return definition.decode(_procedure(definition, procedure), Side(side), data)


def encode_message(descriptors: bytes, procedure: str, side: Literal["request", "response"], tree: Json) -> bytes:
    """Give the bytes of the tree of a message, with arguments as `decode_message` has them.

    Raises:
        DefinitionError: The tree is no such message, or the same as there.
    """
    definition = _definition(descriptors)
    return definition.encode(_procedure(definition, procedure), Side(side), tree)


def _procedure(definition: RpcDefinition, name: str) -> Procedure:
    found = definition.find(f"/{name}")
    if found is not None:
        return found
    try:
        return definition.emission(name)
    except UnknownNameError:
        raise DefinitionError(f"The descriptors do not hold {name}.") from None


def misencoded_fields(descriptors: bytes, name: str, data: bytes) -> tuple[str, ...]:
    """Give the names of fields that bytes hold as fields of another type: they are those of another message.

    Args:
        descriptors: A serialised FileDescriptorSet.
        name: The full name of the message that they were to be.
        data: The bytes.

    Raises:
        DefinitionError: The bytes are no message at all.
    """
    definition = _definition(descriptors)
    return definition.misencoded_fields(definition.emission(name), Side.RESPONSE, data)


@lru_cache(maxsize=16)
def _definition(descriptors: bytes) -> "ProtoDefinition":
    from contractkit.definitions.protobuf import ProtoDefinition

    return ProtoDefinition(descriptors, source="of the contract")
