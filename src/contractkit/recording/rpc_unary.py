"""Unary calls that were answered in one step: a small record, which becomes events when somebody looks at it."""

from typing import ClassVar

from contractkit.errors import ContractkitError
from contractkit.exact_json import Json
from contractkit.model import Event, HalfClosed, Received, Sent, Status
from contractkit.recording.rpc_answers import UnaryAnswer
from contractkit.recording.rpc_conversations import Served, message_body
from contractkit.recording.rpc_replies import RpcReply
from contractkit.results import ABSENT
from contractkit.transports.rpc_messages import FINE, Pairs, ReceivedMetadata, RpcEnd, RpcOpening

_HALF_CLOSED = HalfClosed()
_FINE_STATUS = Status(code="OK")


class UnaryCall:
    """A unary call that was answered in one step: what a conversation of one tells, told when it is asked for."""

    __slots__ = ("_answer", "_metadata", "_tree", "procedure")

    reply: ClassVar[RpcReply | None] = None
    error: ClassVar[ContractkitError | None] = None
    end: ClassVar[RpcEnd | None] = FINE
    code: ClassVar[str] = FINE.code

    def __init__(self, answered: UnaryAnswer, metadata: Pairs) -> None:
        """Take the answer, and the metadata as it came."""
        self.procedure, self._tree, self._answer = answered
        self._metadata = metadata

    @property
    def opening(self) -> RpcOpening:
        """Give the path and metadata."""
        return RpcOpening(path=self.procedure.path, metadata=ReceivedMetadata(self._metadata))

    @property
    def sent(self) -> list[Json]:
        """Give the message that the client sent."""
        return [self._tree]

    @property
    def served(self) -> list[Served]:
        """Give the message that was sent."""
        return [Served(answer=self._answer, written=ABSENT)]

    @property
    def events(self) -> list[Event]:
        """Give what happened."""
        asked = Sent(message=message_body(self._tree, self.procedure.request_type))
        given = Received(message=message_body(self._answer.tree, self.procedure.response_type))
        return [asked, _HALF_CLOSED, given, _FINE_STATUS]
