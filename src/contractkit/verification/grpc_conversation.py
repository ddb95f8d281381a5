"""A conversation: one call over gRPC, spoken as it was recorded while everything that comes back is heard.

Sending and receiving run at the same time. Where the recording shows that the consumer had received something before
it sent on, the same is waited for, but only for a while: a provider that answers later than the recorded one did gets
the rest all the same, so that neither side waits for the other.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from grpc.aio import EOF, AioRpcError, Channel, InternalError, UsageError

from contractkit.verification.grpc_wire import WireMetadata

PATIENCE: Final = 1.0
"""Seconds that a message waits for those which preceded it in the recording."""

MOST_FURTHER: Final = 1000
"""Messages beyond those expected after which a stream counts as endless."""

FURTHER_KEPT: Final = 10
"""Messages beyond those expected that are kept to be shown, where none of them is wanted."""


class Sign(Enum):
    """What a consumer does beside sending messages."""

    HALF_CLOSE = "half-close"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something the consumer does: sends bytes, half-closes or cancels, `after` that many messages have come."""

    action: bytes | Sign
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What the consumer does in one call.

    `expected` is the number of messages that came in the recording, `further_kept` how many beyond them are wanted.
    """

    path: str
    steps: tuple[Step, ...]
    expected: int
    further_kept: int = FURTHER_KEPT
    metadata: WireMetadata = ()
    is_unary: bool = False


@dataclass(slots=True, kw_only=True)
class Heard:
    """What came back, as bytes. `count` counts all messages, also those that were not kept.

    `code` is the status's name; `is_endless` and `is_cancelled` say why this side ended the call, if it did.
    """

    messages: list[bytes]
    count: int = 0
    initial_metadata: WireMetadata = ()
    trailers: WireMetadata = ()
    code: str = ""
    text: str = ""
    is_endless: bool = False
    is_cancelled: bool = False


async def converse(channel: Channel, script: Script, *, timeout: float) -> Heard:
    """Speak a script and give what was heard until the call ended, at the latest after `timeout` seconds."""
    if script.is_unary:
        return await _ask(channel, script, timeout)
    method: Any = channel.stream_stream(script.path)
    call = method(timeout=timeout, metadata=script.metadata)
    return await _Conversation(call, script).run()


async def _ask(channel: Channel, script: Script, timeout: float) -> Heard:
    """Speak the shortest script: one message, then the half-close."""
    [message] = [step.action for step in script.steps if isinstance(step.action, bytes)]
    method: Any = channel.unary_unary(script.path)
    call = method(message, timeout=timeout, metadata=script.metadata)
    try:
        answer = await call
    except AioRpcError:
        return await _ended(call, Heard(messages=[]))
    return await _ended(call, Heard(messages=[answer], count=1))


async def _ended(call: Any, heard: Heard) -> Heard:
    code = await call.code()
    heard.code, heard.text = code.name, await call.details() or ""
    heard.initial_metadata = tuple(await call.initial_metadata() or ())
    heard.trailers = tuple(await call.trailing_metadata() or ())
    return heard


class _Conversation:
    """One call of any kind while it lasts."""

    def __init__(self, call: Any, script: Script) -> None:
        self._call = call
        self._script = script
        self._heard = Heard(messages=[])
        self._news = asyncio.Condition()
        self._is_over = False
        self._is_patient = True

    async def run(self) -> Heard:
        speaking = asyncio.create_task(self._speak(self._script.steps))
        try:
            await self._listen()
        finally:
            speaking.cancel()
            with suppress(asyncio.CancelledError):
                await speaking
            self._call.cancel()
        return await _ended(self._call, self._heard)

    async def _listen(self) -> None:
        heard, most = self._heard, self._script.expected
        with suppress(AioRpcError):
            while (message := await self._read()) is not EOF:
                heard.count += 1
                if heard.count <= most + self._script.further_kept:
                    heard.messages.append(message)
                if heard.count > most + MOST_FURTHER:
                    heard.is_endless = True
                    break
                await self._tell()
        self._is_over = True
        await self._tell()

    async def _read(self) -> Any:
        try:
            return await self._call.read()
        except asyncio.CancelledError:
            if not self._heard.is_cancelled:
                raise
            return EOF  # the client library cancels whoever reads a cancelled call

    async def _speak(self, steps: Sequence[Step]) -> None:
        with suppress(
            AioRpcError, InternalError, UsageError, asyncio.InvalidStateError
        ):  # the call ended: the listener says how
            for step in steps:
                await self._turn(step)
                if self._is_over:
                    return
                match step.action:
                    case bytes() as message:
                        await self._write(message)
                    case Sign.HALF_CLOSE:
                        await self._call.done_writing()
                    case Sign.CANCEL:
                        self._heard.is_cancelled = True
                        self._call.cancel()

    async def _write(self, message: bytes) -> None:
        # The call's own `write` puts a status of its own in the place of the provider's where the provider ends the
        # call meanwhile; what lies below it says only that this message did not go.
        await self._call.wait_for_connection()
        await self._call._cython_call.send_serialized_message(message)

    async def _turn(self, step: Step) -> None:
        """Wait until it is the step's turn; a cancellation waits as long as the call lasts."""
        is_cancellation = step.action is Sign.CANCEL
        if self._has_come(step.after) or not (self._is_patient or is_cancellation):
            return
        try:
            async with asyncio.timeout(None if is_cancellation else PATIENCE), self._news:
                await self._news.wait_for(lambda: self._has_come(step.after))
        except TimeoutError:
            self._is_patient = False

    def _has_come(self, count: int) -> bool:
        return self._is_over or self._heard.count >= count

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()


def script_steps(actions: Sequence[bytes | Sign | None]) -> tuple[Step, ...]:
    """Give the steps of a recording in its order; None stands for a message that came."""
    steps, came = [], 0
    for action in actions:
        if action is None:
            came += 1
        else:
            steps.append(Step(action=action, after=came))
    return tuple(steps)
