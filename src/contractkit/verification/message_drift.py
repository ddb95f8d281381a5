"""The drift of messages: whether what the service emits is what its own definition of messages allows."""

from collections.abc import Iterator
from dataclasses import replace

from contractkit.conformance.messages import StandIn, meant_messages, stand_ins
from contractkit.definitions.messages import DefinedMessage, MessageDefinition
from contractkit.model import HttpCall, Interaction, JsonBody, Message
from contractkit.results import Violation


def message_drift(definition: MessageDefinition, interaction: Interaction, emitted: Message) -> tuple[Violation, ...]:
    """Give what of an emitted message its definition does not allow; of several that it may be, the least.

    Nothing is found where the definition does not know the message, or its contents are no JSON that it describes.
    """
    if interaction.wire is not None:  # of protobuf, which decides by itself what can be sent
        return ()
    found = [tuple(_of_message(definition, interaction, emitted, name)) for name in _names(definition, interaction)]
    return min(found, key=len, default=())


def _names(definition: MessageDefinition, interaction: Interaction) -> tuple[str, ...]:
    return meant_messages(interaction, definition).names


def _of_message(
    definition: MessageDefinition, interaction: Interaction, emitted: Message, name: str
) -> Iterator[Violation]:
    if definition.problem_of(name) or not isinstance(emitted.contents, JsonBody):
        return
    for each in stand_ins(interaction, emitted, name, definition):
        yield from _of_side(definition, definition.message(name), each)


def _of_side(definition: MessageDefinition, message: DefinedMessage, side: StandIn) -> Iterator[Violation]:
    call = side.interaction.exchange
    assert isinstance(call, HttpCall)
    route = definition.answers.route(call.request)
    assert route is not None
    for violation in definition.answers.check_response(route.operation, call.response):
        pointer = message.schema or "" if violation.pointer.startswith("/paths/") else violation.pointer
        yield replace(violation, location=side.back(violation.location), pointer=pointer)
