"""Drift: whether the service's own answers are what its own definition allows, whatever consumers depend on."""

from typing import TYPE_CHECKING, Any, Protocol

from contractkit.definitions.interface import Operation, Route
from contractkit.model import HttpCall, HttpRequest, HttpResponse, Interaction, Message
from contractkit.results import Violation

if TYPE_CHECKING:
    from contractkit.definitions.messages import MessageDefinition


class CheckedDefinition(Protocol):
    """What of a definition of HTTP is asked: by which operation a request is answered, and what an answer breaks."""

    def route(self, request: HttpRequest) -> Route | None:
        """Give the operation that a request reaches, or None."""

    def check_response(self, operation: Operation, response: HttpResponse) -> tuple[Violation, ...]:
        """Give every place where a response is not what the definition allows."""


class DriftCheck:
    """Checks answers against one definition, and emitted messages against another; either may be missing."""

    def __init__(
        self, definition: CheckedDefinition | None = None, messages: "MessageDefinition | None" = None
    ) -> None:
        self._definition = definition
        self._messages = messages

    def __call__(self, interaction: Interaction, answer: Any) -> tuple[Violation, ...]:
        """Give what of an answer the definition does not allow; nothing where it does not know what was asked."""
        call = interaction.exchange
        if isinstance(answer, Message) and self._messages is not None:
            from contractkit.verification.message_drift import message_drift  # only who emits messages pays for it

            return message_drift(self._messages, interaction, answer)
        if self._definition is None or not isinstance(call, HttpCall) or not isinstance(answer, HttpResponse):
            return ()
        route = self._definition.route(call.request)
        return () if route is None else self._definition.check_response(route.operation, answer)
