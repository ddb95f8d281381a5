"""Ports: the sockets that stubs listen on, and what is said where they cannot."""

import errno
import os
import socket

from contractkit.errors import AddressInUseError

BACKLOG = 256  # connections that may wait to be accepted


def listen(host: str, port: int) -> socket.socket:
    """Give a socket that listens; port 0 takes a free one.

    Raises:
        AddressInUseError: Something else listens on the port, or the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, since accepted sockets inherit it and asyncio turns Nagle's algorithm off only where it reads TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise refused(host, port, error) from None
    return listener


def refused(host: str, port: int, error: OSError) -> AddressInUseError:
    """Give the error that says why an address cannot be listened on."""
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
