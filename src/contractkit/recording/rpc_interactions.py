"""From a call that is over to the interaction it leaves: what is recorded, what is expected, what identifies it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from contractkit.definitions.rpc_interface import Procedure, RpcDefinition, Side
from contractkit.errors import ContractkitError, DefinitionError
from contractkit.exact_json import Json, show_json
from contractkit.model import (
    Body,
    DerivedState,
    Event,
    Evidence,
    HalfClosed,
    Interaction,
    JsonBody,
    LocatedGenerator,
    LocatedRules,
    Location,
    MissingBody,
    ProviderState,
    Received,
    RpcCall,
    Rule,
    Sent,
    Status,
    TestReference,
    WireForm,
    interaction_key,
)
from contractkit.recording.credentials import PLACEHOLDER, hide_in_json, hide_in_metadata
from contractkit.recording.expectations import expect_message
from contractkit.recording.matched import moved
from contractkit.recording.rpc_conversations import Served
from contractkit.recording.rpc_replies import RpcReply
from contractkit.recording.stubbed_procedures import StubbedProcedures
from contractkit.transports.rpc_messages import RpcEnd, RpcOpening

_TYPE = (Rule("type"),)
_HIDDEN_BYTES = "W2NyZWRlbnRpYWxd"  # the placeholder in base64, where a field holds bytes
_MOST_VALUES = 3  # how many values of a request its description names


class ToldCall(Protocol):
    """What is told of a call; `RpcConversation` says what each part is."""

    @property
    def procedure(self) -> Procedure:
        """Give what was called."""

    @property
    def opening(self) -> RpcOpening:
        """Give the path and metadata."""

    @property
    def served(self) -> Sequence[Served]:
        """Give the messages that were sent."""

    @property
    def events(self) -> Sequence[Event]:
        """Give what happened."""

    @property
    def reply(self) -> RpcReply | None:
        """Give what the test wrote."""

    @property
    def error(self) -> ContractkitError | None:
        """Give why it was refused or could not be answered."""

    @property
    def end(self) -> RpcEnd | None:
        """Give how it ended."""

    @property
    def code(self) -> str:
        """Give the name of the status with which it ended."""


class _Expected(NamedTuple):
    events: tuple[Event, ...]
    rules: tuple[LocatedRules, ...]
    generators: tuple[LocatedGenerator, ...]


def interaction_of(
    conversation: ToldCall,
    procedures: StubbedProcedures,
    *,
    states: tuple[ProviderState, ...],
    pending: bool,
    test: TestReference,
) -> Interaction:
    """Give the interaction that a call leaves.

    Args:
        conversation: The call, over and not refused.
        procedures: What it was checked against, and which metadata is recorded.
        states: The states that held when it began.
        pending: Whether the interaction blocks nobody yet.
        test: The test with the line of the call.
    """
    hidden = _hidden(conversation, procedures.definition)
    expected = _expected(conversation, hidden)
    recorded = _recorded_metadata(conversation, procedures)
    sent = [each.message.value for each in hidden if isinstance(each, Sent) and isinstance(each.message, JsonBody)]
    operation, code = conversation.procedure.operation.name, conversation.code
    values = _scalars(sent[0] if sent else None)
    greeting = conversation.reply.initial_metadata if conversation.reply is not None else {}
    call = RpcCall(
        procedure=conversation.procedure.operation.signature,
        events=expected.events,
        metadata=recorded,
        initial_metadata=hide_in_metadata(greeting),
    )
    request = {"metadata": recorded, "messages": sent}
    return Interaction(
        key=interaction_key(kind="rpc", operation=operation, states=states, request=request, status=code),
        description=describe_call(conversation.procedure, values, code, is_given_up=conversation.end is None),
        exchange=call,
        operation=operation,
        states=states,
        derived_state=None if states else DerivedState(operation=operation, status=code, values=values),
        rules=(*_metadata_rules(Location(("initial_metadata",)), greeting), *expected.rules),
        generators=expected.generators,
        pending=pending,
        served=_served(hidden, is_list=_is_open(conversation)),
        evidence=(Evidence(test=test),),
        wire=_wire(conversation.procedure, procedures, expected.events),
    )


def call_of(conversation: ToldCall, definition: RpcDefinition) -> RpcCall:
    """Give a call as it was, credentials replaced; a message that could not be read is not in it."""
    return RpcCall(
        procedure=conversation.procedure.operation.signature,
        events=_hidden(conversation, definition),
        metadata=hide_in_metadata(conversation.opening.metadata),
        initial_metadata=hide_in_metadata(conversation.reply.initial_metadata) if conversation.reply else {},
    )


def describe_call(procedure: Procedure, values: Mapping[str, Json], code: str, *, is_given_up: bool = False) -> str:
    """Give a call in words: `GetItem id=7 answers OK`; values that are empty or zero are left out."""
    told = [f" {name}={_short(value)}" for name, value in values.items() if value not in ("", 0, None, False)]
    method = procedure.operation.signature.rpartition("/")[2]
    ending = "is given up" if is_given_up else f"answers {code}"
    return f"{method}{''.join(told[:_MOST_VALUES])} {ending}"


def _hidden(conversation: ToldCall, definition: RpcDefinition) -> tuple[Event, ...]:
    procedure = conversation.procedure
    return tuple(_hidden_event(definition, procedure, event) for event in conversation.events)


def _hidden_event(definition: RpcDefinition, procedure: Procedure, event: Event) -> Event:
    match event:
        case Sent(message=JsonBody(value=tree, media_type=media_type)):
            return Sent(message=JsonBody(hidden_tree(definition, procedure, Side.REQUEST, tree), media_type))
        case Received(message=JsonBody(value=tree, media_type=media_type)):
            return Received(message=JsonBody(hidden_tree(definition, procedure, Side.RESPONSE, tree), media_type))
        case Status(code=code, message=message, details=details, trailers=trailers):
            kept = tuple(map(hide_in_json, details))
            return Status(code=code, message=message, details=kept, trailers=hide_in_metadata(trailers))
        case _:
            return event


def hidden_tree(definition: RpcDefinition, procedure: Procedure, side: Side, tree: Json) -> Json:
    """Give a tree without credentials that still is a message: bytes are hidden as bytes."""
    hidden = hide_in_json(tree)
    if hidden == tree:
        return tree
    try:
        definition.encode(procedure, side, hidden)
    except DefinitionError:
        return _with_hidden_bytes(hidden)
    return hidden


def _with_hidden_bytes(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _with_hidden_bytes(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_with_hidden_bytes(element) for element in value]
    return _HIDDEN_BYTES if value == PLACEHOLDER else value


def _expected(conversation: ToldCall, hidden: tuple[Event, ...]) -> _Expected:
    """Give what is expected: of a stream that the test did not write, one message that may come any number of times."""
    served = iter(conversation.served)
    is_open = _is_open(conversation)
    events: list[Event] = []
    rules: list[LocatedRules] = []
    generators: list[LocatedGenerator] = []
    for event in _with_first_answer(hidden) if is_open else hidden:
        at = Location(("events", len(events)))
        if isinstance(event, Received):
            sent = next(served)
            said = moved(sent.matched, at)
            rules += [LocatedRules(location=at, rules=_TYPE)] if is_open else []
            rules += [] if at / "message" in said.places else [LocatedRules(location=at / "message", rules=_TYPE)]
            rules += said.rules
            generators += said.generators
            events.append(_expected_message(event, sent))
            continue
        events.append(event)
        if isinstance(event, Status):
            rules += _status_rules(at, event)
    return _Expected(tuple(events), tuple(rules), tuple(generators))


def _is_open(conversation: ToldCall) -> bool:
    """Say whether the stub alone decided how many messages came: the provider may send any number."""
    reply = conversation.reply
    return conversation.procedure.server_streaming and (reply is None or reply.messages is None)


def _with_first_answer(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Give events without all messages that came but the first."""
    answers = [number for number, event in enumerate(events) if isinstance(event, Received)]
    return tuple(event for number, event in enumerate(events) if number not in answers[1:])


def _expected_message(event: Received, served: Served) -> Received:
    body = event.message
    if not isinstance(body, JsonBody):
        return event
    tree = expect_message(body.value, served.answer.promises, written=served.written, places=served.matched.places)
    return Received(message=JsonBody(tree, body.media_type))


def _status_rules(at: Location, status: Status) -> Iterator[LocatedRules]:
    if status.message:
        yield LocatedRules(location=at / "status_message", rules=_TYPE)
    yield from _metadata_rules(at / "trailers", status.trailers)


def _recorded_metadata(conversation: ToldCall, procedures: StubbedProcedures) -> Mapping[str, Json]:
    sent = conversation.opening.metadata
    named = {name: sent[name] for name in sorted(sent) if name in procedures.recorded_metadata}
    return hide_in_metadata(named)


def _wire(procedure: Procedure, procedures: StubbedProcedures, events: tuple[Event, ...]) -> WireForm | None:
    """Give a unary call in bytes; None where it was given up, or what is expected is no message in itself."""
    definition = procedures.definition
    match events:
        case (Sent(message=JsonBody(value=asked)), HalfClosed(), *received, Status()) if procedure.is_unary:
            answers = [body.value for each in received if isinstance(body := _message_of(each), JsonBody)]
            try:
                return WireForm(
                    descriptors=procedures.descriptors_of(procedure),
                    request=definition.encode(procedure, Side.REQUEST, asked),
                    response=definition.encode(procedure, Side.RESPONSE, answers[0]) if answers else None,
                )
            except DefinitionError:
                return None
    return None


def _message_of(event: Event) -> Body:
    return event.message if isinstance(event, Received) else MissingBody()


def _metadata_rules(at: Location, written: Mapping[str, Json]) -> Iterator[LocatedRules]:
    return (LocatedRules(location=at / name, rules=_TYPE) for name in sorted(written))


def _served(hidden: tuple[Event, ...], *, is_list: bool) -> Body:
    """Give the message that was served; of several, or where any number might have been, a list under their type."""
    bodies = [each.message for each in hidden if isinstance(each, Received) and isinstance(each.message, JsonBody)]
    if len(bodies) <= (0 if is_list else 1):
        return bodies[0] if bodies else MissingBody()
    return JsonBody([body.value for body in bodies], bodies[0].media_type)


def _scalars(tree: Json) -> Mapping[str, Json]:
    members = tree if isinstance(tree, dict) else {}
    return {name: value for name, value in members.items() if not isinstance(value, dict | list)}


def _short(value: Json) -> str:
    is_plain = isinstance(value, str) and value.isprintable() and " " not in value and len(value) <= 40
    return str(value) if is_plain else show_json(value, limit=40)
