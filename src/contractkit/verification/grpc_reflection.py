"""Server reflection: the files that a provider says its service is defined by, as a descriptor set."""

from typing import Any, Final

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from grpc import RpcError, StatusCode
from grpc.aio import EOF, Channel
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionRequest, ServerReflectionResponse

from contractkit.errors import DefinitionError

_VERSIONS: Final = ("v1", "v1alpha")
"""Versions of the protocol, the newest first; their messages are the same on the wire."""


async def reflect(channel: Channel, service: str, *, timeout: float) -> bytes:
    """Give a serialised FileDescriptorSet of a service and all that its file imports, as the provider tells it.

    Raises:
        DefinitionError: The provider offers no reflection, or its reflection does not know the service.
    """
    for version in _VERSIONS:
        try:
            return await _files(channel, service, version, timeout)
        except RpcError as error:
            code = error.code()
            if code is not StatusCode.UNIMPLEMENTED:
                raise DefinitionError(f"the provider's reflection answered {code.name}") from None
    raise DefinitionError("the provider does not offer it")


async def _files(channel: Channel, service: str, version: str, timeout: float) -> bytes:
    method: Any = channel.stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=ServerReflectionRequest.SerializeToString,
        response_deserializer=ServerReflectionResponse.FromString,
    )
    call = method(timeout=timeout)
    found: dict[str, FileDescriptorProto] = {}
    try:
        pending = [ServerReflectionRequest(file_containing_symbol=service)]
        while pending:
            await call.write(pending.pop())
            pending += _further(await call.read(), found)
        await call.done_writing()
    finally:
        call.cancel()
    return FileDescriptorSet(file=found.values()).SerializeToString()


def _further(answer: Any, found: dict[str, FileDescriptorProto]) -> list[ServerReflectionRequest]:
    """Add the files of an answer to those found, and give the requests for what they import."""
    if answer is EOF or not answer.HasField("file_descriptor_response"):
        raise DefinitionError("the provider's reflection does not know it")
    files = [FileDescriptorProto.FromString(data) for data in answer.file_descriptor_response.file_descriptor_proto]
    found |= {file.name: file for file in files}
    imported = [name for file in files for name in file.dependency]
    return [ServerReflectionRequest(file_by_filename=name) for name in dict.fromkeys(imported) if name not in found]
