"""What every gRPC stub offers beside its definition: server reflection, and the health service."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contractkit.transports.grpc_library import require_grpc
from contractkit.transports.grpc_pool import descriptor_pool

with require_grpc("A gRPC stub"):
    import grpc
    from grpc_health.v1 import health, health_pb2, health_pb2_grpc
    from grpc_reflection.v1alpha import reflection, reflection_pb2

_REFLECTION = ("grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection")
_HEALTH = "grpc.health.v1.Health"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a stub offers.

    Attributes:
        streams: Path on the wire to whether the client and the server send streams.
        descriptor_set: Gives the encoded FileDescriptorSet of everything; asked when reflection is first used.
    """

    streams: Mapping[str, tuple[bool, bool]]
    descriptor_set: Callable[[], bytes]

    @property
    def services(self) -> tuple[str, ...]:
        """Give the full names of the services, sorted."""
        return tuple(sorted({path.split("/")[1] for path in self.streams}))


async def add_services(server: Any, offered: Offered) -> None:
    """Add to a server what its definition does not define itself; a service of the definition is the definition's."""
    own = offered.services
    if _HEALTH not in own:
        servicer = health.aio.HealthServicer()
        for name in ("", *own):
            await servicer.set(name, health_pb2.HealthCheckResponse.SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    names = sorted({*own, _HEALTH, *_REFLECTION})
    listed = reflection.aio.ReflectionServicer(names, pool=_LazyPool(offered.descriptor_set))
    handler = grpc.stream_stream_rpc_method_handler(
        listed.ServerReflectionInfo,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    for name in set(_REFLECTION) - set(own):  # v1 differs from v1alpha in its name alone
        server.add_registered_method_handlers(name, {"ServerReflectionInfo": handler})


class _LazyPool:
    """A descriptor pool that is built when it is first asked something."""

    def __init__(self, descriptor_set: Callable[[], bytes]) -> None:
        self._descriptor_set = descriptor_set

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)

    @cached_property
    def _pool(self) -> Any:
        files = [health_pb2.DESCRIPTOR, reflection_pb2.DESCRIPTOR]
        return descriptor_pool(self._descriptor_set(), *files)
