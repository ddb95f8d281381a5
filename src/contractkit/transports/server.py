"""The stub's HTTP server: one loop thread per process, one listening port per server, a handler that can be swapped."""

import asyncio
import errno
import os
import socket
import threading

from contractkit.errors import AddressInUseError
from contractkit.transports.http_messages import Handler, nobody_is_served
from contractkit.transports.http_protocol import HttpProtocol

_BACKLOG = 256


class StubServer:
    """A server on a local port. It starts when made and answers through `handler`, which may be replaced any time.

    The loop that serves it runs in a daemon thread of its own, so neither a test's event loop nor a client that blocks
    can hold it up.
    """

    def __init__(self, handler: Handler | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen.

        Raises:
            AddressInUseError: Something else listens on the port, or the address cannot be listened on.
        """
        self.handler = handler or nobody_is_served
        self._connections: set[HttpProtocol] = set()
        listener = _listen(host, port)
        self.host, self.port = listener.getsockname()[:2]
        self._loop = _loop()
        self._server = asyncio.run_coroutine_threadsafe(self._serve(listener), self._loop).result()

    @property
    def url(self) -> str:
        """Give the root URL, without a slash at the end."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    def stop(self) -> None:
        """Stop listening and close every connection at once."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()

    async def _serve(self, listener: socket.socket) -> asyncio.Server:
        return await self._loop.create_server(
            lambda: HttpProtocol(lambda: self.handler, self._connections), sock=listener, backlog=_BACKLOG
        )

    async def _close(self) -> None:
        self._server.close()
        for connection in tuple(self._connections):
            connection.abort()


class _LoopThread:
    """The process's loop. A forked child gets its own, since threads do not survive a fork."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="contractkit-stub", daemon=True).start()


_starting = threading.Lock()
_running: _LoopThread | None = None


def _loop() -> asyncio.AbstractEventLoop:
    global _running
    with _starting:
        if _running is None or _running.process != os.getpid():
            _running = _LoopThread()
        return _running.loop


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, since accepted sockets inherit it and asyncio turns Nagle's algorithm off only where it reads TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _refused(host, port, error) from None
    return listener


def _refused(host: str, port: int, error: OSError) -> AddressInUseError:
    if error.errno == errno.EADDRINUSE:
        return AddressInUseError(
            f"Port {port} of {host} is in use.",
            next_step="Stop what listens there, or take another port; port 0 takes a free one.",
        )
    return AddressInUseError(
        f"Nothing can listen on port {port} of {host}.",
        details=[("reason", error.strerror or str(error))],
        next_step="Take an address of this machine and a port above 1023; port 0 takes a free one.",
    )
