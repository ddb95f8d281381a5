"""Asynchronous messages in the form of Pact's protobuf plugin (0.7), ours and those that other tools wrote.

What we write has the contents as a tree beside the bytes, under `comments.contractkit.contents`, so nothing needs
decoding to be read back. What the plugin wrote is kept to the byte; its tree is made by a decoder, where one is given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from contractkit.document.descriptors import Descriptors, read_descriptors
from contractkit.document.parts import Generators, Rules, message_of, write_message
from contractkit.document.plugin_calls import PLUGIN, Decoder, descriptor_key, read_configured, warn_undecoded
from contractkit.document.plugin_parts import write_contents
from contractkit.document.reading import ObjectReader
from contractkit.errors import ContractkitError
from contractkit.exact_json import Json
from contractkit.model import BinaryBody, Body, Interaction, JsonBody, Message, WireForm

PLUGIN_MESSAGE_TYPE = "Asynchronous/Messages"
"""The `type` of such an interaction."""

OWN_CONTENTS = "contents"
"""The member of `comments.contractkit` that holds the tree."""

_V4 = "4.0"
_MEDIA_TYPE = "application/protobuf;message="


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMessage:
    """A message that was read, with its rules and its bytes."""

    message: Message
    rules: Rules
    generators: Generators
    wire: WireForm


def is_plugin_message(members: Mapping[str, Json]) -> bool:
    """Say whether an interaction is a message in the plugin's form, by its type and configuration."""
    configuration = members.get("pluginConfiguration")
    ours = configuration.get(PLUGIN) if isinstance(configuration, dict) else None
    is_named = isinstance(ours, dict) and {"message", "descriptorKey"} <= ours.keys()
    return members.get("type") == PLUGIN_MESSAGE_TYPE and is_named


def protobuf_media_type(type_name: str) -> str:
    """Give the media type of a message, whose full name may have a dot before it."""
    return f"{_MEDIA_TYPE}.{type_name.removeprefix('.')}"


def message_type_of(interaction: Interaction) -> str:
    """Give the full name, with a dot before it, of the type of a message with bytes."""
    assert isinstance(interaction.exchange, Message)
    media_type = getattr(interaction.exchange.contents, "media_type", None) or ""
    return media_type.removeprefix(_MEDIA_TYPE)


def message_descriptors(interaction: Interaction) -> str:
    """Give the digest of what a message with bytes uses of its descriptors."""
    assert interaction.wire is not None
    return read_descriptors(interaction.wire.descriptors).used_by_message(message_type_of(interaction))


def read_plugin_message(
    reader: ObjectReader, own: ObjectReader | None, descriptor_sets: Mapping[str, Json], decode: Decoder | None
) -> ReadMessage | None:
    """Read a message in the plugin's form; None, and noted as wrong, where that is not possible.

    Args:
        reader: The interaction.
        own: Its `comments.contractkit`, None in a file that the plugin wrote.
        descriptor_sets: The file's descriptor sets by their keys, in base64.
        decode: Makes the tree of a file that the plugin wrote; without it, its contents stay bytes.
    """
    _, found, type_name = read_configured(reader, "message", "message", Descriptors.message, descriptor_sets)
    read = message_of(reader, specification=_V4)
    if found is None or type_name is None:
        return None
    contents = read.part.contents
    data = contents.data if isinstance(contents, BinaryBody) else b""
    if own is not None and OWN_CONTENTS in own:
        body: Body = JsonBody(own.take(OWN_CONTENTS), protobuf_media_type(type_name))
    else:
        body = _decoded(data, type_name, found, decode, reader)
    return ReadMessage(
        message=replace(read.part, contents=body),
        rules=read.rules,
        generators=read.generators,
        wire=WireForm(descriptors=found[0], response=data),
    )


def write_plugin_message(interaction: Interaction, wire: WireForm) -> dict[str, Json]:
    """Give the members of a message with bytes, in the plugin's form."""
    assert isinstance(interaction.exchange, Message) and wire.response is not None
    type_name = message_type_of(interaction)
    return {
        "type": PLUGIN_MESSAGE_TYPE,
        "pluginConfiguration": {PLUGIN: {"message": type_name, "descriptorKey": descriptor_key(wire.descriptors)}},
        **write_message(interaction.exchange, interaction.rules, interaction.generators),
        "contents": write_contents(wire.response, type_name),
    }


def _decoded(
    data: bytes,
    type_name: str,
    found: tuple[bytes, Descriptors],
    decode: Decoder | None,
    reader: ObjectReader,
) -> Body:
    """Give the tree of what the plugin wrote; what its bytes do not hold, it does not expect."""
    media_type = protobuf_media_type(type_name)
    if decode is None:
        return BinaryBody(data, media_type)
    try:
        tree = decode(found[0], type_name.removeprefix("."), "response", data)
        return JsonBody(found[1].only_set(tree, data, type_name), media_type)
    except (ContractkitError, ValueError) as error:
        warn_undecoded(reader, error)
        return BinaryBody(data, media_type)
