"""The definition of remote procedures that a set of file descriptors is: every piece is made when first asked for."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, TypeVar

from contractkit.definitions.interface import DefinitionWarning, Operation
from contractkit.definitions.protobuf.runtime import require_protobuf
from contractkit.definitions.rpc_interface import AnswerMessage, Procedure, ReceivedMessage, Side
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json
from contractkit.model import Location
from contractkit.results import Violation

if TYPE_CHECKING:  # the protobuf runtime is loaded when a definition is made, not when this module is
    from google.protobuf.descriptor import Descriptor
    from google.protobuf.message import Message

    from contractkit.definitions.protobuf.answers import Answers
    from contractkit.definitions.protobuf.emissions import Emissions
    from contractkit.definitions.protobuf.kinds import Kinds
    from contractkit.definitions.protobuf.positions import Positions
    from contractkit.definitions.protobuf.procedures import Procedures
    from contractkit.definitions.protobuf.reading import Reader
    from contractkit.definitions.protobuf.receiving import Receiver
    from contractkit.definitions.protobuf.writing import Writer

_Result = TypeVar("_Result")


class ProtoDefinition:
    """A set of file descriptors, ready to decode, encode, check and answer; see `RpcDefinition`."""

    kind: ClassVar = "protobuf"

    def __init__(self, descriptor_set: bytes, *, source: str, warnings: Iterable[DefinitionWarning] = ()) -> None:
        """Take a serialised FileDescriptorSet; `source` names it in messages, `warnings` were met while making it.

        Raises:
            DefinitionError: It is no descriptor set, lacks an imported file, or protobuf is not installed.
        """
        require_protobuf(source)
        from contractkit.definitions.protobuf.files import Files

        self.source = source
        self.files = Files(descriptor_set, source)
        self._warnings = tuple(warnings)

    @cached_property
    def title(self) -> str:
        """Give the packages that define services, else all packages, else the source."""
        from contractkit.definitions.protobuf.files import names_of

        serving = names_of(file for file in self.files.own if file.service)
        return ", ".join(serving or names_of(self.files.own)) or self.source

    @property
    def digest(self) -> str:
        """Give `sha256:` and the digest of the content; comments and the order of files do not change it."""
        return self.files.digest

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Give the operation of every procedure, in the order of files and services."""
        return tuple(each.operation for each in self._procedures.by_signature.values())

    def warnings(self) -> tuple[DefinitionWarning, ...]:
        """Give what was met that does not stop the definition being used; extensions of messages are named."""
        from contractkit.definitions.protobuf.extensions import ignored_extensions

        return (*self._warnings, *ignored_extensions(self.files.own))

    def operation(self, name: str) -> Operation:
        """Give the operation of a full name, or of `Service/Method` or `Method` where only one has it.

        Raises:
            UnknownNameError: There is none, or several; the nearest names are suggested.
        """
        return self.procedure(name).operation

    def procedure(self, name: str) -> Procedure:
        """Give the procedure of an operation's name. Raises as `operation` does."""
        return self._procedures.named(name)

    @property
    def emissions(self) -> tuple[str, ...]:
        """Give the full names of all messages, any of which may be emitted unasked."""
        return self._emissions.names

    def emission(self, name: str) -> Procedure:
        """Give the procedure that nobody calls, which answers with the messages of a type: what is emitted unasked.

        Args:
            name: A message's full name, or the end of one where only one has it.

        Raises:
            UnknownNameError: There is none, or several; the nearest names are suggested.
        """
        described = self._emissions.type_named(name)
        found = self._emissions.procedure(described)
        self._procedures.types[described.full_name] = (described, described)
        self._procedures.files[described.full_name] = described.file.name
        return found

    def find(self, path: str) -> Procedure | None:
        """Give the procedure of a path on the wire (`/package.Service/Method`), or None."""
        return self._procedures.by_signature.get(path[1:]) if path.startswith("/") else None

    def nearest(self, path: str) -> tuple[Operation, ...]:
        """Give at most three operations that resemble a path which reaches none, best first."""
        return self._procedures.nearest(path)

    def decode(self, procedure: Procedure, side: Side, data: bytes) -> Json:
        """Give the tree of an encoded message.

        Raises:
            DefinitionError: The bytes are not such a message.
        """
        descriptor = self.message_type(procedure, side)
        return self._decoded(descriptor.full_name, lambda: self._reader.read(_parsed(descriptor, data)), data)

    def receive(self, procedure: Procedure, side: Side, data: bytes, at: Location) -> ReceivedMessage:
        """Give what `decode`, `unknown_fields` and `check` say of an encoded message, which is read once.

        Raises:
            DefinitionError: The bytes are not such a message.
        """
        descriptor = self.message_type(procedure, side)
        try:
            return self._receiver.receive(descriptor, data, at)
        except Exception as error:
            raise _undecodable(descriptor.full_name, data, error) from None

    def encode(self, procedure: Procedure, side: Side, tree: Json) -> bytes:
        """Give the bytes of a message, deterministic; JSON mapping forms and generated messages are taken too.

        Raises:
            DefinitionError: The tree is not such a message: the field, what was expected and what was received.
        """
        return self._writer.whole(tree, self.message_type(procedure, side)).SerializeToString(deterministic=True)

    def check(self, procedure: Procedure, side: Side, tree: Json, at: Location) -> tuple[Violation, ...]:
        """Give every place where a tree is not a message of the definition, below the location `at`."""
        return self._writer.write(tree, self.message_type(procedure, side), at)[1]

    def unknown_fields(self, procedure: Procedure, side: Side, data: bytes) -> tuple[int, ...]:
        """Give the numbers of the fields in encoded bytes that the definition does not know, at any depth."""
        from contractkit.definitions.protobuf.unknown import unknown_numbers

        descriptor = self.message_type(procedure, side)
        return self._decoded(descriptor.full_name, lambda: unknown_numbers(_parsed(descriptor, data)), data)

    def misencoded_fields(self, procedure: Procedure, side: Side, data: bytes) -> tuple[str, ...]:
        """Give the names of fields of encoded bytes that are of another type there: those of another message."""
        from contractkit.definitions.protobuf.unknown import misencoded_names

        descriptor = self.message_type(procedure, side)
        return self._decoded(descriptor.full_name, lambda: misencoded_names(_parsed(descriptor, data)), data)

    def answer(
        self, procedure: Procedure, *, seed: str, request: Json = None, body: Json = None, ordinal: int = 0
    ) -> AnswerMessage:
        """Synthesise a valid message of the response type, equal for equal arguments; see `RpcDefinition.answer`.

        A list, a map or a whole message object in `body` wins as it is; other members are laid over one by one.
        """
        return self._answers.answer(
            self.message_type(procedure, Side.REQUEST),
            self.message_type(procedure, Side.RESPONSE),
            seed=f"{procedure.operation.signature} {seed}{f' {ordinal}' if ordinal else ''}",
            request=request,
            body=body,
        )

    def exchange(self, procedure: Procedure, *, seed: str) -> Callable[[bytes], tuple[Json, AnswerMessage] | None]:
        """Give what `receive` and `answer` say of encoded requests in one step; see `RpcDefinition.exchange`."""
        from contractkit.definitions.protobuf.exchanges import exchange_between

        asked, wanted = self._procedures.types[procedure.operation.signature]
        full_seed = f"{procedure.operation.signature} {seed} "
        made = exchange_between(asked, wanted, full_seed, self._reader, self._receiver, self._answers)
        return made or (lambda _data: None)

    def example(self, procedure: Procedure, side: Side, *, seed: str) -> Json:
        """Give the tree of a valid message of either side, equal for equal arguments."""
        descriptor = self.message_type(procedure, side)
        return self._answers.example(descriptor, f"{procedure.operation.signature} {side.value} {seed}")

    def descriptor_set(self, procedure: Procedure | None = None) -> bytes:
        """Give a serialised FileDescriptorSet: of all files, or of those that a procedure needs, dependencies first."""
        return self.files.serialised(None if procedure is None else self._procedures.files[_signature(procedure)])

    def decode_any(self, type_url: str, value: bytes) -> Json:
        """Give the tree of what a `google.protobuf.Any` carries, such as a detail of a status, with `@type`.

        A type that neither the definition nor an installed package knows is kept as base64 under `value`.

        Raises:
            DefinitionError: The bytes are not a message of that type.
        """
        return self._decoded(type_url, lambda: self._reader.read_any(type_url, value), value)

    def encode_any(self, tree: Json) -> tuple[str, bytes]:
        """Give type and bytes of a tree with `@type`: what `decode_any` reverses.

        Raises:
            DefinitionError: It has no `@type`, or is not a message of it.
        """
        from google.protobuf.any_pb2 import Any

        self.files.knows_type(Any.DESCRIPTOR.full_name)
        message = self._writer.whole(tree, self.files.pool.FindMessageTypeByName(Any.DESCRIPTOR.full_name))
        packed = Any.FromString(message.SerializeToString())
        return packed.type_url, packed.value

    def line_of(self, pointer: str) -> int | None:
        """Give the line (from 1) of what a pointer such as `orders.proto#orders.v1.Order.total` names, or None."""
        return self._positions.line_of(pointer)

    def message_type(self, procedure: Procedure, side: Side) -> "Descriptor":
        """Give the descriptor of what a side of a procedure sends."""
        asked, answered = self._procedures.types[procedure.operation.signature]
        return asked if side is Side.REQUEST else answered

    def _decoded(self, full_name: str, read: Callable[[], _Result], data: bytes) -> _Result:
        try:
            return read()
        except Exception as error:
            raise _undecodable(full_name, data, error) from None

    @cached_property
    def _kinds(self) -> "Kinds":
        from contractkit.definitions.protobuf.kinds import Kinds

        return Kinds()

    @cached_property
    def _positions(self) -> "Positions":
        from contractkit.definitions.protobuf.positions import Positions

        return Positions(self.files)

    @cached_property
    def _procedures(self) -> "Procedures":
        from contractkit.definitions.protobuf.procedures import Procedures

        return Procedures(self.files, self._positions, self.title)

    @cached_property
    def _emissions(self) -> "Emissions":
        from contractkit.definitions.protobuf.emissions import Emissions

        return Emissions(self.files, self._positions, self.title)

    @cached_property
    def _reader(self) -> "Reader":
        from contractkit.definitions.protobuf.reading import Reader

        return Reader(self.files, self._kinds)

    @cached_property
    def _receiver(self) -> "Receiver":
        from contractkit.definitions.protobuf.receiving import Receiver

        return Receiver(self._kinds, self._reader, self._writer)

    @cached_property
    def _writer(self) -> "Writer":
        from contractkit.definitions.protobuf.writing import Writer

        return Writer(self.files, self._kinds)

    @cached_property
    def _answers(self) -> "Answers":
        from contractkit.definitions.protobuf.answers import Answers

        return Answers(self.files, self._kinds, self._reader, self._writer)


def _signature(procedure: Procedure) -> str:
    return procedure.operation.signature


def _undecodable(full_name: str, data: bytes, error: Exception) -> Exception:
    """Give what to raise for an error met while bytes were decoded; one that has another reason stays as it is."""
    from google.protobuf.message import DecodeError

    if not isinstance(error, DecodeError | UnicodeDecodeError | RecursionError):
        return error
    return DefinitionError(
        f"The bytes are not a message of {full_name}.",
        details=[("bytes", f"{len(data)}, starting with {data[:16].hex(' ')}"), ("problem", str(error))],
        next_step="Check that both sides were built from the same definition.",
    )


def _parsed(descriptor: "Descriptor", data: bytes) -> "Message":
    from contractkit.definitions.protobuf.reading import parsed

    return parsed(descriptor, data)
