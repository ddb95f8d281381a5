"""The way to a provider: one small door, and the ways in which no answer came through it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from contractkit.exact_json import Json, show_json
from contractkit.model import Contract, Exchange, HttpResponse, Interaction, Location, Status
from contractkit.results import Mismatch
from contractkit.verification.credentials import Credentials
from contractkit.verification.drift import DriftCheck
from contractkit.verification.filtering import Filtering

Request = TypeVar("Request")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut:
    """No whole answer came within `seconds`."""

    seconds: float

    reason = "time-out"

    @property
    def sentence(self) -> str:
        """Give what happened in words."""
        return f"No whole answer came within {self.seconds:g} s."


@dataclass(frozen=True, slots=True, kw_only=True)
class NotConnected:
    """The provider did not take the connection; `problem` is the system's phrase."""

    problem: str

    reason = "no connection"

    @property
    def sentence(self) -> str:
        """Give what happened in words."""
        return f"The provider took no connection: {self.problem}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsendable:
    """The contract asks for a request that HTTP cannot carry: what stands at `at` is not what is `expected` there."""

    at: Location
    value: str
    expected: str

    reason = "cannot be sent"

    @property
    def sentence(self) -> str:
        """Give what happened in words."""
        return f"The request cannot be sent: {self.at} is {show_json(self.value)}, expected {self.expected}."


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenAnswer:
    """What came is no whole answer of the protocol; `problem` says in which way."""

    problem: str

    reason = "broken answer"

    @property
    def sentence(self) -> str:
        """Give what happened in words."""
        return f"The answer could not be read: {self.problem}."


@dataclass(frozen=True, slots=True, kw_only=True)
class EndlessStream:
    """The provider sent `received` messages where `expected` were, and had not ended: `limit` says by when.

    `expected` is None where any number may come.
    """

    received: int
    expected: int | None
    limit: str

    reason = "endless stream"

    @property
    def sentence(self) -> str:
        """Give what happened in words."""
        expected = "any number" if self.expected is None else self.expected
        return f"The provider had not ended its stream {self.limit}: {self.received} came, {expected} expected."


@dataclass(frozen=True, slots=True, kw_only=True)
class NotProduced:
    """No message came: the provider has nobody who emits it, or whoever does raised or refused."""

    reason: str
    sentence: str
    details: tuple[tuple[str, str], ...] = ()
    next_step: str = ""


Failure: TypeAlias = TimedOut | NotConnected | Unsendable | BrokenAnswer | EndlessStream | NotProduced


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaying:
    """What one replay takes from outside its interaction.

    Attributes:
        contract: The contract that the interaction is of.
        returned: What the state handlers returned, joined.
        credentials: Headers or metadata to put on the request.
        now: The moment that generated dates count from.
        filtering: What the provider's filters do to requests; nothing where None.
        drift: Checks answers against the provider's own definition; nothing does where None.
    """

    contract: Contract
    returned: Mapping[str, Json]
    credentials: Credentials
    now: datetime
    filtering: Filtering | None = None
    drift: DriftCheck | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way(Generic[Request, Answer]):
    """How exchanges of one kind are replayed, whatever carries them.

    Attributes:
        exchange: The kind.
        is_read: Says whether an exchange surely changes nothing at the provider.
        request_of: Gives what is sent; raises a `ProviderStateError` where returned values cannot be placed.
        comparison_of: Gives the comparison of an answer with what the interaction expects.
        end_of: Gives what of a failing answer is shown as a whole where its status is another one.
        unchecked_in: Gives the lists whose elements a fitting answer left unchecked, since it had none.
    """

    exchange: type[Exchange]
    is_read: Callable[[Any], bool]
    request_of: Callable[[Interaction, Replaying], Request]
    comparison_of: Callable[[Interaction, str], Callable[[Answer], tuple[Mismatch, ...]]]
    end_of: Callable[[Answer], HttpResponse | Status | None]
    unchecked_in: Callable[[Interaction, Answer], tuple[Location, ...]] = lambda *_: ()


class Transport(Protocol[Request, Answer]):
    """Sends requests to one provider, many at a time; entered before the first, left after the last."""

    way: Way[Request, Answer]

    @property
    def name(self) -> str:
        """Give the provider's address as messages show it, without credentials."""

    async def send(self, request: Request) -> Answer | Failure:
        """Send exactly this request, following no redirect, and give the answer or why there is none."""

    async def __aenter__(self) -> "Transport[Request, Answer]":
        """Connect, or start the application.

        Raises:
            ProviderUnreachableError: Nothing answers at the address, or the application does not start.
        """

    async def __aexit__(self, *_: object) -> None:
        """Close every connection, or stop the application."""


AnyTransport: TypeAlias = Transport[Any, Any]
