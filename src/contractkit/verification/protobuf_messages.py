"""Messages of protobuf that a provider emits: bytes or a generated message, read as the contract describes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contractkit.definitions.wire_forms import decode_message, misencoded_fields
from contractkit.errors import ContractkitError
from contractkit.exact_json import Json
from contractkit.model import BinaryBody, EmptyBody, Interaction, JsonBody, Message, base_media_type
from contractkit.verification.emitted_messages import CONTENT_TYPES, UnusableMessageError, content_type_in, parted

_MEDIA_TYPES = frozenset(
    {
        "application/protobuf",
        "application/x-protobuf",
        "application/vnd.google.protobuf",
        "application/octet-stream",
    }
)
"""What messages of protobuf are sent as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtobufForm:
    """What a contract says of a message of protobuf: its type, and the descriptors that it brings for it."""

    type_name: str
    descriptors: bytes
    expected: Message

    @classmethod
    def of(cls, interaction: Interaction) -> "ProtobufForm | None":
        """Give the form of an interaction; None where its message is not of protobuf.

        Raises:
            ContractkitError: Protobuf is not installed, or the contract's own bytes are no such message.
        """
        message, wire = interaction.exchange, interaction.wire
        if wire is None or not isinstance(message, Message) or not isinstance(message.contents, JsonBody):
            return None
        type_name = message.contents.media_type.rpartition("=")[2].removeprefix(".")
        decode_message(wire.descriptors, type_name, "response", wire.response or b"")
        return cls(type_name=type_name, descriptors=wire.descriptors, expected=message)

    def emitted(self, returned: object) -> Message:
        """Give what was handed over as the message that is compared.

        Args:
            returned: Bytes, a body of them, or a generated message; or a pair of such and metadata.

        Raises:
            UnusableMessageError: It is something else, or no message of the type.
        """
        contents, metadata = parted(returned)
        named = content_type_in(metadata)
        if named is not None and not self._is_ours(named):
            raise UnusableMessageError(f"contents of {named}", expected=self._wanted)
        tree = self._tree(self._bytes(contents))
        assert isinstance(self.expected.contents, JsonBody)
        return Message(contents=JsonBody(tree, self.expected.contents.media_type), metadata=self._with_type(metadata))

    @property
    def _wanted(self) -> str:
        return f"bytes or a generated message of {self.type_name}; or a pair of one and metadata"

    def _bytes(self, contents: Any) -> bytes:
        match contents:
            case bytes() | bytearray() | memoryview():
                return bytes(contents)
            case BinaryBody(data=data):
                return data
            case EmptyBody():
                return b""
        if not hasattr(contents, "SerializeToString"):
            raise UnusableMessageError(type(contents).__name__, expected=self._wanted)
        given = contents.DESCRIPTOR.full_name
        if given != self.type_name:
            raise UnusableMessageError(f"a message of {given}", expected=self._wanted)
        try:
            return bytes(contents.SerializeToString())
        except Exception as error:  # the error's class is of the runtime that the provider has
            raise UnusableMessageError(f"a message that cannot be encoded ({error})", expected=self._wanted) from None

    def _tree(self, data: bytes) -> Json:
        try:
            misencoded = misencoded_fields(self.descriptors, self.type_name, data)
        except ContractkitError:
            received = f"{len(data)} bytes that are no such message, starting with {data[:16].hex(' ')}"
            raise UnusableMessageError(received, expected=self._wanted) from None
        if misencoded:
            received = f"bytes of another message, in which {misencoded[0]} is of another type"
            raise UnusableMessageError(received, expected=self._wanted)
        return decode_message(self.descriptors, self.type_name, "response", data)

    def _is_ours(self, media_type: str) -> bool:
        """Say whether a media type is one of protobuf that names no other message."""
        parameters = (each.strip().partition("=") for each in media_type.split(";")[1:])
        others = [value.strip('"').lstrip(".") for name, _, value in parameters if name.lower() == "message"]
        is_same = all(f".{self.type_name}".endswith(f".{each}") for each in others)
        return base_media_type(media_type) in _MEDIA_TYPES and is_same

    def _with_type(self, metadata: Mapping[str, Json]) -> Mapping[str, Json]:
        """Give metadata with the content type as it is expected: what is sent as protobuf is spelled in many ways."""
        others = {name: value for name, value in metadata.items() if name not in CONTENT_TYPES}
        asked = {name: value for name, value in self.expected.metadata.items() if name in CONTENT_TYPES}
        return {**others, **asked}
