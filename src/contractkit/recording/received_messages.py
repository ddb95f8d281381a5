"""Received messages: what a consumer's handler is called with, whatever carries messages in production."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contractkit.exact_json import Json, dump_compact, read_json
from contractkit.model import Body, JsonBody
from contractkit.transports.http_messages import encode_body


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMessage:
    """A message as it arrives at the consumer.

    Attributes:
        name: What its definition calls it.
        contents: Its contents as they were made.
        metadata: What comes beside the contents: name to any JSON value, `contentType` among them.
    """

    name: str
    contents: Body
    metadata: Mapping[str, Json] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        """Give a copy of the JSON value; None where the contents are none."""
        return read_json(dump_compact(self.contents.value)) if isinstance(self.contents, JsonBody) else None

    @property
    def body(self) -> bytes:
        """Give the contents as the bytes that a broker would carry."""
        return encode_body(self.contents)

    @property
    def text(self) -> str:
        """Give those bytes as text."""
        return self.body.decode()

    @property
    def content_type(self) -> str:
        """Give the media type of the contents."""
        return str(self.metadata.get("contentType", ""))
