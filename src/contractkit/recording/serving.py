"""Serving: what may stand between the answers that a stub makes and those that a test gets."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from contractkit.definitions.interface import Operation
from contractkit.errors import ReplyError
from contractkit.exact_json import Json
from contractkit.model import HttpResponse, Interaction
from contractkit.recording.replies import Reply


class Serving(Protocol):
    """Gives a test other answers than its stubs made; what the call became is recorded before it is asked."""

    def http(self, provider: str, interaction: Interaction, response: HttpResponse) -> HttpResponse:
        """Give the response that is sent in place of one."""

    def message(self, provider: str, operation: str, sent: Sequence[Json], tree: Json) -> Json:
        """Give the message of a remote procedure that is sent in place of one: the same value to leave it."""

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
