"""Faulted answers in process: the body as a stream that waits, breaks off and raises as httpx does over a socket."""

import time
from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from typing import Any, Final

from contractkit.transports.fault_scripts import Close, Reset, Step, Wait, Write, cut, script
from contractkit.transports.faults import FaultedResponse
from contractkit.transports.http_messages import encode_body, response_headers

_RESET: Final = "[Errno 104] Connection reset by peer"


def faulted_answer(library: Any, response: FaultedResponse, request: Any) -> Any:
    """Give an answer of the library that asked (httpx or httpx2), whose body goes wrong when it is read."""
    whole = b"" if request.method == "HEAD" else encode_body(response.body)
    data, length = cut(whole, response.due.fault)
    headers = [*response_headers(response), ("content-length", str(length))]
    stream = _stream_of(library)(library, request, tuple(script(b"", data, response.due)), length)
    return library.Response(response.status, headers=headers, stream=stream, request=request)


@lru_cache
def _stream_of(library: Any) -> Any:
    return type("FaultedStream", (_Played, library.SyncByteStream, library.AsyncByteStream), {})


class _Played:
    """The steps of an answer, played while a client reads it, in a thread or in a task."""

    def __init__(self, library: Any, request: Any, steps: tuple[Step, ...], length: int) -> None:
        self._library = library
        self._request = request
        self._steps = steps
        self._length = length
        self._sent = 0
        self._patience: float | None = request.extensions.get("timeout", {}).get("read")

    def __iter__(self) -> Iterator[bytes]:
        for step in self._steps:
            if isinstance(step, Wait):
                time.sleep(self._borne(step))
            elif isinstance(step, Write):
                yield self._counted(step.data)
            else:
                raise self._error(step)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        import anyio  # httpx brings it, and waits by it on any loop

        for step in self._steps:
            if isinstance(step, Wait):
                await anyio.sleep(self._borne(step))
            elif isinstance(step, Write):
                yield self._counted(step.data)
            else:
                raise self._error(step)

    def _borne(self, step: Wait) -> float:
        """Give how long to wait; nobody waits in process for what a client would not wait for."""
        if self._patience is not None and step.seconds > self._patience:
            raise self._library.ReadTimeout("timed out", request=self._request)
        return step.seconds

    def _counted(self, data: bytes) -> bytes:
        self._sent += len(data)
        return data

    def _error(self, step: Reset | Close) -> Exception:
        if isinstance(step, Reset):
            error: Exception = self._library.ReadError(_RESET, request=self._request)
            return error
        came = f"received {self._sent} bytes, expected {self._length}"
        said = f"peer closed connection without sending complete message body ({came})"
        broken: Exception = self._library.RemoteProtocolError(said, request=self._request)
        return broken
