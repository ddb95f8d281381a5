"""A message URL: messages asked for over HTTP, as Pact's verifiers do (`{description, providerStates}` by POST)."""

import asyncio
import base64
import binascii
import os
from collections.abc import Mapping

import aiohttp
from yarl import URL

from contractkit.errors import ProviderUnreachableError, UsageError
from contractkit.exact_json import Json, JsonSyntaxError, dump_compact, read_json
from contractkit.model import Fields, Message
from contractkit.transports.http_messages import UnreadableBodyError
from contractkit.verification.emitted_messages import UnusableMessageError, content_type_in, message_with_type
from contractkit.verification.message_replay import MESSAGE_WAY, MessageRequest
from contractkit.verification.protobuf_messages import ProtobufForm
from contractkit.verification.transport import BrokenAnswer, Failure, NotConnected, NotProduced, TimedOut
from contractkit.verification.wire import from_wire

METADATA_HEADER = "pact-message-metadata"
"""The response header with the message's metadata: a JSON object in base64."""


class MessageUrl:
    """Asks a URL for each message; the body of the answer is its contents, a header has its metadata."""

    way = MESSAGE_WAY

    def __init__(self, url: str, *, timeout: float = 10.0) -> None:
        """Take the URL, and the seconds that each answer may take.

        Raises:
            UsageError: It is not an absolute URL of http or https.
        """
        self._url = _checked(url)
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def name(self) -> str:
        """Give the URL, without a user and password."""
        return str(self._url.with_user(None))  # which takes the password along

    async def __aenter__(self) -> "MessageUrl":
        """Open the pool, having seen that something takes connections at the address."""
        try:
            _, writer = await asyncio.wait_for(
                asyncio.open_connection(self._url.host, self._url.port), timeout=self._timeout
            )
        except (OSError, TimeoutError) as error:
            reason = "no answer in time" if isinstance(error, TimeoutError) else _phrase(error)
            raise ProviderUnreachableError(
                f"Nothing takes connections at {self.name}.",
                details=[("reason", reason)],
                next_step="Start what answers with messages there, or say where it runs with --messages-url.",
            ) from None
        writer.close()
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._timeout))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    async def send(self, request: MessageRequest) -> Message | Failure:
        """Ask for the message and read the whole answer within the time-out."""
        assert self._session is not None, "send outside `async with`"
        headers = {**request.headers, "content-type": "application/json"}
        try:
            async with self._session.post(self._url, data=_asked(request), headers=headers) as answer:
                data = await answer.read()
        except TimeoutError:
            return TimedOut(seconds=self._timeout)
        except aiohttp.ClientConnectorError as error:
            return NotConnected(problem=_phrase(error.os_error))
        except (aiohttp.ClientError, ConnectionError) as error:
            return BrokenAnswer(problem=str(error).rstrip(".") or type(error).__name__)
        if not 200 <= answer.status < 300:
            return _refused(answer.status, data, request)
        return _read(answer.status, list(answer.headers.items()), data, request)


def _asked(request: MessageRequest) -> bytes:
    states: Json = [{"name": state.name, "params": dict(state.params)} for state in request.states]
    return dump_compact({"description": request.description, "providerStates": states})


def _read(status: int, headers: list[tuple[str, str]], data: bytes, request: MessageRequest) -> Message | BrokenAnswer:
    kept = [(name, value) for name, value in headers if name.lower() != "content-encoding"]  # undone by the client
    try:
        response = from_wire(status, kept, data)
        metadata = _metadata(response.headers.get(METADATA_HEADER, ()))
        if request.form is not None:
            return _of_protobuf(request.form, data, response.headers, metadata)
    except (UnreadableBodyError, UnreadableMetadataError) as error:
        return BrokenAnswer(problem=str(error).rstrip("."))
    media_type = next(iter(response.headers.get("content-type", ())), None)
    if media_type is not None and content_type_in(metadata) is None:
        metadata = {**metadata, **({"contentType": media_type} if "contentType" in request.expected.metadata else {})}
    return message_with_type(response.body, metadata, request.expected)


def _of_protobuf(
    form: ProtobufForm, data: bytes, headers: Fields, metadata: Mapping[str, Json]
) -> Message | BrokenAnswer:
    media_type = next(iter(headers.get("content-type", ())), None)
    told = {} if media_type is None or content_type_in(metadata) is not None else {"contentType": media_type}
    try:
        return form.emitted((data, {**metadata, **told}))
    except UnusableMessageError as error:
        return BrokenAnswer(problem=f"{error}, expected {error.expected.partition(';')[0]}")


class UnreadableMetadataError(Exception):
    """The header with metadata is not what the protocol says."""


def _metadata(lines: tuple[str, ...]) -> Mapping[str, Json]:
    if not lines:
        return {}
    try:
        value = read_json(base64.b64decode(lines[0], validate=True))
    except (binascii.Error, JsonSyntaxError, ValueError):
        raise UnreadableMetadataError(f"the header {METADATA_HEADER} is no JSON object in base64") from None
    if not isinstance(value, dict):
        raise UnreadableMetadataError(f"the header {METADATA_HEADER} is no JSON object in base64")
    return value


def _refused(status: int, data: bytes, request: MessageRequest) -> NotProduced:
    said = data[:200].decode("utf-8", "replace").strip()
    return NotProduced(
        reason="message not produced",
        sentence=f"The message URL answered {status}.",
        details=(("asked for", request.description), *((("it said", said),) if said else ())),
        next_step=_HINTS.get(status, ""),
    )


_HINTS = {
    404: "Is its path right, and does it know a message of this description?",
    405: "It must take POST: Pact's verifiers ask so too.",
}


def _phrase(error: OSError) -> str:
    known = error.errno is not None and error.errno > 0
    return (os.strerror(error.errno or 0) if known else error.strerror or str(error)).lower()


def _checked(url: str) -> URL:
    try:
        parsed = URL(url)
        is_usable = parsed.scheme in ("http", "https") and bool(parsed.host) and parsed.port is not None
    except ValueError:
        is_usable = False
    if is_usable:
        return parsed
    raise UsageError(
        "The URL of the messages cannot be used.",
        details=[("expected", "a URL such as http://localhost:8000/_messages"), ("received", url)],
    )
