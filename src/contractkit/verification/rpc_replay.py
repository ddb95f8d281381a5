"""Remote procedure calls replayed: the call with what states returned in it, and what came back compared.

The messages received are compared with those expected one by one, whatever was sent between them. What has no
counterpart is a mismatch of its own: a message that did not come, or one more than expected. Where any number may come,
all that came lie one behind the other at the place of the example, and what follows it moves.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from random import Random
from typing import Final, NamedTuple

from contractkit.exact_json import Json
from contractkit.matching import compile_comparison, generate, variant_generators
from contractkit.model import (
    Body,
    Cancelled,
    Contract,
    Event,
    Exchange,
    HttpRequest,
    Interaction,
    JsonBody,
    LocatedGenerator,
    Location,
    MissingBody,
    Part,
    PartKind,
    Received,
    RpcCall,
    Sent,
    Status,
    repeated_events,
)
from contractkit.results import Mismatch
from contractkit.verification.injection import inject_into_call, used_values
from contractkit.verification.transport import Replaying, Way
from contractkit.verification.unchecked import unchecked_lists


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
    generators = (*interaction.generators, *variant_generators(interaction.rules))
    if generators:
        call = _generated(call, interaction, generators, replaying)
    if returned and interaction.operation is not None:  # only our own contracts say which values a test used
        call = inject_into_call(call, used_values(interaction), returned)
    return RpcRequest(call=call, interaction=interaction, contract=replaying.contract)


def _generated(
    call: RpcCall, interaction: Interaction, generators: tuple[LocatedGenerator, ...], replaying: Replaying
) -> RpcCall:
    """Give the call with generated values: each message, and the metadata, is treated as a request's."""
    params = {name: value for state in interaction.states for name, value in state.params.items()}
    context, random = {**params, **replaying.returned}, Random(interaction.key)

    def made(request: HttpRequest, at: Location, part: str) -> HttpRequest:
        located = _moved(generators, at, Location(("request", part)))
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
    heard = heard_events(call)
    answered = {number for number, event in heard if isinstance(event, Received | Status)}
    parts = tuple(part for part in call.parts() if _is_expected(part, answered))
    compare = compile_comparison(parts, interaction.rules, specification=specification)
    repeated = repeated_events(interaction.rules)
    end = next((number for number, event in heard if isinstance(event, Status | Cancelled)), len(heard))
    asked = {str(part.location.steps[-1]) for part in parts if part.location.steps[1:2] == (end,)}

    def compared(answer: RpcAnswer) -> tuple[Mismatch, ...]:
        turns = _turns(heard, repeated, len(answer.messages))
        places = [place for turn in turns for place in turn.places]
        moved = end + len(places) - len(turns)
        return compare((*_initial(answer), *_messages(answer, places, moved), *_ending(answer.status, asked, moved)))

    return compared


class _Turn(NamedTuple):
    """A message that is expected, its number among the events, and the places of those that came for it."""

    expected: Received
    number: int
    places: range


def _turns(heard: tuple[tuple[int, Event], ...], repeated: frozenset[int], count: int) -> tuple[_Turn, ...]:
    """Give each expected message with the places of its counterparts, of `count` that came.

    One that may come any number of times has what the others leave; of several such, the first.
    """
    expected = [(number, event) for number, event in heard if isinstance(event, Received)]
    spare = max(0, count - sum(number not in repeated for number, _ in expected))
    turns: list[_Turn] = []
    shift = 0
    for number, event in expected:
        times, spare = (spare, 0) if number in repeated else (1, spare)
        turns.append(_Turn(event, number, range(number + shift, number + shift + times)))
        shift += times - 1
    return tuple(turns)


def _unchecked_in(interaction: Interaction, answer: RpcAnswer) -> tuple[Location, ...]:
    call = interaction.exchange
    assert isinstance(call, RpcCall)
    messages = iter(answer.messages)
    found: list[Location] = []
    for turn in _turns(heard_events(call), repeated_events(interaction.rules), len(answer.messages)):
        at = Location(("events", turn.number))
        actual = list(islice(messages, len(turn.places)))
        found += unchecked_lists(turn.expected.message, actual, at / "message") if actual else [at]
    return tuple(found)


def _is_expected(part: Part, answered: set[int]) -> bool:
    """Say whether a part was made by the provider and holds something: an empty text or no trailers ask for nothing."""
    first, *rest = part.location.steps
    if not part.value:
        return False
    return rest[0] in answered if first == "events" else first == "initial_metadata"


def _initial(answer: RpcAnswer) -> tuple[Part, ...]:
    location = Location(("initial_metadata",))
    return (Part(location=location, kind=PartKind.METADATA, value=answer.initial_metadata, is_open=True),)


def _messages(answer: RpcAnswer, places: list[int], end: int) -> Iterator[Part]:
    """Give each message at the place of its counterpart; those without one lie from the end on."""
    further = range(end, end + len(answer.messages) - len(places))
    for place, message in zip((*places, *further), answer.messages, strict=False):
        yield Part(location=Location(("events", place, "message")), kind=PartKind.BODY, value=message, is_open=True)


def _ending(status: Status | None, asked: set[str], end: int) -> Iterator[Part]:
    """Give what of a status is asked for; where the call was to be cancelled, an error that came before is news."""
    if status is not None and not asked and status.code != "OK":
        asked = {"status"}
    if status is not None:
        for name, kind, value_of in _OF_STATUS:
            if name in asked:
                location = Location(("events", end, name))
                yield Part(location=location, kind=kind, value=value_of(status), is_open=True)


_OF_STATUS: Final[tuple[tuple[str, PartKind, Callable[[Status], object]], ...]] = (
    ("status", PartKind.WORD, lambda status: status.code),
    ("status_message", PartKind.WORD, lambda status: status.message),
    ("details", PartKind.BODY, lambda status: JsonBody(list(status.details)) if status.details else MissingBody()),
    ("trailers", PartKind.METADATA, lambda status: status.trailers),
)


def _is_read(_call: Exchange) -> bool:
    return False  # nothing in a call says that it changes nothing


RPC_WAY: Way[RpcRequest, RpcAnswer] = Way(
    exchange=RpcCall,
    is_read=_is_read,
    request_of=_request_of,
    comparison_of=_comparison_of,
    end_of=lambda answer: answer.status,
    unchecked_in=_unchecked_in,
)
"""How remote procedure calls are replayed."""
