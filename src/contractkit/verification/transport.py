"""The way to a provider: one small door, and the ways in which no answer came through it."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from contractkit.model import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut:
    """No whole answer came within `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NotConnected:
    """The provider did not take the connection; `problem` is the system's phrase."""

    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenAnswer:
    """What came is no whole HTTP answer; `problem` says in which way."""

    problem: str


Failure: TypeAlias = TimedOut | NotConnected | BrokenAnswer


class Transport(Protocol):
    """Sends requests to one provider, many at a time; entered before the first, left after the last."""

    @property
    def name(self) -> str:
        """Give the provider's address as messages show it, without credentials."""

    async def send(self, request: HttpRequest) -> HttpResponse | Failure:
        """Send exactly this request, following no redirect, and give the answer or why there is none."""

    async def __aenter__(self) -> "Transport":
        """Connect, or start the application.

        Raises:
            ProviderUnreachableError: Nothing answers at the address, or the application does not start.
        """

    async def __aexit__(self, *_: object) -> None:
        """Close every connection, or stop the application."""
