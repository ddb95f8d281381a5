"""The wire of gRPC: metadata as it is sent, and the details of a status as they came."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from google.protobuf.descriptor_pb2 import (
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
    ServiceDescriptorProto,
)

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import RpcDefinition, Side
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, show_json
from contractkit.transports.rpc_messages import BINARY, read_metadata

WireMetadata: TypeAlias = tuple[tuple[str, str | bytes], ...]

_NAME: Final = re.compile(r"[0-9a-z_.-]+")
_VALUE: Final = re.compile(r"[ -~]*")
"""What gRPC's protocol allows as names and values (gRPC over HTTP/2, *Requests*)."""

_DETAILS: Final = "grpc-status-details-bin"
"""The trailer that holds a `google.rpc.Status` with details."""


def to_metadata(metadata: Mapping[str, Json]) -> WireMetadata:
    """Give metadata as it is sent: names in lower case, a list as one entry for each, `-bin` values as bytes.

    Raises:
        DefinitionError: A name or a value is none that gRPC can send; values are not repeated, they may be secret.
    """
    sent = read_metadata([(name.lower(), "") for name in metadata])  # without what belongs to the transport
    return tuple(
        (name.lower(), _to_value(name.lower(), value))
        for name, values in metadata.items()
        if name.lower() in sent
        for value in (values if isinstance(values, list) else [values])
    )


def _to_value(name: str, value: Json) -> str | bytes:
    if not _NAME.fullmatch(name):
        raise _unsendable(name, "a name of lower-case letters, digits, `_`, `-` and `.`")
    text = value if isinstance(value, str) else show_json(value, limit=1 << 20)
    if not name.endswith(BINARY):
        if not _VALUE.fullmatch(text):
            raise _unsendable(name, "printable ASCII as its value; other bytes go under a name that ends in -bin")
        return text
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return text.encode()


def _unsendable(name: str, expected: str) -> DefinitionError:
    return DefinitionError("The metadata of a call cannot be sent.", details=[("entry", name), ("expected", expected)])


class DetailsReader:
    """Reads the details of statuses as trees, by the types of a definition and the standard ones."""

    def __init__(self) -> None:
        self._by_digest: dict[str, RpcDefinition] = {}

    def read(self, trailers: Iterable[tuple[str, str | bytes]], definition: RpcDefinition) -> tuple[Json, ...]:
        """Give the details in the trailers of a call; empty where it has none.

        Raises:
            DefinitionError: The trailer that holds them is no status.
        """
        data = next((value for name, value in trailers if name == _DETAILS), None)
        if data is None:
            return ()
        reader = self._reader(definition)
        encoded = data if isinstance(data, bytes) else data.encode("latin-1")
        status = reader.decode(reader.procedure(_READ), Side.RESPONSE, encoded)
        return tuple(status["details"]) if isinstance(status, dict) else ()

    def _reader(self, definition: RpcDefinition) -> RpcDefinition:
        if definition.digest not in self._by_digest:
            files = FileDescriptorSet.FromString(definition.descriptor_set())
            self._by_digest[definition.digest] = ProtoDefinition(_with_status(files), source="of a status's details")
        return self._by_digest[definition.digest]


_READ: Final = "contractkit.Statuses/Read"


def _with_status(files: FileDescriptorSet) -> bytes:
    """Give the files and a procedure that answers a status, so that the definition can decode one."""
    status = ".google.rpc.Status"
    reading = FileDescriptorProto(
        name="contractkit/statuses.proto",
        package="contractkit",
        syntax="proto3",
        dependency=["google/rpc/status.proto"],
        service=[
            ServiceDescriptorProto(
                name="Statuses",
                method=[MethodDescriptorProto(name="Read", input_type=status, output_type=status)],
            )
        ],
    )
    files.file.append(reading)
    return files.SerializeToString()
