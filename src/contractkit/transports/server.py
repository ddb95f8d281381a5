"""The stub's HTTP server: one loop thread per process, one listening port per server, a handler that can be swapped."""

import asyncio
import socket
from collections.abc import Callable

from contractkit.transports.connections import Connections
from contractkit.transports.http_heads import Unread
from contractkit.transports.http_messages import Handler, nobody_is_served
from contractkit.transports.http_protocol import HttpProtocol
from contractkit.transports.known_heads import KnownHeads
from contractkit.transports.loops import stub_loop, wait_for
from contractkit.transports.ports import BACKLOG, listen


class StubServer:
    """A server on a local port. It starts when made and answers through `handler`, which may be replaced any time.

    The loop that serves it runs in a daemon thread of its own, so neither a test's event loop nor a client that blocks
    can hold it up.
    """

    def __init__(
        self,
        handler: Handler | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        refused: Callable[[Unread], None] | None = None,
    ) -> None:
        """Listen.

        Args:
            handler: What answers; nobody is served where None.
            host: The address to listen on.
            port: The port; 0 takes a free one.
            refused: Is told of what was refused before it was a request.

        Raises:
            AddressInUseError: Something else listens on the port, or the address cannot be listened on.
        """
        self.handler = handler or nobody_is_served
        self._connections = Connections()
        self._heads = KnownHeads()
        self._refused = refused
        listener = listen(host, port)
        self.host, self.port = listener.getsockname()[:2]
        self._loop = stub_loop("http")
        self._server = wait_for(self._serve(listener), self._loop)

    @property
    def url(self) -> str:
        """Give the root URL, without a slash at the end."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    def stop(self) -> None:
        """Stop listening and close every connection at once."""
        wait_for(self._close(), self._loop)

    async def _serve(self, listener: socket.socket) -> asyncio.Server:
        return await self._loop.create_server(
            lambda: HttpProtocol(lambda: self.handler, self._connections, self._heads, self._refused),
            sock=listener,
            backlog=BACKLOG,
        )

    async def _close(self) -> None:
        self._server.close()
        for connection in self._connections:
            connection.abort()
