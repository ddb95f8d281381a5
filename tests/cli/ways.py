"""Servers on the way to a broker: one that notes who asks, and a proxy that notes what it passes on."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

INDEX = {"_links": {"pb:environments": {"href": "/environments"}}}
PLACE = {"uuid": "1", "name": "production", "production": True}
ANSWERS = {"/": INDEX, "/environments": {"_embedded": {"environments": [PLACE]}, "_links": {}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A server: its URL, and a line for each request that came."""

    url: str
    seen: list[str] = field(default_factory=list)


@contextmanager
def served(handler: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def broker_behind(tls: ssl.SSLContext | None = None, *, location: str = "") -> Iterator[Way]:
    """Run a broker that has one environment; it notes who asks, or sends everybody elsewhere."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            seen.append(f"{self.path} {self.headers.get('authorization', 'nobody')}")
            body = b"" if location else json.dumps(ANSWERS[self.path]).encode()
            self.send_response(302 if location else 200)
            if location:
                self.send_header("location", location)
            self.send_header("content-type", "application/hal+json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with served(Handler, tls) as url:
        yield Way(url=url, seen=seen)


@contextmanager
def proxy_before(broker: str, *, password: str = "") -> Iterator[Way]:
    """Run a proxy that forwards plain requests and tunnels others, all to one broker, whatever host is asked for."""
    seen: list[str] = []
    at = urlsplit(broker)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_CONNECT(self) -> None:
            if not self._is_known("CONNECT"):
                return
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            with socket.create_connection((at.hostname or "", at.port or 0)) as far:
                back = Thread(target=_pass_on, args=(far, self.connection))
                back.start()
                _pass_on(self.connection, far)
                back.join()

        def do_GET(self) -> None:
            if not self._is_known("GET"):
                return
            asked = urlsplit(self.path)
            far = HTTPConnection(at.hostname or "", at.port or 0)
            far.request("GET", asked.path or "/", headers=dict(self.headers))
            answer = far.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            self.send_header("content-type", answer.headers["content-type"])
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            far.close()

        def _is_known(self, method: str) -> bool:
            seen.append(f"{method} {self.path} {self.headers.get('proxy-authorization', 'nobody')}")
            if password and self.headers.get("proxy-authorization") != password:
                self.send_response(407)
                self.send_header("content-length", "0")
                self.end_headers()
                return False
            return True

        def log_message(self, *_: object) -> None:
            pass

    with served(Handler) as url:
        yield Way(url=url, seen=seen)


def _pass_on(near: socket.socket, far: socket.socket) -> None:
    try:
        while data := near.recv(65536):
            far.sendall(data)
        far.shutdown(socket.SHUT_WR)
    except OSError:  # the other end has gone
        return
