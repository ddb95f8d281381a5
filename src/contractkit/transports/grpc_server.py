"""The stub's gRPC server: raw bytes in and out, no generated code, a handler that can be swapped."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from contractkit.errors import AddressInUseError, UsageError
from contractkit.transports.grpc_library import require_grpc
from contractkit.transports.grpc_services import Offered, add_services
from contractkit.transports.loops import stub_loop, wait_for
from contractkit.transports.ports import listen
from contractkit.transports.rpc_messages import (
    FINE,
    LARGEST_MESSAGE,
    AnswersAtOnce,
    Conversation,
    ReceivedMetadata,
    RpcEnd,
    RpcHandler,
    RpcOpening,
    RpcStep,
    nobody_is_called,
    write_metadata,
)

with require_grpc("A gRPC stub"):
    import grpc
    import grpc.aio

_SERVER_OPTIONS = (
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),
)
_DETAILS = "grpc-status-details-bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """What a server over TLS shows, as PEM: its certificate chain and key."""

    certificate: bytes
    key: bytes


class GrpcServer:
    """A server on a local port. It starts when made and answers through `handler`, which may be replaced any time.

    It runs on the loop that serves all stubs of the process, in a thread of its own.
    """

    def __init__(
        self,
        offered: Offered,
        handler: RpcHandler | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: TlsFiles | None = None,
    ) -> None:
        """Listen.

        Args:
            offered: What the server says of itself; which calls are unary.
            handler: Answers calls; nobody is served where None.
            host: Address to listen on.
            port: Port to listen on; 0 takes a free one.
            tls: Certificate and key; plain where None.

        Raises:
            AddressInUseError: Something else listens on the port, or the address cannot be listened on.
            UsageError: The certificate and key cannot be used, or the library for gRPC is not installed.
        """
        self.handler = handler or nobody_is_called
        listen(host, port).close()  # says in our words why it cannot
        self.host = host
        try:
            self._server, self.port = wait_for(self._start(offered, port, tls), stub_loop("grpc"))
        except RuntimeError as error:
            raise _not_started(error, host, port, tls) from None

    @property
    def handler(self) -> RpcHandler:
        """Give what answers calls."""
        return self._handler

    @handler.setter
    def handler(self, handler: RpcHandler) -> None:
        self._handler = handler
        self._at_once = handler.at_once if isinstance(handler, AnswersAtOnce) else None

    @property
    def target(self) -> str:
        """Give the address as a channel takes it: `127.0.0.1:50051`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def stop(self) -> None:
        """Stop listening and end every call at once."""
        wait_for(self._server.stop(None), stub_loop("grpc"))

    async def _start(self, offered: Offered, port: int, tls: TlsFiles | None) -> tuple[grpc.aio.Server, int]:
        server = grpc.aio.server(options=_SERVER_OPTIONS)
        for service in offered.services:  # found by path, without a question to us
            prefix = f"/{service}/"
            paths = [path for path in offered.streams if path.startswith(prefix)]
            handlers = {path.removeprefix(prefix): self._serving(path, *offered.streams[path]) for path in paths}
            server.add_registered_method_handlers(service, handlers)
        server.add_generic_rpc_handlers((_UnknownPaths(self._serving),))
        await add_services(server, offered)
        address = f"[{self.host}]:{port}" if ":" in self.host else f"{self.host}:{port}"
        bound = server.add_insecure_port(address) if tls is None else server.add_secure_port(address, _secured(tls))
        await server.start()
        return server, bound

    def _serving(self, path: str, takes_stream: bool = False, gives_stream: bool = True) -> Any:
        """Give the library's handler of a path; its messages are bytes."""
        if takes_stream or gives_stream:
            return grpc.stream_stream_rpc_method_handler(partial(_serve_stream, self._opened, path, takes_stream))
        return grpc.unary_unary_rpc_method_handler(self._unary(path))

    def _unary(self, path: str) -> Callable[[bytes, Any], Awaitable[bytes]]:
        async def serve(data: bytes, context: Any) -> bytes:
            if self._at_once is not None:
                try:
                    answer = self._at_once(path, data, context.invocation_metadata)
                except Exception as error:
                    await _end(context, _failed(error))
                if answer is not None:
                    return answer
            return await _converse(self._opened(path, context), data, context)

        return serve

    def _opened(self, path: str, context: Any) -> Conversation:
        return self._handler(RpcOpening(path=path, metadata=ReceivedMetadata(context.invocation_metadata() or ())))


class _UnknownPaths(grpc.GenericRpcHandler):
    """Gives what serves a path that nothing is defined at, so that it is refused in our words."""

    def __init__(self, serving: Callable[[str], Any]) -> None:
        self._serving = serving

    def service(self, handler_call_details: Any) -> Any:
        """Give the handler of one call."""
        return self._serving(handler_call_details.method)


async def _converse(conversation: Conversation, data: bytes, context: Any) -> bytes:
    first = _step(conversation.take, data)
    step = first if first.end is not None else _step(conversation.half_close)
    if step.seconds:
        await asyncio.sleep(step.seconds)
    if step.initial_metadata:
        await context.send_initial_metadata(write_metadata(step.initial_metadata))
    if step.end is not FINE:
        await _end(context, step.end)
    return step.messages[0]


async def _serve_stream(
    opened: Callable[[str, Any], Conversation], path: str, takes_stream: bool, requests: object, context: Any
) -> None:
    conversation = opened(path, context)
    try:
        step = RpcStep()
        while step.end is None:
            data = await context.read()
            if data is grpc.aio.EOF and takes_stream:
                await _settle(context)
            step = _step(conversation.half_close) if data is grpc.aio.EOF else _step(conversation.take, data)
            await _send(context, step)
    except asyncio.CancelledError:
        conversation.cancel()
        raise
    await _end(context, step.end)


def _step(advance: Callable[..., RpcStep], *data: bytes) -> RpcStep:
    try:
        return advance(*data)
    except Exception as error:  # a conversation does not raise; if it does, the client must not be left without words
        return RpcStep(end=_failed(error))


def _failed(error: Exception) -> RpcEnd:
    return RpcEnd(code="INTERNAL", message=f"The stub failed: {type(error).__name__}: {error}")


async def _settle(context: Any) -> None:
    """Let a cancellation be heard: of a call that is given up the library first says that the client's side ended.

    Each read is a round trip to the library's core, by the end of which the cancellation arrives here as such.
    """
    await context.read()
    await context.read()


async def _send(context: Any, step: RpcStep) -> None:
    if step.seconds:
        await asyncio.sleep(step.seconds)
    if step.initial_metadata:
        await context.send_initial_metadata(write_metadata(step.initial_metadata))
    for message in step.messages:
        await context.write(message)


async def _end(context: Any, end: RpcEnd | None) -> None:
    """Set the status, or raise what ends a call that failed."""
    if end is None:
        end = RpcEnd(code="INTERNAL", message="The stub gave no end to the call.")
    trailers = write_metadata(end.trailers)
    if end.details:
        trailers = (*trailers, (_DETAILS, end.details))
    if end.code != "OK":
        await context.abort(grpc.StatusCode[end.code], end.message, trailers)
    if trailers:
        context.set_trailing_metadata(trailers)
    if end.message:
        context.set_details(end.message)


def _not_started(error: RuntimeError, host: str, port: int, tls: TlsFiles | None) -> UsageError:
    if tls is None:
        return AddressInUseError(
            f"Nothing can listen on port {port} of {host}.",
            details=[("reason", str(error))],
            next_step="Take an address of this machine and another port; port 0 takes a free one.",
        )
    return UsageError(
        "The certificate and key cannot be used.",
        details=[("reason", str(error))],
        next_step="Give a certificate chain and its unencrypted key, both as PEM.",
    )


def _secured(tls: TlsFiles) -> grpc.ServerCredentials:
    return grpc.ssl_server_credentials([(tls.key, tls.certificate)])
