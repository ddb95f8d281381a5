"""Messages of protobuf: from the type that a test asks for to the message that is handed over and recorded."""

from collections.abc import Mapping
from dataclasses import replace

from contractkit.definitions.rpc_interface import Procedure, RpcDefinition, Side
from contractkit.document.descriptors import read_descriptors
from contractkit.errors import ContractkitError, DefinitionError, MatcherError, MessageError, ReplyError
from contractkit.exact_json import Json, show_json
from contractkit.model import LocatedRules, Location, Rule, WireForm
from contractkit.recording.expectations import expect_message
from contractkit.recording.matched import NOTHING_MATCHED
from contractkit.recording.message_interactions import (
    MadeMessage,
    MessageSide,
    checked_description,
    named_metadata,
    undeclared_metadata,
)
from contractkit.recording.received_messages import CONTENTS
from contractkit.recording.rpc_conversations import message_body
from contractkit.recording.rpc_interactions import hidden_tree
from contractkit.recording.rpc_replies import WrittenMessage, written_message, written_tree
from contractkit.results import ABSENT

_AT = Location(("message",))
_TYPE = (Rule("type"),)


def made_proto_message(
    definition: RpcDefinition,
    name: str,
    *,
    contents: object = None,
    metadata: Mapping[str, object] | None = None,
    description: str | None = None,
) -> MadeMessage:
    """Give a message as its definition makes it, with what a test wrote laid over it; see `made_message`.

    Args:
        definition: What the message must not contradict.
        name: A message's full name, or the end of one where only one has it.
        contents: A mapping of fields laid over the synthesised ones, in which matchers may stand; or a generated
            message, which is sent as it is. None writes nothing.
        metadata: Name to JSON value or matcher.
        description: The interaction's words; made from name and written values where None.
    """
    procedure = definition.emission(name)
    full_name = procedure.response_type
    words = checked_description(description)
    beside = undeclared_metadata(full_name, named_metadata(full_name, metadata))
    try:
        written = None if contents is None else written_message(definition, procedure, contents)
    except (ReplyError, MatcherError) as error:
        raise _retold(error, full_name) from None
    side = _side(definition, procedure, written)
    return MadeMessage(
        name=full_name,
        content_type=message_body(None, full_name).media_type,
        contents=side,
        metadata=beside,
        description=words,
        hide=lambda tree: hidden_tree(definition, procedure, Side.RESPONSE, tree),
        encode=lambda tree: definition.encode(procedure, Side.RESPONSE, tree),
        wire=_wire(definition, procedure, side),
    )


def _side(definition: RpcDefinition, procedure: Procedure, written: WrittenMessage | None) -> MessageSide:
    tree = None if written is None else written_tree(definition, procedure, written)
    matched = NOTHING_MATCHED if written is None else written.matched
    seed = "" if written is None else show_json(tree)
    answer = definition.answer(procedure, seed=seed, body=None if written is None else written.tree)
    sent = tree if written is not None and written.is_whole else answer.tree
    expected = expect_message(
        hidden_tree(definition, procedure, Side.RESPONSE, sent),
        answer.promises,
        written=ABSENT if written is None else tree,
        places=matched.places,
    )
    whole = () if _AT in matched.places else (LocatedRules(location=CONTENTS, rules=_TYPE),)
    return MessageSide(
        sent=sent,
        written=_identifying(definition, procedure, written),
        expected=expected,
        rules=(*whole, *(replace(each, location=_moved(each.location)) for each in matched.rules)),
        generators=tuple(replace(each, location=_moved(each.location)) for each in matched.generators),
    )


def _identifying(definition: RpcDefinition, procedure: Procedure, written: WrittenMessage | None) -> Json:
    """Give what a test wrote without the fields that it did not set, which come and go with the definition."""
    if written is None or not written.is_whole:
        return None if written is None else written.tree
    data = definition.encode(procedure, Side.RESPONSE, written.tree)
    descriptors = read_descriptors(definition.descriptor_set(procedure))
    return descriptors.only_set(written.tree, data, f".{procedure.response_type}")


def _wire(definition: RpcDefinition, procedure: Procedure, side: MessageSide) -> WireForm:
    """Give what is expected in bytes.

    Raises:
        MessageError: What is expected is no message in itself.
    """
    try:
        expected = definition.encode(procedure, Side.RESPONSE, side.expected)
    except DefinitionError as error:
        raise MessageError(
            f"What is expected of the message {procedure.response_type} cannot be written to a contract.",
            details=[("problem", error.explanation.summary), *error.explanation.details],
            next_step="Write the whole of what stands there, as the test needs it.",
        ) from None
    return WireForm(descriptors=definition.descriptor_set(procedure), response=expected)


def _retold(error: ContractkitError, name: str) -> ContractkitError:
    """Give an error about a reply as one about the message."""
    told = error.explanation
    summary = told.summary.replace(f"the reply to {name}", f"the message {name}")
    is_relative = any(label == "problem" for label, _ in told.details)  # told by the definition, which sees a tree
    details = [
        (label, _told_place(value, is_relative=is_relative) if label == "at" else value)
        for label, value in told.details
        if label != "problem"
    ]
    if isinstance(error, MatcherError):
        return MatcherError(summary, details=details, next_step=told.next_step.replace("over gRPC", "of protobuf"))
    return MessageError(
        summary.replace(f"The reply to {name}", f"The message {name}").replace("the definition", "its definition"),
        details=details,
        next_step="Write what the provider may really send, or mend the definition.",
    )


def _told_place(text: str, *, is_relative: bool) -> str:
    if not is_relative:
        return f"{CONTENTS}{text.removeprefix(str(_AT))}"
    return str(CONTENTS) if text == "the message" else f"{CONTENTS}.{text}"


def _moved(location: Location) -> Location:
    return CONTENTS.under(location.steps[len(_AT.steps) :])
