"""A provider that offers remote procedures over gRPC: calls made with bytes, encoded by the definition."""

import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Protocol

from grpc.aio import Channel

from contractkit.definitions.rpc_interface import Procedure, RpcDefinition, Side
from contractkit.errors import DefinitionError
from contractkit.explain.events import ordinal
from contractkit.model import (
    BinaryBody,
    Cancelled,
    EmptyBody,
    Event,
    HalfClosed,
    JsonBody,
    MissingBody,
    RpcCall,
    Sent,
    Status,
    repeated_events,
)
from contractkit.transports.rpc_messages import read_metadata
from contractkit.verification.grpc_conversation import (
    FURTHER_KEPT,
    MOST_FURTHER,
    Heard,
    Script,
    Sign,
    Step,
    converse,
    script_steps,
)
from contractkit.verification.grpc_failures import failure_of
from contractkit.verification.grpc_reflection import reflect
from contractkit.verification.grpc_wire import DetailsReader, to_metadata
from contractkit.verification.rpc_definitions import Given, RpcDefinitions
from contractkit.verification.rpc_replay import RPC_WAY, RpcAnswer, RpcRequest, heard_events
from contractkit.verification.transport import BrokenAnswer, Failure


class Endpoint(Protocol):
    """Where a provider takes calls: an address, or a server in this process."""

    @property
    def name(self) -> str:
        """Give the address as messages show it."""

    async def open(self, stack: AsyncExitStack, *, timeout: float) -> Channel:
        """Give a channel that is connected; what is to be closed or stopped at the end goes on the stack.

        Raises:
            ProviderUnreachableError: Nothing answers there, or the server does not start.
        """


def _no_definition() -> RpcDefinition | None:
    return None


class GrpcTransport:
    """Makes calls at an endpoint, with the recorded messages and metadata in their recorded order.

    `definition` gives the one that was given for the provider; contracts that bring their own need none.
    """

    way = RPC_WAY

    def __init__(self, endpoint: Endpoint, *, definition: Given = _no_definition, timeout: float = 10.0) -> None:
        self._endpoint = endpoint
        self._timeout = timeout
        self._stack = AsyncExitStack()
        self._channel: Channel | None = None
        self._details = DetailsReader()
        self._definitions = RpcDefinitions(definition, self._reflect)

    @property
    def name(self) -> str:
        """Give the endpoint's address, or the place of its server."""
        return self._endpoint.name

    async def __aenter__(self) -> "GrpcTransport":
        """Connect, having started the server if it is one of this process."""
        async with AsyncExitStack() as stack:
            self._channel = await self._endpoint.open(stack, timeout=self._timeout)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the channel, and stop the server if it is one of this process."""
        await self._stack.aclose()

    async def send(self, request: RpcRequest) -> RpcAnswer | Failure:
        """Make the call and hear it to its end within the time-out."""
        assert self._channel is not None, "send outside `async with`"
        definition, procedure = await self._definitions.find(request)
        is_any = bool(repeated_events(request.interaction.rules))
        script = _script_of(request.call, definition, procedure, is_any=is_any)
        started = time.perf_counter()
        heard = await converse(self._channel, script, timeout=self._timeout)
        seconds = time.perf_counter() - started
        failure = failure_of(
            heard, expected=None if is_any else script.expected, seconds=seconds, timeout=self._timeout
        )
        return failure or self._answer_of(heard, definition, procedure)

    def _answer_of(self, heard: Heard, definition: RpcDefinition, procedure: Procedure) -> RpcAnswer | BrokenAnswer:
        try:
            messages = tuple(_messages_in(heard, definition, procedure))
            details = self._details.read(heard.trailers, definition)
        except DefinitionError as error:
            return BrokenAnswer(problem=f"the details of the status: {_phrase(error)}")
        except _UndecodableError as error:
            return BrokenAnswer(problem=str(error))
        status = Status(code=heard.code, message=heard.text, details=details, trailers=read_metadata(heard.trailers))
        return RpcAnswer(
            messages=messages,
            status=None if heard.is_cancelled and heard.code == "CANCELLED" else status,
            initial_metadata=read_metadata(heard.initial_metadata),
        )

    async def _reflect(self, service: str) -> bytes:
        assert self._channel is not None
        return await reflect(self._channel, service, timeout=self._timeout)


def _script_of(call: RpcCall, definition: RpcDefinition, procedure: Procedure, *, is_any: bool) -> Script:
    events = [event for _, event in heard_events(call)]
    actions = [_action_of(event, definition, procedure) for event in events if not isinstance(event, Status)]
    expected = actions.count(None)
    steps = script_steps(actions)
    is_short = procedure.is_unary and [type(each) for each in events if isinstance(each, Sent | Cancelled)] == [Sent]
    if not any(isinstance(step.action, Sign) for step in steps):  # a recording that does not say when it half-closed
        steps = (*steps, Step(action=Sign.HALF_CLOSE, after=expected))
    return Script(
        path=procedure.path,
        steps=steps,
        expected=expected,
        further_kept=MOST_FURTHER if is_any else FURTHER_KEPT,
        metadata=to_metadata(call.metadata),
        is_unary=is_short,
    )


def _action_of(event: Event, definition: RpcDefinition, procedure: Procedure) -> bytes | Sign | None:
    match event:
        case Sent(message=JsonBody(value=tree)):
            return definition.encode(procedure, Side.REQUEST, tree)
        case Sent(message=BinaryBody(data=data)):
            return data
        case Sent(message=MissingBody() | EmptyBody()):
            return b""  # a message without fields has no bytes
        case Sent():
            raise DefinitionError(
                "A message that is sent is written as text.", details=[("expected", "its fields as JSON")]
            )
        case HalfClosed():
            return Sign.HALF_CLOSE
        case Cancelled():
            return Sign.CANCEL
    return None


def _messages_in(heard: Heard, definition: RpcDefinition, procedure: Procedure) -> Iterator[JsonBody]:
    media_type = f"application/protobuf;message=.{procedure.response_type}"
    for number, data in enumerate(heard.messages, start=1):
        try:
            yield JsonBody(definition.decode(procedure, Side.RESPONSE, data), media_type)
        except DefinitionError as error:
            raise _UndecodableError(f"the {ordinal(number)} message received is none: {_phrase(error)}") from None


class _UndecodableError(Exception):
    """A message that is not of the definition's type."""


def _phrase(error: DefinitionError) -> str:
    text = error.explanation.summary.rstrip(".")
    return f"{text[:1].lower()}{text[1:]}"
