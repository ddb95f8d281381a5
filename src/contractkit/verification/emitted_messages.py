"""Emitted messages: what a provider hands over as a message, made into the one that is compared."""

from collections.abc import Mapping
from typing import Any

from contractkit.exact_json import Json, dump_canonical, read_json
from contractkit.model import BinaryBody, Body, EmptyBody, JsonBody, Message, MissingBody, TextBody, media_type_of
from contractkit.transports.http_messages import read_body

CONTENT_TYPES = ("contentType", "content-type", "Content-Type")
"""The names under which metadata say the content type."""

_JSON = "application/json"


_EXPECTED = "a JSON value, text, bytes or a protobuf message; or a pair of one and metadata"


class UnusableMessageError(Exception):
    """What was handed over is no message, in a phrase; `expected` is what was to be."""

    def __init__(self, received: str, *, expected: str = _EXPECTED) -> None:
        super().__init__(received)
        self.expected = expected


def emitted_message(returned: object, expected: Message) -> Message:
    """Give what a producer returned as a message.

    Args:
        returned: The contents: a JSON value, text, bytes or a message of protobuf; or a pair of them and metadata.
        expected: What the consumer expects: its content type is taken for that of text and bytes which have none.

    Raises:
        UnusableMessageError: It is neither, or its metadata are not names with JSON values.
    """
    contents, metadata = parted(returned)
    named = content_type_in(metadata)
    body = _body(contents, named, named or content_type_in(expected.metadata) or media_type_of(expected.contents))
    return message_with_type(body, metadata, expected)


def message_with_type(body: Body, metadata: Mapping[str, Json], expected: Message) -> Message:
    """Give a message whose metadata say the content type of its body under the name by which it is expected."""
    media_type = content_type_in(metadata) or media_type_of(body)
    names = [name for name in CONTENT_TYPES if name in expected.metadata and name not in metadata]
    if media_type is None or not names:
        return Message(contents=body, metadata=metadata)
    return Message(contents=body, metadata={**metadata, **dict.fromkeys(names, media_type)})


def content_type_in(metadata: Mapping[str, Json]) -> str | None:
    """Give the content type that metadata name, or None."""
    named = (metadata.get(name) for name in CONTENT_TYPES)
    return next((value for value in named if isinstance(value, str) and value), None)


def parted(returned: object) -> tuple[object, Mapping[str, Json]]:
    """Give the contents of what was handed over, and the metadata of a pair.

    Raises:
        UnusableMessageError: It is a tuple and no such pair, or its metadata are not names with JSON values.
    """
    match returned:
        case (contents, Mapping() as metadata):
            return contents, _checked(metadata)
        case tuple():
            raise UnusableMessageError(f"a tuple of {len(returned)}, where a pair of a body and metadata was expected")
    return returned, {}


def _checked(metadata: Mapping[Any, Any]) -> Mapping[str, Json]:
    if not all(isinstance(name, str) for name in metadata):
        raise UnusableMessageError("metadata with names that are no texts")
    try:
        read: Mapping[str, Json] = read_json(dump_canonical(dict(metadata)))
    except (TypeError, ValueError) as error:
        raise UnusableMessageError(f"metadata that are no JSON values ({error})") from None
    return read


def _body(contents: object, named: str | None, media_type: str | None) -> Body:
    match contents:
        case MissingBody() | EmptyBody() | JsonBody() | TextBody() | BinaryBody():
            return contents
        case bytes() | bytearray() | memoryview():
            return read_body(bytes(contents), media_type)
        case str() if media_type is not None:
            return read_body(contents.encode(), media_type)
        case _ if hasattr(contents, "SerializeToString"):
            return read_body(contents.SerializeToString(), media_type)
    try:
        return JsonBody(read_json(dump_canonical(contents)), named or _JSON)
    except (TypeError, ValueError) as error:
        raise UnusableMessageError(f"{type(contents).__name__}, which is no JSON value ({error})") from None
