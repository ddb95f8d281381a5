"""A provider for the verifiers: an order at every path, whose total is 12.5 where nobody said otherwise."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class OrdersService(ThreadingHTTPServer):
    """Listens on a free port; `totals` maps a path to what it answers there."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Orders)
        self.totals: dict[str, float] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Orders(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, OrdersService)
        data = json.dumps({"total": self.server.totals.get(self.path, 12.5)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def serving_orders() -> Iterator[OrdersService]:
    """Run the provider in a thread."""
    with OrdersService() as service:
        thread = threading.Thread(target=service.serve_forever, args=(0.02,))
        thread.start()
        yield service
        service.shutdown()
        thread.join()
