"""Readiness: when a provider that was started can be asked, by a port that takes connections or a URL that answers."""

import asyncio
import contextlib
from dataclasses import dataclass

import aiohttp
from yarl import URL

from contractkit.errors import UsageError

_REFUSING = 400
_LONGEST_ANSWER = 2.0  # seconds until the URL is asked anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Where a provider takes connections once it runs, and the URL that then answers, where there is one to ask."""

    host: str
    port: int
    url: str | None = None

    @property
    def address(self) -> str:
        """Give host and port."""
        return f"{self.host}:{self.port}"

    @property
    def sentence(self) -> str:
        """Give in words what is waited for."""
        return f"{self.url} to answer below 400" if self.url else f"{self.address} to take connections"


def read_readiness(given: str | None, *, address: str) -> Readiness:
    """Give what to wait for.

    Args:
        given: A URL, a path of the provider (`/health`), a port, or None: the provider's own port.
        address: The provider's own address, a URL or `host:port`.

    Raises:
        UsageError: What is given is none of these.
    """
    own = _place(address)
    if given is None:
        return own
    if given.isascii() and given.isdigit() and 0 < int(given) < 65536:
        return Readiness(host=own.host, port=int(given))
    if given.startswith("/"):
        return Readiness(host=own.host, port=own.port, url=f"http://{own.address}{given}")
    if given.startswith(("http://", "https://")) and _is_absolute(given):
        place = _place(given)
        return Readiness(host=place.host, port=place.port, url=given)
    raise UsageError(
        "What says that the provider's command is ready cannot be used.",
        details=[("expected", "a path such as /health, a URL, or a port"), ("received", given)],
    )


async def is_open(readiness: Readiness) -> bool:
    """Say whether something takes connections there."""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(readiness.host, readiness.port), _LONGEST_ANSWER)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


async def is_ready(readiness: Readiness) -> bool:
    """Say whether the port takes connections or, where there is a URL, whether that answers below 400."""
    if readiness.url is None:
        return await is_open(readiness)
    status = await answered_status(readiness)
    return status is not None and status < _REFUSING


async def answered_status(readiness: Readiness) -> int | None:
    """Give the status that the URL answers; None where there is no URL, or it does not answer."""
    if readiness.url is None:
        return None
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_LONGEST_ANSWER)) as session,
            session.get(readiness.url) as answer,
        ):
            return answer.status
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None


def _place(address: str) -> Readiness:
    url = URL(address if "://" in address else f"tcp://{address}")
    return Readiness(host=url.host or "127.0.0.1", port=url.port or 80)


def _is_absolute(text: str) -> bool:
    try:
        return bool(URL(text).host)
    except ValueError:
        return False
