"""In process: transports for httpx and its fork httpx2, and interception of httpx at a production URL."""

import re
import sys
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx
import respx

from contractkit.model import HttpRequest
from contractkit.transports.http_messages import (
    Handler,
    UnreadableBodyError,
    encode_body,
    problem,
    read_request,
    response_headers,
)


class StubTransport(httpx.BaseTransport):
    """A transport for `httpx.Client` (or `httpx2.Client`) that asks a handler instead of a network."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        return _answered(self._handler, request, request.read())


class AsyncStubTransport(httpx.AsyncBaseTransport):
    """The same for `httpx.AsyncClient` (or `httpx2.AsyncClient`)."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        return _answered(self._handler, request, await request.aread())


class Interception:
    """httpx's calls to one base URL answered by a handler, from now until `stop`; calls elsewhere go their way.

    Usable as `with …:` too. A path in the base URL that the definition's servers do not have is taken off.
    """

    def __init__(self, handler: Handler, base_url: str, *, base_paths: tuple[str, ...] = ("",)) -> None:
        address = urlsplit(base_url)
        path = address.path.rstrip("/")
        self._handler = handler
        self._taken_off = "" if path in base_paths else path
        self._router = respx.MockRouter(assert_all_called=False)
        self._router.route(**_pattern_of(address.scheme, address.netloc, path)).mock(side_effect=self._answer)
        self._router.route().mock(side_effect=self._elsewhere)
        self._router.start()
        self._is_active = True

    def stop(self) -> None:
        """End the interception."""
        if self._is_active:
            self._is_active = False
            self._router.stop(clear=False, reset=False)

    def __enter__(self) -> "Interception":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _elsewhere(self, request: httpx.Request) -> httpx.Request | None:
        """Let a call pass to the network, unless another router was started after ours and may know it."""
        mocker = self._router.Mocker
        is_last = mocker is None or mocker.routers[-1] is self._router
        return request if is_last else None

    def _answer(self, request: httpx.Request) -> httpx.Response:
        return _answered(self._handler, request, request.content, self._taken_off)


def _answered(handler: Handler, request: httpx.Request, data: bytes, taken_off: str = "") -> httpx.Response:
    """Ask the handler, and answer in the library that asked: httpx2 has the classes of httpx under its own name."""
    library: Any = sys.modules[type(request).__module__.partition(".")[0]]
    target = request.url.raw_path.decode("ascii").removeprefix(taken_off)
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
    try:
        model: HttpRequest = read_request(request.method, target, headers, data)
    except UnreadableBodyError as error:
        response = problem(400, "The request was refused", str(error))
    else:
        response = handler(model)
    content = b"" if request.method == "HEAD" else encode_body(response.body)
    answer: httpx.Response = library.Response(
        response.status, headers=response_headers(response), content=content, request=request
    )
    return answer


def _pattern_of(scheme: str, netloc: str, path: str) -> dict[str, Any]:
    host, _, port = netloc.rpartition("@")[2].partition(":")
    pattern: dict[str, Any] = {"scheme": scheme, "host": host}
    if port:
        pattern["port"] = int(port)
    if path:
        pattern["path__regex"] = f"^{re.escape(path)}(/|$)"
    return pattern
