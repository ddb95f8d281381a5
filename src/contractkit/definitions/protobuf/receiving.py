"""Receiving: an encoded message read once, for its tree and for everything that is wrong with it.

What was decoded by a definition mostly is a message of it by that alone. Only types that say more than their bytes
must (required fields, `Any` and JSON values) and those that may nest without end are looked at again.
"""

from typing import Final

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from contractkit.definitions.protobuf.kinds import Kinds
from contractkit.definitions.protobuf.reading import ANY, JSON_TYPES, Reader, parsed
from contractkit.definitions.protobuf.unknown import unknown_numbers
from contractkit.definitions.protobuf.writing import Writer
from contractkit.definitions.rpc_interface import ReceivedMessage
from contractkit.model import Location

_DOUBTFUL: Final = frozenset((ANY, *JSON_TYPES))


class Receiver:
    """Reads messages that came from outside."""

    def __init__(self, kinds: Kinds, reader: Reader, writer: Writer) -> None:
        self._kinds = kinds
        self._reader = reader
        self._writer = writer
        self._sure: dict[str, bool] = {}

    def receive(self, descriptor: Descriptor, data: bytes, at: Location) -> ReceivedMessage:
        """Give what some bytes say; violations lie below `at`.

        Raises:
            DecodeError: They are not a message of the type.
        """
        message = parsed(descriptor, data)
        tree = self._reader.read(message)
        if self.is_sure(descriptor):
            unknown = unknown_numbers(parsed(descriptor, data)) if _loses_fields(message) else ()
            return ReceivedMessage(tree=tree, unknown=unknown)
        if unknown := unknown_numbers(message):
            return ReceivedMessage(tree=tree, unknown=unknown)
        return ReceivedMessage(tree=tree, violations=self._writer.write(tree, descriptor, at)[1])

    def is_sure(self, descriptor: Descriptor, above: tuple[str, ...] = ()) -> bool:
        """Say whether whatever decodes as a type is allowed."""
        name = descriptor.full_name
        if name not in self._sure:
            kind = self._kinds.of(descriptor)
            self._sure[name] = not (name in above or name in _DOUBTFUL or kind.required) and all(
                self.is_sure(each.message, (*above, name)) for each in kind.fields if each.message is not None
            )
        return self._sure[name]


def _loses_fields(message: Message) -> bool:
    """Drop the fields that a message's type does not define, at any depth, and say whether there were any."""
    size = message.ByteSize()
    message.DiscardUnknownFields()
    return message.ByteSize() != size
