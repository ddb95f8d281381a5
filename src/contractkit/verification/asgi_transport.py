"""A provider in process: an ASGI application called directly, its lifespan honoured (ASGI 3.0)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias
from urllib.parse import unquote_to_bytes

from contractkit.errors import ProviderUnreachableError
from contractkit.model import HttpRequest, HttpResponse
from contractkit.transports.http_messages import UnreadableBodyError
from contractkit.verification.faults import describe_raised, last_raised
from contractkit.verification.http_replay import HTTP_WAY
from contractkit.verification.transport import BrokenAnswer, Failure, TimedOut, Unsendable
from contractkit.verification.wire import WireRequest, from_wire, to_wire

Event: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Event]]
Send: TypeAlias = Callable[[Event], Awaitable[None]]
Application: TypeAlias = Callable[[Event, Receive, Send], Awaitable[None]]

_log = logging.getLogger("contractkit.verification")


class AsgiTransport:
    """Sends to an ASGI application in this process and on this event loop.

    An application that raises before it answers has answered 500, as under a server. What it raised, before its answer
    or after, is told with the failure. `base_path` is put before every request's path.
    """

    way = HTTP_WAY

    def __init__(self, application: Application, *, name: str, timeout: float = 10.0, base_path: str = "") -> None:
        self._application = application
        self._name = name
        self._timeout = timeout
        self._base_path = base_path
        self._lifespan = _Lifespan(application, name)

    @property
    def name(self) -> str:
        """Give the application's place, `package.module:attribute`."""
        return self._name

    async def __aenter__(self) -> "AsgiTransport":
        """Run the application's start-up."""
        await self._lifespan.start(self._timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Run the application's shutdown."""
        await self._lifespan.stop(self._timeout)

    async def send(self, request: HttpRequest) -> HttpResponse | Failure:
        """Call the application with the request and gather its whole answer within the time-out."""
        wire = to_wire(request, base_path=self._base_path)
        if isinstance(wire, Unsendable):
            return wire
        answer = _Answer()
        try:
            async with asyncio.timeout(self._timeout):
                await self._call(wire, answer)
        except TimeoutError:
            return TimedOut(seconds=self._timeout)
        if answer.status is None:
            return BrokenAnswer(problem="the application ended without an answer")
        try:
            return from_wire(answer.status, answer.headers, bytes(answer.body))
        except UnreadableBodyError as error:
            return BrokenAnswer(problem=str(error).rstrip("."))

    async def _call(self, wire: WireRequest, answer: "_Answer") -> None:
        received = iter([{"type": "http.request", "body": wire.body or b"", "more_body": False}])

        async def receive() -> Event:
            event = next(received, None)
            if event is None:  # the client stays until it has its answer
                await answer.complete.wait()
                return {"type": "http.disconnect"}
            return event

        try:
            await self._application(_scope(wire, self._lifespan.state), receive, answer.take)
        except (Exception, SystemExit) as error:
            last_raised.set(describe_raised(error))
            if answer.complete.is_set():
                return  # it answered, and raised for the server's log
            _log.debug("%s raised while answering %s %s", self._name, wire.method, wire.target, exc_info=True)
            answer.become_error()


class _Answer:
    """What an application sends, as it comes."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.headers: tuple[tuple[str, str], ...] = ()
        self.body = bytearray()
        self.complete = asyncio.Event()

    async def take(self, event: Event) -> None:
        if event["type"] == "http.response.start":
            self.status = event["status"]
            raw = event.get("headers", ())
            self.headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)
        elif event["type"] == "http.response.body":
            self.body += event.get("body", b"")
            if not event.get("more_body", False):
                self.complete.set()

    def become_error(self) -> None:
        self.status = 500
        self.headers = (("content-type", "text/plain; charset=utf-8"),)
        self.body = bytearray(b"Internal Server Error")


class _Lifespan:
    """The application's start-up and shutdown; an application that raises on the first event does without."""

    def __init__(self, application: Application, name: str) -> None:
        self._application = application
        self._name = name
        self._task: asyncio.Task[None] | None = None
        self._to_application: asyncio.Queue[Event] = asyncio.Queue()
        self._from_application: asyncio.Queue[Event] = asyncio.Queue()
        self.state: dict[str, Any] = {}

    async def start(self, timeout: float) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        receive, send = self._to_application.get, self._from_application.put
        self._task = asyncio.create_task(_ended(self._application, scope, receive, send))
        event = await self._exchange("lifespan.startup", timeout)
        if event is not None and event["type"] == "lifespan.startup.failed":
            raise ProviderUnreachableError(
                f"The application {self._name} did not start.",
                details=[("reason", event.get("message") or "it said no reason")],
            )

    async def stop(self, timeout: float) -> None:
        await self._exchange("lifespan.shutdown", timeout)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _exchange(self, event: str, timeout: float) -> Event | None:
        if self._task is None or self._task.done():
            return None
        await self._to_application.put({"type": event})
        answer = asyncio.ensure_future(self._from_application.get())
        await asyncio.wait({answer, self._task}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        answer.cancel()
        return None if self._from_application.empty() else self._from_application.get_nowait()


async def _ended(application: Application, scope: Event, receive: Receive, send: Send) -> None:
    try:
        await application(scope, receive, send)
    except (Exception, SystemExit):  # the protocol's way to say that lifespan is not supported
        _log.debug("the application does not take part in lifespan", exc_info=True)


def _scope(wire: WireRequest, state: dict[str, Any]) -> Event:
    path, _, query = wire.target.partition("?")
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in wire.headers]
    length = [] if wire.body is None else [(b"content-length", str(len(wire.body)).encode())]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": wire.method,
        "scheme": "http",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path.encode("ascii", "replace"),
        "query_string": query.encode("ascii", "replace"),
        "root_path": "",
        "headers": [(b"host", b"localhost"), *headers, *length],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
        "state": dict(state),
    }
