"""The server: the broker on a socket of its own, in this process for a command, in a thread for tests."""

import errno
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import uvicorn

from contractkit.errors import AddressInUseError, UsageError
from contractkit_broker.app import create_app
from contractkit_broker.settings import BrokerSettings


def listen(host: str, port: int) -> socket.socket:
    """Give a socket that listens; port 0 takes a free one.

    Raises:
        AddressInUseError: Something else listens there.
        UsageError: The address is not this machine's, or the port is not allowed.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, since asyncio sets TCP_NODELAY on such sockets only: without it, every answer waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(512)
    except OSError as error:
        listening.close()
        raise _explained(error, host, port) from None
    return listening


class BrokerServer(uvicorn.Server):
    """A server with its database opened. Being told to stop is no failure: it ends and lets the caller go on."""

    def __init__(self, settings: BrokerSettings) -> None:
        """Open the database.

        Raises:
            UsageError: The database cannot be used.
        """
        app = create_app(settings)
        quiet = {"log_level": "warning", "access_log": False, "server_header": False}
        super().__init__(uvicorn.Config(app, timeout_graceful_shutdown=5, **quiet))  # type: ignore[arg-type]

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM; uvicorn would send them to the process once more after that."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def running_broker(database: str | Path, port: int = 0, *, settings: BrokerSettings | None = None) -> Iterator[str]:
    """Run a broker in a thread and give its base URL, without a slash at the end.

    Args:
        database: A file path or URL; wins over the one in `settings`.
        port: 0 for a free one.
        settings: Everything else.
    """
    used = replace(settings or BrokerSettings(), database=str(database))
    listening = listen("127.0.0.1", port)
    server = BrokerServer(used)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="broker")
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"  # the socket listens: early requests wait in it
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def _explained(error: OSError, host: str, port: int) -> UsageError:
    if error.errno == errno.EADDRINUSE:
        return AddressInUseError(
            f"Port {port} of {host} is in use: something else listens there.",
            next_step="Stop it, or choose another port: contractkit broker --port 0 takes a free one.",
        )
    return UsageError(
        f"The broker cannot listen on {host}, port {port}.",
        details=[("reason", error.strerror or str(error))],
        next_step="Check --host and --port; ports below 1024 need rights.",
    )
