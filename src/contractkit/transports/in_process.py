"""In process: transports for httpx and its fork httpx2, and interception of clients at a production URL."""

import re
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx
import respx

from contractkit.model import HttpRequest
from contractkit.transports.faults import FaultedResponse
from contractkit.transports.http_messages import (
    Handler,
    UnreadableBodyError,
    encode_body,
    problem,
    read_request,
    response_headers,
)
from contractkit.transports.redirection import Redirected
from contractkit.transports.unnoted import unnoted


class StubTransport(httpx.BaseTransport):
    """A transport for `httpx.Client` (or `httpx2.Client`) that asks a handler instead of a network."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        return unnoted(_answered, self._handler, request, request.read())


class AsyncStubTransport(httpx.AsyncBaseTransport):
    """The same for `httpx.AsyncClient` (or `httpx2.AsyncClient`)."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        return unnoted(_answered, self._handler, request, await request.aread())


class Interception:
    """Calls to one base URL answered by a handler, from now until `stop`; calls to other hosts go their way.

    httpx's and httpx2's never reach a socket; connections of urllib3, requests and aiohttp are led to a server on this
    machine. Usable as `with …:` too. A path in the base URL that the definition's servers
    do not have is taken off. A call to the same host outside of that path is answered 404, and handed to `refuse` with
    a sentence: it must not reach production. `is_used` says whether any call came.
    """

    _active: ClassVar[list["Interception"]] = []

    def __init__(
        self,
        handler: Handler,
        base_url: str,
        *,
        base_paths: tuple[str, ...] = ("",),
        refuse: Callable[[str], None] | None = None,
    ) -> None:
        self.base_url = base_url
        self.is_used = False
        self._refuse = refuse
        self._origin = httpx.URL(base_url)
        address = urlsplit(base_url)
        path = address.path.rstrip("/")
        self._handler = handler
        self._taken_off = "" if path in base_paths else path
        self._router = respx.MockRouter(assert_all_called=False)
        self._router.route(**_pattern_of(address.scheme, address.netloc, path)).mock(side_effect=self._answer)
        self._router.route().mock(side_effect=self._elsewhere)
        self._redirected = Redirected(
            handler, base_url, taken_off=self._taken_off, refuse=self._refuse_outside, note=self._note
        )
        self._redirected.start()
        self._router.start()
        self._active.append(self)
        self._is_active = True

    def stop(self) -> None:
        """End the interception."""
        if self._is_active:
            self._is_active = False
            self._active.remove(self)
            self._router.stop(clear=False, reset=False)
            self._redirected.stop()

    def __enter__(self) -> "Interception":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _elsewhere(self, request: httpx.Request) -> httpx.Request | httpx.Response | None:
        """Let a call pass to the network, unless another router was started after ours and may know it."""
        mocker = self._router.Mocker
        if mocker is not None and mocker.routers[-1] is not self._router:
            return None
        beside = next((each for each in self._active if each._is_beside(request.url)), None)
        return request if beside is None else beside._refused(request)

    def _is_beside(self, url: httpx.URL) -> bool:
        """Say whether a URL is on the intercepted host."""
        return (url.scheme, url.host, url.port) == (self._origin.scheme, self._origin.host, self._origin.port)

    def _refused(self, request: httpx.Request) -> httpx.Response:
        reason = f"{request.method} {request.url.copy_with(query=None, userinfo=None)} is outside of {self.base_url}"
        self._refuse_outside(reason)
        return _answered(lambda _: problem(404, "Outside of the intercepted URL", reason), request, request.content)

    def _refuse_outside(self, reason: str) -> None:
        if self._refuse is not None:
            self._refuse(reason)

    def _note(self) -> None:
        self.is_used = True

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.is_used = True
        return unnoted(_answered, self._handler, request, request.content, self._taken_off)


_PORTS = {"http": 80, "https": 443}


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
    if isinstance(response, FaultedResponse):
        from contractkit.transports.fault_streams import faulted_answer  # most answers have no fault

        broken: httpx.Response = faulted_answer(library, response, request)
        return broken
    content = b"" if request.method == "HEAD" else encode_body(response.body)
    answer: httpx.Response = library.Response(
        response.status, headers=response_headers(response), content=content, request=request
    )
    return answer


def _pattern_of(scheme: str, netloc: str, path: str) -> dict[str, Any]:
    host, _, port = netloc.rpartition("@")[2].partition(":")
    pattern: dict[str, Any] = {"scheme": scheme, "host": host, "port": int(port or _PORTS.get(scheme, 0))}
    if path:
        pattern["path__regex"] = f"^{re.escape(path)}(/|$)"
    return pattern
