"""A provider in process: a WSGI application (Flask, Django) called directly, on the thread of the running lane."""

import asyncio
import io
import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import unquote_to_bytes

from contractkit.model import HttpRequest, HttpResponse
from contractkit.results import Raised
from contractkit.transports.http_messages import UnreadableBodyError
from contractkit.verification.faults import describe_raised, last_raised, logged_error
from contractkit.verification.http_replay import HTTP_WAY
from contractkit.verification.lanes import Lane, this_lane
from contractkit.verification.transport import BrokenAnswer, Failure, TimedOut, Unsendable
from contractkit.verification.wire import WireRequest, from_wire, to_wire

WsgiApplication: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_log = logging.getLogger("contractkit.verification")
_UNPREFIXED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class WsgiTransport:
    """Sends to a WSGI application in this process (PEP 3333), one request at a time on each lane's thread.

    An application that raises has answered 500, as under a server; what it raised, or logged with an exception while it
    answered 500, is told with the failure. `base_path` is put before every request's path.
    """

    way = HTTP_WAY

    def __init__(self, application: WsgiApplication, *, name: str, timeout: float = 10.0, base_path: str = "") -> None:
        self._application = application
        self._name = name
        self._timeout = timeout
        self._base_path = base_path
        self._own_lane = Lane(0)

    @property
    def name(self) -> str:
        """Give the application's place, `package.module:attribute`."""
        return self._name

    async def __aenter__(self) -> "WsgiTransport":
        """Start listening to what the application logs."""
        logging.getLogger().addHandler(logged_error)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        logging.getLogger().removeHandler(logged_error)
        self._own_lane.close()

    async def send(self, request: HttpRequest) -> HttpResponse | Failure:
        """Call the application with the request and gather its whole answer within the time-out."""
        wire = to_wire(request, base_path=self._base_path)
        if isinstance(wire, Unsendable):
            return wire
        lane = this_lane.get() or self._own_lane
        try:
            async with asyncio.timeout(self._timeout):
                answer = await lane.call(lambda: self._answered(wire))
        except TimeoutError:
            return TimedOut(seconds=self._timeout)
        last_raised.set(answer.raised)
        return _as_response(answer)

    def _answered(self, wire: WireRequest) -> "_Answer":
        answer = _Answer()
        with logged_error.noted() as noted:
            try:
                found = self._application(_environ(wire), answer.start)
                with closing(found) if hasattr(found, "close") else nullcontext():  # type: ignore[type-var]
                    for data in found:
                        answer.body += data
            except (Exception, SystemExit) as error:
                _log.debug("%s raised while answering %s %s", self._name, wire.method, wire.target, exc_info=True)
                return _Answer(
                    status="500 Internal Server Error",
                    headers=[("content-type", "text/plain; charset=utf-8")],
                    body=bytearray(b"Internal Server Error"),
                    raised=describe_raised(error),
                )
        answer.raised = None if noted.error is None else describe_raised(noted.error)
        return answer


@dataclass(slots=True, kw_only=True)
class _Answer:
    """What an application sends, as it comes."""

    status: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    raised: Raised | None = None

    def start(self, status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], None]:
        self.status, self.headers = status, headers
        return self.body.extend


def _as_response(answer: _Answer) -> HttpResponse | Failure:
    if answer.status is None:
        return BrokenAnswer(problem="the application ended without an answer")
    code = answer.status.partition(" ")[0]
    if not (len(code) == 3 and code.isdigit()):
        return BrokenAnswer(problem=f'its status is "{answer.status}", not a number such as 200')
    try:
        return from_wire(int(code), answer.headers, bytes(answer.body))
    except UnreadableBodyError as error:
        return BrokenAnswer(problem=str(error).rstrip("."))


def _environ(wire: WireRequest) -> dict[str, Any]:
    path, _, query = wire.target.partition("?")
    body = wire.body or b""
    length = {} if wire.body is None else {"CONTENT_LENGTH": str(len(body))}
    return {
        "REQUEST_METHOD": wire.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "REQUEST_URI": wire.target,
        "RAW_URI": wire.target,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        **length,
        **_fields(wire),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _fields(wire: WireRequest) -> Mapping[str, str]:
    """Give the headers as a server hands them over: one of several lines joined (RFC 9110 §5.3)."""
    fields: dict[str, str] = {}
    for name, value in wire.headers:
        lower = name.lower()
        key = _UNPREFIXED.get(lower) or f"HTTP_{lower.upper().replace('-', '_')}"
        fields[key] = f"{fields[key]}{'; ' if lower == 'cookie' else ', '}{value}" if key in fields else value
    return fields
