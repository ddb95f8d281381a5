"""Procedures: what the services of a definition offer, and how a name finds one."""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Final

from google.protobuf.descriptor import Descriptor, MethodDescriptor

from contractkit.definitions.interface import Operation
from contractkit.definitions.protobuf.files import Files
from contractkit.definitions.protobuf.kinds import pointer_of
from contractkit.definitions.protobuf.positions import Positions
from contractkit.definitions.rpc_interface import Procedure
from contractkit.errors import UnknownNameError, suggestion

_MOST: Final = 3
_RESEMBLES: Final = 0.6


class Procedures:
    """The procedures of one definition, in the order of files and services."""

    def __init__(self, files: Files, positions: Positions, title: str) -> None:
        self._title = title
        self.files: dict[str, str] = {}
        self.types: dict[str, tuple[Descriptor, Descriptor]] = {}
        self.by_signature: dict[str, Procedure] = {}
        for method in _methods(files):
            signature = f"{method.containing_service.full_name}/{method.name}"
            self.files[signature] = method.containing_service.file.name
            self.types[signature] = (method.input_type, method.output_type)
            self.by_signature[signature] = _procedure(method, signature, positions)
        self._by_short_name = _short_names(self.by_signature)

    def named(self, name: str) -> Procedure:
        """Give the procedure of a full name, or of `Service/Method` or `Method` where only one has it.

        Raises:
            UnknownNameError: There is none, or several; the nearest names are suggested.
        """
        wanted = name.removeprefix("/")
        found = self.by_signature.get(wanted)
        if found is not None:
            return found
        several = self._by_short_name.get(wanted.replace("/", "."), ())
        if len(several) == 1:
            return self.by_signature[several[0]]
        if several:
            raise UnknownNameError(
                f"{self._title} has several operations {name!r}.", next_step=f"Name one: {' or '.join(several)}."
            )
        near = [operation.signature for operation in self.nearest(wanted)]
        hint = f"Did you mean {' or '.join(near)}?" if near else suggestion(wanted, self.by_signature)
        raise UnknownNameError(f"{self._title} has no operation {name!r}.", next_step=hint)

    def nearest(self, path: str) -> tuple[Operation, ...]:
        """Give at most three operations that resemble a path which reaches none, best first."""
        wanted = path.removeprefix("/").lower()
        scored = [(_likeness(wanted, signature.lower()), -number) for number, signature in enumerate(self.by_signature)]
        best = sorted((pair for pair in scored if pair[0] >= _RESEMBLES), reverse=True)[:_MOST]
        every = tuple(self.by_signature.values())
        return tuple(every[-number].operation for _, number in best)


def _methods(files: Files) -> Iterator[MethodDescriptor]:
    for file in files.own:
        for service in file.service:
            full_name = f"{file.package}.{service.name}".removeprefix(".")
            yield from files.pool.FindServiceByName(full_name).methods


def _procedure(method: MethodDescriptor, signature: str, positions: Positions) -> Procedure:
    pointer = pointer_of(method.containing_service.file.name, method.full_name)
    operation = Operation(
        name=signature,
        signature=signature,
        method="",
        path="",
        statuses=(),
        pointer=pointer,
        summary=positions.summary(pointer),
        deprecated=bool(method.has_options and method.GetOptions().deprecated),
    )
    return Procedure(
        operation=operation,
        request_type=method.input_type.full_name,
        response_type=method.output_type.full_name,
        client_streaming=method.client_streaming,
        server_streaming=method.server_streaming,
    )


def _short_names(signatures: Mapping[str, Procedure]) -> Mapping[str, tuple[str, ...]]:
    """Give each end of a full name that starts at a dot or slash, slashes as dots, with the signatures it may mean."""
    found: dict[str, tuple[str, ...]] = {}
    for signature in signatures:
        words = signature.replace("/", ".").split(".")
        for start in range(len(words)):
            name = ".".join(words[start:])
            found[name] = (*found.get(name, ()), signature)
    return found


def _likeness(wanted: str, signature: str) -> float:
    """Give how alike two names are, as a whole and by their last parts: a method may stand under another service."""
    whole = SequenceMatcher(None, wanted, signature).ratio()
    last = SequenceMatcher(None, wanted.rpartition("/")[2], signature.rpartition("/")[2]).ratio()
    return max(whole, last * 0.95)
