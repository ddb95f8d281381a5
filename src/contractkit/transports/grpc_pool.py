"""Descriptor pools: private ones, so that two definitions may say different things under one name."""

from typing import Any

from contractkit.transports.grpc_library import require_grpc

with require_grpc("A gRPC stub"):
    from google.protobuf import descriptor_pb2
    from google.protobuf.descriptor_pool import DescriptorPool


def descriptor_pool(descriptor_set: bytes, *also: Any) -> DescriptorPool:
    """Give a pool of the files of an encoded FileDescriptorSet, whose files come after what they import.

    Args:
        descriptor_set: The files.
        also: Further files (their generated descriptors), each left out where the pool has one of that name.
    """
    pool = DescriptorPool()
    known: set[str] = set()
    for file in descriptor_pb2.FileDescriptorSet.FromString(descriptor_set).file:
        pool.Add(file)
        known.add(file.name)
    for descriptor in also:
        _add(pool, descriptor, known)
    return pool


def _add(pool: DescriptorPool, descriptor: Any, known: set[str]) -> None:
    if descriptor.name in known:
        return
    known.add(descriptor.name)
    for dependency in descriptor.dependencies:
        _add(pool, dependency, known)
    file = descriptor_pb2.FileDescriptorProto()
    descriptor.CopyToProto(file)
    try:
        pool.Add(file)
    except TypeError:  # the definition defines the same names in a file of another name
        return
