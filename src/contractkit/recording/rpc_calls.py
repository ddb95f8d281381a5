"""Remote procedure calls: how one test's calls of one provider's procedures are answered, checked and recorded."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from contractkit.definitions.rpc_interface import Procedure
from contractkit.model import Interaction, ProviderState, RpcCall, Status, TestReference
from contractkit.recording.notes import Notes
from contractkit.recording.origins import TestOrigin
from contractkit.recording.rpc_conversations import RpcConversation
from contractkit.recording.rpc_interactions import call_of, interaction_of
from contractkit.recording.rpc_refusals import Parties, refuse_unknown
from contractkit.recording.rpc_replies import RpcReply
from contractkit.recording.stubbed import StubbedProvider
from contractkit.recording.stubbed_procedures import StubbedProcedures
from contractkit.transports.rpc_messages import Conversation, Refused, RpcOpening

if TYPE_CHECKING:
    from contractkit.recording.calls import HttpExchange

_BLOCKING = "_blocking"  # the function of grpc's library in which a thread waits for the answer to a unary call


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredCall:
    """One remote procedure call that a stub answered, or is answering. Credentials have been replaced.

    `operation` is the operation's name, or None where the path reached none.
    """

    operation: str | None
    call: RpcCall
    test: TestReference


@dataclass(frozen=True, slots=True, kw_only=True)
class LedCall:
    """A call that is led or over, with what held when it began."""

    conversation: RpcConversation
    procedures: StubbedProcedures
    states: tuple[ProviderState, ...]
    test: TestReference

    def answered(self) -> AnsweredCall:
        """Give the call as it stands now."""
        call = call_of(self.conversation, self.procedures.definition)
        return AnsweredCall(operation=self.conversation.procedure.operation.name, call=call, test=self.test)

    def interaction(self, *, pending: bool) -> Interaction:
        """Give the interaction that the call leaves, once it is over."""
        return interaction_of(self.conversation, self.procedures, states=self.states, pending=pending, test=self.test)


class RpcCalls:
    """Leads one test's calls, several of which may be open at a time."""

    def __init__(
        self,
        provider: StubbedProvider,
        notes: Notes,
        calls: "list[HttpExchange | AnsweredCall | LedCall]",
        *,
        consumer: str,
        origin: TestOrigin,
        pending: bool,
    ) -> None:
        self._provider = provider
        self._notes = notes
        self._calls = calls
        self._consumer = consumer
        self._origin = origin
        self._pending = pending
        self._open: dict[RpcConversation, LedCall] = {}

    def open(self, opening: RpcOpening) -> Conversation:
        """Begin a call."""
        with self._notes.lock:
            procedures = self._provider.procedures
            definition = procedures.definition
            parties = Parties(consumer=self._consumer, provider=self._provider.name, title=definition.title)
            procedure = definition.find(opening.path)
            if procedure is None:
                return self._unknown(opening, parties)
            conversation = RpcConversation(
                definition,
                procedure,
                opening,
                parties=parties,
                seed="",
                next_reply=lambda: self._next_reply(procedure),
                ended=self._ended,
                lock=self._notes.lock,
                memory=procedures.memory,
            )
            # who streams goes on while the stub answers, so only of a unary call the line can be told
            test = self._origin.reference(blocked_in=_BLOCKING) if procedure.is_unary else self._origin.first_line()
            led = LedCall(conversation=conversation, procedures=procedures, states=self._notes.use_states(), test=test)
            self._open[conversation] = led
            self._calls.append(led)
            return conversation

    def close(self) -> None:
        """End what is still open, as given up by the consumer."""
        with self._notes.lock:
            for conversation in tuple(self._open):
                conversation.cancel()

    def _next_reply(self, procedure: Procedure) -> RpcReply:
        written = self._notes.next_reply(procedure.operation.signature)
        return written if isinstance(written, RpcReply) else RpcReply(procedure=procedure)

    def _ended(self, conversation: RpcConversation) -> None:
        led = self._open.pop(conversation)
        if conversation.error is not None:
            self._notes.fail(conversation.error)
        else:
            self._notes.record(partial(led.interaction, pending=self._pending))

    def _unknown(self, opening: RpcOpening, parties: Parties) -> Conversation:
        refusal = refuse_unknown(self._provider.procedures.definition, opening.path, parties)
        self._notes.fail(refusal.error)
        events = (Status(code=refusal.code, message=refusal.reason),)
        call = RpcCall(procedure=opening.path.removeprefix("/"), events=events)
        self._calls.append(AnsweredCall(operation=None, call=call, test=self._origin.reference(blocked_in=_BLOCKING)))
        return Refused(refusal.code, refusal.reason)
