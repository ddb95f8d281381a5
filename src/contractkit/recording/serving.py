"""Serving: what may stand between the answers that a stub makes and those that a test gets."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from contractkit.definitions.interface import Definition, Operation
from contractkit.definitions.rpc_interface import Procedure
from contractkit.errors import MessageError, ReplyError
from contractkit.exact_json import Json
from contractkit.model import HttpResponse, Interaction
from contractkit.recording.replies import Reply, checked_reply
from contractkit.recording.rpc_replies import RpcReply, checked_rpc_reply
from contractkit.recording.stubbed_procedures import StubbedProcedures


class Serving(Protocol):
    """Gives a test other answers than its stubs made; what the call became is recorded before it is asked."""

    def http(self, provider: str, interaction: Interaction, response: HttpResponse) -> HttpResponse:
        """Give the response that is sent in place of one."""

    def message(self, provider: str, operation: str, sent: Sequence[Json], shown: Json, tree: Json) -> Json:
        """Give the message of a remote procedure that is sent in place of one: the same value to leave it.

        Args:
            provider: Whose procedure it is.
            operation: The procedure's full name.
            sent: The first message that was sent, without credentials, where one was.
            shown: The message that comes back without credentials, as it is recorded.
            tree: The message itself.
        """

    def emitted(self, provider: str, name: str, shown: Json, contents: Json) -> Json:
        """Give the contents of a message, emitted unasked, that are handed over in place of some.

        Args:
            provider: Who emits it.
            name: What its definition calls it.
            shown: The contents without credentials, as they are recorded.
            contents: The contents themselves.
        """

    def refused_reply(self, operation: Operation, written: Mapping[str, Any], error: ReplyError) -> Reply:
        """Give a reply that stands although the stub's definition refuses it, else raise the error.

        Args:
            operation: What is replied to.
            written: What the test wrote, as `checked_reply` takes it.
            error: Why it is refused.
        """

    def refused_rpc_reply(
        self, procedure: Procedure, answer: object, written: Mapping[str, Any], error: ReplyError
    ) -> RpcReply:
        """Give a reply to a remote procedure likewise; `answer` and `written` are as `checked_rpc_reply` takes them."""

    def refused_message(self, name: str, contents: object, error: MessageError) -> object:
        """Give contents that are handed over in place of those that the definition of a message refuses, likewise."""


def checked_for(
    serving: Serving | None, definition: Definition, operation: Operation, written: Mapping[str, Any]
) -> Reply:
    """Give a reply that a definition allows, or that stands all the same. Raises as `checked_reply` does."""
    try:
        return checked_reply(definition, operation, **written)
    except ReplyError as error:
        if serving is None:
            raise
        return serving.refused_reply(operation, written, error)


def checked_rpc_for(
    serving: Serving | None,
    procedures: StubbedProcedures,
    procedure: Procedure,
    answer: object,
    written: Mapping[str, Any],
) -> RpcReply:
    """Give a reply to a remote procedure likewise. Raises as `checked_rpc_reply` does."""
    try:
        return checked_rpc_reply(procedures, procedure, answer, **written)
    except ReplyError as error:
        if serving is None:
            raise
        return serving.refused_rpc_reply(procedure, answer, written, error)
