"""Remote procedure calls replayed: the call with what states returned in it, and what came back compared.

The messages received are compared with those expected one by one, whatever was sent between them. What has no
counterpart is a mismatch of its own: a message that did not come, or one more than expected.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from contractkit.exact_json import Json
from contractkit.matching import compile_comparison, generate
from contractkit.model import (
    Body,
    Cancelled,
    Contract,
    Event,
    Exchange,
    HttpRequest,
    Interaction,
    LocatedGenerator,
    Location,
    Part,
    PartKind,
    Received,
    RpcCall,
    Sent,
    Status,
)
from contractkit.results import Mismatch
from contractkit.verification.injection import inject_into_call, used_values
from contractkit.verification.transport import Replaying, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcRequest:
    """A call as it is to be made; interaction and contract say by which definition its messages are encoded."""

    call: RpcCall
    interaction: Interaction
    contract: Contract


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcAnswer:
    """What a provider made of a call. `status` is None where the consumer gave the call up before it ended."""

    messages: tuple[Body, ...]
    status: Status | None
    initial_metadata: Mapping[str, Json] = field(default_factory=dict)


def heard_events(call: RpcCall) -> tuple[tuple[int, Event], ...]:
    """Give the events that a consumer lived to see, with their places: those up to its cancellation."""
    ends = [number for number, event in enumerate(call.events) if isinstance(event, Cancelled)]
    return tuple(enumerate(call.events[: ends[0] + 1] if ends else call.events))


def _request_of(interaction: Interaction, replaying: Replaying) -> RpcRequest:
    call = interaction.exchange
    assert isinstance(call, RpcCall)
    returned = replaying.returned
    call = replaying.credentials.put_in(call)
    if interaction.generators:
        call = _generated(call, interaction, replaying)
    if returned and interaction.operation is not None:  # only our own contracts say which values a test used
        call = inject_into_call(call, used_values(interaction), returned)
    return RpcRequest(call=call, interaction=interaction, contract=replaying.contract)


def _generated(call: RpcCall, interaction: Interaction, replaying: Replaying) -> RpcCall:
    """Give the call with generated values: each message, and the metadata, is treated as a request's."""
    params = {name: value for state in interaction.states for name, value in state.params.items()}
    context, random = {**params, **replaying.returned}, Random(interaction.key)

    def made(request: HttpRequest, at: Location, part: str) -> HttpRequest:
        located = _moved(interaction.generators, at, Location(("request", part)))
        return generate(request, located, context, now=replaying.now, random=random)

    events: list[Event] = []
    for number, event in enumerate(call.events):
        if isinstance(event, Sent):
            request = HttpRequest(method="POST", path="/", body=event.message)
            event = Sent(message=made(request, Location(("events", number, "message")), "body").body)
        events.append(event)
    texts = {name: (value,) for name, value in call.metadata.items() if isinstance(value, str)}
    headers = made(HttpRequest(method="POST", path="/", headers=texts), Location(("metadata",)), "headers").headers
    return replace(
        call, events=tuple(events), metadata={**call.metadata, **{name: value for name, (value,) in headers.items()}}
    )


def _moved(generators: tuple[LocatedGenerator, ...], at: Location, to: Location) -> tuple[LocatedGenerator, ...]:
    return tuple(
        replace(each, location=to.under(each.location.steps[len(at.steps) :]))
        for each in generators
        if each.location.starts_with(at) or at.starts_with(each.location)
    )


def _comparison_of(interaction: Interaction, specification: str) -> Callable[[RpcAnswer], tuple[Mismatch, ...]]:
    call = interaction.exchange
    assert isinstance(call, RpcCall)
    answered = {number for number, event in heard_events(call) if isinstance(event, Received | Status)}
    parts = tuple(part for part in call.parts() if _is_expected(part, answered))
    compare = compile_comparison(parts, interaction.rules, specification=specification)
    return lambda answer: compare(_parts_of(answer, call))


def _is_expected(part: Part, answered: set[int]) -> bool:
    first, *rest = part.location.steps
    if first != "events":
        return first == "initial_metadata"
    if rest[0] not in answered:
        return False
    return part.kind is not PartKind.WORD or part.value != ""  # an empty status message is none that was expected


def _parts_of(answer: RpcAnswer, expected: RpcCall) -> tuple[Part, ...]:
    """Give the parts of an answer at the places of their counterparts; those without one lie from the end on."""
    heard = heard_events(expected)
    places = [number for number, event in heard if isinstance(event, Received)]
    end = next((number for number, event in heard if isinstance(event, Status | Cancelled)), len(heard))
    further = len(answer.messages) - len(places)
    places += range(end, end + further)
    received = [
        Part(location=Location(("events", place, "message")), kind=PartKind.BODY, value=message, is_open=True)
        for place, message in zip(places, answer.messages, strict=False)
    ]
    initial = Part(
        location=Location(("initial_metadata",)),
        kind=PartKind.METADATA,
        value=answer.initial_metadata,
        is_open=True,
    )
    return (initial, *received, *_status_parts(answer.status, heard, end))


def _status_parts(status: Status | None, heard: tuple[tuple[int, Event], ...], end: int) -> tuple[Part, ...]:
    if status is None:
        return ()
    parts = RpcCall(procedure="", events=(status,)).parts()
    at_end = tuple(
        replace(part, location=Location(("events", end, *part.location.steps[2:])))
        for part in parts
        if part.location.steps[0] == "events"
    )
    expected = next((event for _, event in heard if isinstance(event, Status)), None)
    if expected is None:  # it was to be cancelled: that it ended by itself is news only as an error
        return tuple(part for part in at_end if part.location.steps[-1] == "status" and part.value != "OK")
    unasked = {
        name for name, value in (("status_message", expected.message), ("details", expected.details)) if not value
    }
    return tuple(part for part in at_end if part.location.steps[-1] not in unasked)


def _is_read(_call: Exchange) -> bool:
    return False  # nothing in a call says that it changes nothing


RPC_WAY: Way[RpcRequest, RpcAnswer] = Way(
    exchange=RpcCall, is_read=_is_read, request_of=_request_of, comparison_of=_comparison_of
)
"""How remote procedure calls are replayed."""
