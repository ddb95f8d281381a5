"""Conversations: one call as the stub leads it: every message checked, every answer synthesised or as a test wrote it.

Nothing is sent or waited for here: each step takes what the client did and gives what to send.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from contractkit.definitions.rpc_interface import AnswerMessage, Procedure, RpcDefinition, Side
from contractkit.errors import ContractkitError, DefinitionError
from contractkit.exact_json import Json, dump_compact
from contractkit.model import Cancelled, Event, HalfClosed, JsonBody, Location, Received, Sent, Status
from contractkit.recording.matched import NOTHING_MATCHED, Matched
from contractkit.recording.rpc_memory import Memory
from contractkit.recording.rpc_refusals import (
    CallRefused,
    Parties,
    refuse_fields,
    refuse_number,
    refuse_undecodable,
    refuse_violations,
)
from contractkit.recording.rpc_replies import RpcReply, WrittenMessage, written_tree
from contractkit.results import ABSENT, Absent
from contractkit.transports.rpc_messages import FINE, RpcEnd, RpcOpening, RpcStep

MOST_MESSAGES = 10_000
"""How many messages a client may send in one call."""

_FIRST = Location(("events", 0, "message"))
_LISTENING = RpcStep()
_FINE_STATUS = Status(code="OK")
_HALF_CLOSED = HalfClosed()

_SENT, _SERVED = "sent", "served"
_STREAMED = 2  # how many messages a stream has where the test wrote none


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A message that was sent, with what the test wrote of it (`ABSENT` where nothing) and its matchers said."""

    answer: AnswerMessage
    written: Json | Absent
    matched: Matched = NOTHING_MATCHED


class RpcConversation:
    """One call of a known procedure.

    Attributes:
        sent: The messages that the client sent, in their order.
        served: The messages that were sent, in their order.
        reply: What the test wrote, asked for when the first answer is due.
        error: Why the call was refused or could not be answered, or None.
        end: How it ended; None while it is open, and where the client gave it up.
    """

    def __init__(
        self,
        definition: RpcDefinition,
        procedure: Procedure,
        opening: RpcOpening,
        *,
        parties: Parties,
        seed: str,
        next_reply: Callable[[], RpcReply],
        ended: "Callable[[RpcConversation], None]",
        lock: threading.RLock,
        memory: Memory,
        alter: Callable[[list[Json], Json], Json] | None = None,
    ) -> None:
        """Begin.

        Args:
            definition: What says what is allowed.
            procedure: What was called.
            opening: The path and metadata.
            parties: Who speaks with whom.
            seed: Decides the values, beside what is sent.
            next_reply: Gives what the test wrote.
            ended: Called once, when the call is over.
            lock: Held during each step.
            memory: What was worked out earlier.
            alter: Gives what is sent in place of a message, from what was received so far and its tree; what is told of
                the call stays as it would be without.
        """
        self.procedure = procedure
        self.opening = opening
        self.sent: list[Json] = []
        self.served: list[Served] = []
        self._log: list[Event | str] = []  # of messages only which came or went: most are never looked at
        self._heard: list[bytes] = []
        self.reply: RpcReply | None = None
        self.error: ContractkitError | None = None
        self.end: RpcEnd | None = None
        self._definition = definition
        self._parties = parties
        self._seed = f"{seed}{procedure.operation.name}"
        self._next_reply = next_reply
        self._ended = ended
        self._lock = lock
        self._memory = memory
        self._alter = alter
        self._is_dialogue = procedure.client_streaming and procedure.server_streaming
        self._is_over = False
        self._greeting: Mapping[str, Json] | None = None  # not known yet, then nothing once it was sent

    @property
    def events(self) -> list[Event]:
        """Give what happened so far, messages as they were."""
        return list(self._told())

    def _told(self) -> Iterator[Event]:
        sent, served = iter(self.sent), iter(self.served)
        for each in self._log:
            if each == _SENT:
                yield Sent(message=message_body(next(sent), self.procedure.request_type))
            elif each == _SERVED:
                yield Received(message=message_body(next(served).answer.tree, self.procedure.response_type))
            elif not isinstance(each, str):
                yield each

    @property
    def code(self) -> str:
        """Give the name of the status with which it ended; that of a call given up is `CANCELLED`."""
        return self.end.code if self.end is not None else "CANCELLED"

    def take(self, data: bytes) -> RpcStep:
        """Take an encoded message of the client."""
        return self._step(self._taken, data)

    def half_close(self) -> RpcStep:
        """Take that the client will send no more."""
        return self._step(self._half_closed)

    def cancel(self) -> None:
        """Take that the client gave the call up."""
        with self._lock:
            if not self._is_over:
                self._log.append(Cancelled())
                self._over()

    def _step(self, advance: Callable[..., RpcStep], *data: bytes) -> RpcStep:
        with self._lock:
            if self._is_over:
                return RpcStep(end=self.end or RpcEnd(code="UNAVAILABLE", message="The test of this call is over."))
            try:
                return advance(*data)
            except CallRefused as refusal:
                return self._failed(refusal.code, refusal.reason, refusal.error)
            except ContractkitError as error:
                return self._failed("INTERNAL", f"The stub has no answer: {error.explanation.summary}", error)

    # what the client sends

    def _taken(self, data: bytes) -> RpcStep:
        tree = self._checked(data)
        self.sent.append(tree)
        self._heard.append(data)
        self._log.append(_SENT)
        if not self._is_dialogue:
            return _LISTENING
        return self._answered(self._due_now(), is_last=False)

    def _half_closed(self) -> RpcStep:
        if not self.sent and not self.procedure.client_streaming:
            raise refuse_number(self.procedure, "the call ended without a request", self._parties)
        self._log.append(_HALF_CLOSED)
        return self._answered(self._due_at_the_end(), is_last=True)

    def _checked(self, data: bytes) -> Json:
        definition, procedure, parties = self._definition, self.procedure, self._parties
        self._check_number()
        key = (procedure.path, data)
        known = self._memory.allowed.get(key)
        if known is not None:
            return known
        at = Location(("events", len(self._log), "message")) if self._log else _FIRST
        try:
            received = definition.receive(procedure, Side.REQUEST, data, at)
        except DefinitionError as error:
            raise refuse_undecodable(procedure, error, parties) from None
        if received.unknown:
            raise refuse_fields(procedure, received.unknown, definition.nearest(procedure.path), parties)
        if received.violations:
            raise refuse_violations(procedure, received.violations, parties)
        self._memory.allowed.keep(key, received.tree, size=len(data))
        return received.tree

    def _check_number(self) -> None:
        if self.sent and not self.procedure.client_streaming:
            raise refuse_number(self.procedure, "the call sent a second request", self._parties)
        if len(self.sent) >= MOST_MESSAGES:
            reason = f"the call sent more than {MOST_MESSAGES} messages, which no contract can hold"
            raise refuse_number(self.procedure, reason, self._parties, code="RESOURCE_EXHAUSTED")

    # what is answered

    def _written(self) -> RpcReply:
        if self.reply is None:
            self.reply = self._next_reply()
        return self.reply

    def _due_now(self) -> tuple[WrittenMessage | None, ...]:
        """Give what answers one message of a conversation in both directions; None stands for a synthesised one."""
        reply = self._written()
        if reply.messages is None:
            return (None,) if reply.code == "OK" else ()
        return reply.messages[len(self.served) : len(self.served) + 1]

    def _due_at_the_end(self) -> tuple[WrittenMessage | None, ...]:
        reply = self._written()
        if reply.messages is not None:
            return reply.messages[len(self.served) :]
        if reply.code != "OK" or self._is_dialogue:
            return ()
        return (None,) * (_STREAMED if self.procedure.server_streaming else 1)

    def _answered(self, due: tuple[WrittenMessage | None, ...], *, is_last: bool) -> RpcStep:
        reply = self._written()
        greeting, self._greeting = self._greeting if self._greeting is not None else reply.initial_metadata, {}
        encoded = tuple(map(self._serve, due))
        is_failing = reply.code != "OK" and len(self.served) == len(reply.messages or ())
        return RpcStep(
            messages=encoded,
            initial_metadata=greeting,
            end=self._finished(reply) if is_last or is_failing else None,
        )

    def _serve(self, written: WrittenMessage | None) -> bytes:
        answer, data = self._synthesised() if written is None else self._laid_over(written)
        served = Served(answer=answer, written=ABSENT)
        if written is not None:
            served = Served(
                answer=answer, written=written_tree(self._definition, self.procedure, written), matched=written.matched
            )
        self.served.append(served)
        self._log.append(_SERVED)
        return data if self._alter is None else self._altered(answer.tree, data)

    def _altered(self, tree: Json, data: bytes) -> bytes:
        altered = self._alter(self.sent, tree) if self._alter is not None else tree
        return data if altered is tree else self._definition.encode(self.procedure, Side.RESPONSE, altered)

    def _synthesised(self) -> tuple[AnswerMessage, bytes]:
        heard = self._heard[-1:] if self._is_dialogue else self._heard
        key = (self._seed, len(self.served), *heard)
        answer = self._memory.answers.get(key)
        if answer is None:
            answer = self._answer(None)
            self._memory.answers.keep(key, answer, size=sum(map(len, heard)) + len(answer.encoded))
        return answer, answer.encoded

    def _laid_over(self, written: WrittenMessage) -> tuple[AnswerMessage, bytes]:
        answer = self._answer(written.tree)
        if not written.is_whole:
            return answer, answer.encoded
        data = self._definition.encode(self.procedure, Side.RESPONSE, written.tree)
        promises = answer.promises
        return AnswerMessage(data, read=lambda _: written.tree, grade=lambda _: promises), data

    def _answer(self, body: Json) -> AnswerMessage:
        asked = self.sent[-1:] if self._is_dialogue else self.sent
        seed = f"{self._seed} {dump_compact(asked).decode()}"
        request = asked[0] if asked else None
        return self._definition.answer(self.procedure, seed=seed, request=request, body=body, ordinal=len(self.served))

    def _finished(self, reply: RpcReply) -> RpcEnd:
        if reply.is_fine:
            self.end, status = FINE, _FINE_STATUS
        else:
            self.end = RpcEnd(code=reply.code, message=reply.message, details=reply.encoded, trailers=reply.trailers)
            status = Status(code=reply.code, message=reply.message, details=reply.details, trailers=reply.trailers)
        self._log.append(status)
        self._over()
        return self.end

    def _failed(self, code: str, message: str, error: ContractkitError) -> RpcStep:
        self.error = error
        self.end = RpcEnd(code=code, message=message)
        self._log.append(Status(code=code, message=message))
        self._over()
        return RpcStep(end=self.end)

    def _over(self) -> None:
        self._is_over = True
        self._ended(self)


def message_body(tree: Json, name: str) -> JsonBody:
    """Give the tree of a message of that full name as a body."""
    return JsonBody(tree, f"application/protobuf;message=.{name}")
