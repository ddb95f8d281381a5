"""From a message that a test asks for to the interaction it leaves: what is sent, expected, and what identifies it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from contractkit.definitions.interface import Answer, Operation
from contractkit.definitions.messages import DefinedMessage, MessageDefinition
from contractkit.errors import ContractkitError, MatcherError, MessageError, ReplyError, UsageError
from contractkit.exact_json import Json, dump_canonical, read_json, show_json
from contractkit.matchers.unfolding import unfold
from contractkit.model import (
    Evidence,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedGenerator,
    LocatedRules,
    Location,
    Message,
    ProviderState,
    Rule,
    TestReference,
    WireForm,
    interaction_key,
)
from contractkit.recording.credentials import hide_in_json, hide_in_metadata
from contractkit.recording.expectations import expect
from contractkit.recording.matcher_checks import check_matched, examples_from
from contractkit.recording.received_messages import CONTENTS, ReceivedMessage
from contractkit.recording.replies import checked_reply, exact_answer
from contractkit.results import ABSENT

METADATA = Location(("message", "metadata"))
CONTENT_TYPE = "contentType"
"""The name under which metadata say the media type of the contents, as Pact's own libraries write it."""

_TYPE = (Rule("type"),)
_BODY_STEPS = 2  # `response.body`, where an answer's contents stand
_MOST_VALUES = 3  # how many written values a description names


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSide:
    """The contents of a message or its metadata: what is sent, what the test wrote of it, what is expected of it."""

    sent: Json
    written: Json
    expected: Json
    rules: tuple[LocatedRules, ...] = ()
    generators: tuple[LocatedGenerator, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeMessage:
    """A message as it was made for a test and checked against its definition.

    Attributes:
        name: What its definition calls it.
        content_type: The media type of its contents.
        contents: Its contents as JSON, or as the tree of a message of protobuf.
        metadata: What comes beside them, an object.
        description: What the test gave; None where it gave none.
        hide: Gives contents without credentials.
        encode: Gives the bytes in which contents arrive, where they are not JSON.
        wire: What is expected, in bytes as well, likewise.
    """

    name: str
    content_type: str
    contents: MessageSide
    metadata: MessageSide
    description: str | None
    hide: Callable[[Json], Json] = hide_in_json
    encode: Callable[[Json], bytes] | None = None
    wire: WireForm | None = None

    def __str__(self) -> str:
        written = f" with {show_json(self.contents.written, limit=80)}" if self.contents.written is not None else ""
        return f"{self.name}{written}"

    @property
    def shown(self) -> Json:
        """Give its contents without credentials."""
        return self.hide(self.contents.sent)

    def received(self, contents: Json) -> ReceivedMessage:
        """Give it as it arrives with some contents, those that were made or changed ones."""
        return ReceivedMessage(
            name=self.name,
            contents=JsonBody(contents, self.content_type),
            metadata=self._with_type(self.metadata.sent),
            encoded=None if self.encode is None else self.encode(contents),
        )

    def expected(self) -> Message:
        """Give what is expected of the provider."""
        return Message(
            contents=JsonBody(self.contents.expected, self.content_type),
            metadata=hide_in_metadata(self._with_type(self.metadata.expected)),
        )

    def _with_type(self, metadata: Json) -> Mapping[str, Json]:
        assert isinstance(metadata, dict)
        return {CONTENT_TYPE: self.content_type, **metadata}


def made_message(
    definition: MessageDefinition,
    name: str,
    *,
    contents: object = None,
    metadata: Mapping[str, object] | None = None,
    description: str | None = None,
) -> MadeMessage:
    """Give a message as its definition makes it, with what a test wrote laid over it.

    Args:
        definition: What the message must not contradict.
        name: The message's name.
        contents: A JSON value laid over the synthesised contents; matchers may stand in it. None writes nothing.
        metadata: Name to JSON value or matcher, laid over what the definition declares as headers.
        description: The interaction's words; made from name and written values where None.

    Raises:
        UnknownNameError: There is no such message.
        MessageError: What was written is not what the definition allows.
        MatcherError: An example does not fit its own matcher.
        UsageError: Metadata or description are of the wrong kind.
    """
    message = definition.message(name)
    words = checked_description(description)
    beside = named_metadata(name, metadata)
    return MadeMessage(
        name=message.name,
        content_type=message.content_type,
        contents=_answered(definition, definition.contents(message), name, contents, CONTENTS),
        metadata=_metadata(definition, message, beside),
        description=words,
    )


def checked_description(description: object) -> str | None:
    """Give the words that a test gave to an interaction.

    Raises:
        UsageError: They are no text.
    """
    if description is None or (isinstance(description, str) and description.strip()):
        return description
    raise UsageError(
        "The description of a message is a text.",
        details=[("expected", 'a text such as "an order was placed"'), ("received", repr(description))],
    )


def interaction_of_message(
    made: MadeMessage, *, states: tuple[ProviderState, ...], pending: bool, test: TestReference
) -> Interaction:
    """Give the interaction that a handled message leaves.

    What identifies it is the message's name with the states and the description where the test gave one, else with what
    the test wrote: two tests that ask for different messages of one name leave two interactions.
    """
    name, written = made.name, {"contents": made.contents.written, "metadata": made.metadata.written}
    request = {"description": made.description} if made.description is not None else hide_in_json(written)
    return Interaction(
        key=interaction_key(kind="message", operation=name, states=states, request=request, status=""),
        description=made.description or _described(name, hide_in_json(made.contents.written)),
        exchange=made.expected(),
        operation=name,
        states=states,
        rules=(*made.contents.rules, *made.metadata.rules),
        generators=(*made.contents.generators, *made.metadata.generators),
        pending=pending,
        served=JsonBody(made.shown, made.content_type),
        evidence=(Evidence(test=test),),
        wire=made.wire,
    )


def _answered(
    definition: MessageDefinition, operation: Operation, name: str, written: object, place: Location
) -> MessageSide:
    """Give one side of a message as the answer of an operation that stands for it."""
    try:
        reply = checked_reply(definition.answers, operation, body=written)
    except (ReplyError, MatcherError) as error:
        raise _retold(error, name, place) from None
    seed = f"{name} {show_json(reply.body.value) if isinstance(reply.body, JsonBody) else ''}"
    answer = exact_answer(definition.answers.answer(operation, seed=seed, body=reply.body), reply.body, reply.matched)
    body = answer.response.body
    assert isinstance(body, JsonBody)
    hidden = HttpResponse(status=answer.response.status, body=replace(body, value=hide_in_json(body.value)))
    expectation = expect(
        Answer(operation=operation, response=hidden, promises=answer.promises),
        written=reply.body,
        matched=reply.matched,
    )
    expected = expectation.response.body
    return MessageSide(
        sent=body.value,
        written=reply.body.value if isinstance(reply.body, JsonBody) else None,
        expected=expected.value if isinstance(expected, JsonBody) else {},
        rules=tuple(replace(each, location=_moved(each.location, place)) for each in expectation.rules),
        generators=tuple(replace(each, location=_moved(each.location, place)) for each in expectation.generators),
    )


def _metadata(definition: MessageDefinition, message: DefinedMessage, written: Mapping[str, object]) -> MessageSide:
    headers = definition.headers(message)
    if headers is None:
        return undeclared_metadata(message.name, written)
    side = _answered(definition, headers, message.name, dict(written) or None, METADATA)
    inner = tuple(each for each in side.rules if each.location != METADATA)
    return replace(side, rules=(*inner, *_typed(side.expected, inner)))


def undeclared_metadata(name: str, written: Mapping[str, object]) -> MessageSide:
    """Give metadata of which the definition says nothing: what the test wrote.

    Raises:
        MessageError: They are no JSON values.
        MatcherError: An example does not fit its own matcher.
    """
    said = unfold(dict(written), METADATA, examples_from(ABSENT, METADATA))
    if said:
        check_matched(f"the message {name}", said, METADATA)
    try:
        value = read_json(dump_canonical(said.value))
    except (TypeError, ValueError) as error:
        raise _contradiction(name, METADATA, "JSON values", str(error)) from None
    rules = (*said.rules, *_typed(value, said.rules))
    return MessageSide(sent=value, written=value, expected=value, rules=rules, generators=said.generators)


def _typed(value: Json, rules: tuple[LocatedRules, ...]) -> tuple[LocatedRules, ...]:
    """Give the rule that any value of that type will do, for each name that has no rule yet."""
    ruled = {each.location.steps[:3] for each in rules}
    names = sorted(value) if isinstance(value, dict) else []
    return tuple(
        LocatedRules(location=METADATA / each, rules=_TYPE) for each in names if (METADATA / each).steps not in ruled
    )


def named_metadata(name: str, metadata: object) -> Mapping[str, object]:
    """Give metadata that are a mapping of names, without a content type of their own.

    Raises:
        MessageError: They are something else.
    """
    if metadata is None:
        return {}
    if not isinstance(metadata, Mapping) or not all(isinstance(each, str) for each in metadata):
        raise _contradiction(name, METADATA, "a mapping of names to values", repr(metadata))
    if CONTENT_TYPE in metadata:
        raise _contradiction(
            name, METADATA / CONTENT_TYPE, "nothing: the definition says it", repr(metadata[CONTENT_TYPE])
        )
    return metadata


def _contradiction(name: str, place: Location, expected: str, received: str) -> MessageError:
    return MessageError(
        f"The message {name} contradicts its definition.",
        details=[("at", str(place)), ("expected", expected), ("received", received)],
    )


def _retold(error: ContractkitError, name: str, place: Location) -> ContractkitError:
    """Give an error about an answer as one about the message that it stands for."""
    told = error.explanation
    details = [(label, value.replace("response.body", str(place))) for label, value in told.details]
    if isinstance(error, MatcherError):
        summary = re.sub(r"the reply to .*?(?= |$)", f"the message {name}", told.summary)
        return MatcherError(summary, details=details, next_step=told.next_step)
    verb = "cannot be completed to what" if "cannot be completed" in told.summary else "contradicts"
    rest = "its definition allows" if verb != "contradicts" else "its definition"
    return MessageError(
        f"The message {name} {verb} {rest}.",
        details=details,
        next_step="Write what the provider may really send, or mend the definition.",
    )


def _moved(location: Location, place: Location) -> Location:
    return place.under(location.steps[_BODY_STEPS:])


def _described(name: str, written: Json) -> str:
    """Give a message in words: its name, and the first values that the test wrote."""
    members = written.items() if isinstance(written, dict) else ()
    told = [f" {key}={_short(value)}" for key, value in members if not isinstance(value, dict | list)]
    return f"{name}{''.join(told[:_MOST_VALUES])}"


def _short(value: Json) -> str:
    is_plain = isinstance(value, str) and value.isprintable() and " " not in value and 0 < len(value) <= 40
    return str(value) if is_plain else show_json(value, limit=40)
