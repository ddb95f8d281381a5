"""Emissions: messages that a provider emits unasked, each the answer of a procedure of its name that nobody calls."""

from collections.abc import Iterable, Iterator
from functools import cached_property

from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pb2 import DescriptorProto, ServiceDescriptorProto

from contractkit.definitions.interface import Operation
from contractkit.definitions.protobuf.files import Files
from contractkit.definitions.protobuf.kinds import pointer_of
from contractkit.definitions.protobuf.positions import Positions
from contractkit.definitions.rpc_interface import Procedure
from contractkit.errors import UnknownNameError, suggestion


class Emissions:
    """The message types of one definition as what may be emitted, in the order of files."""

    def __init__(self, files: Files, positions: Positions, title: str) -> None:
        self._files = files
        self._positions = positions
        self._title = title

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Give the full names of all message types, nested ones behind those that hold them."""
        return tuple(name for file in self._files.own for name in _nested(file.package, file.message_type))

    def type_named(self, name: str) -> Descriptor:
        """Give the message type of a full name, or of the end of one where only one has it.

        Raises:
            UnknownNameError: There is none, or several, or it names something else; the nearest names are suggested.
        """
        if name in self.names:
            return self._files.pool.FindMessageTypeByName(name)
        several = [each for each in self.names if each.endswith(f".{name}")]
        if len(several) == 1:
            return self._files.pool.FindMessageTypeByName(several[0])
        if several:
            raise UnknownNameError(
                f"{self._title} defines several messages {name!r}.", next_step=f"Name one: {' or '.join(several)}."
            )
        is_else = self._kind_of(name)
        raise UnknownNameError(
            f"{self._title} defines no message {name!r}.",
            details=[("received", f"the name of {is_else}")] if is_else else [],
            next_step=suggestion(name, self.names),
        )

    def procedure(self, described: Descriptor) -> Procedure:
        """Give the procedure whose answers are messages of a type; its operation is called after the type."""
        full_name = described.full_name
        pointer = pointer_of(described.file.name, full_name)
        operation = Operation(
            name=full_name,
            signature=full_name,
            method="",
            path="",
            statuses=(),
            pointer=pointer,
            summary=self._positions.summary(pointer),
            deprecated=bool(described.has_options and described.GetOptions().deprecated),
        )
        return Procedure(operation=operation, request_type=full_name, response_type=full_name)

    def _kind_of(self, name: str) -> str:
        """Say what a name stands for that is no message's; nothing where it stands for nothing."""
        for file in self._files.own:
            scope = f"{file.package}." if file.package else ""
            if name.removeprefix(scope) in {each.name for each in file.service}:
                return "a service"
            if name.removeprefix(scope) in {each.name for each in file.enum_type}:
                return "an enumeration"
            if _is_procedure(name.replace("/", ".").removeprefix(scope), file.service):
                return "a procedure"
        return ""


def _is_procedure(name: str, services: Iterable[ServiceDescriptorProto]) -> bool:
    return any(name == f"{each.name}.{method.name}" for each in services for method in each.method)


def _nested(scope: str, described: Iterable[DescriptorProto]) -> Iterator[str]:
    for each in described:
        if not each.options.map_entry:
            full_name = f"{scope}.{each.name}".removeprefix(".")
            yield full_name
            yield from _nested(full_name, each.nested_type)
