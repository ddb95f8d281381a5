"""What a definition of remote procedures offers: procedures, messages as trees, checks and answers.

A message is handled as a *tree*: a JSON object from field name (as the definition spells it) to value. Integers of
every width are exact ints, enum members are names (numbers where unknown), bytes are base64 text, maps are objects with
text keys, `google.protobuf.Any` is its type's tree with `@type`, wrappers and `Struct` are the JSON value they stand
for; every other message is an object. A field without presence is always in the tree, with its default where nothing
was sent; a field with presence (`optional`, `oneof`, a message, proto2) is in it exactly if it was set.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Protocol

from contractkit.definitions.interface import AnyDefinition, Operation, Promise
from contractkit.exact_json import Json
from contractkit.model import Location
from contractkit.results import Violation


class Side(Enum):
    """Who sends a message: the consumer (`REQUEST`) or the provider (`RESPONSE`)."""

    REQUEST = "request"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One procedure. The operation's name and signature are `package.Service/Method`; types are full names."""

    operation: Operation
    request_type: str
    response_type: str
    client_streaming: bool = False
    server_streaming: bool = False

    @property
    def path(self) -> str:
        """Give the path on the wire: `/package.Service/Method`."""
        return f"/{self.operation.signature}"

    @property
    def is_unary(self) -> bool:
        """Say whether one message goes each way."""
        return not (self.client_streaming or self.server_streaming)


class AnswerMessage:
    """A synthesised message that the definition allows: bytes, from which all else is read when it is first looked at.

    Most answers are only sent.
    """

    def __init__(
        self,
        encoded: bytes,
        read: Callable[[bytes], Json],
        grade: Callable[[Json], Mapping[Location, Promise]],
    ) -> None:
        """Take the bytes, what gives their tree, and what gives the promises of a tree."""
        self.encoded = encoded
        self._read = read
        self._grade = grade

    @cached_property
    def tree(self) -> Json:
        """Give the message's tree."""
        return self._read(self.encoded)

    @cached_property
    def promises(self) -> Mapping[Location, Promise]:
        """Give, for each place of the tree (steps below the message), how far the definition commits a provider.

        Fields without presence, repeated fields and maps are `PROMISED`, proto2's required fields too, others
        `DECLARED`.
        """
        return self._grade(self.tree)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMessage:
    """A message that came from outside: its tree, and what is wrong with it.

    `unknown` are the numbers of fields that the definition does not know, at any depth; where there are any,
    `violations` are not looked for.
    """

    tree: Json
    unknown: tuple[int, ...] = ()
    violations: tuple[Violation, ...] = ()


class RpcDefinition(AnyDefinition, Protocol):
    """A definition of remote procedures, read and ready; messages are built on first use.

    Its title is that of its packages. An operation is found by its full name, or by `Service/Method` or `Method` where
    only one has it.
    """

    def procedure(self, name: str) -> Procedure:
        """Give the procedure of an operation's name. Raises as `operation` does."""

    def emission(self, name: str) -> Procedure:
        """Give the procedure that nobody calls, which answers with the messages of a type: what is emitted unasked.

        Args:
            name: A message's full name, or the end of one where only one has it.

        Raises:
            UnknownNameError: There is none, or several; the nearest names are suggested.
        """

    def find(self, path: str) -> Procedure | None:
        """Give the procedure of a path on the wire (`/package.Service/Method`), or None."""

    def nearest(self, path: str) -> tuple[Operation, ...]:
        """Give at most three operations that resemble a path which reaches none, best first."""

    def decode(self, procedure: Procedure, side: Side, data: bytes) -> Json:
        """Give the tree of an encoded message.

        Raises:
            DefinitionError: The bytes are not such a message.
        """

    def receive(self, procedure: Procedure, side: Side, data: bytes, at: Location) -> ReceivedMessage:
        """Give what `decode`, `unknown_fields` and `check` say of an encoded message, which is read once.

        Raises:
            DefinitionError: The bytes are not such a message.
        """

    def encode(self, procedure: Procedure, side: Side, tree: Json) -> bytes:
        """Give the bytes of a message, deterministic; JSON mapping forms (RFC 3339 timestamps …) are taken too.

        Raises:
            DefinitionError: The tree is not such a message: the field, what was expected and what was received.
        """

    def check(self, procedure: Procedure, side: Side, tree: Json, at: Location) -> tuple[Violation, ...]:
        """Give every place where a tree is not a message of the definition, below the location `at`."""

    def unknown_fields(self, procedure: Procedure, side: Side, data: bytes) -> tuple[int, ...]:
        """Give the numbers of the fields in encoded bytes that the definition does not know."""

    def answer(
        self, procedure: Procedure, *, seed: str, request: Json = None, body: Json = None, ordinal: int = 0
    ) -> AnswerMessage:
        """Synthesise a valid message of the response type, equal for equal arguments.

        Args:
            procedure: What was called.
            seed: Decides the values.
            request: The tree of the (first) request, whose values are echoed where names and types agree.
            body: A partial tree laid over the synthesised one, member by member.
            ordinal: Which message of a stream, counted from 0.

        Raises:
            DefinitionError: The partial tree is not of the response type.
        """

    def exchange(self, procedure: Procedure, *, seed: str) -> "Callable[[bytes], tuple[Json, AnswerMessage] | None]":
        """Give what `receive` and `answer` say of encoded requests in one step: the tree, and the answer to it.

        It gives None where a request is not allowed, or this cannot be told so soon.

        Args:
            procedure: What is called.
            seed: Decides the values; to it a space and the tree in a list, as compact JSON, are added.
        """

    def descriptor_set(self, procedure: Procedure | None = None) -> bytes:
        """Give a serialised FileDescriptorSet: of all files, or of those that a procedure needs, dependencies first."""
