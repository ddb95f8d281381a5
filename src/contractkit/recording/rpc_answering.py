"""Answering calls: a definition's procedures on their own as a stub; each call is told of and none is recorded."""

import threading
from collections.abc import Callable

from contractkit.definitions.rpc_interface import Procedure
from contractkit.recording.credentials import hide_in_json
from contractkit.recording.rpc_answered import AnsweredProcedure
from contractkit.recording.rpc_answers import UnaryAnswers
from contractkit.recording.rpc_conversations import RpcConversation
from contractkit.recording.rpc_interactions import ToldCall
from contractkit.recording.rpc_refusals import Parties, refuse_unknown
from contractkit.recording.rpc_replies import RpcReply
from contractkit.recording.rpc_unary import UnaryCall
from contractkit.recording.stubbed_procedures import StubbedProcedures
from contractkit.transports.rpc_messages import Conversation, Pairs, Refused, RpcOpening


class Calls:
    """Answers the calls of a definition's procedures."""

    def __init__(
        self,
        procedures: StubbedProcedures,
        tell: Callable[[AnsweredProcedure], None],
        ended: Callable[[ToldCall], None] | None,
        seed: str,
        reply: Callable[[Procedure], RpcReply] | None = None,
    ) -> None:
        definition = procedures.definition
        self._reply = reply
        self._procedures = procedures
        self._tell = tell
        self._ended = ended
        self._seed = seed
        self._unary = UnaryAnswers(definition, seed=seed)
        self._parties = Parties(consumer="The client", provider=procedures.provider, title=definition.title)
        self._lock = threading.RLock()

    def at_once(self, path: str, data: bytes, metadata: Callable[[], Pairs]) -> bytes | None:
        """Answer a unary call that is allowed; None of another."""
        answered = self._unary.answer(path, data) if self._reply is None else None
        if answered is None:
            return None
        procedure, tree, answer = answered
        with self._lock:
            if self._ended is not None:
                self._ended(UnaryCall(answered, metadata()))
            signature, sent = procedure.operation.signature, hide_in_json(tree)
            self._tell(AnsweredProcedure(procedure=signature, sent=(sent,), received=1, code="OK"))
        return answer.encoded

    def __call__(self, opening: RpcOpening) -> Conversation:
        """Give the conversation that a call opens."""
        definition = self._procedures.definition
        procedure = definition.find(opening.path)
        if procedure is None:
            return self._unknown(opening.path)
        reply = RpcReply(procedure=procedure) if self._reply is None else self._reply(procedure)
        return RpcConversation(
            definition,
            procedure,
            opening,
            parties=self._parties,
            seed=self._seed,
            next_reply=lambda: reply,
            ended=self._over,
            lock=self._lock,
            memory=self._procedures.memory,
        )

    def _over(self, conversation: RpcConversation) -> None:
        if self._ended is not None:
            self._ended(conversation)
        reason = conversation.error is not None and conversation.end is not None and conversation.end.message
        self._tell(
            AnsweredProcedure(
                procedure=conversation.procedure.operation.signature,
                sent=tuple(map(hide_in_json, conversation.sent)),
                received=len(conversation.served),
                code=conversation.code,
                reason=reason or "",
            )
        )

    def _unknown(self, path: str) -> Refused:
        refusal = refuse_unknown(self._procedures.definition, path, self._parties)
        name = path.removeprefix("/")
        unknown = AnsweredProcedure(
            procedure=name, sent=(), received=0, code=refusal.code, is_known=False, reason=refusal.reason
        )
        self._tell(unknown)
        return Refused(refusal.code, refusal.reason)
