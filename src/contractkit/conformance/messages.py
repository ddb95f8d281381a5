"""Messages held against their definition: which of its messages an interaction is, and the answers it stands for.

Definitions read a message as the answer to a request that nobody sends, so what is asked of answers is asked of
messages in the same words, and only the places are translated.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from contractkit.definitions.messages import DefinedMessage, MessageDefinition, headers_path_of, path_of
from contractkit.errors import suggestion
from contractkit.exact_json import Json, show_json
from contractkit.model import (
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    Location,
    Message,
    MissingBody,
    Need,
    SynchronousMessages,
    UnknownNeeds,
    is_json_media_type,
    media_type_of,
)

MESSAGE: Final = Location(("message",))
CONTENT_TYPE: Final = "contentType"

_BODY: Final = Location(("response", "body"))
_TYPE_OF_ANSWER: Final = Location(("response", "headers", "content-type"))
_CONTENT_TYPES: Final = ("contentType", "content-type", "Content-Type")
"""The names under which metadata say the content type, which AsyncAPI's Message Object has beside its headers."""

Placed = TypeVar("Placed", LocatedRules, Need)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Which messages of a definition an interaction may be: any one of `names` will do.

    Attributes:
        names: Those it may be; empty where `problem` says, in a clause, why there are none.
        replies: Those that may answer it, where it is a message that is answered; None where no answer is defined.
        next_step: What to do about the problem.
    """

    names: tuple[str, ...] = ()
    replies: tuple[str, ...] | None = None
    problem: str = ""
    next_step: str = ""


def meant_messages(interaction: Interaction, definition: MessageDefinition) -> Meant:
    """Say which messages of a definition an interaction may be.

    What we recorded names its message. Of other tools' contracts the operation counts that their reference to AsyncAPI
    names (`comments.references.AsyncAPI.operationId`), else the description where it is a message's name.
    """
    if isinstance(interaction.exchange, Message) and interaction.operation is not None:
        return _of_name(interaction.operation, definition)
    identifier = referred_operation(interaction)
    if identifier is not None:
        return _of_operation(identifier, definition)
    if isinstance(interaction.exchange, Message) and interaction.description in definition.names:
        return Meant(names=(interaction.description,))
    return Meant(
        problem=f"{show_json(interaction.description)} names no message of the definition",
        next_step=f"{suggestion(interaction.description, definition.names)} Contracts of other tools name it by the "
        "description, or its operation by comments.references.AsyncAPI.operationId.",
    )


def referred_operation(interaction: Interaction) -> str | None:
    """Give the identifier of the operation that an interaction refers to in an AsyncAPI document."""
    references = interaction.kept.get("comments", {}).get("references")
    named = references.get("AsyncAPI") if isinstance(references, dict) else None
    identifier = named.get("operationId") if isinstance(named, dict) else None
    return identifier if isinstance(identifier, str) else None


def described_metadata(message: Message) -> dict[str, Json]:
    """Give the metadata of a message that headers describe: all but the content type."""
    return {name: value for name, value in message.metadata.items() if name not in _CONTENT_TYPES}


def _of_name(name: str, definition: MessageDefinition) -> Meant:
    if name in definition.names:
        return Meant(names=(name,))
    return Meant(problem=f"the definition has no message {name}", next_step=suggestion(name, definition.names))


def _of_operation(identifier: str, definition: MessageDefinition) -> Meant:
    found = definition.operations.get(identifier)
    if found is None:
        near = suggestion(identifier, definition.operations) if definition.operations else "It has no operations."
        return Meant(problem=f"the definition has no operation {identifier}", next_step=near)
    if not found.messages:
        return Meant(problem=f"the operation {identifier} carries no message")
    return Meant(names=found.messages, replies=found.replies)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """An interaction that stands for one side of a message: for its contents, or for its headers.

    `place` is where that side of the message is: `message.contents`, `responses[0].metadata`.
    """

    interaction: Interaction
    place: Location

    def back(self, location: Location) -> Location:
        """Give a place of the answer as the place of the message that it stands for."""
        if location.starts_with(_BODY):
            return self.place.under(location.steps[len(_BODY.steps) :])
        message = Location(self.place.steps[:-1])
        return message / "metadata" / CONTENT_TYPE if location == _TYPE_OF_ANSWER else message


def stand_ins(
    interaction: Interaction, message: Message, name: str, definition: MessageDefinition, at: Location = MESSAGE
) -> tuple[StandIn, ...]:
    """Give what stands for a message, taken for the one of that name: its contents, and metadata if it has headers.

    Args:
        interaction: What the message is of, with its rules and its needs.
        message: The message; one of several where it is answered.
        name: A message that the definition has.
        definition: What says whether headers are declared.
        at: Where the message is in the interaction.
    """
    found = definition.find(name)
    assert found is not None
    contents = _stand_in(interaction, path_of(name), at / "contents", _answer_with(message, found))
    said = described_metadata(message)
    if not said or found.headers is None:
        return (contents,)
    headers = HttpResponse(status=200, headers={"content-type": ("application/json",)}, body=JsonBody(said))
    alone = replace(interaction, served=MissingBody(), evidence=_of_metadata(interaction.evidence, at / "metadata"))
    return contents, _stand_in(alone, headers_path_of(name), at / "metadata", headers)


def messages_of(interaction: Interaction) -> Mapping[Location, Message]:
    """Give the messages that a provider sends in an interaction by where they are in it."""
    match interaction.exchange:
        case Message() as message:
            return {MESSAGE: message}
        case SynchronousMessages(responses=responses):
            return {Location(("responses", number)): each for number, each in enumerate(responses)}
    return {}


def _answer_with(message: Message, defined: DefinedMessage) -> HttpResponse:
    """Give the answer with a message's contents; a JSON type is as good as any where the definition says none."""
    named = next((message.metadata[each] for each in _CONTENT_TYPES if each in message.metadata), None)
    media_type = named if isinstance(named, str) and named else media_type_of(message.contents)
    if not defined.says_type and media_type is not None and is_json_media_type(media_type):
        media_type = defined.content_type
    headers = {} if media_type is None else {"content-type": (media_type,)}
    return HttpResponse(status=200, headers=headers, body=message.contents)


def _stand_in(interaction: Interaction, path: str, place: Location, response: HttpResponse) -> StandIn:
    moved = _moving(place)
    return StandIn(
        interaction=replace(
            interaction,
            operation=None,
            exchange=HttpCall(request=HttpRequest(method="GET", path=path), response=response),
            rules=_moved((each for each in interaction.rules if each.location.starts_with(place)), moved),
            generators=(),
            evidence=tuple(_with_needs_there(each, place, moved) for each in interaction.evidence),
            wire=None,
        ),
        place=place,
    )


def _moving(place: Location) -> Callable[[Location], Location]:
    count = len(place.steps)
    return lambda location: _BODY.under(location.steps[count:]) if location.starts_with(place) else location


def _moved(located: Iterable[Placed], moved: Callable[[Location], Location]) -> tuple[Placed, ...]:
    return tuple(replace(each, location=moved(each.location)) for each in located)


def _with_needs_there(evidence: Evidence, place: Location, moved: Callable[[Location], Location]) -> Evidence:
    needs = evidence.needs
    if not isinstance(needs, InferredNeeds):
        return evidence
    return replace(
        evidence,
        needs=replace(
            needs,
            needed=_moved((each for each in needs.needed if each.location.starts_with(place)), moved),
            any_of=tuple(tuple(map(moved, group)) for group in needs.any_of),
            tolerated=tuple(map(moved, needs.tolerated)),
            untouched=tuple(map(moved, needs.untouched)),
            weak=tuple(map(moved, needs.weak)),
        ),
    )


def _of_metadata(evidence: Iterable[Evidence], place: Location) -> tuple[Evidence, ...]:
    """Give evidence, its needs where they speak of metadata: what was proved of contents proves nothing of these."""
    return tuple(each if _speaks_of(each.needs, place) else replace(each, needs=UnknownNeeds()) for each in evidence)


def _speaks_of(needs: object, place: Location) -> bool:
    if not isinstance(needs, InferredNeeds):
        return False
    proved = (*(each.location for each in needs.needed), *needs.tolerated, *needs.untouched)
    return any(each.starts_with(place) for each in proved)
