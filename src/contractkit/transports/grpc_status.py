"""Rich statuses: the details of an error as `google.rpc.Status`, encoded for the trailer that carries it."""

from collections.abc import Sequence
from typing import Any

from contractkit.errors import DefinitionError
from contractkit.exact_json import Json
from contractkit.transports.grpc_library import require_grpc
from contractkit.transports.rpc_messages import STATUS_CODES

with require_grpc("A status with details"):
    from google.protobuf import json_format
    from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

from contractkit.transports.grpc_pool import descriptor_pool

_PREFIX = "type.googleapis.com/"


class StatusEncoder:
    """Encodes details of the types of `google/rpc/error_details.proto` and of a definition."""

    def __init__(self, descriptor_set: bytes) -> None:
        """Take the definition's files as an encoded FileDescriptorSet."""
        self._pool = descriptor_pool(descriptor_set, error_details_pb2.DESCRIPTOR)

    def encode(self, code: str, message: str, details: Sequence[Json]) -> bytes:
        """Give the encoded `google.rpc.Status`.

        Args:
            code: The name of the status.
            message: Its text.
            details: Objects with `@type`, the full name of a message or its URL, and that message's fields.

        Raises:
            DefinitionError: A detail names no known type, or is not of its type.
        """
        status = status_pb2.Status(code=STATUS_CODES.index(code), message=message)
        for detail in details:
            self._pack(detail, status.details.add())
        encoded: bytes = status.SerializeToString(deterministic=True)
        return encoded

    def _pack(self, detail: Json, into: Any) -> None:
        name = detail.get("@type") if isinstance(detail, dict) else None
        if not isinstance(name, str):
            raise DefinitionError('A detail of a status is an object with "@type", the full name of a message.')
        url = name if "/" in name else _PREFIX + name
        try:
            json_format.ParseDict({**detail, "@type": url}, into, descriptor_pool=self._pool)
        except (json_format.ParseError, TypeError, KeyError) as error:
            raise DefinitionError(
                f"The detail {name} of the status cannot be made.", details=[("problem", str(error))]
            ) from None


def detail_of(message: Any) -> Json:
    """Give a generated message as a detail: its fields with `@type`."""
    fields = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return {"@type": _PREFIX + message.DESCRIPTOR.full_name, **fields}
