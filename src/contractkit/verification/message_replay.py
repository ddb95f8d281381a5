"""Asynchronous messages replayed: the provider is asked for a message, and what it emits is compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from contractkit.errors import ContractFileError
from contractkit.exact_json import Json
from contractkit.matching import compile_comparison
from contractkit.model import Exchange, Interaction, JsonBody, Location, Message, ProviderState
from contractkit.results import Mismatch
from contractkit.verification.protobuf_messages import ProtobufForm
from contractkit.verification.transport import Replaying, Way
from contractkit.verification.unchecked import unchecked_lists

_CONTENTS = Location(("message", "contents"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRequest:
    """Which message a provider is to emit.

    Attributes:
        description: The interaction's words.
        name: What the definition calls the message; None where the contract does not say.
        states: The states that hold.
        values: The parameters of those states, overridden by what their handlers returned.
        expected: What the consumer expects, of which a way in takes nothing but the content type.
        form: How to read what is emitted, where that is of protobuf.
        headers: Headers with credentials, for a provider that is asked over HTTP.
    """

    description: str
    name: str | None
    states: tuple[ProviderState, ...]
    values: Mapping[str, Json]
    expected: Message
    form: ProtobufForm | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def _request_of(interaction: Interaction, replaying: Replaying) -> MessageRequest:
    message = _checked(interaction)
    params = {name: value for state in interaction.states for name, value in state.params.items()}
    return MessageRequest(
        description=interaction.description,
        name=interaction.operation,
        states=interaction.states,
        values={**params, **replaying.returned},
        expected=message,
        form=ProtobufForm.of(interaction),
        headers=replaying.credentials.headers,
    )


def _checked(interaction: Interaction) -> Message:
    """Give the message, refused where a plugin alone can read it.

    Raises:
        ContractFileError: Its contents and rules are in the form of a plugin of Pact other than that for protobuf, or
            its bytes could not be read.
    """
    message = interaction.exchange
    assert isinstance(message, Message)
    is_read = interaction.wire is not None and isinstance(message.contents, JsonBody)
    if "pluginConfiguration" in interaction.kept.get("interaction", {}) and not is_read:
        raise ContractFileError(
            "The message is written for a plugin of Pact, whose rules cannot be read here.",
            next_step="Verify it with a Pact verifier that has the plugin.",
        )
    return message


def _comparison_of(interaction: Interaction, specification: str) -> Callable[[Message], tuple[Mismatch, ...]]:
    message = interaction.exchange
    assert isinstance(message, Message)
    compare = compile_comparison(message.parts(), interaction.rules, specification=specification)
    return lambda emitted: compare(emitted.parts())


def _unchecked_in(interaction: Interaction, emitted: Message) -> tuple[Location, ...]:
    message = interaction.exchange
    assert isinstance(message, Message)
    return unchecked_lists(message.contents, [emitted.contents], _CONTENTS)


def _is_read(_: Exchange) -> bool:
    """Say that nothing is known: what emits a message may well change the provider."""
    return False


MESSAGE_WAY: Way[MessageRequest, Message] = Way(
    exchange=Message,
    is_read=_is_read,
    request_of=_request_of,
    comparison_of=_comparison_of,
    end_of=lambda _: None,
    unchecked_in=_unchecked_in,
)
"""How asynchronous messages are replayed."""
