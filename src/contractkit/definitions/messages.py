"""Messages: what a provider emits unasked, defined by JSON Schemas, by themselves or in an AsyncAPI document.

Their schemas are read by what reads those of responses: each message is the response of an operation of its name in an
OpenAPI document that nobody wrote, and its headers are that of another. So what is true of answers (examples first,
seeded, valid, with what is promised) is true of messages.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Final
from urllib.parse import quote

from contractkit.definitions.interface import Operation
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from contractkit.errors import DefinitionError, UnknownNameError, suggestion
from contractkit.exact_json import Json, dump_compact
from contractkit.model import is_json_media_type

JSON: Final = "application/json"
ROOT: Final = "messages"
"""The URI of the document that nobody wrote."""

_HEADERS: Final = " headers"
_NAMING: Final = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs", "definitions", "schemas"})
_VALUES: Final = frozenset({"const", "default", "enum", "example", "examples"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinedMessage:
    """A message as its definition names it.

    Attributes:
        name: Its name, `OrderPlaced`.
        schema: A reference to the schema of its contents, `orders.yaml#/components/schemas/Order`; None where anything
            may be sent. It leads to what nobody can read where `problem` says so.
        content_type: The media type of its contents; taken for JSON, or for any where nobody can read its schema, if
            `says_type` is false.
        says_type: Whether its definition says the media type.
        headers: A reference to the schema of its headers, if it declares any.
        examples: Named examples of its contents.
        declared: A reference to where the message itself is declared; None where its schema is all there is.
        problem: Why its schema cannot be read, in a phrase; empty where it can.
    """

    name: str
    schema: str | None
    content_type: str = JSON
    says_type: bool = True
    headers: str | None = None
    examples: Mapping[str, Json] = field(default_factory=dict)
    declared: str | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOperation:
    """An operation of an AsyncAPI document: the names of the messages that it carries, and of those that answer them.

    `replies` is None where the document says nothing of an answer.
    """

    messages: tuple[str, ...]
    replies: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChannel:
    """A channel of an AsyncAPI document: its address, the names of its messages, and where it is declared."""

    address: str
    messages: tuple[str, ...]
    uri: str
    pointer: str


class MessageDefinition:
    """The messages of a provider, each as the response of an operation of its name.

    `version` is what its document says its version is, empty where it says none.
    """

    kind: ClassVar = "messages"

    def __init__(
        self,
        messages: Iterable[DefinedMessage],
        documents: Mapping[str, Json],
        read: Callable[[str], Json],
        *,
        source: str,
        title: str = "",
        version: str = "",
        operations: Callable[[], Mapping[str, MessageOperation]] = dict,
        channels: Callable[[], tuple[MessageChannel, ...]] = tuple,
    ) -> None:
        """Take the messages, the documents that their references lead into, and what reads further ones."""
        self.source = source
        self.title = title or source
        self.version = version
        self._operations = operations
        self._channels = channels
        self._messages = {each.name: each for each in messages}
        self._documents = documents
        self._read = read

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names of all messages, in the order of the definition."""
        return tuple(self._messages)

    @cached_property
    def operations(self) -> Mapping[str, MessageOperation]:
        """Give the operations of an AsyncAPI document by their identifiers, read when first asked for."""
        return self._operations()

    @cached_property
    def channels(self) -> tuple[MessageChannel, ...]:
        """Give the channels of an AsyncAPI document whose address it says, likewise."""
        return self._channels()

    @cached_property
    def digest(self) -> str:
        """Give `sha256:` and the digest of the content, whatever the order of its keys."""
        return f"sha256:{hashlib.sha256(dump_compact(dict(sorted(self._documents.items())))).hexdigest()}"

    @cached_property
    def answers(self) -> OpenApiDefinition:
        """Give the definition whose operations answer with the messages."""
        return OpenApiDefinition(self.documents, source=self.source)

    @cached_property
    def requests(self) -> OpenApiDefinition:
        """Give the definition whose operations take the messages as bodies, for those that a consumer sends.

        Nothing of them is read only: that a member need not be sent for it, OpenAPI says and JSON Schema does not.
        """
        root = _document(self._messages.values(), self.title, _taking)
        known = {uri: _demanded(value) for uri, value in self._documents.items()}
        documents = Documents({ROOT: root, **known}, ROOT, lambda uri: _demanded(self._read(uri)))
        return OpenApiDefinition(documents, source=self.source)

    @cached_property
    def documents(self) -> Documents:
        """Give what the messages' schemas stand in, below the document that nobody wrote."""
        root = _document(self._messages.values(), self.title, _answering)
        return Documents({ROOT: root, **self._documents}, ROOT, self._read)

    def problem_of(self, name: str) -> str:
        """Give why nothing can be said of a message's contents, in a phrase; empty where they are JSON as defined."""
        found = self._messages[name]
        return found.problem or _unreadable(found)

    def find(self, name: str) -> DefinedMessage | None:
        """Give the message of that name, whether or not it can be made; None where there is none."""
        return self._messages.get(name)

    def message_as_written(self, name: str) -> DefinedMessage:
        """Give a message that the definition has, whether or not it can be made."""
        return self._messages[name]

    def message(self, name: str) -> DefinedMessage:
        """Give the message of that name.

        Raises:
            UnknownNameError: There is none; the nearest names are suggested.
            DefinitionError: Its schema is of a kind that is not read.
        """
        found = self._messages.get(name)
        if found is None:
            raise UnknownNameError(f"{self.title} defines no message {name!r}.", next_step=suggestion(name, self.names))
        problem = self.problem_of(name)
        if problem:
            raise DefinitionError(
                f"The message {name} cannot be made.",
                details=[("definition", self.source), ("reason", problem)],
                next_step="Messages with contents of JSON and a JSON Schema can be made.",
            )
        return found

    def contents(self, message: DefinedMessage) -> Operation:
        """Give the operation that answers with a message's contents."""
        return self.answers.operation(message.name)

    def headers(self, message: DefinedMessage) -> Operation | None:
        """Give the operation that answers with a message's headers as an object; None where none are declared."""
        return None if message.headers is None else self.answers.operation(headers_name_of(message.name))


def _unreadable(message: DefinedMessage) -> str:
    return "" if is_json_media_type(message.content_type) else f"its contents are {message.content_type}"


def path_of(name: str) -> str:
    """Give the path of the operation that answers with a message; two definitions have the same for equal names."""
    return f"/{quote(name, safe='')}"


def headers_name_of(name: str) -> str:
    """Give the name of the operation that answers with a message's headers."""
    return f"{name}{_HEADERS}"


def headers_path_of(name: str) -> str:
    """Give the path of the operation that answers with a message's headers, likewise."""
    return f"{path_of(name)}/headers"


def _document(
    messages: Iterable[DefinedMessage], title: str, operation: Callable[[str, Mapping[str, Json]], Json]
) -> Json:
    """Give the OpenAPI document of whose operations each is made of a message: of its name and its content."""
    paths: dict[str, Json] = {}
    for message in messages:
        path = path_of(message.name)
        schema = None if message.problem else message.schema
        content = _content(schema, message.content_type, message.examples)
        paths[path] = operation(message.name, content)
        if message.headers is not None:
            content = _content(message.headers, JSON, {})
            paths[headers_path_of(message.name)] = operation(headers_name_of(message.name), content)
    return {"openapi": "3.1.0", "info": {"title": title}, "paths": paths}


def _content(schema: str | None, media_type: str, examples: Mapping[str, Json]) -> Mapping[str, Json]:
    content: dict[str, Json] = {"schema": {"$ref": schema} if schema is not None else {}}
    if examples:
        content["examples"] = {each: {"value": value} for each, value in examples.items()}
    return {media_type: content}


def _answering(name: str, content: Mapping[str, Json]) -> Json:
    return {"get": {"operationId": name, "responses": {"200": {"description": name, "content": content}}}}


def _taking(name: str, content: Mapping[str, Json]) -> Json:
    body = {"required": True, "content": content}
    return {"post": {"operationId": name, "requestBody": body, "responses": {"204": {"description": name}}}}


def _demanded(value: Json, *, is_named: bool = False) -> Json:
    """Give a document without `readOnly`; `is_named` says that the keys of an object are names and no keywords."""
    if isinstance(value, list):
        return [_demanded(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: each if key in _VALUES and not is_named else _demanded(each, is_named=not is_named and key in _NAMING)
        for key, each in value.items()
        if is_named or key != "readOnly"
    }
