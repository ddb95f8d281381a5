"""Exchanges: an HTTP call, a remote procedure call or messages, each offering the same view as located parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, NamedTuple, TypeAlias

from contractkit.exact_json import Json
from contractkit.model.bodies import Body, JsonBody, MissingBody
from contractkit.model.locations import Location

Fields: TypeAlias = Mapping[str, tuple[str, ...]]
"""Header or metadata fields: lower-case name to the values in the order they came."""

Query: TypeAlias = Mapping[str, tuple[str | None, ...]]
"""Query parameters, decoded: name to values in order; None is a parameter written without `=`."""


_REQUEST, _RESPONSE, _MESSAGE = Location(("request",)), Location(("response",)), Location(("message",))
_RESPONSES = Location(("responses",))
_METHOD, _PATH, _QUERY = _REQUEST / "method", _REQUEST / "path", _REQUEST / "query"
_REQUEST_HEADERS, _REQUEST_BODY = _REQUEST / "headers", _REQUEST / "body"
_STATUS, _RESPONSE_HEADERS, _RESPONSE_BODY = _RESPONSE / "status", _RESPONSE / "headers", _RESPONSE / "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """How exchanges of one kind travel, for whoever counts or decides by kind and looks at nothing else of them.

    `every_verifier_replays` says that any Pact verifier does: the success of one that says nothing of such an
    interaction counts for it too.
    """

    name: str
    every_verifier_replays: bool


class PartKind(Enum):
    """What a part's value is, and so how it is compared."""

    WORD = "word"  # str: a method, a path, a procedure name
    NUMBER = "number"  # int: a status
    QUERY = "query"  # Query
    FIELDS = "fields"  # Fields
    METADATA = "metadata"  # Mapping[str, Json]
    BODY = "body"  # Body
    SIGNAL = "signal"  # str: half-closed, cancelled

    __hash__ = object.__hash__  # the enumeration's own runs in Python, and every part is looked up by its kind


class Part(NamedTuple):
    """One typed part of an exchange. `is_open` says that the actual part may carry more than the expected one."""

    location: Location
    kind: PartKind
    value: object
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request. `path` is percent-encoded as sent, relative to the base path; it starts with `/` or is empty."""

    method: str
    path: str
    query: Query = field(default_factory=dict)
    headers: Fields = field(default_factory=dict)
    body: Body = field(default_factory=MissingBody)

    def parts(self) -> tuple[Part, ...]:
        """Give the parts under `request`: nothing but headers may be added to them."""
        return (
            Part(location=_METHOD, kind=PartKind.WORD, value=self.method, is_open=False),
            Part(location=_PATH, kind=PartKind.WORD, value=self.path, is_open=False),
            Part(location=_QUERY, kind=PartKind.QUERY, value=self.query, is_open=False),
            Part(location=_REQUEST_HEADERS, kind=PartKind.FIELDS, value=self.headers, is_open=True),
            Part(location=_REQUEST_BODY, kind=PartKind.BODY, value=self.body, is_open=False),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """A response. `status` is the HTTP status code."""

    status: int
    headers: Fields = field(default_factory=dict)
    body: Body = field(default_factory=MissingBody)

    def parts(self) -> tuple[Part, ...]:
        """Give the parts under `response`: a provider may add headers and members."""
        return (
            Part(location=_STATUS, kind=PartKind.NUMBER, value=self.status, is_open=False),
            Part(location=_RESPONSE_HEADERS, kind=PartKind.FIELDS, value=self.headers, is_open=True),
            Part(location=_RESPONSE_BODY, kind=PartKind.BODY, value=self.body, is_open=True),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCall:
    """One HTTP request and the response to it."""

    transport: ClassVar = Transport(name="HTTP", every_verifier_replays=True)
    request: HttpRequest
    response: HttpResponse

    def parts(self) -> tuple[Part, ...]:
        """Give the parts of both sides, the request's first."""
        return (*self.request.parts(), *self.response.parts())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The consumer sent a message, decoded to the JSON-like tree of the fields that were set."""

    message: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The provider sent a message, decoded likewise."""

    message: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfClosed:
    """The consumer will send no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """The consumer gave the call up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The provider ended the call. `code` is the name of a gRPC status, such as `OK` or `NOT_FOUND`."""

    code: str
    message: str = ""
    details: tuple[Json, ...] = ()
    trailers: Mapping[str, Json] = field(default_factory=dict)


Event: TypeAlias = Sent | Received | HalfClosed | Cancelled | Status


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcCall:
    """A remote procedure call as the ordered list of what happened; a unary call is the shortest such list.

    `procedure` is written `package.Service/Method`; `metadata` is what the consumer sent with the call.
    """

    transport: ClassVar = Transport(name="gRPC", every_verifier_replays=False)
    procedure: str
    events: tuple[Event, ...]
    metadata: Mapping[str, Json] = field(default_factory=dict)
    initial_metadata: Mapping[str, Json] = field(default_factory=dict)

    def parts(self) -> tuple[Part, ...]:
        """Give `procedure`, `metadata`, then the parts of each event under `events[n]`."""
        return (
            Part(location=Location(("procedure",)), kind=PartKind.WORD, value=self.procedure, is_open=False),
            Part(location=Location(("metadata",)), kind=PartKind.METADATA, value=self.metadata, is_open=True),
            Part(
                location=Location(("initial_metadata",)),
                kind=PartKind.METADATA,
                value=self.initial_metadata,
                is_open=True,
            ),
            *(part for number, event in enumerate(self.events) for part in _event_parts(number, event)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that the provider emits, without a request. `metadata` is name to any JSON value."""

    transport: ClassVar = Transport(name="message", every_verifier_replays=True)
    contents: Body
    metadata: Mapping[str, Json] = field(default_factory=dict)

    def parts(self) -> tuple[Part, ...]:
        """Give the parts under `message`: members and metadata may be added to them."""
        return self.parts_at(_MESSAGE, is_open=True)

    def parts_at(self, place: Location, *, is_open: bool) -> tuple[Part, ...]:
        """Give the parts of a message that stands at a place; metadata may be added to any."""
        return (
            Part(location=place / "contents", kind=PartKind.BODY, value=self.contents, is_open=is_open),
            Part(location=place / "metadata", kind=PartKind.METADATA, value=self.metadata, is_open=True),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SynchronousMessages:
    """A message that the consumer sends, and the messages that answer it, over whatever carries them."""

    transport: ClassVar = Transport(name="synchronous message", every_verifier_replays=True)
    request: Message
    responses: tuple[Message, ...]

    def parts(self) -> tuple[Part, ...]:
        """Give the parts under `request` and `responses[0]`, `responses[1]`, …: the answers may carry more."""
        answers = (
            part
            for number, each in enumerate(self.responses)
            for part in each.parts_at(_RESPONSES / number, is_open=True)
        )
        return (*self.request.parts_at(_REQUEST, is_open=False), *answers)


Exchange: TypeAlias = HttpCall | RpcCall | Message | SynchronousMessages


def _event_parts(number: int, event: Event) -> tuple[Part, ...]:
    at = Location(("events", number))
    match event:
        case Sent(message=body):
            return (Part(location=at / "message", kind=PartKind.BODY, value=body, is_open=False),)
        case Received(message=body):
            return (Part(location=at / "message", kind=PartKind.BODY, value=body, is_open=True),)
        case HalfClosed():
            return (Part(location=at, kind=PartKind.SIGNAL, value="half-closed", is_open=False),)
        case Cancelled():
            return (Part(location=at, kind=PartKind.SIGNAL, value="cancelled", is_open=False),)
        case Status(code=code, message=text, details=details, trailers=trailers):
            further = Part(location=at / "details", kind=PartKind.BODY, value=JsonBody(list(details)), is_open=True)
            return (
                Part(location=at / "status", kind=PartKind.WORD, value=code, is_open=False),
                Part(location=at / "status_message", kind=PartKind.WORD, value=text, is_open=False),
                *((further,) if details else ()),
                Part(location=at / "trailers", kind=PartKind.METADATA, value=trailers, is_open=True),
            )
