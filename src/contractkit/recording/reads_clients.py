"""Reading watched: which places of JSON answers a consumer looks at, through the clients that are hooked here.

A response is known by its method, status and bytes. Its `json()` gives a value that notes what is read of it; who takes
its text or bytes instead has read all of it. Who received an answer that no hooked client did is not known.
"""

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from operator import attrgetter
from typing import Any, NamedTuple

from contractkit.model import Body, HttpResponse, JsonBody, Location
from contractkit.recording.reads import note_all, noting
from contractkit.transports.http_messages import encode_body

BODY = Location(("response", "body"))
_OURS = frozenset({"contractkit", "respx"})


class Answered(NamedTuple):
    """An answer that a stub gave, with the method of its request."""

    method: str
    response: HttpResponse


class _Key(NamedTuple):
    """What tells answers apart; of equal ones, what was read of any was read of all."""

    method: str
    status: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Client:
    """The class of a client's responses, and what of it hands out the whole body."""

    module: str
    name: str
    whole: tuple[str, ...]
    key: Callable[[Any], _Key]


@dataclass(slots=True, kw_only=True)
class _Received:
    """A response that a hooked client made. `is_whole` says that somebody took all of it."""

    response: Any
    client: _Client
    read: set[Location] = field(default_factory=set)
    is_whole: bool = False


_STREAMS = ("iter_raw", "iter_bytes", "iter_text", "iter_lines")
_ASYNC_STREAMS = tuple(f"a{name}" for name in _STREAMS)
_HTTPX_KEY = attrgetter("request.method", "status_code", "content")
_CLIENTS = (
    *(
        _Client(
            module=module,
            name="Response",
            whole=("text", "content", "read", "aread", *_STREAMS, *_ASYNC_STREAMS),
            key=lambda response: _Key(*_HTTPX_KEY(response)),
        )
        for module in ("httpx", "httpx2")
    ),
    _Client(
        module="requests",
        name="Response",
        whole=("text", "content", "iter_content", "iter_lines", "__iter__"),
        key=lambda response: _Key(*_HTTPX_KEY(response)),
    ),
    _Client(
        module="aiohttp",
        name="ClientResponse",
        whole=("text", "read"),
        key=lambda response: _Key(response.method, response.status, response._body or b""),
    ),
)
"""The clients whose responses can be watched, each by public members but for the bytes that aiohttp has read."""


class ReadWatch:
    """What was read of the responses that hooked clients received."""

    def __init__(self) -> None:
        self._received: dict[int, _Received] = {}
        self._is_own_look = False

    def read_of(self, answers: Sequence[Answered], among: Sequence[Answered]) -> frozenset[Location] | None:
        """Give the locations of an answer that were read, generalised: `response.body.lines[*].sku`.

        A location that was passed on the way to another is among them.

        Args:
            answers: The answer, as often as it was given.
            among: All answers that were given meanwhile.

        Returns:
            None where it cannot be known: the answer is no JSON, or a client that is not hooked received it too.
        """
        keys = {_key_of(each) for each in answers}
        received = [each for each in self._received.values() if self._key_received(each) in keys]
        given = sum(_key_of(each) in keys for each in among)
        bodies = [each.response.body for each in answers]
        if not all(isinstance(body, JsonBody) for body in bodies) or not len(received) >= given > 0:
            return None
        return _united(bodies, received)

    def received(self, response: Any, client: _Client) -> None:
        """Take a response that was made."""
        self._received[id(response)] = _Received(response=response, client=client)

    def whole(self, response: Any, frame: Any) -> None:
        """Note that all of a response was taken, unless its own library did, which hands it on."""
        found = self._received.get(id(response))
        caller = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if found is not None and not self._is_own_look and caller not in {*_OURS, found.client.module}:
            found.is_whole = True

    def noted(self, response: Any, value: Any, *, is_plain: bool) -> Any:
        """Give what `json()` gave as a value that notes what is read; not what the consumer had parsed its own way."""
        found = self._received.get(id(response))
        if found is None:
            return value
        if not is_plain:
            found.is_whole = True
            return value
        return noting(value, BODY, lambda location: found.read.add(location.generalised()))

    def _key_received(self, received: _Received) -> _Key:
        self._is_own_look = True
        try:
            return received.client.key(received.response)
        except Exception:  # what libraries raise for a body that was streamed, or never sent, has no common base
            return _Key("", 0, b"")
        finally:
            self._is_own_look = False


@contextmanager
def watch_reads() -> Iterator[ReadWatch]:
    """Watch for a while what is read of responses, in the clients that are loaded when the while begins."""
    watch = ReadWatch()
    hooks = [hook for client in _CLIENTS for hook in _hooks_of(client, watch)]
    for kind, name, hooked, _ in hooks:
        setattr(kind, name, hooked)
    try:
        yield watch
    finally:
        for kind, name, _, original in hooks:
            setattr(kind, name, original)


def _hooks_of(client: _Client, watch: ReadWatch) -> Iterator[tuple[type, str, Any, Any]]:
    kind = getattr(sys.modules.get(client.module), client.name, None)
    if not isinstance(kind, type):
        return
    known = vars(kind)
    yield kind, "__init__", _making(known["__init__"], client, watch), known["__init__"]
    yield kind, "json", _parsing(known["json"], watch), known["json"]
    for name in client.whole:
        if name in known:
            yield kind, name, _taking(known[name], watch), known[name]


def _making(original: Any, client: _Client, watch: ReadWatch) -> Any:
    @wraps(original)
    def hooked(self: Any, *arguments: Any, **said: Any) -> None:
        original(self, *arguments, **said)
        watch.received(self, client)

    return hooked


def _parsing(original: Any, watch: ReadWatch) -> Any:
    @wraps(original)
    def hooked(self: Any, *arguments: Any, **said: Any) -> Any:
        return watch.noted(self, original(self, *arguments, **said), is_plain=not arguments and not said)

    @wraps(original)
    async def hooked_async(self: Any, *arguments: Any, **said: Any) -> Any:
        value = await original(self, *arguments, **said)
        return watch.noted(self, value, is_plain=not arguments and said.keys() <= {"content_type", "encoding"})

    return hooked_async if inspect.iscoroutinefunction(original) else hooked


def _taking(original: Any, watch: ReadWatch) -> Any:
    if isinstance(original, property):

        def taken(self: Any) -> Any:
            watch.whole(self, sys._getframe(1))
            return original.__get__(self)

        return property(taken, original.fset, original.fdel, original.__doc__)

    @wraps(original)
    def hooked(self: Any, *arguments: Any, **said: Any) -> Any:
        watch.whole(self, sys._getframe(1))
        return original(self, *arguments, **said)

    return hooked


def _united(bodies: Sequence[Body], received: Sequence[_Received]) -> frozenset[Location]:
    found = {location for each in received for location in each.read}
    if any(each.is_whole for each in received):
        for body in bodies:
            note_all(body.value if isinstance(body, JsonBody) else None, BODY, lambda at: found.add(at.generalised()))
    return frozenset(found)


def _key_of(answer: Answered) -> _Key:
    return _Key(answer.method, answer.response.status, encode_body(answer.response.body))
