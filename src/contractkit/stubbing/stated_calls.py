"""Stated calls: remote procedure calls whose metadata names provider states, refused where these cannot be read."""

from collections.abc import Callable

from contractkit.errors import UsageError
from contractkit.recording.preferred import in_one_line
from contractkit.recording.rpc_answered import AnsweredProcedure
from contractkit.stubbing.states import HEADER, states_of
from contractkit.transports import RpcHandler
from contractkit.transports.rpc_messages import AnswersAtOnce, Conversation, Pairs, Refused, RpcOpening

_REFUSED = "INVALID_ARGUMENT"


class StatedCalls:
    """Answers calls as another one does, but for those whose states cannot be read."""

    def __init__(self, answer: RpcHandler, tell: Callable[[AnsweredProcedure], None]) -> None:
        """Take who answers, and who is told of calls that are refused."""
        self._answer = answer
        self._tell = tell

    def at_once(self, path: str, data: bytes, metadata: Callable[[], Pairs]) -> bytes | None:
        """Answer a unary call that names no states and is allowed; None of another."""
        if not isinstance(self._answer, AnswersAtOnce) or any(name == HEADER for name, _ in metadata()):
            return None
        return self._answer.at_once(path, data, metadata)

    def __call__(self, opening: RpcOpening) -> Conversation:
        """Begin a call."""
        try:
            states_of(opening.metadata)
        except UsageError as error:
            reason = in_one_line(error)
            name = opening.path.removeprefix("/")
            self._tell(AnsweredProcedure(procedure=name, sent=(), received=0, code=_REFUSED, reason=reason))
            return Refused(_REFUSED, reason)
        return self._answer(opening)
