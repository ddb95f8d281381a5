"""Redirection: connections of urllib3 (and so of requests) and of aiohttp to a production host led to a stub's server.

What a client sends and reads stays its own, on a real connection, without TLS: retries, time-outs and broken answers
are as they are in production. Only where the connection leads is changed, and only for intercepted hosts. httpx2, whose
transports are replaced as httpx's are, needs no server.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Any, Final, NamedTuple
from unittest.mock import patch
from urllib.parse import urlsplit

from contractkit.model import HttpRequest, HttpResponse
from contractkit.transports.http_messages import Handler, problem
from contractkit.transports.late_imports import LateImports

_PORTS: Final = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """A host of production as clients connect to it: `https`, `orders.example.com`, 443."""

    scheme: str
    host: str
    port: int


class Redirected:
    """What is intercepted below one base URL, for clients whose connections are redirected.

    Args:
        handler: What answers.
        base_url: The base URL of production.
        taken_off: The path that requests lose on the way to the handler.
        refuse: Is told of a request outside of that URL.
        note: Is told that a request came.
    """

    def __init__(
        self,
        handler: Handler,
        base_url: str,
        *,
        taken_off: str,
        refuse: Callable[[str], None],
        note: Callable[[], None],
    ) -> None:
        parts = urlsplit(base_url)
        scheme = parts.scheme.lower()
        self.origin = Origin(scheme, (parts.hostname or "").lower(), parts.port or _PORTS[scheme])
        self.base_url = base_url
        self.path = parts.path.rstrip("/")
        self.refuse = refuse
        self._handler = handler
        self._taken_off = taken_off
        self._note = note

    def start(self) -> None:
        """Begin, after all others that are there already."""
        with _lock:
            _hosts.setdefault(self.origin, _Host(self.origin)).redirected.append(self)
            _patch_clients()
            _late.start()

    def stop(self) -> None:
        """End; the last one of a host closes every connection to it."""
        with _lock:
            host = _hosts.get(self.origin)
            if host is None or self not in host.redirected:
                return
            host.redirected.remove(self)
            if not host.redirected:
                del _hosts[self.origin]
                host.stop()
            if not _hosts:
                _late.stop()
                _patches.close()

    def holds(self, path: str) -> bool:
        """Say whether a path lies below the base URL."""
        return not self.path or path == self.path or path.startswith(f"{self.path}/")

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request below the base URL."""
        self._note()
        return self._handler(replace(request, path=request.path.removeprefix(self._taken_off)))


class _Host:
    """A host that is intercepted: its server, started when the first connection is made, and what lies below it."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._server: Any = None
        self.redirected: list[Redirected] = []

    @property
    def port(self) -> int:
        """Give the port of the server."""
        with _lock:
            if self._server is None:
                from contractkit.transports.server import StubServer

                self._server = StubServer(self.answer)
            return int(self._server.port)

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer by the last interception whose URL the request is below; where there is none, the first refuses."""
        below = [each for each in self.redirected if each.holds(request.path)]
        if below:
            return below[-1].answer(request)
        beside = self.redirected[0]
        place = f"{self._origin.scheme}://{self._origin.host}{request.path}"
        reason = f"{request.method} {place} is outside of {beside.base_url}"
        beside.refuse(reason)
        return problem(404, "Outside of the intercepted URL", reason)


_lock = threading.RLock()
_hosts: dict[Origin, _Host] = {}
_patches = ExitStack()


def _patch_clients() -> None:
    """Lead the connections of the client libraries that were imported so far to where `_hosts` says."""
    with _lock:
        _patches.close()
        for name, patched in _CLIENTS.items():
            if _hosts and _late.is_imported(name):
                _patches.enter_context(patched())


@contextmanager
def _urllib3() -> Iterator[None]:
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.util.connection import create_connection

    plain, secure, send = HTTPConnection.connect, HTTPSConnection.connect, HTTPConnection.request

    def host_of(connection: Any) -> _Host | None:
        scheme = "https" if isinstance(connection, HTTPSConnection) else "http"
        name = getattr(connection, "_tunnel_host", None) or connection.host
        port = (getattr(connection, "_tunnel_port", None) if name != connection.host else None) or connection.port
        return _hosts.get(Origin(scheme, name.lower(), port or _PORTS[scheme]))

    def connect(connection: Any) -> None:
        host = host_of(connection)
        if host is None:
            (secure if isinstance(connection, HTTPSConnection) else plain)(connection)
            return
        options = connection.socket_options
        connection.sock = create_connection(("127.0.0.1", host.port), connection.timeout, socket_options=options)
        connection.is_verified = True  # there is nothing to verify
        connection.contractkit_host = host

    def request(connection: Any, *args: Any, **options: Any) -> None:
        if getattr(connection, "contractkit_host", None) is not host_of(connection):
            connection.close()  # it was opened before the interception began, or another one did
            connection.contractkit_host = None
        send(connection, *args, **options)

    with (
        patch.object(HTTPConnection, "connect", connect),
        patch.object(HTTPSConnection, "connect", connect),
        patch.object(HTTPConnection, "request", request),
    ):
        yield


@contextmanager
def _httpx2() -> Iterator[None]:
    import httpx2

    from contractkit.transports.in_process import AsyncStubTransport, StubTransport

    send, send_async = httpx2.HTTPTransport.handle_request, httpx2.AsyncHTTPTransport.handle_async_request

    def host_of(url: Any) -> _Host | None:
        return _hosts.get(Origin(url.scheme, url.host.lower(), url.port or _PORTS.get(url.scheme, 0)))

    def handle_request(transport: Any, request: Any) -> Any:
        host = host_of(request.url)
        return send(transport, request) if host is None else StubTransport(host.answer).handle_request(request)

    async def handle_async_request(transport: Any, request: Any) -> Any:
        host = host_of(request.url)
        if host is None:
            return await send_async(transport, request)
        return await AsyncStubTransport(host.answer).handle_async_request(request)

    with (
        patch.object(httpx2.HTTPTransport, "handle_request", handle_request),
        patch.object(httpx2.AsyncHTTPTransport, "handle_async_request", handle_async_request),
    ):
        yield


@contextmanager
def _aiohttp() -> Iterator[None]:
    from aiohttp.client_exceptions import ClientConnectorError
    from aiohttp.connector import TCPConnector  # not of the package, which may not have been imported to its end

    create = TCPConnector._create_connection

    async def create_connection(connector: Any, request: Any, traces: Any, timeout: Any) -> Any:
        url = request.url
        host = _hosts.get(Origin(url.scheme, (url.host or "").lower(), url.port or _PORTS.get(url.scheme, 0)))
        if host is None:
            return await create(connector, request, traces, timeout)
        try:
            _, protocol = await connector._loop.create_connection(connector._factory, "127.0.0.1", host.port)
        except OSError as error:
            raise ClientConnectorError(request.connection_key, error) from error
        protocol.force_close()  # or the connector keeps it for when the interception has ended
        return protocol

    with patch.object(TCPConnector, "_create_connection", create_connection):
        yield


_CLIENTS: Final[Mapping[str, Callable[[], AbstractContextManager[None]]]] = {
    "urllib3.connection": _urllib3,
    "aiohttp.connector": _aiohttp,
    "httpx2": _httpx2,
}
"""The module of a client library that makes connections to what leads them elsewhere."""

_late = LateImports(_CLIENTS, _patch_clients)
"""Sees to those that are imported while something is intercepted."""
