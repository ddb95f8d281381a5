"""Stubbed procedures: what all tests of a process share of a provider's remote procedures, and their server."""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from contractkit.definitions.rpc_interface import Procedure, RpcDefinition
from contractkit.recording.rpc_answers import UnaryAnswers
from contractkit.recording.rpc_memory import Memory
from contractkit.transports import RpcHandler, nobody_is_called

if TYPE_CHECKING:
    from contractkit.transports.grpc_server import GrpcServer, TlsFiles
    from contractkit.transports.grpc_status import StatusEncoder


class StubbedProcedures:
    """Remote procedures as a definition describes them. The server starts when its target is first asked for."""

    def __init__(self, provider: str, definition: RpcDefinition, *, headers: Iterable[str] = ()) -> None:
        """Take a definition.

        Args:
            provider: The provider's name in contracts.
            definition: What it offers.
            headers: Names of metadata that are recorded, in any case.
        """
        self.provider = provider
        self.definition = definition
        self.recorded_metadata = frozenset(name.lower() for name in headers)
        self.memory = Memory()
        self.unary = UnaryAnswers(definition)
        self._descriptors: dict[str, bytes] = {}
        self._server: GrpcServer | None = None
        self._handler: RpcHandler = nobody_is_called

    @property
    def target(self) -> str:
        """Give the address that channels take; the server starts."""
        if self._server is None:
            self._server = self.serve(self._handler)
        return self._server.target

    @cached_property
    def statuses(self) -> "StatusEncoder":
        """Give what encodes the details of statuses."""
        from contractkit.transports.grpc_status import StatusEncoder

        return StatusEncoder(self.definition.descriptor_set())

    def descriptors_of(self, procedure: Procedure) -> bytes:
        """Give the encoded FileDescriptorSet of what a procedure needs, made once."""
        name = procedure.operation.signature
        if name not in self._descriptors:
            self._descriptors[name] = self.definition.descriptor_set(procedure)
        return self._descriptors[name]

    def serve(
        self, handler: RpcHandler, *, host: str = "127.0.0.1", port: int = 0, tls: "TlsFiles | None" = None
    ) -> "GrpcServer":
        """Give a server of these procedures that has started; whoever asks stops it."""
        from contractkit.transports.grpc_server import GrpcServer
        from contractkit.transports.grpc_services import Offered

        procedures = map(self.definition.procedure, [each.name for each in self.definition.operations])
        offered = Offered(
            streams={each.path: (each.client_streaming, each.server_streaming) for each in procedures},
            descriptor_set=self.definition.descriptor_set,
        )
        return GrpcServer(offered, handler, host=host, port=port, tls=tls)

    def answer_with(self, handler: RpcHandler) -> None:
        """Let calls be answered by this handler from now on."""
        self._handler = handler
        if self._server is not None:
            self._server.handler = handler

    def stop(self) -> None:
        """Stop the server, if it ever started."""
        if self._server is not None:
            self._server.stop()
            self._server = None
