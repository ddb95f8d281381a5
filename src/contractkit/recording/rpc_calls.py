"""Remote procedure calls: how one test's calls of one provider's procedures are answered, checked and recorded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contractkit.definitions.rpc_interface import Procedure, Side
from contractkit.exact_json import Json
from contractkit.model import Interaction, ProviderState, RpcCall, Status, TestReference
from contractkit.recording.notes import Notes
from contractkit.recording.origins import TestOrigin
from contractkit.recording.rpc_conversations import RpcConversation
from contractkit.recording.rpc_faults import failing_reply, late
from contractkit.recording.rpc_interactions import ToldCall, call_of, hidden_tree, interaction_of
from contractkit.recording.rpc_refusals import Parties, refuse_unknown
from contractkit.recording.rpc_replies import RpcReply
from contractkit.recording.rpc_unary import UnaryCall
from contractkit.recording.stubbed import StubbedProvider
from contractkit.recording.stubbed_procedures import StubbedProcedures
from contractkit.transports.faults import DueFault, Faults
from contractkit.transports.rpc_messages import Conversation, Pairs, Refused, RpcOpening

if TYPE_CHECKING:
    from contractkit.recording.calls import HttpExchange
    from contractkit.recording.serving import Serving

_BLOCKING = "_blocking"  # the function of grpc's library in which a thread waits for the answer to a unary call


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredCall:
    """One remote procedure call that a stub answered, or is answering. Credentials have been replaced.

    `operation` is the operation's name, or None where the path reached none; `fault` says what went wrong on purpose.
    """

    operation: str | None
    call: RpcCall
    test: TestReference
    fault: str = ""


class LedCall:
    """A call that is led or over, with what held when it began; called, it gives the interaction that it leaves."""

    __slots__ = ("conversation", "due", "pending", "procedures", "states", "test")

    def __init__(
        self,
        conversation: ToldCall,
        procedures: StubbedProcedures,
        states: tuple[ProviderState, ...],
        test: TestReference,
        pending: bool,
        due: DueFault | None = None,
    ) -> None:
        self.conversation = conversation
        self.procedures = procedures
        self.states = states
        self.test = test
        self.pending = pending
        self.due = due

    def answered(self) -> AnsweredCall:
        """Give the call as it stands now."""
        call = call_of(self.conversation, self.procedures.definition)
        fault = "" if self.due is None else str(self.due)
        name = self.conversation.procedure.operation.name
        return AnsweredCall(operation=name, call=call, test=self.test, fault=fault)

    def __call__(self) -> Interaction:
        """Give the interaction that the call leaves, once it is over."""
        return interaction_of(
            self.conversation, self.procedures, states=self.states, pending=self.pending, test=self.test
        )


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
        faults: Faults | None = None,
        again: "Serving | None" = None,
    ) -> None:
        self._again = again
        self._faults = faults if faults is not None else Faults()
        self._provider = provider
        self._notes = notes
        self._calls = calls
        self._consumer = consumer
        self._origin = origin
        self._pending = pending
        self._open: dict[RpcConversation, LedCall] = {}

    def at_once(self, path: str, data: bytes, metadata: Callable[[], Pairs]) -> bytes | None:
        """Answer a unary call that the test wrote nothing of, and that nothing goes wrong with; None of another."""
        notes = self._notes
        with notes.lock:
            if self._faults or self._again is not None or notes.has_reply(path[1:]):
                return None
            procedures = self._provider.procedures
            answered = procedures.unary.answer(path, data)
            if answered is None:
                return None
            test = self._origin.reference(blocked_in=_BLOCKING)
            led = LedCall(UnaryCall(answered, metadata()), procedures, notes.use_states(), test, self._pending)
            self._calls.append(led)
            notes.record(led)
            return answered[2].encoded

    def __call__(self, opening: RpcOpening) -> Conversation:
        """Begin a call."""
        with self._notes.lock:
            procedures = self._provider.procedures
            definition = procedures.definition
            parties = Parties(consumer=self._consumer, provider=self._provider.name, title=definition.title)
            procedure = definition.find(opening.path)
            if procedure is None:
                return self._unknown(opening, parties)
            due = self._faults.next(procedure.operation.name)
            conversation = RpcConversation(
                definition,
                procedure,
                opening,
                parties=parties,
                seed="",
                next_reply=lambda: failing_reply(procedure, due) or self._next_reply(procedure),
                ended=self._ended,
                lock=self._notes.lock,
                memory=procedures.memory,
                alter=self._altering(procedure),
            )
            # who streams goes on while the stub answers, so only of a unary call the line can be told
            test = self._origin.reference(blocked_in=_BLOCKING) if procedure.is_unary else self._origin.first_line()
            states = self._notes.use_states() if due is None else ()
            led = LedCall(conversation, procedures, states, test, self._pending, due)
            self._open[conversation] = led
            self._calls.append(led)
            return late(conversation, due)

    def close(self) -> None:
        """End what is still open, as given up by the consumer."""
        with self._notes.lock:
            for conversation in tuple(self._open):
                conversation.cancel()

    def _altering(self, procedure: Procedure) -> "Callable[[list[Json], Json], Json] | None":
        """Give what changes the messages of a call in a re-run; None else."""
        again, definition = self._again, self._provider.procedures.definition
        if again is None:
            return None

        def alter(sent: list[Json], tree: Json) -> Json:
            asked = [hidden_tree(definition, procedure, Side.REQUEST, each) for each in sent[:1]]
            shown = hidden_tree(definition, procedure, Side.RESPONSE, tree)
            return again.message(self._provider.name, procedure.operation.name, asked, shown, tree)

        return alter

    def _next_reply(self, procedure: Procedure) -> RpcReply:
        written = self._notes.next_reply(procedure.operation.signature)
        return written if isinstance(written, RpcReply) else RpcReply(procedure=procedure)

    def _ended(self, conversation: RpcConversation) -> None:
        led = self._open.pop(conversation)
        if conversation.error is not None:
            self._notes.fail(conversation.error)
        elif led.due is None:
            self._notes.record(led)

    def _unknown(self, opening: RpcOpening, parties: Parties) -> Conversation:
        refusal = refuse_unknown(self._provider.procedures.definition, opening.path, parties)
        self._notes.fail(refusal.error)
        events = (Status(code=refusal.code, message=refusal.reason),)
        call = RpcCall(procedure=opening.path.removeprefix("/"), events=events)
        self._calls.append(AnsweredCall(operation=None, call=call, test=self._origin.reference(blocked_in=_BLOCKING)))
        return Refused(refusal.code, refusal.reason)
