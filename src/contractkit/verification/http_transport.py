"""A provider at a URL: what is recorded goes over the wire unchanged, over pooled connections."""

import asyncio
import os
from typing import Final

import aiohttp
from yarl import URL

from contractkit.errors import ProviderUnreachableError, UsageError
from contractkit.model import HttpRequest, HttpResponse
from contractkit.transports.http_messages import LARGEST_BODY, UnreadableBodyError
from contractkit.verification.http_replay import HTTP_WAY
from contractkit.verification.transport import BrokenAnswer, Failure, NotConnected, TimedOut, Unsendable
from contractkit.verification.wire import from_wire, to_wire

_ADDED_BY_CLIENT: Final = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")


class HttpTransport:
    """Sends to a provider at a URL, whose path is put before every request's.

    Nothing is added but `Host` and `Content-Length`; no redirect is followed, no cookie kept, no proxy used.
    """

    way = HTTP_WAY

    def __init__(self, url: str, *, timeout: float = 10.0, connections: int = 32) -> None:
        self._base = _checked(url)
        self._origin = str(self._base.origin())
        self._timeout = timeout
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def name(self) -> str:
        """Give the URL without a slash at its end."""
        return str(self._base).rstrip("/")

    async def __aenter__(self) -> "HttpTransport":
        """Open the pool, having seen that something takes connections at the address."""
        await self._knock()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections),
            timeout=aiohttp.ClientTimeout(total=self._timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_ADDED_BY_CLIENT,
            auto_decompress=False,
            max_line_size=65536,
            max_field_size=65536,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    async def send(self, request: HttpRequest) -> HttpResponse | Failure:
        """Send the request and read the whole answer within the time-out."""
        assert self._session is not None, "send outside `async with`"
        wire = to_wire(request, base_path=self._base.raw_path)
        if isinstance(wire, Unsendable):
            return wire
        url = URL(f"{self._origin}{wire.target}", encoded=True)
        try:
            async with self._session.request(
                wire.method, url, headers=wire.headers, data=wire.body, allow_redirects=False
            ) as answer:
                data = await _whole(answer)
                return from_wire(answer.status, answer.headers.items(), data)
        except TimeoutError:
            return TimedOut(seconds=self._timeout)
        except aiohttp.ClientSSLError as error:
            return NotConnected(problem=_without_tls(error))
        except aiohttp.ClientConnectorError as error:
            return NotConnected(problem=_phrase(error.os_error))
        except UnreadableBodyError as error:
            return BrokenAnswer(problem=str(error).rstrip("."))
        except (aiohttp.ClientError, ConnectionError) as error:
            return BrokenAnswer(problem=_broken(error))

    async def _knock(self) -> None:
        try:
            _, writer = await asyncio.wait_for(
                asyncio.open_connection(self._base.host, self._base.port), timeout=self._timeout
            )
        except (OSError, TimeoutError) as error:
            reason = "no answer in time" if isinstance(error, TimeoutError) else _phrase(error)
            raise ProviderUnreachableError(
                f"Nothing takes connections at {self.name}.",
                details=[("reason", reason)],
                next_step="Start the provider, or say where it runs with --url.",
            ) from None
        writer.close()


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    """Give an answer's bytes.

    Raises:
        UnreadableBodyError: There are more than fit.
    """
    length = answer.content_length
    if length is not None and length <= LARGEST_BODY:
        return await answer.read()
    data = bytearray()
    async for chunk in answer.content.iter_any():
        data += chunk
        if len(data) > LARGEST_BODY:
            raise UnreadableBodyError(f"The body is larger than {LARGEST_BODY // 2**20} MiB.")
    return bytes(data)


def _checked(url: str) -> URL:
    try:
        parsed = URL(url, encoded=True)
        fits = parsed.scheme in ("http", "https") and bool(parsed.host) and parsed.port is not None
    except ValueError:
        fits = False
    if not fits:
        raise UsageError(
            "The provider's URL cannot be used.",
            details=[("expected", "a URL such as http://localhost:8000"), ("received", url)],
        )
    if parsed.raw_user is not None or parsed.raw_password is not None:
        raise UsageError(
            "The provider's URL cannot hold a user and password.",
            details=[("received", str(parsed.origin()))],
            next_step="Send them with --header 'Authorization: Basic …'.",
        )
    if parsed.raw_query_string or parsed.raw_fragment:
        raise UsageError(
            "The provider's URL cannot have a query or a fragment.",
            details=[("received", url)],
            next_step="Give the URL that the recorded paths are put behind.",
        )
    return parsed


def _phrase(error: OSError) -> str:
    text = error.strerror or str(error)
    if error.errno is not None and error.errno > 0:
        text = os.strerror(error.errno)
    return text.lower()


def _without_tls(error: aiohttp.ClientSSLError) -> str:
    """Say what is wrong: what answers without TLS at all looks to the client like a wrong version of it."""
    cause = error.__cause__ or error
    if getattr(cause, "reason", None) == "WRONG_VERSION_NUMBER":
        return "it does not speak TLS there, though its URL begins with https"
    return f"its certificate is not accepted ({cause})"


def _broken(error: Exception) -> str:
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the connection was closed before an answer came"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the connection was closed in the middle of the answer"
    if isinstance(error, ConnectionError):
        return "the connection was reset"
    text = error.message if isinstance(error, aiohttp.ClientResponseError) else str(error)
    first, *_ = text.splitlines() or [type(error).__name__]
    return f"not an HTTP answer: {first.rstrip(':').lower()}"
