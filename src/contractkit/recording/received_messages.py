"""Received messages: what a consumer's handler is called with, whatever carries messages in production."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from contractkit.errors import MessageError
from contractkit.exact_json import Json, dump_compact, read_json
from contractkit.model import Body, JsonBody, Location
from contractkit.transports.http_messages import encode_body

CONTENTS = Location(("message", "contents"))
"""Where the contents of a message stand in its exchange."""

_Parsed = TypeVar("_Parsed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMessage:
    """A message as it arrives at the consumer.

    Attributes:
        name: What its definition calls it.
        contents: Its contents as they were made.
        metadata: What comes beside the contents: name to any JSON value, `contentType` among them.
        encoded: A message of protobuf in its own encoding, of which `contents` are the tree; None of others.
    """

    name: str
    contents: Body
    metadata: Mapping[str, Json] = field(default_factory=dict)
    encoded: bytes | None = None

    @property
    def json(self) -> Any:
        """Give a copy of the JSON value, of a message of protobuf that of its tree; None where there is none."""
        return read_json(dump_compact(self.contents.value)) if isinstance(self.contents, JsonBody) else None

    @property
    def body(self) -> bytes:
        """Give the contents as the bytes that a broker would carry."""
        return encode_body(self.contents) if self.encoded is None else self.encoded

    @property
    def text(self) -> str:
        """Give those bytes as text.

        Raises:
            MessageError: It is a message of protobuf.
        """
        if self.encoded is not None:
            raise MessageError(
                f"The message {self.name} is one of protobuf, whose bytes are no text.",
                next_step="Use .body, or .parsed(…) with the generated class.",
            )
        return self.body.decode()

    def parsed(self, message_class: type[_Parsed]) -> _Parsed:
        """Give a message of protobuf as one of the class that the consumer generated for it.

        Raises:
            MessageError: It is none of protobuf, or the class is that of another message.
        """
        if self.encoded is None:
            raise MessageError(
                f"The message {self.name} is none of protobuf.",
                details=[("received", self.content_type)],
                next_step="Use .json, .text or .body.",
            )
        described: Any = getattr(message_class, "DESCRIPTOR", None)
        if not isinstance(message_class, type) or getattr(described, "full_name", None) != self.name:
            named = f"the class of {described.full_name}" if hasattr(described, "full_name") else repr(message_class)
            raise MessageError(
                f"The message {self.name} cannot be parsed.",
                details=[("expected", "the class that protoc generates for it"), ("received", named)],
            )
        parsed: Any = message_class()
        parsed.ParseFromString(self.encoded)
        return cast(_Parsed, parsed)

    @property
    def content_type(self) -> str:
        """Give the media type of the contents."""
        return str(self.metadata.get("contentType", ""))
