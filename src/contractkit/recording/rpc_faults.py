"""Faults of remote procedure calls: the status that a call ends with, and how late its answer comes."""

from dataclasses import replace

from contractkit.definitions.rpc_interface import Procedure
from contractkit.recording.rpc_replies import RpcReply
from contractkit.transports.faults import DueFault
from contractkit.transports.rpc_messages import Conversation, RpcStep


def failing_reply(procedure: Procedure, due: DueFault | None) -> RpcReply | None:
    """Give the status that a fault ends a call with, or None where it ends as it would have.

    A reset connection is told as gRPC's libraries tell it: the connection itself is theirs.
    """
    if due is None or due.fault.is_whole:
        return None
    if due.fault.reset is not None:
        return RpcReply(procedure=procedure, code="UNAVAILABLE", message="Connection reset by peer")
    return RpcReply(procedure=procedure, code=str(due.fault.status), message="A fault on purpose.")


def late(conversation: Conversation, due: DueFault | None) -> Conversation:
    """Give a conversation whose first answer comes as late as a fault says."""
    return conversation if due is None or not due.seconds else _Late(conversation, due.seconds)


class _Late:
    """A conversation whose first step with something to send waits."""

    def __init__(self, conversation: Conversation, seconds: float) -> None:
        self._conversation = conversation
        self._seconds = seconds

    def take(self, data: bytes) -> RpcStep:
        return self._delayed(self._conversation.take(data))

    def half_close(self) -> RpcStep:
        return self._delayed(self._conversation.half_close())

    def cancel(self) -> None:
        self._conversation.cancel()

    def _delayed(self, step: RpcStep) -> RpcStep:
        if not (step.messages or step.initial_metadata or step.end):
            return step
        seconds, self._seconds = self._seconds, 0.0
        return replace(step, seconds=seconds)
