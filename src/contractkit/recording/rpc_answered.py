"""Answered calls: a definition's procedures on their own as a stub; each call is told of and none is recorded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contractkit.exact_json import Json

if TYPE_CHECKING:
    from contractkit.definitions.rpc_interface import Procedure
    from contractkit.recording.rpc_interactions import ToldCall
    from contractkit.recording.rpc_replies import RpcReply
    from contractkit.recording.stubbed_procedures import StubbedProcedures
    from contractkit.transports.rpc_messages import RpcHandler


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredProcedure:
    """One call that is over: the messages that were sent, without credentials, and how many came back.

    `is_known` says that its path reached a procedure; `reason` is empty if it was allowed; `fault` says what went wrong
    on purpose.
    """

    procedure: str
    sent: tuple[Json, ...]
    received: int
    code: str
    is_known: bool = True
    reason: str = ""
    fault: str = ""


def answer_calls(
    procedures: "StubbedProcedures",
    tell: Callable[[AnsweredProcedure], None],
    *,
    seed: str = "",
    ended: "Callable[[ToldCall], None] | None" = None,
    reply: "Callable[[Procedure], RpcReply] | None" = None,
) -> "RpcHandler":
    """Give what answers calls as the definition says, equal ones equally for one seed, and tells of each.

    `ended` is told of each call of a known procedure first, as it was; `reply` gives how a call is answered otherwise.
    """
    from contractkit.recording.rpc_answering import Calls  # heavy, and many definitions have no procedures

    return Calls(procedures, tell, ended, seed, reply)
