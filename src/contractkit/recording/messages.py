"""Messages of a test: made from their definition, handed to the consumer's handler, and recorded where it copes."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from contractkit.definitions.messages import MessageDefinition
from contractkit.definitions.rpc_interface import RpcDefinition
from contractkit.errors import MessageError
from contractkit.model import TestReference
from contractkit.recording.message_interactions import MadeMessage, interaction_of_message, made_message
from contractkit.recording.notes import MESSAGE, Notes
from contractkit.recording.origins import TestOrigin
from contractkit.recording.received_messages import ReceivedMessage

if TYPE_CHECKING:
    from contractkit.recording.serving import Serving


def made_for(
    definition: MessageDefinition | RpcDefinition,
    name: str,
    *,
    contents: object,
    metadata: Mapping[str, object] | None,
    description: str | None,
    serving: "Serving | None" = None,
) -> MadeMessage:
    """Give a message as its definition, of either kind, makes it; see `made_message` and `made_proto_message`.

    Contents that the definition refuses are those that `serving` gives in their place, where there is one.
    """
    beside: dict[str, Any] = {"metadata": metadata, "description": description}
    try:
        return _made(definition, name, contents, beside)
    except MessageError as error:
        if serving is None or contents is None:
            raise
        return _made(definition, name, serving.refused_message(name, contents, error), beside)


def _made(
    definition: MessageDefinition | RpcDefinition, name: str, contents: object, beside: Mapping[str, Any]
) -> MadeMessage:
    if isinstance(definition, MessageDefinition):
        return made_message(definition, name, contents=contents, **beside)
    from contractkit.recording.proto_messages import made_proto_message  # only who has such messages pays for it

    return made_proto_message(definition, name, contents=contents, **beside)


class MessageDelivery:
    """A message on its way to the consumer's handler.

    It is recorded when the handler has taken it: when `handled_by` returns, or the `with` block ends, without an
    exception. A message that the handler refuses leaves nothing in the contract.
    """

    def __init__(
        self,
        made: MadeMessage,
        *,
        provider: str,
        notes: Notes,
        origin: TestOrigin,
        pending: bool,
        check_open: Callable[[], None],
        again: "Serving | None" = None,
    ) -> None:
        self._made = made
        self._provider = provider
        self._again = again
        self._notes = notes
        self._origin = origin
        self._pending = pending
        self._check_open = check_open
        self._taken_at: TestReference | None = None
        with notes.lock:
            notes.add_reply(self._key, self, what=MESSAGE)

    def __str__(self) -> str:
        return str(self._made)

    def __enter__(self) -> ReceivedMessage:
        """Give the message as it arrives."""
        __tracebackhide__ = True
        self._check_open()
        with self._notes.lock:
            self._notes.next_reply(self._key)
            self._taken_at = self._origin.reference()
        sent = self._made.contents.sent
        if self._again is not None:
            sent = self._again.emitted(self._provider, self._made.name, self._made.shown, sent)
        return self._made.received(sent)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Record the message, unless its handler raised."""
        if error is None:
            self._record()

    def handled_by(self, handler: Callable[[ReceivedMessage], Any]) -> Any:
        """Call a handler with the message and give what it returns; of an async handler, what is to be awaited.

        A handler that takes something else is called in a `with` block, or through a function that hands it over:
        `handled_by(lambda message: on_order_placed(message.json))`.
        """
        __tracebackhide__ = True
        message = self.__enter__()
        returned = handler(message)
        if inspect.isawaitable(returned):
            with self._notes.lock:
                self._notes.add_reply(self._key, self, what=MESSAGE)  # it is not taken until somebody awaits it
            return self._awaited(returned)
        self._record()
        return returned

    async def _awaited(self, returned: Awaitable[Any]) -> Any:
        with self._notes.lock:
            self._notes.next_reply(self._key)
        result = await returned
        self._record()
        return result

    def _record(self) -> None:
        assert self._taken_at is not None
        with self._notes.lock:
            states = self._notes.use_states()
            self._notes.record(
                interaction_of_message(self._made, states=states, pending=self._pending, test=self._taken_at)
            )

    @property
    def _key(self) -> str:
        return f"message {id(self)}"
