"""Serving: one provider on its ports for as long as a process runs, and a changed definition put behind them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from contractkit.errors import UsageError
from contractkit.model import HttpRequest, HttpResponse
from contractkit.recording.answering import Answered, AnsweredProcedure, answer_calls
from contractkit.recording.remembering import AlikeRequests, remembering
from contractkit.recording.stubbed import StubbedProvider
from contractkit.transports import Handler, RpcHandler
from contractkit.transports.http_heads import Unread
from contractkit.transports.server import StubServer

if TYPE_CHECKING:
    from contractkit.transports.grpc_server import GrpcServer, TlsFiles

Told: TypeAlias = Answered | AnsweredProcedure | Unread
"""What became of a call, or of what was none."""

Tell: TypeAlias = Callable[[Told], None]
"""Is told of every call once it is answered, on the threads that serve."""


class Answering(Protocol):
    """How requests and calls are answered."""

    def http(self, provider: StubbedProvider) -> Callable[[HttpRequest], Answered]:
        """Give what answers the requests to a provider."""

    def procedures(self, provider: StubbedProvider, tell: Tell) -> RpcHandler:
        """Give what answers the calls of a provider's procedures, and tells of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromDefinition:
    """Answers as the definition says, and keeps nothing; another seed gives other values."""

    seed: str = ""

    def http(self, provider: StubbedProvider) -> Callable[[HttpRequest], Answered]:
        """Give what answers the requests to a provider."""
        return remembering(AlikeRequests(provider, self.seed).answer)

    def procedures(self, provider: StubbedProvider, tell: Tell) -> RpcHandler:
        """Give what answers the calls of a provider's procedures, and tells of each."""
        return answer_calls(provider.procedures, tell, seed=self.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where a provider is served: ports (0 takes a free one), and what gRPC shows over TLS."""

    host: str = "127.0.0.1"
    port: int = 0
    grpc_port: int = 0
    tls: "TlsFiles | None" = None


class Served:
    """A provider that is served from now on, over each transport that it offers."""

    def __init__(self, provider: StubbedProvider, answering: Answering, tell: Tell, listening: Listening) -> None:
        """Listen.

        Raises:
            AddressInUseError: A port is taken, or the address cannot be listened on. Nothing is left listening.
            UsageError: The certificate and key cannot be used, or the library for gRPC is not installed.
        """
        self.provider = provider
        self._answering = answering
        self._tell = tell
        self._listening = listening
        self._http: StubServer | None = None
        self._rpc: GrpcServer | None = None
        if provider.has_http:
            self._http = StubServer(self._handler(provider), host=listening.host, port=listening.port, refused=tell)
        try:
            if provider.has_procedures:
                self._rpc = self._serve_procedures(provider, listening.grpc_port)
        except UsageError:
            self.stop()
            raise

    @property
    def url(self) -> str | None:
        """Give the URL, base path of the definition included; None without HTTP."""
        return None if self._http is None else self._http.url + self.provider.base_path

    @property
    def target(self) -> str | None:
        """Give the address as a gRPC channel takes it; None without remote procedures."""
        return None if self._rpc is None else self._rpc.target

    def replace(self, provider: StubbedProvider) -> None:
        """Serve another state of the same provider on the same ports; open gRPC calls end if its procedures changed.

        Raises:
            UsageError: It does not offer the same transports.
            AddressInUseError: Something else has taken the port of gRPC in between; it can be tried again.
        """
        before = self.provider
        if (provider.has_http, provider.has_procedures) != (before.has_http, before.has_procedures):
            raise UsageError(
                f"{before.name} is served over {_transports(before)}, and is now defined over {_transports(provider)}.",
                next_step="Stop, and start again.",
            )
        if self._rpc is not None and (self._rpc_digest(before) != self._rpc_digest(provider)):
            port = self._rpc.port
            self._rpc.stop()
            self._rpc = self._serve_procedures(provider, port)
        if self._http is not None:
            self._http.handler = self._handler(provider)
        self.provider = provider

    def stop(self) -> None:
        """Stop listening; connections close and open calls end."""
        for server in (self._http, self._rpc):
            if server is not None:
                server.stop()

    def _handler(self, provider: StubbedProvider) -> Handler:
        answer, tell = self._answering.http(provider), self._tell

        def handle(request: HttpRequest) -> HttpResponse:
            answered = answer(request)
            tell(answered)
            return answered.response

        return handle

    def _serve_procedures(self, provider: StubbedProvider, port: int) -> "GrpcServer":
        handler = self._answering.procedures(provider, self._tell)
        listening = self._listening
        return provider.procedures.serve(handler, host=listening.host, port=port, tls=listening.tls)

    @staticmethod
    def _rpc_digest(provider: StubbedProvider) -> str:
        return provider.procedures.definition.digest


def _transports(provider: StubbedProvider) -> str:
    offered = [name for name, is_there in (("HTTP", provider.has_http), ("gRPC", provider.has_procedures)) if is_there]
    return " and ".join(offered)
